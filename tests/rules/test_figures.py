"""Entries: the impossible is refused by its field, the odd must be explained; parts add up; small cells hide."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.test_judgement import SHAPES
from tracker.rules.errors import Invalid
from tracker.rules.figures import Before, Entry, check_entry, check_period, explain, rounded
from tracker.rules.measure import Better, Shape, exact, stratum_of
from tracker.rules.targets import Comparator, Target, short_number

RATE = SHAPES["5.1"]
INFANTS = SHAPES["3.1"]
CHANGE = SHAPES["13.1"]
COUNT = Shape(Better.UP, 1, (Target(2025, Comparator.AT_LEAST, Decimal(40)),), "Số điểm vui chơi")
BEYOND = Shape(Better.UP, 100, (Target(2025, Comparator.AT_LEAST, Decimal(110)),), "Thu ngân sách so với dự toán")


def entry(numerator: object = None, denominator: object = None, value: object = None, **more: object) -> Entry:
    numbers = {"numerator": numerator, "denominator": denominator, "value": value}
    return Entry(**{k: None if v is None else Decimal(str(v)) for k, v in numbers.items()}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shape", "given", "value"),
    [
        (RATE, entry(97, 100), "97"),
        (RATE, entry(0, 100), "0"),  # none is a value
        (RATE, entry(1, 3), "33.333333"),
        (RATE, entry(1, 3, "33.3"), "33.333333"),  # what was typed is the same number, rounded
        (RATE, entry(value="97.5"), "97.5"),
        (RATE, entry(100, 100), "100"),
        (INFANTS, entry(12, 2000), "6"),
        (SHAPES["11.1"], entry(7, 28_000), "1"),
        (CHANGE, entry(-1, 20), "-5"),
        (CHANGE, entry(value="-5"), "-5"),
        (COUNT, entry(value=41), "41"),
        (BEYOND, entry(120, 100), "120"),
    ],
)
def test_what_is_stored(shape: Shape, given: Entry, value: str) -> None:
    assert check_entry(given, shape).value == Decimal(value)


@pytest.mark.parametrize(
    ("shape", "given", "field"),
    [
        (RATE, entry(), "value"),
        (RATE, entry(97), "denominator"),
        (RATE, entry(None, 100), "numerator"),
        (RATE, entry(97, None, 97), "denominator"),
        (RATE, entry(None, 100, 97), "numerator"),
        (RATE, entry(101, 100), "numerator"),
        (RATE, entry(value="100.1"), "value"),
        (RATE, entry(-1, 100), "numerator"),
        (RATE, entry(value=-1), "value"),
        (RATE, entry(0, 0), "denominator"),
        (RATE, entry(1, -5), "denominator"),
        (RATE, entry(97, 100, 96), "value"),
        (RATE, entry(1, 3, "33.4"), "value"),
        (RATE, entry(value="NaN"), "value"),
        (RATE, entry(value="Infinity"), "value"),
        (RATE, entry(value="1e30"), "value"),
        (RATE, entry(1, "1e-22"), "denominator"),
        (CHANGE, entry("1e12", "1e-9"), "denominator"),
        (INFANTS, entry(value=1001), "value"),
        (INFANTS, entry(7, 6), "numerator"),
        (COUNT, entry(1, 2), "numerator"),
        (COUNT, entry(value=-1), "value"),
        (CHANGE, entry(-1, 0), "denominator"),
        (RATE, entry(97, 100, no_data=True), "no_data"),
        (RATE, entry(value=0, no_data=True), "no_data"),
        (RATE, entry(no_data=True), "comment"),
        (RATE, entry(no_data=True, comment="  "), "comment"),
    ],
)
def test_the_impossible_is_refused_by_its_field(shape: Shape, given: Entry, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_entry(given, shape)
    assert caught.value.field == field
    assert str(caught.value)


def test_no_data_is_not_nought() -> None:
    nothing = check_entry(entry(no_data=True, comment="Không phát sinh", estimate=True), RATE)
    assert (nothing.value, nothing.no_data, nothing.estimate) == (None, True, False)
    nought = check_entry(entry(value=0), RATE)
    assert (nought.value, nought.no_data) == (0, False)


def test_a_stratum_is_of_its_places() -> None:
    rural = Shape(Better.DOWN, 100, (), "Béo phì (nông thôn)", "rural")
    assert check_entry(entry(1, 100), rural, unit_name="UBND xã Cao Xá").value == 1
    assert check_entry(entry(1, 100), rural).value == 1  # of a department, which counts for both
    with pytest.raises(Invalid) as caught:
        check_entry(entry(1, 100), rural, unit_name="UBND thị trấn Nhã Nam")
    assert caught.value.field == "value"
    names = {"UBND thị trấn Cao Thượng": "urban", "Phường Đa Mai": "urban", "UBND xã Việt Lập": "rural"}
    assert {name: stratum_of(name) for name in names} == names


@pytest.mark.parametrize(
    ("given", "before", "says"),
    [
        (entry(value=90), Before("2025", Fraction(80)), None),
        (entry(value=96), Before("2025", Fraction(80)), None),  # 20% of 80 is 16
        (entry(value="96.1"), Before("2025", Fraction(80)), "Khác kỳ trước (80, 2025) quá 20%: "),
        (entry(value="63.9"), Before("2025", Fraction(80)), "Khác kỳ trước"),
        (entry(value=0), Before("2025", Fraction(80)), "Khác kỳ trước"),
        (entry(value=1), Before("2025", Fraction(0)), "Khác kỳ trước (0, 2025)"),
        (entry(value=0), Before("2025", Fraction(0)), None),
        (entry(80, 100), Before("2025", Fraction(80), Fraction(100)), None),
        (entry(104, 130), Before("2025", Fraction(80), Fraction(100)), "Mẫu số khác kỳ trước (100, 2025)"),
        (entry("80.5", 100), None, "số nguyên"),
        (entry(80, 100), None, None),
        (entry(no_data=True, comment="x"), Before("2025", Fraction(80)), None),
    ],
)
def test_the_odd_is_explained(given: Entry, before: Before | None, says: str | None) -> None:
    checked = check_entry(given, RATE)
    if says is None:
        explain(checked, RATE, before, 20)
        return
    with pytest.raises(Invalid) as caught:
        explain(checked, RATE, before, 20)
    assert caught.value.field == "comment"
    assert says in str(caught.value)
    explain(Entry(**{**vars(checked), "comment": "Đã rà soát"}), RATE, before, 20)


def test_what_is_itself_a_change_may_jump() -> None:
    explain(check_entry(entry(-3, 20), CHANGE), CHANGE, Before("2025", Fraction(3), Fraction(20)), 20)


@pytest.mark.parametrize(
    ("period", "good"),
    [("2026", True), ("2026-H1", True), ("2020", True), ("2019", False), ("2031", False), ("2027", False),
     ("2026-H3", False), ("once", False), ("x", False), ("", False), ("2026-H2", True)],
)  # fmt: skip
def test_periods(period: str, good: bool) -> None:
    today = date(2026, 11, 1)
    if good:
        assert check_period(period, first_year=2020, last_year=2030, today=today).key == period
        return
    with pytest.raises(Invalid) as caught:
        check_period(period, first_year=2020, last_year=2030, today=today)
    assert caught.value.field == "period"


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([100, 1000, 4000]))
def test_what_is_judged_is_exact_and_what_is_stored_is_near(numerator: int, denominator: int, per: int) -> None:
    value = exact(Decimal(numerator), Decimal(denominator), None, per)
    assert value == Fraction(numerator * per, denominator)
    assert abs(Fraction(rounded(value)) - value) <= Fraction(1, 10**6)


def test_numbers_as_vietnamese_writes_them() -> None:
    numbers = [Fraction(19, 2), Decimal(1000), Fraction(1, 3), Decimal("-0.001"), 0, None, Fraction(-5, 2)]
    assert [short_number(one) for one in numbers] == ["9,5", "1.000", "0,33", "0", "0", "", "-2,5"]
    # Halves upwards, away from 0, and what only seems one is none.
    halves = [Fraction(5, 8), Decimal("0.615"), Fraction(-5, 8), Decimal("0.62499999999999999999999999999999")]
    assert [short_number(one) for one in halves] == ["0,63", "0,62", "-0,63", "0,62"]
