"""How things stood at the end of a past day, rebuilt from the history that a trigger keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, column, exists, func, or_, select, values
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import FromClause, Subquery

from tracker.models.assignment import Assignment
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.models.history import PastStanding
from tracker.models.unit import Unit
from tracker.rules.deadlines import WAITING
from tracker.rules.workflow import State
from tracker.store.filters import STOPPED, Day, Filters, Visible, in_year
from tracker.store.listing import listed
from tracker.store.page import PAGE_SIZE, Page
from tracker.store.tally import MatrixRow


def _days(days: Sequence[Day]) -> FromClause:
    """The days asked about, each with its edge of "due soon"."""
    rows = [(day.today, day.soon) for day in days]
    return values(column("today", Date), column("soon", Date), name="days").data(rows).alias("days")


def _on(days: Sequence[Day], visible: Visible, filters: Filters) -> Subquery:
    """How the assignments asked about stood at the end of each day, but those cancelled by then.

    Theirs alone are read, each standing once however many days there are: it holds until the next one's day.
    """
    of = PastStanding.assignment_id
    held = (
        select(
            PastStanding,
            _listed_since(filters.year).label("listed_since"),
            func.lead(PastStanding.since).over(partition_by=of, order_by=PastStanding.since).label("until"),
        )
        .join(Assignment, Assignment.id == of)
        .where(PastStanding.since <= max(day.today for day in days), *_of_assignments(visible, filters))
        .subquery("held")
    )
    asked = _days(days)
    conditions = [held.c.state != State.CANCELLED]
    if filters.unit_id is not None:
        conditions.append(held.c.lead_unit_id == filters.unit_id)
    return (
        select(held, asked.c.today, _class(held, asked).label("klass"))
        .join(
            asked, and_(held.c.listed_since <= asked.c.today, or_(held.c.until.is_(None), held.c.until > asked.c.today))
        )
        .where(*conditions)
        .subquery("past")
    )


def _listed_since(year: int | None) -> Any:
    """What was carried into the year stands in its lists since the year began."""
    if year is None:
        return PastStanding.since
    first = func.greatest(PastStanding.since, date(year, 1, 1))
    return case((Assignment.year == year, PastStanding.since), else_=first)


def _class(past: Subquery, day: FromClause) -> ColumnElement[str]:
    """As `store.filters.shown_of`, of a past standing on that day."""
    due, submitted, state = past.c.due_on, past.c.submitted_on, past.c.state
    done = state == State.COMPLETED
    return case(
        (and_(done, or_(due.is_(None), submitted == due)), "done_on_time"),
        (and_(done, submitted < due), "done_early"),
        (done, "done_late"),
        (and_(state == State.SUBMITTED, or_(due.is_(None), submitted <= due)), WAITING),
        (due.is_(None), "no_deadline"),
        (state.in_(STOPPED), "not_due"),
        (or_(state == State.SUBMITTED, due < day.c.today), "overdue"),
        (due <= day.c.soon, "due_soon"),
        else_="not_due",
    )


def _of_assignments(visible: Visible, filters: Filters) -> list[ColumnElement[bool]]:
    """What of an assignment never changes, and the years it was carried into."""
    conditions: list[ColumnElement[bool]] = []
    if visible.programme_ids is not None:
        conditions.append(Assignment.programme_id.in_(visible.programme_ids))
    if filters.programme_id is not None:
        conditions.append(Assignment.programme_id == filters.programme_id)
    if filters.year is not None:
        conditions.append(in_year(filters.year))
    return conditions


def first_day(session: Session) -> date | None:
    """Before it there is no history."""
    return session.scalar(select(func.min(PastStanding.since)))


def matrix_on(session: Session, visible: Visible, filters: Filters, day: Day) -> list[MatrixRow]:
    """Units × class at the end of `day.today`, in the order of the state."""
    past = _on([day], visible, filters)
    counts: dict[int, dict[str, int]] = {}
    query = select(past.c.lead_unit_id, past.c.klass, func.count()).group_by(past.c.lead_unit_id, past.c.klass)
    for unit_id, name, n in session.execute(query):
        counts.setdefault(unit_id, {})[name] = n
    units = session.scalars(select(Unit).where(Unit.id.in_(counts)).order_by(Unit.position, Unit.id))
    return [MatrixRow(unit.id, unit.name, counts[unit.id], {}) for unit in units]


def rows_on(session: Session, visible: Visible, filters: Filters, day: Day, page: int) -> Page[Any]:
    """The rows behind a number of that day, as they stand now, with `past_state` and `past_due_on`."""
    past = _on([day], visible, filters)
    query = listed(past.c.state.label("past_state"), past.c.due_on.label("past_due_on")).join(
        past, past.c.assignment_id == Assignment.id
    )
    counted = select(func.count()).select_from(past)
    if filters.klass is not None:
        query, counted = query.where(past.c.klass == filters.klass), counted.where(past.c.klass == filters.klass)
    total = session.scalar(counted) or 0
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


def months_on(session: Session, visible: Visible, filters: Filters, days: Sequence[Day]) -> list[Month]:
    """Of each of these days in turn, in one statement."""
    if not days:
        return []
    past = _on(days, visible, filters)
    totals: dict[date, dict[str, int]] = {day.today: {} for day in days}
    for today, klass, n in session.execute(
        select(past.c.today, past.c.klass, func.count()).group_by(past.c.today, past.c.klass)
    ):
        totals[today][klass] = n
    return [
        Month(
            today,
            on_time=counts.get("done_early", 0) + counts.get("done_on_time", 0),
            late=counts.get("done_late", 0),
            overdue=counts.get("overdue", 0),
        )
        for today, counts in totals.items()
    ]


@dataclass(frozen=True)
class Told:
    """What the ranking asks of assignments that are judged or open, and how many are alike."""

    unit_id: int
    state: State
    due_on: date | None
    original_due_on: date | None
    submitted_on: date | None
    extended: bool
    heard_lately: bool
    n: int


def judged(session: Session, visible: Visible, filters: Filters, since: date) -> list[Told]:
    """Everything that is not a draft or cancelled; `since`: an update on or after this day counts as heard lately.

    Counted by the database: a unit's deadlines fall on few days.
    """
    # A deadline that only the calendar moved is no extension: it is itself the original one, as it counts now.
    granted = (ExtensionRequest.assignment_id == Assignment.id) & (ExtensionRequest.state == ExtensionState.GRANTED)
    extended = (Assignment.due_on != Assignment.original_due_on) & exists().where(granted)
    heard = func.date(func.timezone("Asia/Ho_Chi_Minh", Assignment.last_update_at)) >= since
    facts = (
        Assignment.lead_unit_id,
        Assignment.state,
        Assignment.due_on,
        case((extended, Assignment.original_due_on), else_=Assignment.due_on),
        Assignment.submitted_on,
        func.coalesce(extended, False),
        func.coalesce(heard, False),
    )
    alike = (
        select(*facts)
        .where(Assignment.state.not_in((State.DRAFT, State.CANCELLED)), *_of_assignments(visible, filters))
        .subquery()
    )
    return [Told(*tuple(row)) for row in session.execute(select(*alike.c, func.count()).group_by(*alike.c))]
