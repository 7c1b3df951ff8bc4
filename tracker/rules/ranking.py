"""Ranking units fairly: by what was done on time among what could be judged, and only where there is enough of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median

from tracker.rules.deadlines import DeadlineClass, Standing

ON_TIME = frozenset({DeadlineClass.DONE_EARLY, DeadlineClass.DONE_ON_TIME})
LATE = frozenset({DeadlineClass.DONE_LATE, DeadlineClass.OVERDUE})

# Until a programme sets another: a commune has four assignments a year.
USUAL_THRESHOLD = 3


@dataclass
class Score:
    """Of one unit. An extension is neutral: what was done by the granted date is on time; how often it was needed and
    how much was late against the original date stand beside the rate, not in it."""

    on_time: int = 0
    done: int = 0
    overdue: int = 0
    open: int = 0
    heard: int = 0
    extended: int = 0
    late_against_original: int = 0
    late_days: list[int] = field(default_factory=list)

    @property
    def judged(self) -> int:
        return self.done + self.overdue

    @property
    def on_time_rate(self) -> Fraction | None:
        """Done on time ÷ (done + overdue)."""
        return Fraction(self.on_time, self.judged) if self.judged else None

    @property
    def completion_rate(self) -> Fraction | None:
        return Fraction(self.done, self.judged) if self.judged else None

    @property
    def update_rate(self) -> Fraction | None:
        """Open work of which something was heard lately ÷ open work."""
        return Fraction(self.heard, self.open) if self.open else None

    @property
    def median_late(self) -> float | None:
        """Working days late, of what is or was late."""
        return median(self.late_days) if self.late_days else None

    def add(
        self, stands: Standing, *, is_open: bool, heard: bool, extended: bool, late_originally: bool, n: int = 1
    ) -> None:
        """`n` assignments that are alike in all of this."""
        done = stands.klass in (*ON_TIME, DeadlineClass.DONE_LATE)
        self.on_time += n * (stands.klass in ON_TIME)
        self.done += n * done
        self.overdue += n * (stands.klass is DeadlineClass.OVERDUE)
        self.open += n * is_open
        self.heard += n * (is_open and heard)
        self.extended += n * extended
        self.late_against_original += n * late_originally
        if stands.klass in LATE:
            self.late_days += [stands.working_days] * n


@dataclass(frozen=True)
class Ranked:
    unit_id: int
    score: Score
    rank: int


def rank(scores: dict[int, Score], threshold: int) -> tuple[list[Ranked], list[int]]:
    """(ranked units, units with fewer than `threshold` judged). Equals share a rank: 1, 2, 2, 4.

    By the on-time rate, then by fewer days late; the order in which units are given decides nothing but ties' order.
    """
    enough = [(unit, score) for unit, score in scores.items() if score.judged >= threshold]
    few = [unit for unit, score in scores.items() if score.judged < threshold]
    ordered = sorted(enough, key=lambda one: (_key(one[1]), one[0]))
    ranked: list[Ranked] = []
    for place, (unit, score) in enumerate(ordered, start=1):
        before = ranked[-1] if ranked else None
        same = before is not None and _key(before.score) == _key(score)
        ranked.append(Ranked(unit, score, before.rank if same and before else place))
    return ranked, few


def _key(score: Score) -> tuple[Fraction, float]:
    return -(score.on_time_rate or Fraction(0)), score.median_late or 0


def total_of(scores: Iterable[Score]) -> Score:
    total = Score()
    for one in scores:
        for name in ("on_time", "done", "overdue", "open", "heard", "extended", "late_against_original"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
        total.late_days += one.late_days
    return total
