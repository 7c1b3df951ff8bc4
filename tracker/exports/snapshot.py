"""The frozen figures of a report. Its documents are made from this and nothing else; it travels as plain JSON.

Numbers are decimal text ("9.5"), exact in every language; days and moments are ISO text.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from tracker.exports.frozen import read

CLASSES = ("done_on_time", "done_late", "open_in_time", "open_overdue")
NO_COUNTS: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class MeasureRow:
    """`targets` are (year, words): ("2025", "≥ 82%"), or ("", "100%") for every year. `value` is what is judged,
    `origin` whose it is ("lead", "communes"); `communes` of them are in what they add up to, `communes_expected` should
    be (0: not known, as of what was frozen earlier); `series` earlier values of the same measure, `path` what each year
    requires, (year, value) both.

    `verdict` is a `rules.judgement.Verdict`, `rule` says it in words; `gap` is the value less the nearest target, or
    less what the path requires, `basis` which of them ("mức 91%"), and `chance` whether the targets ahead will be
    reached at this pace.
    """

    name: str
    unit: str
    targets: tuple[tuple[str, str], ...] = ()
    per: int = 100
    value: str | None = None
    estimate: bool = False
    before: str | None = None
    baseline: str | None = None
    baseline_year: int | None = None
    origin: str = ""
    lead_value: str | None = None
    communes_value: str | None = None
    communes: int = 0
    communes_expected: int = 0
    verdict: str = "not_yet"
    rule: str = ""
    gap: str | None = None
    chance: str = ""
    source: str = ""
    comment: str = ""
    series: tuple[tuple[str, str], ...] = ()
    path: tuple[tuple[str, str], ...] = ()
    path_begins: bool = False  # with where the road begins, which is no target
    basis: str = ""

    def target(self, year: int | str) -> str:
        """The words of this year's target, else of every year's; "" where there is neither."""
        words = dict(self.targets)
        return words.get(str(year), words.get("", ""))

    @property
    def is_partial(self) -> bool:
        """Whether what is judged is the sum of only some of the communes that it should be of."""
        return self.origin == "communes" and self.communes < self.communes_expected


@dataclass(frozen=True)
class IndicatorRow:
    number: int
    text: str
    lead: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class Tally:
    """How many assignments are in each of the four classes (`CLASSES`), and how many of the open ones only wait for the
    office, submitted in time and late. `latest`: working days of the latest open one."""

    classes: tuple[int, int, int, int] = NO_COUNTS
    waits_in_time: int = 0
    waits_late: int = 0
    latest: int = 0
    carried: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        a, b = self.classes, other.classes
        return Tally(
            (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]),
            self.waits_in_time + other.waits_in_time,
            self.waits_late + other.waits_late,
            max(self.latest, other.latest),
            self.carried + other.carried,
        )

    @property
    def total(self) -> int:
        return sum(self.classes)

    @property
    def done(self) -> int:
        return self.classes[0] + self.classes[1]

    @property
    def overdue(self) -> int:
        return self.classes[3]


@dataclass(frozen=True)
class GoalRow:
    """`tally`: of the assignments of its indicators, where they are not listed."""

    number: int
    title: str
    indicators: tuple[IndicatorRow, ...]
    tally: Tally | None = None


@dataclass(frozen=True)
class WorkRow:
    """One assignment. `official` is one of the four classes; `days_late` in working days; dates are ISO text. `waits`:
    it was submitted, and the standing office has not decided yet.

    `period` is a part of the year, in words, or ""; `carried`: a single duty's, given in an earlier year.
    """

    text: str
    ref: str
    kind: str
    coordinating: str
    due_on: str | None
    progress: str
    result: str
    official: str
    days_late: int
    waits: bool = False
    period: str = ""
    carried: bool = False


@dataclass(frozen=True)
class UnitRow:
    """`tally` stands in for `work` where there is more of it than a document lists: the rows lie apart then."""

    name: str
    work: tuple[WorkRow, ...]
    report_filed: bool
    tally: Tally | None = None

    @property
    def counted(self) -> Tally:
        return self.tally if self.tally is not None else tally_of(self.work)


@dataclass(frozen=True)
class FilingRow:
    """A unit that is expected to file. `state` is a `rules.filing.FilingState`; `on_time` None: nothing stands."""

    unit: str
    level: str
    state: str
    due_on: str
    filed_on: str | None = None
    on_time: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class CellRow:
    """What one unit reported of one measure (`ref` "3.1"). Leaves the office masked only."""

    ref: str
    measure: str
    unit: str
    numerator: str | None
    denominator: str | None
    value: str | None
    estimate: bool = False
    source: str = ""
    comment: str = ""


@dataclass(frozen=True)
class UnitText:
    unit: str
    text: str


@dataclass(frozen=True)
class SectionRow:
    """What the units wrote for one section, in their order."""

    key: str
    title: str
    texts: tuple[UnitText, ...]


@dataclass(frozen=True)
class BudgetRow:
    """Whole đồng as text; None is not known. `source`: central, province, district, commune, social."""

    unit: str
    source: str
    estimate: str | None
    approved: str | None
    spent: str | None


@dataclass(frozen=True)
class Snapshot:
    """`built_at` is ISO text; `year` the (last) year reported on, `cycle` a `rules.filing.CycleKind`, `span` what the
    report is of, in a sentence: "năm 2026". `apart`: assignments and cells lie beside this, in parts."""

    title: str
    kind: str
    year: int
    built_at: str
    place: str
    parent_agency: str
    agency: str
    agency_short: str
    head_title: str
    addressee: str
    recipients: tuple[str, ...]
    based_on: tuple[str, ...]
    solution_groups: tuple[str, ...]
    goals: tuple[GoalRow, ...]
    units: tuple[UnitRow, ...]
    sample_data: bool
    cycle: str = "annual"
    span: str = ""
    first_year: int = 0
    # The last year of the programme.
    last_year: int = 0
    cut_off_on: str | None = None
    office: str = ""
    # The agency above the office, for the report that goes there; its own list of who receives it.
    above: str = ""
    above_recipients: tuple[str, ...] = ()
    filing: tuple[FilingRow, ...] = ()
    sections: tuple[SectionRow, ...] = ()
    cells: tuple[CellRow, ...] = ()
    budget: tuple[BudgetRow, ...] = ()
    apart: bool = False

    @property
    def tally(self) -> Tally:
        return sum((unit.counted for unit in self.units), Tally())

    def counts(self) -> dict[str, int]:
        """Official class → number of assignments."""
        return dict(zip(CLASSES, self.tally.classes, strict=True))

    def work(self) -> list[WorkRow]:
        return [row for unit in self.units for row in unit.work]

    def measures(self) -> list[tuple[str, IndicatorRow, MeasureRow]]:
        """(reference "3.1", its indicator, itself) in the order of the document."""
        return [
            (str(one.number) if len(one.measures) == 1 else f"{one.number}.{at}", one, measure)
            for goal in self.goals
            for one in goal.indicators
            for at, measure in enumerate(one.measures, 1)
        ]

    def milestones(self) -> list[int]:
        """The years for which targets are set, in order."""
        return sorted(
            {int(year) for _ref, _one, measure in self.measures() for year, _words in measure.targets if year}
        )

    def goal_tally(self, goal: GoalRow) -> Tally:
        if goal.tally is not None:
            return goal.tally
        refs = {f"CT{one.number}" for one in goal.indicators}
        return tally_of(row for row in self.work() if row.kind == "indicator" and row.ref in refs)

    def expected(self) -> list[tuple[str, bool]]:
        """(unit, has it filed) of all that had to; without a reporting cycle, by their duties to report."""
        if self.filing:
            return [(one.unit, one.state in FILED) for one in self.filing if one.state != "exempt"]
        return [(unit.name, unit.report_filed) for unit in self.units]

    def returned(self) -> list[str]:
        """Units that filed and were given it back: missing, though not without having sent any."""
        return [one.unit for one in self.filing if one.state == "returned"]

    def missing(self) -> list[str]:
        return [unit for unit, filed in self.expected() if not filed]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Also of what was frozen before a field existed: what is not there has its default."""
        return read(cls, data)


# `rules.filing.FILED` as it is frozen.
FILED = frozenset({"submitted", "accepted"})


def tally_of(rows: Iterable[WorkRow]) -> Tally:
    classes, waits, latest, carried = dict.fromkeys(CLASSES, 0), [0, 0], 0, 0
    for row in rows:
        late = row.official == "open_overdue"
        classes[row.official] += 1
        waits[late] += row.waits
        latest = max(latest, row.days_late if late else 0)
        carried += row.carried
    a, b, c, d = classes.values()
    return Tally((a, b, c, d), waits[0], waits[1], latest, carried)


def vietnamese_day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""
