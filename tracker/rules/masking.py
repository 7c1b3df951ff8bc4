"""What leaves the office of counts so small that they point at single children (Law 91/2025, Decree 56/2017 art. 33).

A reader is taken to know the sum of each column, every cell that is shown, that a part is no more than its whole, and
this rule. Nobody may work out a hidden cell from that.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from math import inf

from tracker.rules.measure import Number
from tracker.rules.targets import short_number

# Fewer than this point at single children. 0 points at nobody.
SMALL = 5
FEW = f"< {SMALL}"
SECOND = "*"
_End = Fraction | float
_Row = Sequence[Number | None]


def is_small(count: Number | None) -> bool:
    return count is not None and 0 < abs(Fraction(count)) < SMALL


def is_hidden(words: str) -> bool:
    return words in (FEW, SECOND)


def masked_rows(
    rows: Sequence[tuple[Number | None, Number | None, Number | None]],
    per: int,
    *,
    with_sum: bool = True,
    seen: Collection[int] = (),
) -> list[tuple[str, str, str]]:
    """(numerator, denominator, value) of each unit as they may leave the office.

    A count of 1–4 is "< 5". Where its column's sum is known (`with_sum`), further cells are "*", the smallest first,
    until each hidden one might be another. The value of a row with a hidden side is "*": with the other side it would
    give it away. Where `per` is 1 the value itself is the count. `seen`: which rows the reader knows as their own; they
    are shown, and hide nothing.
    """
    told = [[short_number(cell) for cell in row] for row in rows]
    for side in [2] if per == 1 else [0, 1]:
        counts = {at: Fraction(cell) for at, row in enumerate(rows) if (cell := row[side]) is not None}
        for at in seen:
            counts.pop(at, None)
        limits = {at: _limits(rows[at], side) for at in counts}
        for at, words in _hidden(counts, limits, with_sum=with_sum).items():
            told[at][side] = words
    for row in told if per > 1 else ():
        row[2] = SECOND if is_hidden(row[0]) or is_hidden(row[1]) else row[2]
    return [(row[0], row[1], row[2]) for row in told]


def _limits(row: _Row, side: int) -> tuple[_End, _End]:
    """A part is no more than its whole, and a whole no less than its part; as if the other side were known: what cannot
    be told then cannot be told without it."""
    part, whole = row[0], row[1]
    if side == 2 or part is None or whole is None or part > whole:
        return -inf, inf
    return (-inf, Fraction(whole)) if side == 0 else (Fraction(part), inf)


def _hidden(
    counts: dict[int, Fraction], limits: dict[int, tuple[_End, _End]], *, with_sum: bool
) -> dict[int, str]:  # fmt: skip
    """Of one column: which rows are hidden, and behind what."""
    few = [at for at, count in counts.items() if is_small(count)]
    told = dict.fromkeys(few, FEW)
    if not few or not with_sum or len(counts) == 1:
        return told
    others = sorted((at for at, count in counts.items() if count and not is_small(count)), key=lambda at: counts[at])
    negative = any(count < 0 for count in counts.values())
    for more in _steps(len(others)):
        second = others[:more]
        # That the smallest are hidden first tells that none of them is larger than the smallest shown.
        highest = counts[others[more]] if more < len(others) else inf
        ends: dict[int, tuple[_End, _End]] = dict.fromkeys(few, (1 - SMALL if negative else 1, SMALL - 1))
        ends |= dict.fromkeys(second, (-inf if negative else SMALL, highest))
        held = [(max(low, limits[at][0]), min(high, limits[at][1])) for at, (low, high) in ends.items()]
        if _all_open(held, sum(counts[at] for at in ends)):
            return told | dict.fromkeys(second, SECOND)
    # Nothing is left to hide behind: neither which of them are small nor which are 0 is told.
    return dict.fromkeys(counts, SECOND)


def _steps(most: int) -> Iterator[int]:
    """0, 1, 2, 3, 4, 8, 16 … `most`: a long column is not tried cell by cell."""
    step = 0
    while step < most:
        yield step
        step = step + 1 if step < 4 else step * 2
    yield most


def _all_open(held: Sequence[tuple[_End, _End]], total: Fraction | int) -> bool:
    """Whether each of the cells that lie between these ends and have this sum might be another whole number."""
    lows, highs = _Sum(low for low, _ in held), _Sum(high for _, high in held)
    return all(min(high, total - lows.without(low)) - max(low, total - highs.without(high)) >= 1 for low, high in held)


class _Sum:
    """Of ends, of which some may be infinite, all in one direction."""

    def __init__(self, ends: Iterable[_End]) -> None:
        found = list(ends)
        self.finite = sum((Fraction(end) for end in found if abs(end) != inf), Fraction())
        self.infinite = [end for end in found if abs(end) == inf]

    def without(self, end: _End) -> _End:
        if abs(end) == inf:
            return self.infinite[0] if len(self.infinite) > 1 else self.finite
        return self.infinite[0] if self.infinite else self.finite - Fraction(end)
