"""One decision on many assignments: a preview that really does it and rolls back, then the same for good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from tracker.models.audit import AuditEvent
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.models.outbox import OutboxMail
from tracker.rules.errors import DomainError, Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services.access import change, view
from tracker.services.assignment import reassign, star
from tracker.services.audit import record
from tracker.services.chase import chase
from tracker.services.context import Context
from tracker.services.extension import extend

MOST = 200
UNDO = timedelta(minutes=10)


class Bulk(StrEnum):
    CHASE = "chase"
    EXTEND = "extend"
    REASSIGN = "reassign"
    STAR = "star"
    UNSTAR = "unstar"


# What can be taken back: a mail that went out cannot.
UNDOABLE = frozenset({Bulk.EXTEND, Bulk.STAR, Bulk.UNSTAR})


@dataclass(frozen=True)
class Choice:
    """What is to be done to each; only the fields of the chosen kind count."""

    kind: Bulk
    text: str = ""
    due_on: date | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Line:
    """What happens to one assignment: who gets a mail and which day it gets, or why nothing happens."""

    assignment_id: int
    title: str
    unit: str
    due_before: date | None
    due_after: date | None
    told: tuple[str, ...] = ()
    error: DomainError | None = None


def preview(ctx: Context, ids: Sequence[int], choice: Choice) -> list[Line]:
    """Exactly what `apply` would do now: it is done, written down, and rolled back."""
    nudges = set(ctx.nudges)
    with ctx.session.begin_nested() as everything:
        lines = _run(ctx, ids, choice)
        everything.rollback()
    ctx.session.expire_all()
    ctx.nudges.clear()
    ctx.nudges.update(nudges)
    return lines


def apply(ctx: Context, ids: Sequence[int], choice: Choice) -> list[Line]:
    """Each on its own: what cannot be done is left out with its reason, the rest is one commit."""
    lines = _run(ctx, ids, choice)
    done = [line.assignment_id for line in lines if line.error is None]
    if done:
        record(ctx, "bulk", "bulk", done[0], data={"kind": choice.kind, "ids": done})
    return lines


def undo(ctx: Context, event_id: int) -> int:
    """Take one's own star or extension of the last ten minutes back, where nothing happened since. How many were."""
    event = ctx.session.get(AuditEvent, event_id)
    if event is None or event.verb != "bulk" or event.actor_id != ctx.actor.user_id:
        raise NotFound(N_("Không tìm thấy lần xử lý này."))
    kind = Bulk(event.data["kind"])
    if kind not in UNDOABLE or ctx.now - event.at > UNDO:
        raise Invalid(N_("Không hoàn tác được lần xử lý này nữa."), field="undo")
    undone = 0
    for assignment_id in sorted(event.data["ids"]):
        if kind is Bulk.EXTEND:
            undone += _undo_extension(ctx, assignment_id, event)
        else:
            star(ctx, assignment_id, starred=kind is Bulk.UNSTAR)
            undone += 1
    return undone


def last_bulk(ctx: Context) -> AuditEvent | None:
    """The person's newest one, if it can still be taken back."""
    event = ctx.session.scalar(
        select(AuditEvent)
        .where(AuditEvent.verb == "bulk", AuditEvent.actor_id == ctx.actor.user_id, AuditEvent.at > ctx.now - UNDO)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return event if event is not None and event.data["kind"] in UNDOABLE else None


def _run(ctx: Context, ids: Sequence[int], choice: Choice) -> list[Line]:
    chosen = sorted(set(ids))
    if not chosen:
        raise Invalid(N_("Hãy chọn ít nhất một nhiệm vụ."), field="ids")
    if len(chosen) > MOST:
        raise Invalid(N_("Mỗi lần chỉ xử lý được %(n)s nhiệm vụ."), field="ids", n=MOST)
    # Every row is locked before the first is changed, always in the same order: two people cannot wait for each other.
    rows = [change(ctx, id_, Permission.VIEW, None) for id_ in chosen]
    return [_one(ctx, row.id, choice) for row in rows]


def _one(ctx: Context, id_: int, choice: Choice) -> Line:
    row = view(ctx, id_)
    before, title, unit = row.due_on, row.text, row.lead_unit.name
    mails_before = ctx.session.scalar(select(func.max(OutboxMail.id))) or 0
    try:
        with ctx.session.begin_nested():
            _VERBS[choice.kind](ctx, id_, choice)
            ctx.session.flush()
    except DomainError as error:
        ctx.session.expire(row)
        return Line(id_, title, unit, before, before, error=error)
    told = ctx.session.scalars(
        select(OutboxMail.to_name).where(OutboxMail.id > mails_before, OutboxMail.dedupe_key.contains(f":{id_}:"))
    )
    return Line(id_, title, unit, before, row.due_on, tuple(dict.fromkeys(told)))


_VERBS: dict[Bulk, Callable[[Context, int, Choice], Any]] = {
    Bulk.CHASE: lambda ctx, id_, choice: chase(ctx, id_, text=choice.text),
    Bulk.EXTEND: lambda ctx, id_, choice: extend(ctx, id_, due_on=choice.due_on, reason=choice.text),
    Bulk.REASSIGN: lambda ctx, id_, choice: reassign(ctx, id_, lead_unit_id=choice.unit_id or 0, reason=choice.text),
    Bulk.STAR: lambda ctx, id_, _choice: star(ctx, id_, starred=True),
    Bulk.UNSTAR: lambda ctx, id_, _choice: star(ctx, id_, starred=False),
}


def _undo_extension(ctx: Context, assignment_id: int, event: AuditEvent) -> bool:
    """The deadline goes back where the request that this bulk granted is still the last one."""
    row = change(ctx, assignment_id, Permission.DECIDE_EXTENSION, None)
    request = ctx.session.scalar(
        select(ExtensionRequest)
        .where(ExtensionRequest.assignment_id == assignment_id)
        .order_by(ExtensionRequest.number.desc())
        .limit(1)
    )
    if request is None or request.state is not ExtensionState.GRANTED or request.decided_at != event.at:
        return False
    if row.due_on != request.decided_due_on:
        return False
    request.state = ExtensionState.WITHDRAWN
    row.due_on, row.nominal_due_on, row.changed_on = request.due_before, request.due_before, ctx.today
    data = {"due_on": request.due_before.isoformat(), "extension": request.id}
    record(ctx, "undo_extension", "assignment", row.id, data=data)
    return True
