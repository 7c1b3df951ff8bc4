"""What the sweep reads: open assignments near or past their due date, and what already fired."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.models.assignment import Assignment
from tracker.models.duty import Duty
from tracker.models.escalation import Escalation
from tracker.models.programme import Programme
from tracker.rules.workflow import WITH_UNIT


def programmes_to_sweep(session: Session, hour: int) -> list[Programme]:
    """Programmes whose hour for mail has come."""
    return list(session.scalars(select(Programme).where(Programme.mail_hour <= hour).order_by(Programme.id)))


def escalatable(session: Session, programme_id: int, due_until: date) -> list[Assignment]:
    """What a unit can still act on and is due up to `due_until`."""
    return list(
        session.scalars(
            select(Assignment)
            .where(
                Assignment.programme_id == programme_id,
                Assignment.state.in_(WITH_UNIT),
                Assignment.due_on <= due_until,
            )
            .options(
                joinedload(Assignment.lead_unit),
                joinedload(Assignment.owner),
                joinedload(Assignment.duty).joinedload(Duty.clause),
            )
            .order_by(Assignment.id)
        )
    )


def recorded(session: Session, assignment_ids: Collection[int]) -> dict[tuple[int, date], set[tuple[int, str]]]:
    """(assignment, due date) → the (step, role) pairs that already fired for it."""
    found: dict[tuple[int, date], set[tuple[int, str]]] = defaultdict(set)
    rows = session.execute(
        select(Escalation.assignment_id, Escalation.due_on, Escalation.step_offset, Escalation.role).where(
            Escalation.assignment_id.in_(assignment_ids)
        )
    )
    for assignment_id, due_on, offset, role in rows:
        found[assignment_id, due_on].add((offset, role))
    return found


def escalations_of(session: Session, assignment_id: int) -> list[Escalation]:
    return list(
        session.scalars(
            select(Escalation)
            .where(Escalation.assignment_id == assignment_id)
            .options(joinedload(Escalation.recipient), joinedload(Escalation.mail))
            .order_by(Escalation.fired_at, Escalation.id)
        )
    )
