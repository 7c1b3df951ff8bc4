"""Reporting cycles, and how far their units have come: counted by the database, shown page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from tracker.models.cycle import ReportCycle
from tracker.rules.filing import CycleKind, FilingState, Level
from tracker.rules.measure import at_of
from tracker.store.page import Page

PAGE_SIZE = 50


def load(session: Session, cycle_id: int, *, lock: bool = False) -> ReportCycle | None:
    query = select(ReportCycle).where(ReportCycle.id == cycle_id).options(joinedload(ReportCycle.programme))
    if lock:
        query = query.with_for_update(of=ReportCycle).execution_options(populate_existing=True)
    return session.scalar(query)


def cycles(session: Session, programme_ids: Sequence[int]) -> list[ReportCycle]:
    """Newest first."""
    return list(
        session.scalars(
            select(ReportCycle)
            .where(ReportCycle.programme_id.in_(programme_ids))
            .options(joinedload(ReportCycle.programme))
            .order_by(ReportCycle.period.desc(), ReportCycle.id.desc())
        )
    )


def planned(session: Session, programme_id: int, kind: CycleKind, period: str) -> ReportCycle | None:
    return session.scalar(
        select(ReportCycle).where(
            ReportCycle.programme_id == programme_id, ReportCycle.kind == kind, ReportCycle.period == period
        )
    )


def to_open(session: Session, today: date) -> list[ReportCycle]:
    """Planned, not opened, and their day has come."""
    return list(
        session.scalars(
            select(ReportCycle)
            .where(ReportCycle.opened_at.is_(None), ReportCycle.opens_on <= today)
            .options(joinedload(ReportCycle.programme))
            .order_by(ReportCycle.opens_on, ReportCycle.id)
        )
    )


def before(session: Session, cycle: ReportCycle) -> ReportCycle | None:
    """The cycle before it that a report goes on from: of the same kind, else the newest yearly one. A report of the
    middle of the programme may go on from the yearly one that ends with it."""
    opened = session.scalars(
        select(ReportCycle).where(
            ReportCycle.programme_id == cycle.programme_id,
            ReportCycle.id != cycle.id,
            ReportCycle.opened_at.is_not(None),
        )
    )
    # By the day on which they end: "2026" is before "2026-H1" as text alone.
    ends, with_it = at_of(cycle.period), cycle.kind is CycleKind.MID_TERM
    earlier = [one for one in opened if at_of(one.period) < ends or (with_it and at_of(one.period) == ends)]
    same = [one for one in earlier if one.kind is cycle.kind]
    yearly = [one for one in earlier if one.kind is CycleKind.ANNUAL]
    return max(same or yearly, key=lambda one: (at_of(one.period), one.id), default=None)


@dataclass(frozen=True)
class Counts:
    """Of one level or of all. `expected` are those that are not exempt; `with_unit` lie there still, of which
    `overdue` past their day; `on_time` of those filed, by the day the round that stands was submitted."""

    expected: int = 0
    exempt: int = 0
    not_begun: int = 0
    draft: int = 0
    returned: int = 0
    submitted: int = 0
    accepted: int = 0
    on_time: int = 0
    overdue: int = 0

    @property
    def filed(self) -> int:
        return self.submitted + self.accepted

    @property
    def with_unit(self) -> int:
        return self.expected - self.filed

    def rate(self, part: int) -> Fraction | None:
        """Share of the expected; None where none is."""
        return Fraction(part, self.expected) if self.expected else None

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self.numbers, other.numbers, strict=True)))

    @property
    def numbers(self) -> tuple[int, ...]:
        return (
            self.expected, self.exempt, self.not_begun, self.draft, self.returned, self.submitted, self.accepted,
            self.on_time, self.overdue,
        )  # fmt: skip


# Names and levels are those of the frozen list: what becomes of a unit later moves it nowhere else. Whether it is late
# its assignment alone knows, for that is what may have been given more time.
_COUNTS = text("""
    SELECT r.cycle_id, r.level,
        count(*) FILTER (WHERE r.state <> 'exempt') AS expected,
        count(*) FILTER (WHERE r.state = 'exempt') AS exempt,
        count(*) FILTER (WHERE r.state = 'expected') AS not_begun,
        count(*) FILTER (WHERE r.state = 'draft') AS draft,
        count(*) FILTER (WHERE r.state = 'returned') AS returned,
        count(*) FILTER (WHERE r.state = 'submitted') AS submitted,
        count(*) FILTER (WHERE r.state = 'accepted') AS accepted,
        count(*) FILTER (
            WHERE r.state IN ('submitted', 'accepted') AND a.submitted_on <= coalesce(a.due_on, r.due_on)
        ) AS on_time,
        count(*) FILTER (
            WHERE r.state IN ('expected', 'draft', 'returned') AND coalesce(a.due_on, r.due_on) < :today
        ) AS overdue
    FROM unit_reports AS r LEFT JOIN assignments AS a ON a.id = r.assignment_id
    WHERE r.cycle_id = ANY(:cycles)
    GROUP BY r.cycle_id, r.level
""")


def counts(session: Session, cycle_ids: Sequence[int], today: date) -> dict[int, dict[Level, Counts]]:
    """Cycle → level → counts; every level that has a unit."""
    found: dict[int, dict[Level, Counts]] = {id_: {} for id_ in cycle_ids}
    for cycle_id, level, *numbers in session.execute(_COUNTS, {"cycles": list(cycle_ids), "today": today}):
        found[cycle_id][Level(level)] = Counts(*numbers)
    return {id_: {level: levels[level] for level in Level if level in levels} for id_, levels in found.items()}


@dataclass(frozen=True)
class Row:
    """A unit in the monitor. `due_on` is its assignment's, which may have been given more time. `over_on`: the day
    after which the unit no longer is one; `led_by`: who answers for it now, where that is another."""

    id: int
    unit_id: int
    unit_name: str
    level: Level
    state: FilingState
    due_on: date
    assignment_id: int | None
    exempt_reason: str | None
    submitted_on: date | None
    submitted_at: datetime | None
    first_submitted_at: datetime | None
    accepted_at: datetime | None
    rounds: int
    written: int
    edited_at: datetime | None
    edited_by: str | None
    chased_at: datetime | None
    over_on: date | None
    led_by: str | None


# The window of the page is found first; only its fifty rows are looked up elsewhere. Where a view does not ask for the
# assignment, the database sees that and leaves the join out.
_ROWS = """
    WITH page AS (
        SELECT r.* FROM unit_reports AS r LEFT JOIN assignments AS a ON a.id = r.assignment_id
        WHERE r.cycle_id = :cycle {where}
        ORDER BY r.position, r.id LIMIT :size OFFSET :start
    )
    SELECT p.id, p.unit_id, p.unit_name, p.level, p.state, coalesce(a.due_on, p.due_on) AS due_on,
        p.assignment_id, p.exempt_reason, a.submitted_on, p.submitted_at, p.first_submitted_at, p.accepted_at,
        (SELECT count(*) FROM filed_rounds AS f WHERE f.report_id = p.id) AS rounds,
        (SELECT count(*) FROM report_sections AS s
            WHERE s.report_id = p.id AND s.key = ANY(:required) AND s.text ~ '\\S') AS written,
        last.edited_at, last.edited_by,
        (SELECT max(c.sent_at) FROM chases AS c WHERE c.assignment_id = p.assignment_id) AS chased_at,
        CASE WHEN u.valid_to < :today THEN u.valid_to END AS over_on,
        CASE WHEN a.lead_unit_id <> p.unit_id THEN lead.name END AS led_by
    FROM page AS p
    LEFT JOIN assignments AS a ON a.id = p.assignment_id
    JOIN units AS u ON u.id = p.unit_id
    LEFT JOIN units AS lead ON lead.id = a.lead_unit_id
    LEFT JOIN LATERAL (
        SELECT s.edited_at, w.name AS edited_by FROM report_sections AS s JOIN users AS w ON w.id = s.edited_by_id
        WHERE s.report_id = p.id ORDER BY s.edited_at DESC, s.id DESC LIMIT 1
    ) AS last ON true
    ORDER BY p.position, p.id
"""
_WITH_UNIT = "AND r.state IN ('expected', 'draft', 'returned')"
# What the monitor may be narrowed to; an address with anything else shows all.
VIEWS: dict[str, str] = {
    "all": "",
    "expected": "AND r.state <> 'exempt'",
    "missing": _WITH_UNIT,
    "overdue": f"{_WITH_UNIT} AND coalesce(a.due_on, r.due_on) < :today",
    "not_begun": "AND r.state = 'expected'",
    "draft": "AND r.state = 'draft'",
    "filed": "AND r.state IN ('submitted', 'accepted')",
    "on_time": "AND r.state IN ('submitted', 'accepted') AND a.submitted_on <= coalesce(a.due_on, r.due_on)",
    "submitted": "AND r.state = 'submitted'",
    "returned": "AND r.state = 'returned'",
    "accepted": "AND r.state = 'accepted'",
    "exempt": "AND r.state = 'exempt'",
}
_LEVEL = " AND r.level = :level"
_MATCHING = (
    "SELECT {what} FROM unit_reports AS r LEFT JOIN assignments AS a ON a.id = r.assignment_id"
    " WHERE r.cycle_id = :cycle {where}"
)


def rows(
    session: Session,
    cycle_id: int,
    today: date,
    *,
    view: str = "all",
    level: Level | None = None,
    number: int = 1,
    required: Sequence[str] = (),
) -> Page[Row]:
    """One page of the units, in the order of the frozen list. `view`: a key of VIEWS; `required`: the sections whose
    written ones are counted."""
    where = VIEWS[view] + (_LEVEL if level else "")
    values: dict[str, Any] = {"cycle": cycle_id, "today": today, "level": level}
    total = session.execute(text(_MATCHING.format(what="count(*)", where=where)), values).scalar_one()
    number = max(1, min(number, -(-total // PAGE_SIZE) or 1))
    values |= {"size": PAGE_SIZE, "start": (number - 1) * PAGE_SIZE, "required": list(required)}
    found = session.execute(text(_ROWS.format(where=where)), values)
    return Page([_row(one) for one in found], total, number, PAGE_SIZE)


def _row(one: Any) -> Row:
    return Row(**{**one._asdict(), "level": Level(one.level), "state": FilingState(one.state)})


@dataclass(frozen=True)
class Missing:
    report_id: int
    assignment_id: int
    unit_name: str
    state: FilingState
    due_on: date
    level: Level
    # Who answers for it now.
    lead_unit_id: int


_MISSING = (
    "SELECT r.id, r.assignment_id, r.unit_name, r.state, coalesce(a.due_on, r.due_on), r.level, a.lead_unit_id"
    " FROM unit_reports AS r JOIN assignments AS a ON a.id = r.assignment_id"
    " WHERE r.cycle_id = :cycle {where} ORDER BY r.position, r.id"
)


def missing(
    session: Session, cycle_id: int, today: date, *, view: str = "missing", level: Level | None = None
) -> list[Missing]:
    """Whose report lies with the unit still. `view`: missing, overdue, not_begun, draft or returned."""
    where = VIEWS[view] + (_LEVEL if level else "")
    values = {"cycle": cycle_id, "today": today, "level": level}
    return [
        Missing(id_, assignment, name, FilingState(state), due, Level(one), lead)
        for id_, assignment, name, state, due, one, lead in session.execute(text(_MISSING.format(where=where)), values)
    ]
