"""Lists and counts of assignments by deadline class: the rule of `rules.deadlines` said once more in SQL.

A test holds the two against each other on random rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.assignment import Assignment, Round
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty
from tracker.models.escalation import Escalation
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.calendar import WorkingCalendar
from tracker.rules.deadlines import band_edges, soon_edge, stale_edge
from tracker.rules.workflow import State
from tracker.store.page import PAGE_SIZE, Page, paginate

STOPPED = (State.DRAFT, State.SUSPENDED, State.CANCELLED)


@dataclass(frozen=True)
class Visible:
    """Whose assignments a person may see: all of a programme, or those of their units."""

    programme_ids: frozenset[int] | None
    unit_ids: frozenset[int]

    def where(self) -> ColumnElement[bool]:
        """`programme_ids` None: everything."""
        if self.programme_ids is None:
            return literal(True)
        coordinates = exists().where(
            CoordinatingUnit.assignment_id == Assignment.id, CoordinatingUnit.unit_id.in_(self.unit_ids)
        )
        return or_(
            Assignment.programme_id.in_(self.programme_ids), Assignment.lead_unit_id.in_(self.unit_ids), coordinates
        )


@dataclass(frozen=True)
class Filters:
    """What the address of a list says; every field may be missing."""

    programme_id: int | None = None
    year: int | None = None
    unit_id: int | None = None
    klass: str | None = None
    band: int | None = None
    state: str | None = None
    clause_id: int | None = None
    mine: int | None = None
    # Each 1 or None: starred; nothing heard for three months; last submission returned; a coordinating unit is late.
    starred: int | None = None
    stale: int | None = None
    returned: int | None = None
    late_help: int | None = None

    def without(self, *names: str) -> Self:
        return replace(self, **dict.fromkeys(names))

    def as_query(self) -> dict[str, str]:
        names = {"programme_id": "programme", "unit_id": "unit", "klass": "class", "clause_id": "clause"}
        return {names.get(name, name): str(value) for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Day:
    """Today, and the due dates at which the class changes."""

    today: date
    soon: date
    band2: date
    band3: date
    # Nothing heard since before this day is stale.
    stale_before: date

    @classmethod
    def of(cls, today: date, calendar: WorkingCalendar) -> Self:
        band2, band3 = band_edges(today, calendar)
        return cls(today, soon_edge(today, calendar), band2, band3, stale_edge(today))


def class_of(day: Day) -> ColumnElement[str]:
    """The deadline class as `rules.deadlines.standing` gives it."""
    due, submitted = Assignment.due_on, Assignment.submitted_on
    done = Assignment.state == State.COMPLETED
    return case(
        (and_(done, or_(due.is_(None), submitted == due)), "done_on_time"),
        (and_(done, submitted < due), "done_early"),
        (done, "done_late"),
        (due.is_(None), "no_deadline"),
        (Assignment.state.in_(STOPPED), "not_due"),
        (Assignment.state == State.SUBMITTED, case((submitted > due, "overdue"), else_="not_due")),
        (due < day.today, "overdue"),
        (due <= day.soon, "due_soon"),
        else_="not_due",
    )


def band_of(day: Day) -> ColumnElement[int | None]:
    """Of overdue work that is still the unit's; None for what lies with the office."""
    due = Assignment.due_on
    return case(
        (Assignment.state == State.SUBMITTED, None), (due < day.band3, 3), (due < day.band2, 2), else_=literal(1)
    )


def where(filters: Filters, day: Day) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.programme_id is not None:
        conditions.append(Assignment.programme_id == filters.programme_id)
    if filters.year is not None:
        conditions.append(Assignment.year == filters.year)
    if filters.unit_id is not None:
        conditions.append(Assignment.lead_unit_id == filters.unit_id)
    if filters.state is not None:
        conditions.append(Assignment.state == filters.state)
    else:
        conditions.append(Assignment.state != State.CANCELLED)
    if filters.klass == "open":
        conditions.append(Assignment.state.not_in((State.COMPLETED, State.CANCELLED)))
    elif filters.klass == "done":
        conditions.append(Assignment.state == State.COMPLETED)
    elif filters.klass is not None:
        conditions.append(class_of(day) == filters.klass)
    if filters.band is not None:
        conditions.append(band_of(day) == filters.band)
    if filters.clause_id is not None:
        conditions.append(Assignment.duty.has(Duty.clause_id == filters.clause_id))
    if filters.mine is not None:
        conditions.append(Assignment.owner_id == filters.mine)
    if filters.starred:
        conditions.append(Assignment.starred.is_(True))
    if filters.stale:
        conditions += is_stale(day)
    if filters.returned:
        conditions.append(was_returned())
    if filters.late_help:
        conditions.append(has_late_help(day))
    return conditions


def is_stale(day: Day) -> list[ColumnElement[bool]]:
    """Work that a unit should be doing and of which nothing was heard for three months (`rules.deadlines.is_stale`)."""
    heard = func.coalesce(Assignment.last_update_at, Assignment.created_at)
    return [
        Assignment.state.in_((State.ASSIGNED, State.IN_PROGRESS)),
        func.date(func.timezone("Asia/Ho_Chi_Minh", heard)) < day.stale_before,
    ]


def was_returned() -> ColumnElement[bool]:
    """In progress again, because the office returned the last submission."""
    last = (
        select(Round.decision)
        .where(Round.assignment_id == Assignment.id)
        .order_by(Round.number.desc())
        .limit(1)
        .correlate(Assignment)
        .scalar_subquery()
    )
    return and_(Assignment.state == State.IN_PROGRESS, last == "returned")


def has_late_help(day: Day) -> ColumnElement[bool]:
    return and_(
        Assignment.closed.is_(False),
        exists().where(
            CoordinatingUnit.assignment_id == Assignment.id,
            CoordinatingUnit.state == "asked",
            CoordinatingUnit.due_on < day.today,
        ),
    )


def _rows() -> Select[Assignment]:
    return select(Assignment).options(
        joinedload(Assignment.lead_unit),
        joinedload(Assignment.owner),
        joinedload(Assignment.duty).options(joinedload(Duty.clause), joinedload(Duty.indicator)),
        selectinload(Assignment.coordinating),
    )


def assignments(
    session: Session, visible: Visible, filters: Filters, day: Day, page: int, size: int = PAGE_SIZE
) -> Page[Assignment]:
    """Most urgent first: by due date among what is open, then the rest."""
    closed = Assignment.state.in_((State.COMPLETED, State.CANCELLED))
    query = (
        _rows()
        .where(visible.where(), *where(filters, day))
        .order_by(closed, Assignment.due_on.asc().nulls_last(), Assignment.lead_unit_id, Assignment.id)
    )
    return paginate(session, query, page, size)


def all_assignments(session: Session, filters: Filters, day: Day) -> list[Assignment]:
    """Everything that a report counts, in the order of units and of the document."""
    query = _rows().join(Assignment.lead_unit).where(*where(filters, day))
    return list(session.scalars(query.order_by(Unit.position, Unit.id, Assignment.duty_id)).unique())


def open_work(session: Session, unit_ids: Sequence[int] | frozenset[int], limit: int = 300) -> list[Assignment]:
    """What the units have open as lead, by due date."""
    query = (
        _rows()
        .where(
            Assignment.lead_unit_id.in_(unit_ids),
            Assignment.state.in_((State.ASSIGNED, State.IN_PROGRESS, State.SUBMITTED, State.SUSPENDED)),
        )
        .order_by(Assignment.due_on.asc().nulls_last(), Assignment.id)
        .limit(limit)
    )
    return list(session.scalars(query).unique())


def coordinated_work(session: Session, unit_ids: frozenset[int], limit: int = 50) -> list[Assignment]:
    """What the units coordinate for another lead, still open."""
    query = (
        _rows()
        .where(
            exists().where(CoordinatingUnit.assignment_id == Assignment.id, CoordinatingUnit.unit_id.in_(unit_ids)),
            Assignment.state.not_in((State.COMPLETED, State.CANCELLED, State.DRAFT)),
        )
        .order_by(Assignment.due_on.asc().nulls_last(), Assignment.id)
        .limit(limit)
    )
    return list(session.scalars(query).unique())


@dataclass(frozen=True)
class MatrixRow:
    """Counts of one unit by deadline class; `bands` are those of its overdue ones."""

    unit: Unit
    counts: dict[str, int]
    bands: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def matrix(session: Session, visible: Visible, filters: Filters, day: Day) -> list[MatrixRow]:
    """Units × class; every number has the same filters as the list that its link opens."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    bands: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    klass, band = class_of(day).label("klass"), band_of(day).label("band")
    query = (
        select(Assignment.lead_unit_id, klass, band, func.count())
        .where(visible.where(), *where(filters.without("klass", "band"), day))
        .group_by(Assignment.lead_unit_id, klass, band)
    )
    for unit_id, name, number, n in session.execute(query):
        counts[unit_id][name] += n
        if name == "overdue" and number is not None:
            bands[unit_id][number] += n
    units = session.scalars(select(Unit).where(Unit.id.in_(counts)).order_by(Unit.position, Unit.id))
    return [MatrixRow(unit, dict(counts[unit.id]), dict(bands[unit.id])) for unit in units]


@dataclass(frozen=True)
class Told:
    """The last time anybody was told about an assignment, and who."""

    on: date
    people: tuple[str, ...]
    highest_step: int


def last_told(session: Session, assignment_ids: Sequence[int]) -> dict[int, Told]:
    """Assignment → its newest escalations (names of those who were told that day)."""
    day = func.date(func.timezone("Asia/Ho_Chi_Minh", Escalation.fired_at))
    rows: Sequence[Any] = session.execute(
        select(Escalation.assignment_id, day, User.name, Escalation.step_offset)
        .join(User, User.id == Escalation.recipient_id)
        .where(Escalation.assignment_id.in_(assignment_ids))
        .order_by(Escalation.assignment_id, day.desc(), Escalation.step_offset.desc(), User.name)
    ).all()
    found: dict[int, Told] = {}
    for assignment_id, on, name, step in rows:
        told = found.get(assignment_id)
        if told is None:
            found[assignment_id] = Told(on, (name,), step)
        elif told.on == on and name not in told.people:
            found[assignment_id] = replace(told, people=(*told.people, name))
    return found


def count_submitted(session: Session, visible: Visible, filters: Filters, day: Day) -> int:
    """What waits for the office."""
    waiting = replace(filters.without("klass", "band"), state=State.SUBMITTED)
    return session.scalar(select(func.count(Assignment.id)).where(visible.where(), *where(waiting, day))) or 0
