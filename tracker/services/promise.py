"""Promising a day, and taking that back within ten minutes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tracker.models.promise import Promise
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.promise import Outcome, check_promise
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT, State
from tracker.services.access import change, inner_verb
from tracker.services.assignment import accept
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.update import UNDO
from tracker.store import promise as store


def promise(
    ctx: Context, assignment_id: int, *, promised_on: date | None, note: str = "", version: int | None = None
) -> Promise:
    """The work will be done by this day. It takes the place of an open promise, and accepts work not yet accepted."""
    row = change(ctx, assignment_id, Permission.PROMISE, version)
    if row.state not in WITH_UNIT:
        raise IllegalMove(N_("Chỉ hẹn ngày xong được nhiệm vụ mà đơn vị đang phải làm."))
    on = check_promise(promised_on, ctx.today, field="promised_on")
    before = store.open_promise(ctx.session, row.id)
    if before is not None and before.promised_on == on:
        raise Invalid(N_("Đơn vị đã hẹn đúng ngày này rồi."), field="promised_on")
    if row.state is State.ASSIGNED:
        with inner_verb(ctx):
            accept(ctx, row.id)
    if before is not None:
        before.outcome, before.settled_at = Outcome.WITHDRAWN, ctx.now
    ctx.session.flush()
    assert ctx.actor.user_id is not None
    made = Promise(
        assignment_id=row.id,
        person_id=ctx.actor.user_id,
        promised_on=on,
        note=note.strip(),
        made_at=ctx.now,
        version=row.version,
        replaces_id=before.id if before else None,
        outcome=Outcome.OPEN,
    )
    ctx.session.add(made)
    ctx.session.flush()
    data = {"promise": made.id, "promised": on.isoformat(), "reason": made.note}
    if before is not None:
        data["promised_before"] = before.promised_on.isoformat()
    record(ctx, "promise", "assignment", row.id, data=data)
    return made


def undo(ctx: Context, assignment_id: int, promise_id: int) -> Promise:
    """One's own, while it is open and ten minutes young; the one that it replaced stands again.

    That the work was accepted with it stays: nothing takes an acceptance back.
    """
    row = change(ctx, assignment_id, Permission.VIEW, None)
    made = store.load(ctx.session, promise_id)
    if made is None or made.assignment_id != row.id:
        raise NotFound(N_("Không tìm thấy lời hẹn này."))
    ctx.session.refresh(made)
    if made.person_id != ctx.actor.user_id:
        raise NotAllowed(N_("Anh/chị chỉ hoàn tác được lời hẹn của chính mình."))
    if made.outcome is not Outcome.OPEN:
        raise Invalid(N_("Lời hẹn này không còn hiệu lực nên không hoàn tác được."), field="undo")
    if ctx.now - made.made_at > UNDO:
        raise Invalid(N_("Đã quá 10 phút; hãy hẹn lại một ngày khác."), field="undo")
    made.outcome, made.settled_at = Outcome.WITHDRAWN, ctx.now
    ctx.session.flush()
    before = store.load(ctx.session, made.replaces_id) if made.replaces_id else None
    if before is not None and before.promised_on >= ctx.today:
        before.outcome, before.settled_at = Outcome.OPEN, None
    record(
        ctx, "undo_promise", "assignment", row.id, data={"promise": made.id, "promised": made.promised_on.isoformat()}
    )
    return made


def undoable(ctx: Context, promises: Sequence[Any]) -> Any | None:
    """The open one, if it is this person's and young enough to be taken back."""
    return next(
        (
            one
            for one in promises
            if one.outcome == Outcome.OPEN and one.person_id == ctx.actor.user_id and ctx.now - one.made_at <= UNDO
        ),
        None,
    )
