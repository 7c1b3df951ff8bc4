"""Amounts that cannot be, and sums that know what is not known."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.budget import Money, check_money, together
from tracker.rules.errors import Invalid


def money(estimate: int | None = None, approved: object = None, spent: object = None) -> Money:
    return Money(*(None if one is None else Decimal(str(one)) for one in (estimate, approved, spent)))


@pytest.mark.parametrize(
    ("one", "source"),
    [(money(), "district"), (money(100), "district"), (money(100, 90, 90), "commune"), (money(100, 0, 0), "central"),
     (money(100, None, 0), "district"), (money(None, 90), "district"), (money(10, None, 30), "social")],
)  # fmt: skip
def test_what_can_be(one: Money, source: str) -> None:
    assert check_money(one, source) == one


@pytest.mark.parametrize(
    ("one", "source", "field"),
    [(money(-1), "district", "estimate"), (money(1, "0.5"), "district", "approved"),
     (money(1, 1, 2), "commune", "spent"), (money(1, None, 1), "district", "spent"),
     (money(1, 1), "social", "approved"), (money(10**15), "social", "estimate"),
     (money(None, "NaN"), "district", "approved")],
)  # fmt: skip
def test_what_cannot(one: Money, source: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_money(one, source)
    assert caught.value.field == field


def test_nought_is_known_and_none_is_not() -> None:
    assert together([]) == Money()
    assert together([money(1), money(None, 0)]) == money(1, 0)
    assert (money(0, 0, 0).rate, money(1, 2).rate, money(1, 2, 1).rate) == (None, None, Fraction(1, 2))
    assert (money().known, money(0).known) == (False, True)


amounts = st.one_of(st.none(), st.integers(0, 10**9).map(Decimal))


@given(st.lists(st.builds(Money, amounts, amounts, amounts), max_size=8), st.integers(0, 8))
def test_parts_add_up_in_any_grouping(parts: list[Money], at: int) -> None:
    assert together([together(parts[:at]), together(parts[at:])]) == together(parts)
