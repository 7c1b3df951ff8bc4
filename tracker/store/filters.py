"""What a list may be asked for, and the deadline classes of `rules.deadlines` said once more in SQL.

A test holds the two against each other on random rows.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Self

from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased

from tracker.models.assignment import Assignment, Round
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty
from tracker.rules.calendar import LOCAL, WorkingCalendar
from tracker.rules.deadlines import DONE, band_edges, soon_edge, stale_edge
from tracker.rules.workflow import State

DONE_CLASSES = frozenset(str(klass) for klass in DONE)
RUNNING = (State.ASSIGNED, State.IN_PROGRESS, State.DECLINED)
STOPPED = (State.DRAFT, State.SUSPENDED, State.CANCELLED)


@dataclass(frozen=True)
class Visible:
    """Whose assignments a person may see: all of a programme, or those of their units, as `Permission.VIEW` says of
    one: what a unit leads or coordinates, and the parts of what it leads."""

    programme_ids: frozenset[int] | None
    unit_ids: frozenset[int]

    def where(self) -> ColumnElement[bool]:
        """`programme_ids` None: everything. Written so that a unit's few are found first among a million."""
        if self.programme_ids is None:
            return true()
        if not self.unit_ids:
            return Assignment.programme_id.in_(self.programme_ids)
        leads, parts, wholes = aliased(Assignment), aliased(Assignment), aliased(Assignment)
        own = union(
            select(leads.id).where(leads.lead_unit_id.in_(self.unit_ids)),
            select(CoordinatingUnit.assignment_id).where(CoordinatingUnit.unit_id.in_(self.unit_ids)),
            select(parts.id).join(wholes, wholes.id == parts.parent_id).where(wholes.lead_unit_id.in_(self.unit_ids)),
        )
        if not self.programme_ids:
            return Assignment.id.in_(own)
        return or_(Assignment.programme_id.in_(self.programme_ids), Assignment.id.in_(own))


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

    @property
    def uneven(self) -> bool:
        """Whether one value may find ten rows and another a million, so that one plan cannot serve both."""
        return bool(self.stale or self.returned or self.late_help or self.clause_id or self.mine)

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
        conditions.append(in_year(filters.year))
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
        conditions += _of_class(filters, day)
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


def is_single() -> ColumnElement[bool]:
    """The assignment of a duty that does not recur, in the words of its index."""
    return literal_column("assignments.period = 'once'", Boolean())


def in_year(year: int) -> ColumnElement[bool]:
    """Given in the year, or a single duty's that was carried into it."""
    carried = and_(is_single(), Assignment.carried_to >= year, Assignment.year < year)
    return or_(Assignment.year == year, carried)


def _of_class(filters: Filters, day: Day) -> list[ColumnElement[bool]]:
    """The class, said so that an index finds it and the planner can guess how many there are: a CASE tells it nothing.

    What was submitted late was due before the day it was submitted.
    """
    due, state = Assignment.due_on, Assignment.state
    is_open = Assignment.closed.is_(False)
    if filters.klass == "overdue":
        late = and_(state == State.SUBMITTED, Assignment.submitted_on > due)
        return [is_open, due < day.today, or_(state.in_(RUNNING), late)]
    if filters.klass == "due_soon":
        return [is_open, due.between(day.today, day.soon), state.in_(RUNNING)]
    exact = class_of(day) == filters.klass
    if filters.state == State.CANCELLED:
        return [exact]
    return [Assignment.closed.is_(bool(filters.klass in DONE_CLASSES)), exact]


def is_stale(day: Day) -> list[ColumnElement[bool]]:
    """Work that a unit should be doing and of which nothing was heard for three months (`rules.deadlines.is_stale`)."""
    heard = func.coalesce(Assignment.last_update_at, Assignment.created_at)
    midnight = datetime.combine(day.stale_before, time(), LOCAL)
    return [literal_column("assignments.state IN ('assigned', 'in_progress')", Boolean()), heard < midnight]


def was_returned() -> ColumnElement[bool]:
    """In progress again, because the office returned the last submission."""
    later = aliased(Round)
    last = select(Round.assignment_id).where(
        Round.decision == "returned",
        ~exists().where(later.assignment_id == Round.assignment_id, later.number > Round.number),
    )
    return and_(Assignment.state == State.IN_PROGRESS, Assignment.id.in_(last))


def has_late_help(day: Day) -> ColumnElement[bool]:
    return and_(
        Assignment.closed.is_(False),
        Assignment.id.in_(
            select(CoordinatingUnit.assignment_id).where(
                literal_column("coordinating_units.state = 'asked'", Boolean()), CoordinatingUnit.due_on < day.today
            )
        ),
    )
