"""How things stood at the end of a past day, rebuilt from the history that a trigger keeps."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from tracker.models.assignment import Assignment
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.models.history import PastStanding
from tracker.models.unit import Unit
from tracker.rules.workflow import State
from tracker.store.filters import STOPPED, Day, Filters, Visible
from tracker.store.listing import listed
from tracker.store.page import PAGE_SIZE, Page
from tracker.store.tally import MatrixRow


def _on(day: date) -> Subquery:
    """The newest standing of each assignment not after the day."""
    return (
        select(PastStanding)
        .ext(distinct_on(PastStanding.assignment_id))
        .where(PastStanding.since <= day)
        .order_by(PastStanding.assignment_id, PastStanding.since.desc())
        .subquery()
    )


def _class(past: Subquery, day: Day) -> ColumnElement[str]:
    """As `store.filters.class_of`, of a past standing on that day."""
    due, submitted, state = past.c.due_on, past.c.submitted_on, past.c.state
    done = state == State.COMPLETED
    return case(
        (and_(done, or_(due.is_(None), submitted == due)), "done_on_time"),
        (and_(done, submitted < due), "done_early"),
        (done, "done_late"),
        (due.is_(None), "no_deadline"),
        (state.in_(STOPPED), "not_due"),
        (state == State.SUBMITTED, case((submitted > due, "overdue"), else_="not_due")),
        (due < day.today, "overdue"),
        (due <= day.soon, "due_soon"),
        else_="not_due",
    )


def _where(past: Subquery, visible: Visible, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [past.c.state != State.CANCELLED]
    if visible.programme_ids is not None:
        conditions.append(Assignment.programme_id.in_(visible.programme_ids))
    if filters.programme_id is not None:
        conditions.append(Assignment.programme_id == filters.programme_id)
    if filters.year is not None:
        conditions.append(Assignment.year == filters.year)
    if filters.unit_id is not None:
        conditions.append(past.c.lead_unit_id == filters.unit_id)
    return conditions


def first_day(session: Session) -> date | None:
    """Before it there is no history."""
    return session.scalar(select(func.min(PastStanding.since)))


def matrix_on(session: Session, visible: Visible, filters: Filters, day: Day) -> list[MatrixRow]:
    """Units × class at the end of `day.today`, in the order of the state."""
    past = _on(day.today)
    klass = _class(past, day).label("klass")
    counts: dict[int, dict[str, int]] = {}
    query: Select[Any] = (
        select(past.c.lead_unit_id, klass, func.count())
        .join(Assignment, Assignment.id == past.c.assignment_id)
        .where(*_where(past, visible, filters))
        .group_by(past.c.lead_unit_id, klass)
    )
    for unit_id, name, n in session.execute(query):
        counts.setdefault(unit_id, {})[name] = n
    units = session.scalars(select(Unit).where(Unit.id.in_(counts)).order_by(Unit.position, Unit.id))
    return [MatrixRow(unit, counts[unit.id], {}) for unit in units]


def rows_on(session: Session, visible: Visible, filters: Filters, day: Day, page: int) -> Page[Any]:
    """The rows behind a number of that day, as they stand now, with `past_state` and `past_due_on`."""
    past = _on(day.today)
    conditions = _where(past, visible, filters)
    if filters.klass is not None:
        conditions.append(_class(past, day) == filters.klass)
    query = (
        listed(past.c.state.label("past_state"), past.c.due_on.label("past_due_on"))
        .join(past, past.c.assignment_id == Assignment.id)
        .where(*conditions)
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = max(1, min(page, -(-total // PAGE_SIZE) or 1))
    found = query.order_by(past.c.due_on, Assignment.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(session.execute(found)), total, number)


@dataclass(frozen=True)
class Month:
    """What was reached by the end of a month, and what was overdue on its last day."""

    last_day: date
    on_time: int
    late: int
    overdue: int

    @property
    def done(self) -> int:
        return self.on_time + self.late


def month_on(session: Session, visible: Visible, filters: Filters, day: Day) -> Month:
    totals: dict[str, int] = {}
    for row in matrix_on(session, visible, filters, day):
        for klass, n in row.counts.items():
            totals[klass] = totals.get(klass, 0) + n
    on_time = totals.get("done_early", 0) + totals.get("done_on_time", 0)
    return Month(day.today, on_time, totals.get("done_late", 0), totals.get("overdue", 0))


@dataclass(frozen=True)
class Told:
    """What the ranking asks of each assignment that is judged or open."""

    unit_id: int
    state: State
    due_on: date | None
    original_due_on: date | None
    submitted_on: date | None
    extensions: int
    heard_lately: bool


def judged(session: Session, visible: Visible, filters: Filters, since: date) -> list[Told]:
    """Everything that is not a draft or cancelled; `since`: an update on or after this day counts as heard lately."""
    # A deadline that only the calendar moved is no extension: it is itself the original one, as it counts now.
    granted = (ExtensionRequest.assignment_id == Assignment.id) & (ExtensionRequest.state == ExtensionState.GRANTED)
    extended = (Assignment.due_on != Assignment.original_due_on) & exists().where(granted)
    from_ = select(
        Assignment.lead_unit_id, Assignment.state, Assignment.due_on,
        case((extended, Assignment.original_due_on), else_=Assignment.due_on),
        Assignment.submitted_on,
        extended,
        func.coalesce(func.date(func.timezone("Asia/Ho_Chi_Minh", Assignment.last_update_at)) >= since, False),
    ).where(Assignment.state.not_in((State.DRAFT, State.CANCELLED)))  # fmt: skip
    if visible.programme_ids is not None:
        from_ = from_.where(Assignment.programme_id.in_(visible.programme_ids))
    if filters.programme_id is not None:
        from_ = from_.where(Assignment.programme_id == filters.programme_id)
    if filters.year is not None:
        from_ = from_.where(Assignment.year == filters.year)
    return [
        Told(unit, state, due, original, submitted, int(bool(extended)), heard)
        for unit, state, due, original, submitted, extended, heard in session.execute(from_)
    ]
