"""A figure from the fields of a form."""

from decimal import Decimal

from tracker.rules.figures import Entry
from tracker.rules.typed import read_entry


def test_a_form() -> None:
    form = {"numerator": "97", "denominator": "100", "estimate": "1", "source": "Sổ", "comment": "c", "reason": "r"}
    assert read_entry(form) == Entry(Decimal(97), Decimal(100), None, False, True, "Sổ", "c", "r")
    assert read_entry({"no_data": "1", "comment": "x"}) == Entry(no_data=True, comment="x")
