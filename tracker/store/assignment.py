"""Loading single assignments and what belongs to them."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.assignment import Assignment, Round, Signal, Update
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty


def load(session: Session, assignment_id: int, *, lock: bool = False) -> Assignment | None:
    """The assignment with what its page shows; `lock` holds the row until the transaction ends."""
    query = _whole().where(Assignment.id == assignment_id)
    return session.scalar(_locking(query) if lock else query)


def load_all(session: Session, assignment_ids: Collection[int], *, lock: bool = False) -> list[Assignment]:
    """Several as by `load`, in the order of their ids."""
    query = _whole().where(Assignment.id.in_(assignment_ids)).order_by(Assignment.id)
    return list(session.scalars(_locking(query) if lock else query))


def _whole() -> Select[Assignment]:
    return select(Assignment).options(
        joinedload(Assignment.lead_unit),
        joinedload(Assignment.owner),
        joinedload(Assignment.programme),
        joinedload(Assignment.duty).options(joinedload(Duty.clause), joinedload(Duty.indicator)),
        joinedload(Assignment.parent),
        selectinload(Assignment.coordination).options(
            joinedload(CoordinatingUnit.unit), joinedload(CoordinatingUnit.contact)
        ),
    )


def _locking(query: Select[Assignment]) -> Select[Assignment]:
    # A verb must see what the verb before it committed, not the copy that the session already holds. Rows that only
    # refer to it (the sweep's, a comment's) do not wait for the verb.
    return query.with_for_update(of=Assignment, key_share=True).execution_options(populate_existing=True)


def updates_of(session: Session, assignment_id: int) -> list[Update]:
    return list(
        session.scalars(
            select(Update)
            .where(Update.assignment_id == assignment_id)
            .options(joinedload(Update.author), joinedload(Update.unit))
            .order_by(Update.created_at, Update.id)
        )
    )


_GIVEN = text("""
    SELECT max(at) FROM audit_events
    WHERE subject_type = 'assignment' AND subject_id = :id AND verb IN ('reassign', 'reopen', 'issue')
""")


def given_since(session: Session, assignment_id: int) -> datetime:
    """When it was last given to whoever leads it now; the beginning of time where that was never said."""
    return session.execute(_GIVEN, {"id": assignment_id}).scalar() or datetime.min.replace(tzinfo=UTC)


def is_blocked(session: Session, assignment_id: int, notes: Sequence[Update] | None = None) -> bool:
    """Whether the unit's last word is that something is in its way: since the work was given to it, and since the last
    submission that it did not take back. `notes`: its notes that count, oldest first, where they are at hand."""
    if notes is None:
        notes = [one for one in updates_of(session, assignment_id) if one.undone_at is None]
    last = next((one for one in reversed(notes) if one.signal is not Signal.NOTE), None)
    if last is None or last.signal is not Signal.BLOCKED or last.created_at < given_since(session, assignment_id):
        return False
    submitted = session.scalar(
        select(func.max(Round.submitted_at)).where(
            Round.assignment_id == assignment_id, Round.decision.is_distinct_from("withdrawn")
        )
    )
    return submitted is None or last.created_at > submitted


def last_update(session: Session, assignment_id: int) -> Update | None:
    return session.scalar(
        select(Update)
        .where(Update.assignment_id == assignment_id, Update.undone_at.is_(None))
        .order_by(Update.created_at.desc(), Update.id.desc())
        .limit(1)
    )


def last_round(session: Session, assignment_id: int) -> Round | None:
    return session.scalar(
        select(Round).where(Round.assignment_id == assignment_id).order_by(Round.number.desc()).limit(1)
    )


def parts_of(session: Session, assignment_id: int) -> list[Assignment]:
    """The assignments that are parts of this one."""
    return list(
        session.scalars(
            select(Assignment)
            .where(Assignment.parent_id == assignment_id)
            .options(joinedload(Assignment.lead_unit))
            .order_by(Assignment.id)
        )
    )


def leads_already(session: Session, row: Assignment, unit_id: int) -> bool:
    """Whether the unit has its own assignment of the same duty and period."""
    query = select(Assignment.id).where(
        Assignment.duty_id == row.duty_id,
        Assignment.period == row.period,
        Assignment.lead_unit_id == unit_id,
        Assignment.id != row.id,
    )
    return session.scalar(query) is not None


def count(session: Session, programme_id: int, year: int) -> int:
    return (
        session.scalar(select(func.count()).where(Assignment.programme_id == programme_id, Assignment.year == year))
        or 0
    )
