"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.errors import Invalid
from tracker.rules.figures import Entry
from tracker.rules.targets import number_text
from tracker.rules.typed import read_entry, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [("", None), ("  ", None), ("0", "0"), ("12", "12"), ("1.234", "1234"), ("1.234.567", "1234567"),
     ("1.234,5", "1234.5"), ("9,5", "9.5"), ("9.5", "9.5"), ("0.125", "0.125"), ("97 %", "97"), ("9,5‰", "9.5"),
     ("-2,5", "-2.5"), ("−2,5", "-2.5"), ("1 234", "1234"), ("12.34", "12.34"), ("1234.567", "1234.567")],
)  # fmt: skip
def test_read(typed: str, number: str | None) -> None:
    assert read_number(typed, "value") == (None if number is None else Decimal(number))


@pytest.mark.parametrize("typed", ["x", "1,2,3", "1.23.456", "--1", "1e9", "NaN", "∞", "9" * 41, "12 trẻ", "%"])
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_number(typed, "numerator")
    assert caught.value.field == "numerator"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_what_pages_write_can_be_typed_back(number: Decimal) -> None:
    assert read_number(number_text(number), "value") == number


def test_a_form() -> None:
    form = {"numerator": "97", "denominator": "100", "estimate": "1", "source": "Sổ", "comment": "c", "reason": "r"}
    assert read_entry(form) == Entry(Decimal(97), Decimal(100), None, False, True, "Sổ", "c", "r")
    assert read_entry({"no_data": "1", "comment": "x"}) == Entry(no_data=True, comment="x")
