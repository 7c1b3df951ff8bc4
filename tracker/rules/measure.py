"""What a measure is, whatever its values: which way is better, out of how many, and its targets (design 3.4)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tracker.rules.recurrence import Recurrence, period_named
from tracker.rules.targets import Comparator, Target, is_all, target_text
from tracker.rules.text import fold

Number = Decimal | Fraction | int
# Reducing what nobody wants by more than the document asks for misses nothing.
_REDUCTIONS = ("muc giam", "ty le giam", "ti le giam", "toc do giam")
_SIGNS = {Comparator.BELOW: "< ", Comparator.AT_MOST: "≤ ", Comparator.ABOVE: "> ", Comparator.AT_LEAST: "≥ "}
_TOWNS = ("thi tran", "phuong")


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    RANGE = "range"


@dataclass(frozen=True)
class Shape:
    """One measure. `targets` as the document has them, in any order; `baseline` is (year, value), optional."""

    better: Better
    per: int
    targets: tuple[Target, ...]
    name: str = ""
    stratum: str | None = None
    baseline: tuple[int, Decimal] | None = None

    @property
    def milestones(self) -> tuple[Target, ...]:
        """Targets with a year, in order."""
        return tuple(sorted((one for one in self.targets if one.year is not None), key=lambda one: one.year or 0))

    @property
    def every_year(self) -> Target | None:
        return next((one for one in self.targets if one.year is None), None)

    @property
    def is_change(self) -> bool:
        """What is measured is itself a change against the year before: "2–3% fewer each year"."""
        yearly = self.every_year
        return self.better is Better.RANGE and yearly is not None and yearly.comparator == Comparator.RANGE

    @property
    def more_is_fine(self) -> bool:
        """A range of reductions, whose upper end nobody minds being passed."""
        return self.is_change and fold(self.name).startswith(_REDUCTIONS)

    @property
    def is_ratio(self) -> bool:
        """Has a numerator and a denominator; a plain count has neither."""
        return self.per > 1

    @property
    def may_be_negative(self) -> bool:
        return self.is_change

    def words(self, target: Target) -> str:
        """A target as it is written: "≥ 82%", "100%" where nothing can be more."""
        return target_text(target, self.per, may_exceed=self.most is None)

    def sign(self, target: Target, value: Number) -> str:
        """What stands before a value on the way to a target, as it would before the target: "≥ ", "< "; "" before all
        of a share, than which nothing is more."""
        mark = _SIGNS.get(target.comparator)
        if mark is None:
            edge = target.upper if target.upper is not None else target.value
            comes_down = self.better is Better.DOWN or (self.better is Better.RANGE and Fraction(value) > edge)
            mark = "≤ " if comes_down else "≥ "
        is_whole = mark == "≥ " and is_all(Fraction(value), self.per, may_exceed=self.most is None)
        return "" if is_whole else mark

    @property
    def most(self) -> int | None:
        """The largest possible value: a part is never more than its whole. None where there is no such limit."""
        free = not self.is_ratio or self.is_change or any(one.value > self.per for one in self.targets)
        return None if free else self.per


def of_stratum(stratum: str | None, unit_name: str) -> bool:
    """Whether a commune is of the stratum (rural, urban) that a measure is about."""
    return stratum is None or stratum == stratum_of(unit_name)


def stratum_of(unit_name: str) -> str:
    """ "urban" for a town or a ward, "rural" for a commune."""
    words = fold(unit_name).removeprefix("ubnd ").removeprefix("uy ban nhan dan ")
    return "urban" if words.startswith(_TOWNS) else "rural"


def exact(numerator: Number | None, denominator: Number | None, value: Number | None, per: int) -> Fraction | None:
    """The value without any rounding: what is compared with targets. None where there is none."""
    if numerator is not None and denominator:
        return Fraction(numerator) * per / Fraction(denominator)
    return None if value is None else Fraction(value)


def at_of(period: str) -> Fraction:
    """Where a period ends on the line of years: "2026" → 2026, "2026-H1" → 2025½. ValueError for what is no period
    of a year."""
    found = period_named(period)
    if found.recurrence is Recurrence.ONCE:
        raise ValueError(period)
    return found.last.year - 1 + Fraction(found.last.month, 12)
