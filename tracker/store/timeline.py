"""Everything that happened to an assignment in one line of time: decisions, updates, rounds, mails."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.models.audit import AuditEvent
from tracker.store.assignment import rounds_of, updates_of
from tracker.store.escalation import escalations_of


@dataclass(frozen=True)
class Happening:
    """`what` is a verb of the workflow, "update", "note" or "escalation"; `who` None is the system."""

    at: datetime
    who: str | None
    what: str
    text: str = ""
    from_state: str | None = None
    to_state: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def timeline(session: Session, assignment_id: int) -> list[Happening]:
    """Newest first."""
    rounds = {one.number: one for one in rounds_of(session, assignment_id)}
    found: list[Happening] = []
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_type == "assignment", AuditEvent.subject_id == assignment_id)
        .options(joinedload(AuditEvent.actor))
        .order_by(AuditEvent.id)
    )
    told: set[int] = set()
    for event in events:
        if event.verb in ("update", "note"):
            continue  # the update itself says more
        text = event.data.get("reason", "")
        if event.verb == "submit" and (number := event.data.get("round")) in rounds:
            text = rounds[number].result
            told.add(number)
        found.append(
            Happening(
                event.at, event.actor.name if event.actor else None, event.verb, text, event.from_state,
                event.to_state, event.data,
            )
        )  # fmt: skip
    for number, one in rounds.items():
        if number not in told:  # taken over from elsewhere, so no event of ours tells it
            found.append(Happening(one.submitted_at, one.submitted_by.name, "submit", one.result))
            if one.decided_at and one.decided_by:
                verb = "confirm" if one.decision == "confirmed" else "return"
                found.append(Happening(one.decided_at, one.decided_by.name, verb, one.reason or ""))
    for update in updates_of(session, assignment_id):
        what = "note" if update.signal == "note" else "update"
        facts = {"signal": str(update.signal), "percent": update.percent}
        found.append(Happening(update.created_at, update.author.name, what, update.text, facts=facts))
    found.extend(_reminders(session, assignment_id))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _reminders(session: Session, assignment_id: int) -> list[Happening]:
    """One happening for everybody who was told at the same moment; `nobody` where a role had no holder."""
    moments: dict[datetime, dict[str, Any]] = {}
    for escalation in escalations_of(session, assignment_id):
        facts = moments.setdefault(escalation.fired_at, {"to": [], "nobody": [], "mails": set()})
        if escalation.recipient:
            facts["to"].append(escalation.recipient.name)
        else:
            facts["nobody"].append(escalation.role)
        if escalation.mail:
            facts["mails"].add(escalation.mail.state.value)
    return [Happening(at, None, "escalation", facts=facts) for at, facts in moments.items()]
