"""Is a value good enough: met, on the required path, off it, missed, or not to be said yet (design 3.4).

Everything is measured as a *gap*: how far a value still is from a target, never below 0, whichever way is better. The
required path takes the gap from where it began (the milestone before, the baseline, or the first figure) evenly down
to 0 in the target's year. Nothing is divided by a target, so 0 is a target as good as any: only by the years between
two different points in time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from tracker.rules.measure import Better, Number, Shape
from tracker.rules.targets import Comparator, Target
from tracker.rules.words import N_


class Verdict(StrEnum):
    """In the order in which pages list them: what needs somebody first."""

    MISSED = "missed"
    OFF_PATH = "off_path"
    NOT_YET = "not_yet"
    ON_PATH = "on_path"
    MET = "met"


ORDER = {verdict: place for place, verdict in enumerate(Verdict)}
_STRICT = frozenset({Comparator.BELOW, Comparator.ABOVE})
History = Mapping[Fraction, Number]


@dataclass(frozen=True)
class Judgement:
    """`words` is a msgid that says the rule, with `params`; `target` and `required` (a value on the path) are in them
    as numbers of the measure. `start` is where the path began, (year, value)."""

    verdict: Verdict
    words: str
    params: dict[str, object] = field(default_factory=dict)
    target: Target | None = None
    required: Fraction | None = None
    start: tuple[Fraction, Fraction] | None = None


def gap(shape: Shape, target: Target, value: Number) -> Fraction:
    """How far the value still has to go; 0 at the target's edge and beyond it."""
    one, low = Fraction(value), Fraction(target.value)
    high = Fraction(target.upper) if target.upper is not None else low
    if shape.better is Better.UP:
        return max(Fraction(), low - one)
    if shape.better is Better.DOWN:
        return max(Fraction(), one - high)
    return max(Fraction(), low - one, Fraction() if shape.more_is_fine else one - high)


def reached(shape: Shape, target: Target, value: Number) -> bool:
    """Exact, nothing rounded. Which way is better decides the direction: a better value is never refused."""
    if gap(shape, target, value):
        return False
    edge = {Better.UP: target.value, Better.DOWN: target.upper if target.upper is not None else target.value}
    return target.comparator not in _STRICT or Fraction(value) != edge.get(shape.better)


def judge(
    shape: Shape, value: Number | None, at: Fraction, history: History | None = None, *, half: bool = False
) -> Judgement:
    """The value of the period that ends at `at` (`measure.at_of`). `history`: earlier values of the same measure by
    when; what is not earlier is ignored. `half`: of six months alone, though they end with the year."""
    if value is None:
        return Judgement(Verdict.NOT_YET, N_("Chưa có số liệu của kỳ này."))
    milestones = shape.milestones
    if not milestones:
        return _every_year(shape, value, at, half)
    ahead = next((one for one in milestones if year_of(one) >= at), None)
    if ahead is None:
        last = milestones[-1]
        if reached(shape, last, value):
            return _say(Verdict.MET, N_("Giữ được mục tiêu năm %(year)s (%(target)s)."), last)
        return _say(Verdict.MISSED, N_("Đã qua năm %(year)s mà chưa đạt mục tiêu (%(target)s)."), last)
    due = year_of(ahead) == at
    if reached(shape, ahead, value):
        words = N_("Đạt mục tiêu năm %(year)s (%(target)s).")
        return _say(Verdict.MET, words if due else N_("Đã đạt sớm mục tiêu năm %(year)s (%(target)s)."), ahead)
    if due:
        return _say(Verdict.MISSED, N_("Chưa đạt mục tiêu năm %(year)s (%(target)s)."), ahead)
    start = path_start(shape, ahead, at, history or {})
    if start is None:
        words = N_("Mục tiêu đến năm %(year)s (%(target)s); chưa có số liệu đầu kỳ để tính mức phải đạt.")
        return _say(Verdict.NOT_YET, words, ahead)
    allowed = _gap_allowed(shape, ahead, start, at)
    so_far = gap(shape, ahead, value)
    on_path = so_far < allowed if ahead.comparator in _STRICT else so_far <= allowed
    words = (
        N_("Đúng lộ trình đến năm %(year)s (%(target)s): kỳ này cần %(required)s.")
        if on_path
        else N_("Chậm so với lộ trình đến năm %(year)s (%(target)s): kỳ này cần %(required)s.")
    )
    return _say(
        Verdict.ON_PATH if on_path else Verdict.OFF_PATH,
        words,
        ahead,
        _value_at(shape, ahead, allowed, start[1]),
        start,
    )


def _every_year(shape: Shape, value: Number, at: Fraction, half: bool) -> Judgement:
    target = shape.every_year
    if target is None:
        return Judgement(Verdict.NOT_YET, N_("Chương trình không đặt mục tiêu."))
    whole = at.denominator == 1
    if shape.is_change and (half or not whole):
        return _say(Verdict.NOT_YET, N_("Mục tiêu của cả năm (%(target)s): đánh giá khi hết năm."), target)
    if reached(shape, target, value):
        return _say(Verdict.MET, N_("Đạt mục tiêu của mỗi năm (%(target)s)."), target)
    if whole:
        return _say(Verdict.MISSED, N_("Chưa đạt mục tiêu của mỗi năm (%(target)s)."), target)
    return _say(Verdict.OFF_PATH, N_("Năm chưa hết, đang dưới mức của mỗi năm (%(target)s)."), target)


def _say(
    verdict: Verdict,
    words: str,
    target: Target,
    required: Fraction | None = None,
    start: tuple[Fraction, Fraction] | None = None,
) -> Judgement:
    params: dict[str, object] = {"year": target.year, "target": target, "required": required}
    return Judgement(verdict, words, {k: v for k, v in params.items() if v is not None}, target, required, start)


def path_start(shape: Shape, ahead: Target, at: Fraction, history: History) -> tuple[Fraction, Fraction] | None:
    """Where the path to the target begins: the milestone before, else the baseline, else the first figure there is."""
    before = [one for one in shape.milestones if year_of(one) < year_of(ahead)]
    if before and year_of(before[-1]) < at:
        last = before[-1]
        edges = [Fraction(last.value), Fraction(last.upper if last.upper is not None else last.value)]
        return Fraction(year_of(last)), max(edges, key=lambda edge: gap(shape, ahead, edge))
    if shape.baseline is not None and shape.baseline[0] < at:
        return Fraction(shape.baseline[0]), Fraction(shape.baseline[1])
    earlier = [when for when in history if when < at]
    return (min(earlier), Fraction(history[min(earlier)])) if earlier else None


def _gap_allowed(shape: Shape, ahead: Target, start: tuple[Fraction, Fraction], at: Fraction) -> Fraction:
    """`start` lies before `at`, and `at` not after the target: nothing is divided by 0."""
    left = Fraction(year_of(ahead)) - at
    return gap(shape, ahead, start[1]) * left / (year_of(ahead) - start[0])


def _value_at(shape: Shape, target: Target, allowed: Fraction, from_: Fraction) -> Fraction:
    """The value that is `allowed` away from the target, on the side where the path comes from."""
    low = Fraction(target.value)
    high = Fraction(target.upper) if target.upper is not None else low
    if shape.better is Better.UP or (shape.better is Better.RANGE and from_ < low):
        return low - allowed
    return high + allowed if shape.better is Better.DOWN or from_ > high else low


def required_path(shape: Shape, history: History) -> list[tuple[Fraction, Fraction]]:
    """(year, value) of the corners of the road to the last target, first where it begins if that is known; [] where
    there are no milestones."""
    milestones = shape.milestones
    if not milestones:
        return []
    first = milestones[0]
    start = path_start(shape, first, Fraction(year_of(first)), history)
    corners = [(Fraction(year_of(one)), _edge(shape, one)) for one in milestones]
    if start is None:
        return corners
    return [(start[0], _value_at(shape, first, gap(shape, first, start[1]), start[1])), *corners]


def _edge(shape: Shape, target: Target) -> Fraction:
    """What has just about reached the target."""
    down = shape.better is Better.DOWN and target.upper is not None
    return Fraction(target.upper if down and target.upper is not None else target.value)


def year_of(target: Target) -> int:
    assert target.year is not None
    return target.year
