"""What openings of periods ask: what is there already, what is unfinished, what of single duties goes on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, func, or_, select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.clause import Clause
from tracker.models.duty import Duty
from tracker.models.history import PastStanding
from tracker.models.opening import PeriodOpening
from tracker.models.unit import Unit
from tracker.rules.workflow import CLOSED, State
from tracker.store.filters import is_single


def opened_periods(session: Session, programme_id: int) -> dict[str, PeriodOpening]:
    """Key of a period → its opening."""
    rows = session.scalars(select(PeriodOpening).where(PeriodOpening.programme_id == programme_id))
    return {row.period: row for row in rows}


@dataclass(frozen=True)
class Given:
    """An assignment as an opening sees it; `opened_for_id` None is a part of another."""

    id: int
    duty_id: int
    opened_for_id: int | None
    lead_unit_id: int
    year: int
    period: str
    state: State
    text: str
    ref: str
    unit: str
    due_on: date | None


def given(session: Session, programme_id: int, *, periods: Collection[str], single: Collection[int]) -> list[Given]:
    """Assignments of these periods, whatever was given of the `single` duties, and everything not closed."""
    rows = session.execute(
        select(
            Assignment.id, Assignment.duty_id, Assignment.opened_for_id, Assignment.lead_unit_id, Assignment.year,
            Assignment.period, Assignment.state, Assignment.text, Clause.ref, Unit.name, Assignment.due_on,
        )
        .join(Unit, Unit.id == Assignment.lead_unit_id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .join(Clause, Clause.id == Duty.clause_id)
        .where(
            Assignment.programme_id == programme_id,
            or_(Assignment.period.in_(periods), Assignment.duty_id.in_(single), Assignment.closed.is_(False)),
        )
        .order_by(Assignment.id)
    )  # fmt: skip
    return [Given(*row) for row in rows]


def periods_given(session: Session, duty_id: int) -> list[tuple[str, State]]:
    """(period, state) of what was given of a duty, each once."""
    query = select(Assignment.period, Assignment.state).where(Assignment.duty_id == duty_id).distinct()
    return [(period, state) for period, state in session.execute(query)]


@dataclass(frozen=True)
class Single:
    """An assignment of a single duty that may belong in later years too, with how it stood: (since when, state)."""

    id: int
    year: int
    carried_to: int | None
    text: str
    ref: str
    unit: str
    standings: list[tuple[date, State]]


def single_duties(session: Session, programme_id: int, year: int) -> list[Single]:
    """Of years before `year`, not yet carried into it, and not ended before the first year that is in question."""
    reached = func.coalesce(Assignment.carried_to, Assignment.year)
    rows = session.execute(
        select(Assignment.id, Assignment.year, Assignment.carried_to, Assignment.text, Clause.ref, Unit.name)
        .join(Unit, Unit.id == Assignment.lead_unit_id)
        .join(Duty, Duty.id == Assignment.duty_id)
        .join(Clause, Clause.id == Duty.clause_id)
        .where(
            Assignment.programme_id == programme_id,
            is_single(),
            reached < year,
            or_(
                Assignment.state.not_in(CLOSED),
                func.date_part("year", Assignment.changed_on).cast(Integer) > reached,
            ),
        )
        .order_by(Assignment.id)
    ).all()
    standings: dict[int, list[tuple[date, State]]] = {}
    history = session.execute(
        select(PastStanding.assignment_id, PastStanding.since, PastStanding.state)
        .where(PastStanding.assignment_id.in_([row.id for row in rows]))
        .order_by(PastStanding.assignment_id, PastStanding.since)
    )
    for id_, since, state in history:
        standings.setdefault(id_, []).append((since, state))
    return [Single(*row, standings.get(row.id, [])) for row in rows]


def single_duties_given(session: Session, programme_id: int) -> set[int]:
    """Single duties that were given, in whatever year: no later year owes them another assignment."""
    query = select(Assignment.duty_id).where(Assignment.programme_id == programme_id, is_single()).distinct()
    return set(session.scalars(query))
