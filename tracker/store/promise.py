"""Promises: the open one of an assignment, and those whose day is over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.models.promise import Promise
from tracker.rules.promise import Outcome


def load(session: Session, promise_id: int) -> Promise | None:
    return session.get(Promise, promise_id)


def open_promise(session: Session, assignment_id: int) -> Promise | None:
    return session.scalar(
        select(Promise).where(Promise.assignment_id == assignment_id, Promise.outcome == Outcome.OPEN)
    )


def settled_at(session: Session, assignment_id: int, at: datetime) -> Promise | None:
    """The one that a submission at this moment settled."""
    return session.scalar(select(Promise).where(Promise.assignment_id == assignment_id, Promise.settled_at == at))


# As the steps of `store.escalation`: what somebody is changing now is left to the next sweep.
_TO_BREAK = text("""
    SELECT p.id FROM promises AS p JOIN assignments AS a ON a.id = p.assignment_id
    WHERE p.outcome = 'open' AND p.promised_on < :today AND a.programme_id = :programme
    ORDER BY p.id
    FOR UPDATE OF p SKIP LOCKED FOR KEY SHARE OF a SKIP LOCKED
""")
# The columns of `store.escalation.Due`, so that both are told in the same digests.
_OVER = text("""
    SELECT a.id, a.due_on, a.version, a.text, a.is_request, a.starred, a.lead_unit_id, a.owner_id, a.state,
        un.name AS unit_name, c.ref AS clause_ref, p.id AS promise_id, p.promised_on, p.person_id
    FROM promises AS p
    JOIN assignments AS a ON a.id = p.assignment_id
    JOIN units AS un ON un.id = a.lead_unit_id
    JOIN duties AS d ON d.id = a.duty_id
    JOIN clauses AS c ON c.id = d.clause_id
    WHERE p.id = ANY(:ids) AND p.outcome = 'open' AND a.state IN ('assigned', 'in_progress')
    ORDER BY p.id
""")


def over(session: Session, programme_id: int, today: date) -> Sequence[Any]:
    """Open promises whose day is over, of work that a unit still has: as many as there are, whatever else exists.
    Locked, then read."""
    ids = list(session.execute(_TO_BREAK, {"today": today, "programme": programme_id}).scalars())
    return session.execute(_OVER, {"ids": ids}).all() if ids else ()


_BREAK = text("""
    UPDATE promises SET outcome = 'broken', settled_at = :now WHERE id = ANY(:ids) AND outcome = 'open'
""")


def break_all(session: Session, promise_ids: Sequence[int], now: datetime) -> None:
    if promise_ids:
        session.execute(_BREAK, {"ids": list(promise_ids), "now": now})
