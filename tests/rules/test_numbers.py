"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.errors import Invalid
from tracker.rules.numbers import in_field, read_number
from tracker.rules.targets import number_text

TYPED = {
    "": None, "  ": None, "0": "0", "9,5": "9.5", "9.5": "9.5", "1.234": "1234", "1.234.567,8": "1234567.8",
    "1 234": "1234", "12\u00a0000": "12000", "-3": "-3", "-3,25": "-3.25", "007": "7",
    "1.23": "1.23", "1234.567": "1234.567", "0.234": "0.234", "−2,5": "-2.5", "1\u202f000": "1000",
}  # fmt: skip


@pytest.mark.parametrize("text", TYPED)
def test_what_is_a_number(text: str) -> None:
    value = TYPED[text]
    assert read_number(text, "x") == (None if value is None else Decimal(value))


# Typed, what the measure is of → the number; "" where the sign is not the measure's.
SIGNED = {
    ("95%", 100): "95", ("9,5 ‰", 1000): "9.5", ("0.500%", 100): "0.5", ("1.234 %", 100): "1234",
    ("0,95%", 1000): "", ("9,5‰", 100): "", ("95%", 1): "", ("9,5 ‰", 1): "", ("3%", 4000): "", ("3‰", 4000): "",
}  # fmt: skip


@pytest.mark.parametrize(("text", "per"), SIGNED)
def test_a_sign_is_the_measures_own(text: str, per: int) -> None:
    value = SIGNED[text, per]
    if value:
        assert read_number(text, "value", per) == Decimal(value)
        return
    with pytest.raises(Invalid, match="tính bằng") as error:
        read_number(text, "value", per)
    assert error.value.field == "value"
    assert text[-1] in str(error.value)


@given(st.decimals(-(10**6), 10**6, places=2), st.sampled_from((1, 100, 1000, 4000)), st.sampled_from("%‰"))
def test_a_sign_changes_no_number(number: Decimal, per: int, sign: str) -> None:
    """It is read as the number without it, or refused."""
    plain = number_text(number)
    try:
        assert read_number(f"{plain}{sign}", "value", per) == number == read_number(plain, "value", per)
    except Invalid:
        assert (per, sign) not in ((100, "%"), (1000, "‰"))
    else:
        assert (per, sign) in ((100, "%"), (1000, "‰"))


NONE = (
    "nhiều", "1/2", "1,2,3", "1.2.3", "1.234.56", "--1", "NaN", "Infinity", "1e5", "٣", "９", "1,", ",5", "9" * 31, "%",
    "12 trẻ", "∞", "1.23.456", "0.123.456",
)  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_what_is_none(text: str) -> None:
    with pytest.raises(Invalid, match="không phải là số") as error:
        read_number(text, "m1-value")
    assert error.value.field == "m1-value"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_a_field_gives_back_what_it_shows(value: Decimal) -> None:
    assert read_number(in_field(value), "x") == value
    assert in_field(None) == ""


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_what_pages_write_can_be_typed_back(number: Decimal) -> None:
    assert read_number(number_text(number), "value") == number
