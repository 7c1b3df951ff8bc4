"""Targets as the programme words them, and values just on either side of them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.targets import Comparator, Target, met, number_text, target_text


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
    ],
)
def test_words(one: Target, per: int, suffix: str, text: str) -> None:
    assert target_text(one, per, suffix) == text


@pytest.mark.parametrize(
    ("one", "below", "at", "above"),
    [
        (target(">=", "82"), False, True, True),
        (target(">", "82"), False, False, True),
        (target("<=", "82"), True, True, False),
        (target("<", "82"), True, False, False),
        (target("=", "82"), False, True, False),
        (target("maintain", "82"), False, True, True),
        (target("range", "82", "83"), False, True, True),
        (target("range", "81", "82"), True, True, False),
    ],
)
def test_met_on_either_side(one: Target, below: bool, at: bool, above: bool) -> None:
    values = (Decimal("81.999"), Decimal(82), Decimal("82.001"))
    assert tuple(met(one, value) for value in values) == (below, at, above)


def test_a_ratio_is_compared_exactly() -> None:
    assert met(target(">=", "33.3"), Fraction(100, 3))
    assert not met(target(">=", "33.34"), Fraction(100, 3))
    assert met(target("<=", "0"), Fraction(0, 900))


@pytest.mark.parametrize(("comparator", "upper"), [("range", None), (">=", "90"), ("range", "81")])
def test_only_a_range_has_an_upper_end_and_in_order(comparator: str, upper: str | None) -> None:
    with pytest.raises(ValueError, match="upper end"):
        target(comparator, "82", upper)


@given(st.decimals(0, 10**7, places=3))
def test_number_text_loses_nothing(value: Decimal) -> None:
    assert Decimal(number_text(value).replace(".", "").replace(",", ".")) == value
