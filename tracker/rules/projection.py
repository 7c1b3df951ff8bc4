"""Where a measure is heading: what it would have to change each year, and where it ends if it goes on as so far."""

from dataclasses import dataclass
from fractions import Fraction

from tracker.rules.judgement import History, gap, reached, year_of
from tracker.rules.measure import Better, Number, Shape
from tracker.rules.targets import Target


@dataclass(frozen=True)
class Outlook:
    """For one milestone that is still ahead. Changes are per year and signed: down measures need negative ones.

    `needed` is 0 where the value has reached the target already. `trend` and `projected` are None with one value only,
    or where each year stands for itself; `likely` says whether `projected` reaches the target, None likewise.
    """

    target: Target
    needed: Fraction
    trend: Fraction | None
    projected: Fraction | None
    likely: bool | None


def outlook(shape: Shape, value: Number | None, at: Fraction, history: History) -> list[Outlook]:
    """One for each milestone after `at`, in order; [] without a value."""
    if value is None or shape.is_change:
        return []
    trend = trend_of(shape, value, at, history)
    return [_one(shape, target, Fraction(value), at, trend) for target in shape.milestones if year_of(target) > at]


def trend_of(shape: Shape, value: Number, at: Fraction, history: History) -> Fraction | None:
    """The mean change per year from the earliest value known, the baseline included, to this one."""
    known = {when: Fraction(one) for when, one in history.items() if when < at}
    if shape.baseline is not None and shape.baseline[0] < at:
        known[Fraction(shape.baseline[0])] = Fraction(shape.baseline[1])
    if not known:
        return None
    first = min(known)
    return (Fraction(value) - known[first]) / (at - first)


def _one(shape: Shape, target: Target, value: Fraction, at: Fraction, trend: Fraction | None) -> Outlook:
    years = year_of(target) - at
    distance = gap(shape, target, value)
    falls = shape.better is Better.DOWN or (shape.better is Better.RANGE and value > target.value)
    needed = (-distance if falls else distance) / years
    if trend is None:
        return Outlook(target, needed, None, None, None)
    projected = within(shape, value + trend * years)
    return Outlook(target, needed, trend, projected, reached(shape, target, projected))


def within(shape: Shape, value: Fraction) -> Fraction:
    """As far as the measure can go: no rate falls below 0, and no part grows beyond its whole."""
    if not shape.may_be_negative:
        value = max(Fraction(), value)
    return value if shape.most is None else min(Fraction(shape.most), value)
