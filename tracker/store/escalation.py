"""What the sweep reads: assignments of which a step may be due, and what already fired."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.models.escalation import EscalationAudit
from tracker.models.programme import Programme
from tracker.rules.calendar import LOCAL


class Answered(Protocol):
    """Work that somebody answers for: all that is asked to find its people."""

    lead_unit_id: int
    owner_id: int | None


class Due(Answered, Protocol):
    """A plain row: a sweep after an outage reads tens of thousands."""

    id: int
    version: int
    due_on: date
    text: str
    is_request: bool
    starred: bool
    unit_name: str
    clause_ref: str


def programmes_to_sweep(session: Session, hour: int) -> list[Programme]:
    """Programmes whose hour for mail has come."""
    return list(session.scalars(select(Programme).where(Programme.mail_hour <= hour).order_by(Programme.id)))


# What somebody is changing now is left to the next sweep: this one holds what it will write to, and waits for nobody.
_TO_LOOK_AT = text("""
    SELECT next.assignment_id
    FROM upcoming_steps AS next JOIN assignments AS a ON a.id = next.assignment_id
    WHERE next.step_on <= :today AND a.programme_id = :programme
    ORDER BY next.assignment_id
    FOR UPDATE OF next SKIP LOCKED FOR KEY SHARE OF a SKIP LOCKED
""")
_DUE = text("""
    SELECT a.id, a.version, a.due_on, a.text, a.is_request, a.starred, a.lead_unit_id, a.owner_id,
        un.name AS unit_name, c.ref AS clause_ref
    FROM assignments AS a
    JOIN units AS un ON un.id = a.lead_unit_id
    JOIN duties AS d ON d.id = a.duty_id
    JOIN clauses AS c ON c.id = d.clause_id
    WHERE a.id = ANY(:ids)
    ORDER BY a.id
""")


def to_look_at(session: Session, programme_id: int, today: date) -> Sequence[Due]:
    """What a unit can still act on and whose next step has come: as many as have one, however many there are. Locked,
    then read: what changes from now on is looked at anew after this transaction."""
    ids = list(session.execute(_TO_LOOK_AT, {"today": today, "programme": programme_id}).scalars())
    return session.execute(_DUE, {"ids": ids}).all() if ids else ()


_LOOK_NEXT = text("""
    UPDATE upcoming_steps SET step_on = looked.step_on
    FROM unnest(CAST(:ids AS integer[]), CAST(:days AS date[])) AS looked (assignment_id, step_on)
    WHERE upcoming_steps.assignment_id = looked.assignment_id
""")


def look_next(session: Session, days: Mapping[int, date | None]) -> None:
    """Assignment → the day on which it is looked at next; None where no step is left."""
    if days:
        session.execute(_LOOK_NEXT, {"ids": list(days), "days": list(days.values())})


_RECORDED = text("""
    SELECT e.assignment_id, e.step_offset, e.role FROM escalations AS e
    JOIN assignments AS a ON a.id = e.assignment_id AND a.due_on = e.due_on
    WHERE e.assignment_id = ANY(:ids)
""")


def recorded(session: Session, assignment_ids: Collection[int]) -> dict[int, set[tuple[int, str]]]:
    """Assignment → the (step, role) pairs that already fired for its present due date."""
    found: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for assignment_id, offset, role in session.execute(_RECORDED, {"ids": list(assignment_ids)}):
        found[assignment_id].add((offset, role))
    return found


# By the table of assignments itself, not by the days of the next look: the auditor trusts nothing that the sweep keeps.
_TO_AUDIT = text("""
    SELECT a.id, a.programme_id, a.due_on, a.starred, a.is_request,
        (SELECT coalesce(array_agg(e.step_offset || ':' || e.role), '{}') FROM escalations AS e
            WHERE e.assignment_id = a.id AND e.due_on = a.due_on) AS recorded
    FROM assignments AS a
    WHERE a.state IN ('assigned', 'in_progress') AND a.due_on <= :until AND a.changed_on <= :unchanged_since
        AND NOT EXISTS (SELECT FROM ladder_versions AS v
            WHERE v.programme_id = a.programme_id AND v.made_at > :at_end_of_that_day)
""")


def to_audit(session: Session, until: date, day: date) -> Iterator[Any]:
    """Rows that were as they are on `day` already, under the ladder of today: (id, …, recorded as "offset:role")."""
    end = datetime.combine(day + timedelta(days=1), time(), LOCAL)
    values = {"until": until, "unchanged_since": day, "at_end_of_that_day": end}
    yield from session.execute(_TO_AUDIT.execution_options(yield_per=5_000), values)


def last_audit(session: Session) -> EscalationAudit | None:
    return session.scalar(
        select(EscalationAudit).order_by(EscalationAudit.at.desc(), EscalationAudit.id.desc()).limit(1)
    )
