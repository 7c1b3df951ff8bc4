"""Everything that happened to an assignment in one line of time: updates, decisions, talk, files, mails."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Told by their own tables, which say more than the event.
TOLD_ELSEWHERE = frozenset({"update", "note", "comment", "chase"})
# What was decided on a round, as the verb that did it.
DECISIONS = {"confirmed": "confirm", "returned": "return", "withdrawn": "withdraw"}
TOPICS = {
    "update": "work",
    "note": "work",
    "submit": "work",
    "undo": "work",
    "promise": "work",
    "undo_promise": "work",
    "use_link": "work",
    "undo_link": "work",
    "withdraw": "work",
    "comment": "talk",
    "chase": "talk",
    "evidence": "file",
    "remove": "file",
    "escalation": "mail",
    "promise_broken": "mail",
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


def timeline(row: Any, topic: str | None = None) -> list[Happening]:
    """Of a `store.dossier`, newest first; `topic` is a key of `rules.words.TOPICS`, None for everything."""
    found = [*_events(row), *_updates(row), *_talk(row), *_files(row), *_reminders(row), *_broken(row)]
    return sorted((one for one in found if topic in (None, one.topic)), key=lambda one: one.at, reverse=True)


def _events(row: Any) -> Iterator[Happening]:
    rounds = {one.number: one for one in row.rounds}
    told: set[int] = set()
    decided = {event.at for event in row.events if event.verb in DECISIONS.values()}
    for event in row.events:
        if event.verb in TOLD_ELSEWHERE:
            continue
        data = json.loads(event.data)
        text = data.get("reason", "")
        if event.verb == "submit" and (number := data.get("round")) in rounds:
            text = rounds[number].result
            told.add(number)
        yield Happening(event.at, event.who, event.verb, text, event.from_state, event.to_state, data, event.for_whom)
    for number, one in rounds.items():
        if number not in told:  # taken over from elsewhere, so no event of ours tells it
            yield Happening(one.submitted_at, one.submitted_by, "submit", one.result)
            if one.decided_at and one.decided_by and one.decided_at not in decided:
                yield Happening(one.decided_at, one.decided_by, DECISIONS[one.decision], one.reason or "")


def _updates(row: Any) -> Iterator[Happening]:
    for update in row.updates:
        facts = {
            "signal": update.signal,
            "percent": update.percent,
            "unit": update.unit,
            "undone": update.undone_at,
            "id": update.id,
        }
        what = "note" if update.signal == "note" else "update"
        yield Happening(update.created_at, update.author, what, update.text, facts=facts)


def _talk(row: Any) -> Iterator[Happening]:
    for comment in row.comments:
        yield Happening(comment.created_at, comment.author, "comment", comment.text, facts={"named": comment.named})
    for chase in row.chases:
        facts = {
            "read": [(one.name, one.read_at) for one in chase.readers if one.read_at],
            "unread": [one.name for one in chase.readers if not one.read_at],
        }
        yield Happening(chase.sent_at, chase.sent_by, "chase", chase.text, facts=facts)


def _files(row: Any) -> Iterator[Happening]:
    """Those that came at the same moment from one person are one happening."""
    moments: dict[tuple[datetime, str], list[Any]] = {}
    for one in row.files:
        moments.setdefault((one.added_at, one.added_by.name), []).append(one)
    for (at, who), files in moments.items():
        yield Happening(at, who, "evidence", facts={"files": [(one.id, one.name) for one in files]})


def _broken(row: Any) -> Iterator[Happening]:
    """Promises whose day was over, with whoever was told of it."""
    for one in row.promises:
        if one.was_told:
            facts = {"promised": one.promised_on.isoformat(), "to": one.told}
            yield Happening(one.settled_at, None, "promise_broken", facts=facts)


def _reminders(row: Any) -> list[Happening]:
    """One happening for everybody who was told at the same moment; `nobody` where a role had no holder. `step` in
    working days: before the deadline (negative) people are reminded, from then on chased."""
    moments: dict[datetime, dict[str, Any]] = {}
    for one in row.escalations:
        facts = moments.setdefault(one.fired_at, {"to": [], "nobody": [], "mails": set(), "step": one.step_offset})
        facts["step"] = max(facts["step"], one.step_offset)
        if one.recipient:
            facts["to"].append(one.recipient)
        else:
            facts["nobody"].append(one.role)
        if one.mail:
            facts["mails"].add(one.mail)
    return [Happening(at, None, "escalation", facts=facts) for at, facts in moments.items()]
