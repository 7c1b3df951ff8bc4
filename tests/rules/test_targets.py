"""Targets as the programme words them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.targets import Comparator, Target, number_text, short_number, target_text, telling_digits


def target(comparator: str, value: str, upper: str | None = None, year: int | None = 2025) -> Target:
    return Target(year, Comparator(comparator), Decimal(value), None if upper is None else Decimal(upper))


@pytest.mark.parametrize(
    ("one", "per", "suffix", "text"),
    [
        (target(">=", "82"), 100, "", "≥ 82%"),
        (target("<", "9.50"), 1000, "", "< 9,5‰"),
        (target("<=", "3"), 4000, " trẻ em", "≤ 3/4.000 trẻ em"),
        (target("=", "0"), 100, "", "0%"),
        (target(">", "1000"), 1, " cuộc", "> 1.000 cuộc"),
        (target("maintain", "100", year=2030), 100, "", "duy trì 100%"),
        (target("range", "2", "3", year=None), 100, "", "từ 2% đến 3%/năm"),
        (target("range", "2", "3"), 100, "", "từ 2% đến 3%"),
        (target(">=", "100"), 100, "", "100%"),
        (target(">=", "100"), 1, " cuộc", "≥ 100 cuộc"),
        (target("maintain", "100"), 100, "", "duy trì 100%"),
    ],
)
def test_words(one: Target, per: int, suffix: str, text: str) -> None:
    assert target_text(one, per, suffix, may_exceed=False) == text


def test_what_may_be_more_than_all_keeps_its_sign() -> None:
    assert target_text(target(">=", "100"), may_exceed=True) == "≥ 100%"


@pytest.mark.parametrize(("comparator", "upper"), [("range", None), (">=", "90"), ("range", "81")])
def test_only_a_range_has_an_upper_end_and_in_order(comparator: str, upper: str | None) -> None:
    with pytest.raises(ValueError, match="upper end"):
        target(comparator, "82", upper)


def test_what_misses_by_little_reads_otherwise() -> None:
    goal = Decimal(95)
    digits = [telling_digits(Decimal(one), goal, None) for one in ("94.9", "94.996", "95", "94.9999", "94.99999999")]
    assert digits == [2, 3, 2, 4, 6]
    assert short_number(Decimal("94.996"), 3) == "94,996"


@given(st.decimals(0, 10**7, places=3))
def test_number_text_loses_nothing(value: Decimal) -> None:
    assert Decimal(number_text(value).replace(".", "").replace(",", ".")) == value
