"""Small counts hide, and nobody works them out: every table that fits what is shown is tried."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.masking import is_hidden, is_small, masked_rows


def test_cells_under_five_are_masked_and_nought_is_not() -> None:
    counts = (None, 0, 1, 4, 5, 1200, Decimal(3))
    assert [one for one in counts if is_small(one)] == [1, 4, Decimal(3)]


def test_a_masked_count_is_not_told_by_its_rate_nor_by_the_sum() -> None:
    rows = [(3, 150, Fraction(2)), (40, 200, Fraction(20)), (12, 100, Fraction(12)), (0, 50, Fraction(0)),
            (None, None, Fraction(7)), (None, None, None)]  # fmt: skip
    assert masked_rows(rows, 100) == [
        ("< 5", "150", "*"), ("40", "200", "20"), ("*", "100", "*"), ("0", "50", "0"), ("", "", "7"), ("", "", ""),
    ]  # fmt: skip
    # Without a sum below there is nothing to subtract from.
    assert [one[0] for one in masked_rows(rows, 100, with_sum=False)][:3] == ["< 5", "40", "12"]
    # A class of four children is as small as four of them.
    few = [(0, 4, Fraction(0)), (6, 9, Fraction(66)), (9, 20, Fraction(45))]
    assert masked_rows(few, 100)[0] == ("0", "< 5", "*")


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((3, 2, 40), ("< 5", "< 5", "40")),  # 1 + 4, 2 + 3 …
        ((4, 4, 120), ("< 5", "< 5", "*")),  # 8 is only 4 + 4
        ((1, 1, 120), ("< 5", "< 5", "*")),
        ((2, 5, 5), ("< 5", "*", "*")),  # one "*" beside a shown 5 could only be 5
        ((2, 5, 9), ("< 5", "*", "9")),
        ((4, 4, 4, 4, 6), ("< 5", "< 5", "< 5", "< 5", "*")),
        ((1, 5), ("*", "*")),  # "< 5" and "*" add up to 6 in one way
        ((1, 0, 0), ("*", "*", "*")),  # where the one is, is what must not be told
        ((3,), ("< 5",)),
        ((0, 7), ("0", "7")),
        ((-2, 30, 8), ("< 5", "30", "*")),
    ],
)
def test_cells_are_hidden_until_each_might_be_another(counts: tuple[int, ...], told: tuple[str, ...]) -> None:
    """As plain counts and as numerators of something large, alike."""
    plain = [(None, None, count) for count in counts]
    assert tuple(one[2] for one in masked_rows(plain, 1)) == told
    ratios = [(count, 1000, Fraction(count, 10)) for count in counts]
    assert tuple(one[0] for one in masked_rows(ratios, 100)) == told


def test_a_value_alone_is_a_count_only_where_nothing_is_divided() -> None:
    rows = [(None, None, Fraction(3)), (None, None, Fraction(40)), (None, None, None)]
    assert [one[2] for one in masked_rows(rows, 1)] == ["< 5", "*", ""]
    assert [one[2] for one in masked_rows(rows, 100)] == ["3", "40", ""]


def test_who_sees_their_own_row_subtracts_it_in_vain() -> None:
    rows = [(4, 100, Fraction(4)), (3, 100, Fraction(3)), (120, 1000, Fraction(12))]
    assert [one[0] for one in masked_rows(rows, 100)] == ["< 5", "< 5", "120"]
    # The first knows that the others' sum is 123: one more is hidden from it.
    assert [one[0] for one in masked_rows(rows, 100, seen={0})] == ["4", "< 5", "*"]


def fitting(told: list[str], limits: list[tuple[int, int]], total: int) -> Iterator[tuple[int, ...]]:
    """Every column that looks like this to a reader who knows the sum and that the smallest are hidden first."""
    shown = [int(one) for one in told if one and not is_hidden(one)]
    highest = min([one for one in shown if one] or [total])
    few = "< 5" in told
    domain = {"< 5": range(1, 5), "*": range(5 if few else 0, (highest if few else total) + 1)}
    for found in product(*(domain.get(one) or [int(one)] for one in told)):
        if sum(found) == total and all(a <= one <= b for one, (a, b) in zip(found, limits, strict=True)):
            yield found


@given(st.lists(st.integers(0, 9), min_size=2, max_size=5))
def test_no_count_is_told_by_the_others_and_the_sum(counts: list[int]) -> None:
    told = [one[2] for one in masked_rows([(None, None, count) for count in counts], 1)]
    found = set(fitting(told, [(0, 99)] * len(counts), sum(counts)))
    assert tuple(counts) in found
    for at, (count, words) in enumerate(zip(counts, told, strict=True)):
        assert is_hidden(words) or not is_small(count)
        assert not is_hidden(words) or len({one[at] for one in found}) > 1


@st.composite
def parts_of_wholes(draw: st.DrawFn) -> list[tuple[int, int]]:
    wholes = draw(st.lists(st.integers(1, 7), min_size=2, max_size=4))
    return [(draw(st.integers(0, whole)), whole) for whole in wholes]


@given(parts_of_wholes())
def test_neither_side_tells_of_the_other(rows: list[tuple[int, int]]) -> None:
    told = masked_rows([(part, whole, Fraction(part, whole)) for part, whole in rows], 100)
    sides = [[one[side] for one in told] for side in (0, 1)]
    everything = [(0, 99)] * len(rows)
    parts = list(fitting(sides[0], everything, sum(part for part, _ in rows)))
    wholes = list(fitting(sides[1], everything, sum(whole for _, whole in rows)))
    found = [
        (part, whole) for part in parts for whole in wholes if all(a <= b for a, b in zip(part, whole, strict=True))
    ]
    for at in range(len(rows)):
        for side in (0, 1):
            assert is_hidden(sides[side][at]) or not is_small(rows[at][side])
            if is_hidden(sides[side][at]):
                assert len({one[side][at] for one in found}) > 1
                assert told[at][2] == "*"


def test_a_long_column_is_hidden_in_a_moment() -> None:
    rows = [(4, 4, Fraction(100)), *((n, n, Fraction(100)) for n in range(5, 3000))]
    told = masked_rows(rows, 100)
    # With all of everywhere one side tells the other: nothing can be left open.
    assert set(told) == {("*", "*", "*")}
