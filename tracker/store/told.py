"""What mails are about and whom they told: said once, for the mail log, the register, the passing on of what could not
be delivered, and what leaders read of what was tried."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, insert, select, text
from sqlalchemy.orm import Session, joinedload

from tracker.models.assignment import Assignment
from tracker.models.duty import Duty
from tracker.models.outbox import MailSubject, OutboxMail

# One row for each person told of one assignment: of a step of the ladder, of a promise that was broken, by a chase.
_STEPS = """
    SELECT 1 AS kind, e.id, a.programme_id, e.fired_at AS told_at, e.assignment_id,
        coalesce(e.lead_unit_id, a.lead_unit_id) AS unit_id, e.due_on, e.step_offset, e.role,
        coalesce(e.told_as, e.role) AS told_as,
        CAST(NULL AS integer) AS promise_id, CAST(NULL AS date) AS promised_on, CAST(NULL AS integer) AS promised_by_id,
        CAST(NULL AS integer) AS chaser_id, e.recipient_id, e.outbox_id, e.ladder_version_id
    FROM escalations AS e JOIN assignments AS a ON a.id = e.assignment_id
"""
_PROMISES = """
    SELECT 2, n.id, a.programme_id, n.fired_at, p.assignment_id, coalesce(n.lead_unit_id, a.lead_unit_id),
        coalesce(n.due_on, a.due_on), NULL, n.role, n.role, p.id, p.promised_on, p.person_id, NULL,
        n.recipient_id, n.outbox_id, NULL
    FROM promise_notices AS n JOIN promises AS p ON p.id = n.promise_id JOIN assignments AS a ON a.id = p.assignment_id
"""
# A chase that could not be delivered went on by a mail that names it; a step and a promise have a row for that.
_CHASES = """
    SELECT 3, r.id, a.programme_id, c.sent_at, c.assignment_id, coalesce(c.lead_unit_id, a.lead_unit_id), c.due_on,
        NULL, NULL, NULL, NULL, NULL, NULL, c.sent_by_id, r.user_id, r.outbox_id, NULL
    FROM chases AS c JOIN assignments AS a ON a.id = c.assignment_id JOIN chase_readers AS r ON r.chase_id = c.id
    UNION ALL
    SELECT 4, f.id, a.programme_id, f.created_at, c.assignment_id, coalesce(c.lead_unit_id, a.lead_unit_id), c.due_on,
        NULL, NULL, NULL, NULL, NULL, NULL, c.sent_by_id, f.recipient_id, f.id, NULL
    FROM outbox AS f JOIN chase_readers AS r ON r.outbox_id = f.instead_of_id JOIN chases AS c ON c.id = r.chase_id
    JOIN assignments AS a ON a.id = c.assignment_id
"""
REMINDED = f"{_STEPS} UNION ALL {_PROMISES}"
TOLD = f"{REMINDED} UNION ALL {_CHASES}"
# (mail, assignment) of every mail: what it reminds of, the one of an event mail, those of an opening.
ABOUT = f"""
    SELECT reminded.outbox_id AS mail_id, reminded.assignment_id FROM ({REMINDED}) AS reminded
    UNION ALL SELECT id, assignment_id FROM outbox
    UNION ALL SELECT outbox_id, assignment_id FROM mail_subjects
"""


def mails_about(assignment_id: int) -> ColumnElement[bool]:
    """A condition on mails."""
    query = text(f"SELECT mail_id FROM ({ABOUT}) AS about WHERE about.assignment_id = :about_assignment")
    found = query.bindparams(about_assignment=assignment_id).columns(Column("mail_id", Integer))
    return OutboxMail.id.in_(select(found.subquery().c.mail_id))


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a mail told of one assignment: a step of the ladder, or a broken promise (then `promise_id`). `role` is that
    of the step, of a promise the one as which the person was told."""

    assignment_id: int
    unit_id: int
    due_on: date | None
    step_offset: int | None
    role: str
    promise_id: int | None
    promised_on: date | None
    promised_by_id: int | None
    ladder_version_id: int | None


_OF_MAIL = text(f"""
    SELECT assignment_id, unit_id, due_on, step_offset, role, promise_id, promised_on, promised_by_id, ladder_version_id
    FROM ({REMINDED}) AS reminded WHERE reminded.outbox_id = :mail ORDER BY reminded.kind, reminded.id
""")


def reminders_of(session: Session, mail_id: int) -> list[Reminder]:
    return [Reminder(*row) for row in session.execute(_OF_MAIL, {"mail": mail_id})]


def work_of(session: Session, mail_id: int) -> dict[int, Assignment]:
    """The assignments that a mail is about, with what a mail about them says, by their number and in its order."""
    ids = text(f"SELECT assignment_id FROM ({ABOUT}) AS about WHERE about.mail_id = :mail").bindparams(mail=mail_id)
    found = ids.columns(Column("assignment_id", Integer)).subquery()
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(select(found.c.assignment_id)))
        .options(
            joinedload(Assignment.programme),
            joinedload(Assignment.lead_unit),
            joinedload(Assignment.duty).joinedload(Duty.clause),
        )
        .order_by(Assignment.id)
    )
    return {row.id: row for row in rows}


def note_subjects(session: Session, mails: Mapping[int, Collection[int]]) -> None:
    """Mail → the assignments that it gives; for what no reminder records."""
    rows = [{"outbox_id": mail, "assignment_id": one} for mail, about in mails.items() for one in about]
    if rows:
        session.execute(insert(MailSubject), rows)


_TELL_OF_PROMISES = text("""
    INSERT INTO promise_notices
        (promise_id, role, recipient_id, outbox_id, instead_of_id, lead_unit_id, due_on, fired_at)
    SELECT promise_id, role, recipient_id, outbox_id, instead_of_id, lead_unit_id, due_on, :now FROM unnest(
        CAST(:promises AS integer[]), CAST(:roles AS text[]), CAST(:people AS integer[]), CAST(:mails AS integer[]),
        CAST(:instead AS integer[]), CAST(:units AS integer[]), CAST(:days AS date[]))
        AS told (promise_id, role, recipient_id, outbox_id, instead_of_id, lead_unit_id, due_on)
    ON CONFLICT ON CONSTRAINT uq_promise_notices_once DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class PromiseTold:
    """Who was told of a broken promise, as what, by which mail; None: nobody could be reached."""

    promise_id: int
    role: str
    person_id: int | None
    mail_id: int | None
    unit_id: int
    due_on: date | None
    instead_of_id: int | None = None


def note_promises(session: Session, told: Sequence[PromiseTold], now: datetime) -> None:
    if told:
        columns: dict[str, list[Any]] = {
            "promises": [one.promise_id for one in told],
            "roles": [one.role for one in told],
            "people": [one.person_id for one in told],
            "mails": [one.mail_id for one in told],
            "instead": [one.instead_of_id for one in told],
            "units": [one.unit_id for one in told],
            "days": [one.due_on for one in told],
        }
        session.execute(_TELL_OF_PROMISES, {**columns, "now": now})
