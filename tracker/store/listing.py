"""Lists of assignments: plain rows with what a list shows, most urgent first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Integer, Select, any_, bindparam, func, select, text, union_all
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.clause import Clause
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.workflow import State
from tracker.store.connection import rows
from tracker.store.filters import Day, Filters, Visible, ask, branches, value
from tracker.store.page import BOUND, DEEPEST, PAGE_SIZE, Page, plan_anew
from tracker.store.tally import count_by_tally


class Listed(Protocol):
    """One row of a list; an assignment as its own page loads it is another."""

    id: int
    version: int
    state: State
    percent: int
    text: str
    due_on: date | None
    original_due_on: date | None
    submitted_on: date | None
    starred: bool
    blocked: bool
    lead_unit_id: int
    unit_name: str
    clause_ref: str
    owner_name: str | None
    year: int
    period: str
    carried_from_id: int | None
    carried_to: int | None


_ROW = Assignment.__table__.c
COLUMNS: tuple[ColumnElement[Any], ...] = (
    _ROW.id, _ROW.version, _ROW.state, _ROW.percent, _ROW.text, _ROW.due_on, _ROW.original_due_on, _ROW.submitted_on,
    _ROW.starred, _ROW.blocked, _ROW.lead_unit_id, Unit.__table__.c.name.label("unit_name"),
    Clause.__table__.c.ref.label("clause_ref"), User.__table__.c.name.label("owner_name"),
    _ROW.year, _ROW.period, _ROW.carried_from_id, _ROW.carried_to,
)  # fmt: skip
Order = tuple[ColumnElement[Any], ...]


# The order of the indexes ix_assignments_list…: open before closed, starred first, then by deadline, none last.
def most_urgent(of: Any) -> Order:
    return of.closed, of.starred.desc(), of.due_on, of.id


ORDER = most_urgent(Assignment)


def listed(*more: ColumnElement[Any]) -> Select[Any]:
    """Rows of a list, to be narrowed and ordered; `more` columns go behind."""
    return (
        select(*COLUMNS, *more)
        .select_from(Assignment)
        .join(Unit, Unit.id == Assignment.lead_unit_id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .join(Clause, Clause.id == Duty.clause_id)
        .outerjoin(User, User.id == Assignment.owner_id)
    )


def assignments(
    session: Session, visible: Visible, filters: Filters, day: Day, page: int, size: int = PAGE_SIZE
) -> Page[Listed]:
    """One page. The total is exact while counters or the first thousand rows can tell it."""
    if filters.uneven:
        plan_anew(session)
    total = count_by_tally(session, visible, filters, day)
    more = False
    if total is None:
        total = ask(session, _bounded_count, visible, filters, day).scalar_one()
        more = total > BOUND
    last = max(1, min(-(-total // size), DEEPEST))
    number = max(1, min(page, last))
    found = ask(session, _page, visible, filters, day, size=size, start=(number - 1) * size).all()
    return Page(list(found), total, number, size, more=more)


def _bounded_count(visible: Visible, filters: Filters, day: Day) -> Select[Any]:
    """No more than BOUND + 1."""
    some = [
        select(Assignment.id).where(visible.where(), *conditions).limit(BOUND + 1)
        for conditions in branches(filters, day)
    ]
    bounded = union_all(*some).subquery()
    return select(func.least(func.count(), BOUND + 1)).select_from(bounded)


def _page(visible: Visible, filters: Filters, day: Day) -> Select[Any]:
    """The rows are found and ordered by an index first; names are looked up for these few only."""
    ids = _first_ids(visible, branches(filters, day), most_urgent)
    return listed().where(Assignment.id.in_(ids.scalar_subquery())).order_by(*ORDER)


def _first_ids(visible: Visible, ways: list[list[ColumnElement[bool]]], order: Callable[[Any], Order]) -> Select[Any]:
    """Ids of `size` rows from `start`: the first of each way, merged."""
    size, start = bindparam("size", type_=Integer), bindparam("start", type_=Integer)
    firsts = union_all(*(
        select(Assignment.id, Assignment.closed, Assignment.starred, Assignment.due_on)
        .where(visible.where(), *conditions)
        .order_by(*order(Assignment))
        .limit(size + start)
        for conditions in ways
    )).subquery()  # fmt: skip
    return select(firsts.c.id).order_by(*order(firsts.c)).limit(size).offset(start)


def leading(session: Session, visible: Visible) -> list[tuple[int, str]]:
    """(id, name) of the units that lead what one may see."""
    led = select(Assignment.lead_unit_id).where(visible.where())
    query = select(Unit.id, Unit.name).where(Unit.id.in_(led)).order_by(Unit.position, Unit.id)
    return [(id_, name) for id_, name in session.execute(query)]


def latest(session: Session, visible: Visible, filters: Filters, day: Day, most: int) -> list[Listed]:
    """What is overdue and still with its unit, the latest first: what was submitted late waits for the office alone."""
    overdue = replace(filters, klass="overdue")
    return list(ask(session, _latest, visible, overdue, day, size=most, start=0))


def _latest(visible: Visible, filters: Filters, day: Day) -> Select[Any]:
    ways = [
        [*conditions, Assignment.state != State.SUBMITTED, Assignment.starred.is_(starred)]
        for conditions in branches(filters, day)
        for starred in (True, False)  # for the index of the list: by deadline within each of the two
    ]
    ids = _first_ids(visible, ways, _longest_overdue)
    return listed().where(Assignment.id.in_(ids.scalar_subquery())).order_by(*_longest_overdue(Assignment))


def _longest_overdue(of: Any) -> Order:
    return of.due_on, of.id


_UNITS = value("units", several=True)
_OPEN_WORK = (
    listed()
    .where(
        Assignment.lead_unit_id.in_(_UNITS),
        Assignment.closed.is_(False),
        Assignment.state.in_((State.ASSIGNED, State.IN_PROGRESS, State.SUBMITTED, State.SUSPENDED)),
    )
    .order_by(*ORDER)
    .limit(bindparam("most", type_=Integer))
)
_COORDINATED = select(CoordinatingUnit.assignment_id).where(CoordinatingUnit.unit_id.in_(_UNITS)).scalar_subquery()
_COORDINATED_WORK = (
    listed()
    .where(
        # As an array: a join of two more tables would take longer to plan than to run.
        Assignment.id == any_(func.array(_COORDINATED)),
        Assignment.closed.is_(False),
        Assignment.state != State.DRAFT,
    )
    .order_by(*ORDER)
    .limit(bindparam("most", type_=Integer))
)


def open_work(session: Session, unit_ids: Sequence[int] | frozenset[int], limit: int = 300) -> list[Listed]:
    """What the units have open as lead, starred first, by due date."""
    return list(rows(session, _OPEN_WORK, {"units": list(unit_ids), "most": limit}))


def coordinated_work(session: Session, unit_ids: frozenset[int], limit: int = 50) -> list[Listed]:
    """What the units coordinate for another lead, still open."""
    return list(rows(session, _COORDINATED_WORK, {"units": list(unit_ids), "most": limit}))


@dataclass(frozen=True)
class Told:
    """The last time anybody was told about an assignment, and who."""

    on: date
    people: tuple[str, ...]
    highest_step: int


_TOLD = text("""
    SELECT told.assignment_id, (told.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS told_on, u.name, told.step_offset
    FROM (
        SELECT e.assignment_id, e.fired_at AS at, e.step_offset, e.recipient_id AS user_id
        FROM escalations AS e WHERE e.assignment_id = ANY(:ids)
        UNION ALL
        SELECT c.assignment_id, c.sent_at, 0, r.user_id
        FROM chases AS c JOIN chase_readers AS r ON r.chase_id = c.id WHERE c.assignment_id = ANY(:ids)
    ) AS told JOIN users AS u ON u.id = told.user_id
    ORDER BY told.assignment_id, told_on DESC, told.step_offset DESC, u.name
""")


def last_told(session: Session, assignment_ids: Sequence[int]) -> dict[int, Told]:
    """Assignment → who was last told, by the ladder or by a chase of somebody (which counts as the step of the day)."""
    rows = session.execute(_TOLD, {"ids": list(assignment_ids)})
    found: dict[int, Told] = {}
    for assignment_id, on, name, step in rows:
        told = found.get(assignment_id)
        if told is None:
            found[assignment_id] = Told(on, (name,), step)
        elif told.on == on and name not in told.people:
            found[assignment_id] = replace(told, people=(*told.people, name))
    return found
