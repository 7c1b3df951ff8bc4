"""What the pages of the mail log ask: which mails, what one is about, and who decided something on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session, joinedload

from tracker.models.audit import AuditEvent
from tracker.models.outbox import MailState, OutboxMail
from tracker.rules.calendar import LOCAL
from tracker.store.told import ABOUT, mails_about


@dataclass(frozen=True)
class MailFilters:
    """`day` is the local day on which the mail was written."""

    state: str | None = None
    kind: str | None = None
    person_id: int | None = None
    assignment_id: int | None = None
    day: date | None = None

    def where(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.state in set(MailState):
            found.append(OutboxMail.state == self.state)
        if self.kind:
            found.append(OutboxMail.kind == self.kind)
        if self.person_id:
            found.append(OutboxMail.recipient_id == self.person_id)
        if self.assignment_id:
            found.append(mails_about(self.assignment_id))
        if self.day:
            begin = datetime.combine(self.day, time(), LOCAL)
            end = datetime.combine(self.day + timedelta(days=1), time(), LOCAL)
            found.append((OutboxMail.created_at >= begin) & (OutboxMail.created_at < end))
        return found

    def as_query(self) -> dict[str, Any]:
        """The address that shows the same."""
        values = {
            "state": self.state,
            "kind": self.kind,
            "person": self.person_id,
            "assignment": self.assignment_id,
            "day": self.day.isoformat() if self.day else None,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class About:
    id: int
    text: str
    clause_ref: str
    unit_name: str


# More than one digest holds; the rest is in the mail's own text.
MOST = 100
_ABOUT = text(f"""
    SELECT a.id, a.text, c.ref, u.name FROM assignments AS a
    JOIN units AS u ON u.id = a.lead_unit_id
    JOIN duties AS d ON d.id = a.duty_id
    JOIN clauses AS c ON c.id = d.clause_id
    WHERE a.id IN (SELECT assignment_id FROM ({ABOUT}) AS about WHERE about.mail_id = :mail)
        AND (CAST(:seen AS integer[]) IS NULL OR a.programme_id = ANY(:seen))
    ORDER BY a.due_on, a.id LIMIT :most
""")


def about(session: Session, mail_id: int, programme_ids: Collection[int] | None = None) -> list[About]:
    """The assignments that a mail tells of, of these programmes, by their due date."""
    seen = None if programme_ids is None else list(programme_ids)
    return [About(*row) for row in session.execute(_ABOUT, {"mail": mail_id, "most": MOST, "seen": seen})]


def decisions(session: Session, mail_id: int) -> list[AuditEvent]:
    """Sent again, not sent, passed on: by whom, when and why."""
    return list(
        session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.subject_type == "outbox",
                AuditEvent.subject_id == mail_id,
                AuditEvent.verb.in_(("resend", "skip", "pass_on")),
            )
            .options(joinedload(AuditEvent.actor))
            .order_by(AuditEvent.id)
        )
    )
