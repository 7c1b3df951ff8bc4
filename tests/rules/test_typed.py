"""A figure from the fields of a form."""

from decimal import Decimal

import pytest

from tracker.rules.errors import Invalid
from tracker.rules.figures import Entry
from tracker.rules.typed import read_entry


def test_a_form() -> None:
    form = {"numerator": "97", "denominator": "100", "estimate": "1", "source": "Sổ", "comment": "c", "reason": "r"}
    assert read_entry(form, 100) == Entry(Decimal(97), Decimal(100), None, False, True, "Sổ", "c", "r")
    assert read_entry({"no_data": "1", "comment": "x"}, 1) == Entry(no_data=True, comment="x")


def test_a_sign_stands_behind_the_value_alone() -> None:
    assert read_entry({"value": "9,5‰"}, 1000).value == Decimal("9.5")
    for form, per in (({"numerator": "97%"}, 100), ({"denominator": "100%"}, 100), ({"value": "0,95%"}, 1000)):
        with pytest.raises(Invalid, match="tính bằng") as error:
            read_entry(form, per)
        assert error.value.field == next(iter(form))
