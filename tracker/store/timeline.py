"""Everything that happened to an assignment in one line of time: updates, decisions, talk, files, mails."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.models.audit import AuditEvent
from tracker.models.evidence import Evidence
from tracker.store.assignment import rounds_of, updates_of
from tracker.store.chase import chases_of
from tracker.store.comment import comments_of
from tracker.store.escalation import escalations_of
from tracker.store.evidence import evidence_of

# Told by their own tables, which say more than the event.
TOLD_ELSEWHERE = frozenset({"update", "note", "comment", "chase"})
TOPICS = {
    "update": "work",
    "note": "work",
    "submit": "work",
    "undo": "work",
    "withdraw": "work",
    "comment": "talk",
    "chase": "talk",
    "evidence": "file",
    "remove_evidence": "file",
    "escalation": "mail",
}


@dataclass(frozen=True)
class Happening:
    """`what` is a verb of the audit or "escalation"; `who` None is the system; `for_whom` the person acted for."""

    at: datetime
    who: str | None
    what: str
    text: str = ""
    from_state: str | None = None
    to_state: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    for_whom: str | None = None

    @property
    def topic(self) -> str:
        return TOPICS.get(self.what, "decision")


def timeline(session: Session, assignment_id: int, topic: str | None = None) -> list[Happening]:
    """Newest first; `topic` is a key of `rules.words.TOPICS`, None for everything."""
    found = [
        *_events(session, assignment_id),
        *_updates(session, assignment_id),
        *_talk(session, assignment_id),
        *_files(session, assignment_id),
        *_reminders(session, assignment_id),
    ]
    return sorted((one for one in found if topic in (None, one.topic)), key=lambda one: one.at, reverse=True)


def _events(session: Session, assignment_id: int) -> Iterator[Happening]:
    rounds = {one.number: one for one in rounds_of(session, assignment_id)}
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_type == "assignment", AuditEvent.subject_id == assignment_id)
        .options(joinedload(AuditEvent.actor), joinedload(AuditEvent.on_behalf_of))
        .order_by(AuditEvent.id)
    )
    told: set[int] = set()
    for event in events:
        if event.verb in TOLD_ELSEWHERE:
            continue
        text = event.data.get("reason", "")
        if event.verb == "submit" and (number := event.data.get("round")) in rounds:
            text = rounds[number].result
            told.add(number)
        yield Happening(
            event.at,
            event.actor.name if event.actor else None,
            event.verb,
            text,
            event.from_state,
            event.to_state,
            event.data,
            event.on_behalf_of.name if event.on_behalf_of else None,
        )
    for number, one in rounds.items():
        if number not in told:  # taken over from elsewhere, so no event of ours tells it
            yield Happening(one.submitted_at, one.submitted_by.name, "submit", one.result)
            if one.decided_at and one.decided_by:
                verb = "confirm" if one.decision == "confirmed" else "return"
                yield Happening(one.decided_at, one.decided_by.name, verb, one.reason or "")


def _updates(session: Session, assignment_id: int) -> Iterator[Happening]:
    for update in updates_of(session, assignment_id):
        facts = {
            "signal": str(update.signal),
            "percent": update.percent,
            "unit": update.unit.name if update.unit else None,
            "undone": update.undone_at,
            "id": update.id,
        }
        what = "note" if update.signal == "note" else "update"
        yield Happening(update.created_at, update.author.name, what, update.text, facts=facts)


def _talk(session: Session, assignment_id: int) -> Iterator[Happening]:
    for comment in comments_of(session, assignment_id):
        named = [who.name for one in comment.mentions if (who := one.user or one.unit)]
        yield Happening(comment.created_at, comment.author.name, "comment", comment.text, facts={"named": named})
    for chase in chases_of(session, assignment_id):
        facts = {
            "read": [(one.user.name, one.read_at) for one in chase.readers if one.read_at],
            "unread": [one.user.name for one in chase.readers if not one.read_at],
        }
        yield Happening(chase.sent_at, chase.sent_by.name, "chase", chase.text, facts=facts)


def _files(session: Session, assignment_id: int) -> Iterator[Happening]:
    """Those that came at the same moment from one person are one happening."""
    moments: dict[tuple[datetime, str], list[Evidence]] = {}
    for one in evidence_of(session, assignment_id):
        moments.setdefault((one.added_at, one.added_by.name), []).append(one)
    for (at, who), files in moments.items():
        yield Happening(at, who, "evidence", facts={"files": [(one.id, one.name) for one in files]})


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
