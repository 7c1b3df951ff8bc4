"""What a list may be asked for, and the deadline classes of `rules.deadlines` said once more in SQL.

A test holds the two against each other on random rows. Values stand in the SQL under names of their own, so that a
statement of the same shape is built once and asked again with other values (`ask`): to build one takes longer than to
answer it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Executable,
    Result,
    and_,
    bindparam,
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
from sqlalchemy.orm import Session, aliased

from tracker.models.assignment import Assignment, Round
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty
from tracker.rules.calendar import LOCAL, WorkingCalendar
from tracker.rules.deadlines import DONE, WAITING, band_edges, soon_edge, stale_edge
from tracker.rules.workflow import State
from tracker.store.connection import rows

DONE_CLASSES = frozenset(str(klass) for klass in DONE)
STOPPED = (State.DRAFT, State.SUSPENDED, State.CANCELLED)
# Fields of `Filters` of which only the presence shapes a statement; the others are few, and each has its own SQL.
VALUES = ("programme_id", "year", "unit_id", "clause_id", "mine")


def value(name: str, given: Any = None, *, several: bool = False) -> BindParameter[Any]:
    return bindparam(name, given, expanding=several)


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
        programmes = value("seen_programmes", list(self.programme_ids), several=True)
        if not self.unit_ids:
            return Assignment.programme_id.in_(programmes)
        units = value("seen_units", list(self.unit_ids), several=True)
        leads, parts, wholes = aliased(Assignment), aliased(Assignment), aliased(Assignment)
        own = union(
            select(leads.id).where(leads.lead_unit_id.in_(units)),
            select(CoordinatingUnit.assignment_id).where(CoordinatingUnit.unit_id.in_(units)),
            select(parts.id).join(wholes, wholes.id == parts.parent_id).where(wholes.lead_unit_id.in_(units)),
        )
        if not self.programme_ids:
            return Assignment.id.in_(own)
        return or_(Assignment.programme_id.in_(programmes), Assignment.id.in_(own))

    @property
    def shape(self) -> "Visible":
        some = frozenset({0})
        return Visible(self.programme_ids and some, self.unit_ids and some)

    @property
    def values(self) -> dict[str, Any]:
        return {"seen_programmes": list(self.programme_ids or ()), "seen_units": list(self.unit_ids)}


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
    # Each 1 or None: starred; blocked, says the unit; nothing heard for three months; last submission returned; a
    # coordinating unit is late.
    starred: int | None = None
    blocked: int | None = None
    stale: int | None = None
    returned: int | None = None
    late_help: int | None = None

    def without(self, *names: str) -> Self:
        return replace(self, **dict.fromkeys(names))

    @property
    def uneven(self) -> bool:
        """Whether one value may find ten rows and another a million, so that one plan cannot serve both."""
        return bool(self.blocked or self.stale or self.returned or self.late_help or self.clause_id or self.mine)

    @property
    def shape(self) -> Self:
        some: dict[str, Any] = {name: 0 for name in VALUES if getattr(self, name) is not None}
        return replace(self, **some)

    @property
    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in VALUES}

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

    @property
    def values(self) -> dict[str, Any]:
        return {**vars(self), "heard_before": datetime.combine(self.stale_before, time(), LOCAL)}


SOME_DAY = Day(*[date(2000, 1, 1)] * 5)


def ask(
    session: Session,
    build: Callable[[Visible, Filters, Day], Executable],
    visible: Visible,
    filters: Filters,
    day: Day,
    **more: Any,
) -> Result[Any]:
    """Rows of the statement that `build` makes of these; `more` are values that it names itself."""
    statement = _built(build, visible.shape, filters.shape)
    return rows(session, statement, {**visible.values, **filters.values, **day.values, **more})


@lru_cache(1024)
def _built(build: Callable[[Visible, Filters, Day], Executable], visible: Visible, filters: Filters) -> Executable:
    return build(visible, filters, SOME_DAY)


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
        (due < value("today", day.today), "overdue"),
        (due <= value("soon", day.soon), "due_soon"),
        else_="not_due",
    )


def shown_of(day: Day) -> ColumnElement[str]:
    """The class as `rules.deadlines.shown_class` gives it."""
    klass = class_of(day)
    return case((and_(Assignment.state == State.SUBMITTED, klass != "overdue"), WAITING), else_=klass)


def band_of(day: Day) -> ColumnElement[int | None]:
    """Of overdue work that is still the unit's; None for what lies with the office."""
    due = Assignment.due_on
    return case(
        (Assignment.state == State.SUBMITTED, None),
        (due < value("band3", day.band3), 3),
        (due < value("band2", day.band2), 2),
        else_=literal(1),
    )


def where(filters: Filters, day: Day) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.programme_id is not None:
        conditions.append(Assignment.programme_id == value("programme_id", filters.programme_id))
    if filters.year is not None:
        conditions.append(in_year(filters.year))
    if filters.unit_id is not None:
        conditions.append(Assignment.lead_unit_id == value("unit_id", filters.unit_id))
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
        conditions.append(Assignment.duty.has(Duty.clause_id == value("clause_id", filters.clause_id)))
    if filters.mine is not None:
        conditions.append(Assignment.owner_id == value("mine", filters.mine))
    if filters.starred:
        conditions.append(Assignment.starred.is_(True))
    if filters.blocked:
        conditions += is_blocked()
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
    return or_(*_ways_into(year))


def _ways_into(year: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    asked = value("year", year)
    return Assignment.year == asked, and_(is_single(), Assignment.carried_to >= asked, Assignment.year < asked)


def branches(filters: Filters, day: Day) -> list[list[ColumnElement[bool]]]:
    """`where` as alternatives that exclude each other: each is read in order by an index of its own, an OR by none."""
    rest = where(filters.without("year"), day)
    return [[way, *rest] for way in _ways_into(filters.year)] if filters.year is not None else [rest]


def _of_class(filters: Filters, day: Day) -> list[ColumnElement[bool]]:
    """The class, said so that an index finds it and the planner can guess how many there are: a CASE tells it nothing,
    and of what is open, the states that it is not in are few, those that it is in nearly all.

    What was submitted late was due before the day it was submitted.
    """
    due, state = Assignment.due_on, Assignment.state
    is_open = Assignment.closed.is_(False)
    if filters.klass == "overdue":
        late = or_(state != State.SUBMITTED, Assignment.submitted_on > due)
        return [is_open, due < value("today", day.today), state.not_in(STOPPED), late]
    if filters.klass == "due_soon":
        soon = due.between(value("today", day.today), value("soon", day.soon))
        return [is_open, soon, state.not_in((*STOPPED, State.SUBMITTED))]
    if filters.klass == WAITING:
        return [is_open, state == State.SUBMITTED, or_(due.is_(None), Assignment.submitted_on <= due)]
    exact = shown_of(day) == filters.klass
    if filters.state == State.CANCELLED:
        return [exact]
    return [Assignment.closed.is_(filters.klass in DONE_CLASSES), exact]


def is_blocked() -> list[ColumnElement[bool]]:
    """The unit's last word was that something is in its way. Said so that the index of the few is found."""
    return [Assignment.closed.is_(False), Assignment.blocked == true()]


def is_stale(day: Day) -> list[ColumnElement[bool]]:
    """Work that a unit should be doing and of which nothing was heard for three months (`rules.deadlines.is_stale`)."""
    heard = func.coalesce(Assignment.last_update_at, Assignment.created_at)
    midnight = value("heard_before", day.values["heard_before"])
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
                literal_column("coordinating_units.state = 'asked'", Boolean()),
                CoordinatingUnit.due_on < value("today", day.today),
            )
        ),
    )
