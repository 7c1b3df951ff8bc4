"""One decision on many assignments: a preview that really does it and rolls back, then the same for good."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import select

from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.rules.errors import Conflict, DomainError, IllegalMove, Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT, State
from tracker.services.access import change, lock, view_all
from tracker.services.assignment import reassign, star
from tracker.services.audit import record
from tracker.services.chase import chase
from tracker.services.context import Context
from tracker.services.extension import extend
from tracker.services.notice import know_signing, notify_unit
from tracker.store.assignment import parts_of
from tracker.store.extension import of_assignment

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
    """What happens to one assignment: who gets a mail and which day it gets, or why nothing happens.

    `version` is the one that was looked at, and `version_after` what was made of it: the same where nothing changed.
    """

    assignment_id: int
    title: str
    unit: str
    due_before: date | None
    due_after: date | None
    version: int
    version_after: int
    told: tuple[str, ...] = ()
    error: DomainError | None = None


@dataclass(frozen=True)
class Result:
    """What became of one decision, as its event tells; `undo_id` where it can still be taken back."""

    kind: Bulk
    done: tuple[Line, ...]
    failed: tuple[Line, ...]
    undo_id: int | None


def preview(ctx: Context, ids: Sequence[int], choice: Choice) -> list[Line]:
    """Exactly what `apply` would do now: it is done, written down, and rolled back."""
    nudges, told = set(ctx.nudges), len(ctx.told)
    with ctx.session.begin_nested() as everything:
        lines = _run(ctx, dict.fromkeys(ids), choice)
        everything.rollback()
    ctx.session.expire_all()
    ctx.signing.clear()
    ctx.nudges.clear()
    ctx.nudges.update(nudges)
    del ctx.told[told:]
    return lines


def apply(ctx: Context, seen: Mapping[int, int | None], choice: Choice) -> tuple[int, list[Line]]:
    """Each on its own: what cannot be done is left out with its reason, the rest is one commit.

    `seen`: assignment → the version that the preview showed. Returns the event's id, under which `result` tells of it.
    """
    lines = _run(ctx, seen, choice)
    data = {
        "kind": choice.kind,
        # Only what was really changed can be taken back, and only from the version that this left behind.
        "ids": [line.assignment_id for line in lines if line.version_after != line.version],
        "lines": [_as_data(line) for line in lines],
    }
    event = record(ctx, "bulk", "bulk", lines[0].assignment_id, data=data)
    ctx.session.flush()
    return event.id, lines


def result(ctx: Context, event_id: int) -> Result:
    """One's own, for the page after it; assignments that the person may no longer see are left out."""
    event = _own(ctx, event_id)
    rows = {row.id: row for row in view_all(ctx, [told["id"] for told in event.data["lines"]])}
    lines = [_from_data(told, rows[told["id"]]) for told in event.data["lines"] if told["id"] in rows]
    return Result(
        Bulk(event.data["kind"]),
        tuple(line for line in lines if line.error is None),
        tuple(line for line in lines if line.error is not None),
        event.id if _undoable(ctx, event) and not _undone(ctx, event) else None,
    )


def undo(ctx: Context, event_id: int) -> list[Line]:
    """Take one's own star or extension of the last ten minutes back, once, where nothing happened since."""
    event = _own(ctx, event_id)
    kind = Bulk(event.data["kind"])
    # Locked before it is asked whether this was undone: of two at once the second waits, and finds it done.
    rows = lock(ctx, event.data["ids"])
    if not _undoable(ctx, event) or _undone(ctx, event):
        raise Invalid(N_("Không hoàn tác được lần xử lý này nữa."), field="undo")
    know_signing(ctx, [row.lead_unit_id for row in rows])
    left = {told["id"]: told["version_after"] for told in event.data["lines"]}
    # Parts come after their wholes and are taken back before them.
    lines = [_try(ctx, row, partial(_TAKE_BACK[kind], ctx, row, left[row.id])) for row in reversed(rows)][::-1]
    ctx.locked.clear()
    data = {"event": event.id, "lines": [_as_data(line) for line in lines]}
    record(ctx, "undo_bulk", "bulk", event.id, data=data)
    return lines


def last_bulk(ctx: Context, *, undoable: bool = True) -> AuditEvent | None:
    """The person's newest one of the last ten minutes, if it can still be taken back."""
    event = ctx.session.scalar(
        select(AuditEvent)
        .where(AuditEvent.verb == "bulk", AuditEvent.actor_id == ctx.actor.user_id, AuditEvent.at > ctx.now - UNDO)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    if event is None or not undoable:
        return event
    return event if _undoable(ctx, event) and not _undone(ctx, event) else None


def _own(ctx: Context, event_id: int) -> AuditEvent:
    event = ctx.session.get(AuditEvent, event_id)
    if event is None or event.verb != "bulk" or event.actor_id != ctx.actor.user_id:
        raise NotFound(N_("Không tìm thấy lần xử lý này."))
    return event


def _undoable(ctx: Context, event: AuditEvent) -> bool:
    return event.data["kind"] in UNDOABLE and bool(event.data["ids"]) and ctx.now - event.at <= UNDO


def _undone(ctx: Context, event: AuditEvent) -> bool:
    query = select(AuditEvent.id).where(
        AuditEvent.subject_type == "bulk", AuditEvent.subject_id == event.id, AuditEvent.verb == "undo_bulk"
    )
    return ctx.session.scalar(query) is not None


def _run(ctx: Context, seen: Mapping[int, int | None], choice: Choice) -> list[Line]:
    if not seen:
        raise Invalid(N_("Hãy chọn ít nhất một nhiệm vụ."), field="ids")
    if len(seen) > MOST:
        raise Invalid(N_("Mỗi lần chỉ xử lý được %(n)s nhiệm vụ."), field="ids", n=MOST)
    # Every row is locked before the first is changed.
    rows = lock(ctx, list(seen))
    know_signing(ctx, [row.lead_unit_id for row in rows])
    verb = _VERBS[choice.kind]
    lines = [_try(ctx, row, partial(verb, ctx, row.id, choice, seen[row.id])) for row in rows]
    ctx.locked.clear()
    return lines


def _try(ctx: Context, row: Assignment, verb: Callable[[], object]) -> Line:
    """The verb on one row in a savepoint: what fails leaves nothing behind, and only its own row is read anew."""
    id_, title, unit, due, version, told = row.id, row.text, row.lead_unit.name, row.due_on, row.version, len(ctx.told)
    try:
        with ctx.session.begin_nested():
            verb()
    except DomainError as error:
        ctx.session.expire(row)
        del ctx.told[told:]
        return Line(id_, title, unit, due, due, version, version, error=error)
    return Line(id_, title, unit, due, row.due_on, version, row.version, tuple(dict.fromkeys(ctx.told[told:])))


_VERBS: dict[Bulk, Callable[[Context, int, Choice, int | None], object]] = {
    Bulk.CHASE: lambda ctx, id_, choice, seen: chase(ctx, id_, text=choice.text, version=seen),
    Bulk.EXTEND: lambda ctx, id_, choice, seen: extend(
        ctx, id_, due_on=choice.due_on, reason=choice.text, version=seen
    ),
    Bulk.REASSIGN: lambda ctx, id_, choice, seen: reassign(
        ctx, id_, lead_unit_id=choice.unit_id or 0, reason=choice.text, version=seen
    ),
    Bulk.STAR: lambda ctx, id_, _choice, seen: star(ctx, id_, starred=True, version=seen),
    Bulk.UNSTAR: lambda ctx, id_, _choice, seen: star(ctx, id_, starred=False, version=seen),
}


def _undo_extension(ctx: Context, row: Assignment, left: int) -> None:
    """The deadline and a request of the unit become again what they were, and the unit is told."""
    change(ctx, row.id, Permission.DECIDE_EXTENSION, left)
    if row.state not in (*WITH_UNIT, State.SUSPENDED, State.DECLINED):
        raise IllegalMove(N_("Nhiệm vụ đã chuyển trạng thái sau lần gia hạn này."))
    request = of_assignment(ctx.session, row.id)[-1]
    facts = ctx.session.scalars(
        select(AuditEvent.data)
        .where(AuditEvent.subject_type == "assignment", AuditEvent.subject_id == row.id, AuditEvent.verb == "extend")
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).one()
    if request.id != facts["extension"] or request.state is not ExtensionState.GRANTED:
        raise Conflict(N_("Đơn vị đã gửi đề nghị gia hạn khác sau lần gia hạn này."))
    due = date.fromisoformat(facts["due_before"])
    if any(part.due_on is not None and part.due_on > due for part in parts_of(ctx.session, row.id)):
        raise Conflict(N_("Một phần việc của nhiệm vụ này có hạn sau ngày %(due)s."), due=f"{due:%d/%m/%Y}")
    row.due_on, row.nominal_due_on, row.changed_on = due, date.fromisoformat(facts["nominal_before"]), ctx.today
    _restore(request, facts["request_before"])
    data = {"due_on": due.isoformat(), "extension": request.id}
    record(ctx, "undo_extension", "assignment", row.id, data=data)
    notify_unit(ctx, "extension_undone", row)


def _restore(request: ExtensionRequest, before: dict[str, Any] | None) -> None:
    """One that the unit had made waits again; one that the office made with its decision ends."""
    if before is None:
        request.state = ExtensionState.WITHDRAWN
        return
    request.state = ExtensionState(before["state"])
    request.decided_due_on = date.fromisoformat(before["decided_due_on"]) if before["decided_due_on"] else None
    request.decision_reason = before["decision_reason"]
    request.decided_at = datetime.fromisoformat(before["decided_at"]) if before["decided_at"] else None
    request.decided_by_id = before["decided_by"]


_TAKE_BACK: dict[Bulk, Callable[[Context, Assignment, int], object]] = {
    Bulk.EXTEND: _undo_extension,
    # Whatever else was done to the work meanwhile does not touch its star.
    Bulk.STAR: lambda ctx, row, _left: star(ctx, row.id, starred=False),
    Bulk.UNSTAR: lambda ctx, row, _left: star(ctx, row.id, starred=True),
}


def _as_data(line: Line) -> dict[str, Any]:
    data: dict[str, Any] = {"id": line.assignment_id, "version": line.version, "version_after": line.version_after}
    if line.told:
        data["told"] = list(line.told)
    if line.error is not None:
        params = {name: value if isinstance(value, int) else str(value) for name, value in line.error.params.items()}
        data["error"] = {"message": line.error.message, "params": params}
    return data


def _from_data(data: dict[str, Any], row: Assignment) -> Line:
    error = DomainError(data["error"]["message"], **data["error"]["params"]) if "error" in data else None
    return Line(
        row.id, row.text, row.lead_unit.name, row.due_on, row.due_on, data["version"], data["version_after"],
        tuple(data.get("told", ())), error,
    )  # fmt: skip
