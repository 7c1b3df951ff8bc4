"""The verbs of the workflow (`rules.workflow` is the table they follow)."""

from datetime import date
from typing import Any

from tracker.models.assignment import Assignment, Round, Signal, Update
from tracker.models.user import User
from tracker.rules.errors import Invalid
from tracker.rules.permissions import Permission, demand, may
from tracker.rules.words import N_
from tracker.rules.workflow import Action, State, move
from tracker.services.access import change, scope_of
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import notify_office, notify_unit
from tracker.store.assignment import last_round, leads_already
from tracker.store.people import members
from tracker.store.unit import unit_on


def issue(ctx: Context, assignment_id: int, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.ISSUE, version)
    _move(ctx, row, Action.ISSUE)
    notify_unit(ctx, "assigned", row)
    return row


def accept(ctx: Context, assignment_id: int, *, owner_id: int | None = None, version: int | None = None) -> Assignment:
    """Take the work on; the owner is a person of the lead unit, by default who accepts."""
    row = change(ctx, assignment_id, Permission.ACCEPT, version)
    owner = _person_of_lead(ctx, row, owner_id or ctx.actor.user_id)
    row.owner, row.owner_id = owner, owner.id
    _move(ctx, row, Action.ACCEPT, has_owner=True, data={"owner": owner.name})
    return row


def decline(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.DECLINE, version)
    _move(ctx, row, Action.DECLINE, reason=reason)
    notify_office(ctx, "declined", row, reason=reason)
    return row


def reassign(
    ctx: Context, assignment_id: int, *, lead_unit_id: int, reason: str, version: int | None = None
) -> Assignment:
    """A new lead unit, or the same one again; either way with a reason, and from the start of the workflow."""
    row = change(ctx, assignment_id, Permission.REASSIGN, version)
    unit = unit_on(ctx.session, lead_unit_id, ctx.today)
    if unit is None:
        raise Invalid(N_("Hãy chọn đơn vị chủ trì đang hoạt động."), field="lead_unit_id")
    if leads_already(ctx.session, row, unit.id):
        raise Invalid(N_("Đơn vị này đã có nhiệm vụ riêng cho cùng nội dung trong năm."), field="lead_unit_id")
    before = row.lead_unit.name
    row.suspended_from = None
    is_new = unit.id != row.lead_unit_id
    _move(ctx, row, Action.REASSIGN, reason=reason, new_lead=is_new, data={"lead_before": before, "lead": unit.name})
    row.lead_unit_id, row.lead_unit = unit.id, unit
    row.owner_id, row.owner, row.percent = None, None, 0
    # A unit that now leads no longer coordinates the same work.
    row.coordination = [other for other in row.coordination if other.unit_id != unit.id]
    notify_unit(ctx, "assigned", row, reason=reason)
    return row


def update(
    ctx: Context,
    assignment_id: int,
    *,
    signal: str,
    text: str,
    percent: int | None = None,
    version: int | None = None,
) -> Assignment:
    """A progress note. On work not yet accepted it also accepts it: one step less for a busy head."""
    row = change(ctx, assignment_id, Permission.UPDATE, version)
    if row.state == State.ASSIGNED:
        demand(ctx.actor, Permission.ACCEPT, scope_of(ctx, row))
        owner = _person_of_lead(ctx, row, ctx.actor.user_id)
        row.owner, row.owner_id = owner, owner.id
        _move(ctx, row, Action.ACCEPT, has_owner=True, data={"owner": owner.name})
    move(row.state, Action.UPDATE, text=text)
    if signal not in (Signal.ON_TRACK, Signal.BLOCKED, Signal.DONE):
        raise Invalid(N_("Hãy chọn tình hình: đúng tiến độ, có vướng mắc hay đã xong."), field="signal")
    _write(ctx, row, Signal(signal), text, percent)
    return row


def update_or_submit(
    ctx: Context,
    assignment_id: int,
    *,
    signal: str,
    text: str,
    percent: int | None = None,
    version: int | None = None,
) -> Assignment:
    """ "Đã xong" from somebody who may submit is the submission, done today; from anybody else it is a note."""
    row = update(ctx, assignment_id, signal=signal, text=text, percent=percent, version=version)
    if signal == Signal.DONE and may(ctx.actor, Permission.SUBMIT, scope_of(ctx, row)):
        return submit(ctx, assignment_id, result=text, done_on=ctx.today)
    return row


def note(ctx: Context, assignment_id: int, *, text: str) -> Assignment:
    """What a coordinating unit contributes; it does not move the work."""
    row = change(ctx, assignment_id, Permission.NOTE, None)
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung."), field="text")
    _write(ctx, row, Signal.NOTE, text, None)
    return row


def submit(
    ctx: Context, assignment_id: int, *, result: str, done_on: date | None, version: int | None = None
) -> Assignment:
    """Report the work as done, with its result and the day it was done. Opens a new round."""
    row = change(ctx, assignment_id, Permission.SUBMIT, version)
    if done_on is not None and done_on > ctx.today:
        raise Invalid(N_("Ngày hoàn thành không thể ở sau hôm nay."), field="done_on")
    before = last_round(ctx.session, row.id)
    number = before.number + 1 if before else 1
    row.submitted_on, row.done_on, row.percent = ctx.today, done_on, 100
    _move(ctx, row, Action.SUBMIT, result=result, done_on=done_on, data={"round": number})
    assert done_on is not None
    assert ctx.actor.user_id is not None
    ctx.session.add(
        Round(
            assignment_id=row.id,
            number=number,
            result=result.strip(),
            done_on=done_on,
            submitted_at=ctx.now,
            submitted_by_id=ctx.actor.user_id,
        )
    )
    notify_office(ctx, "submitted", row)
    return row


def return_(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.RETURN, version)
    _move(ctx, row, Action.RETURN, reason=reason)
    _decide(ctx, row, "returned", reason.strip())
    # The day of a returned submission no longer counts; the next one will.
    row.submitted_on, row.done_on = None, None
    notify_unit(ctx, "returned", row, reason=reason)
    return row


def confirm(ctx: Context, assignment_id: int, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.CONFIRM, version)
    _move(ctx, row, Action.CONFIRM)
    _decide(ctx, row, "confirmed", None)
    notify_unit(ctx, "confirmed", row)
    return row


def suspend(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.SUSPEND, version)
    before = row.state
    row.suspended_from = before
    _move(ctx, row, Action.SUSPEND, reason=reason)
    return row


def resume(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.RESUME, version)
    before = row.suspended_from
    row.suspended_from = None
    _move(ctx, row, Action.RESUME, reason=reason, suspended_from=before)
    return row


def cancel(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.CANCEL, version)
    row.suspended_from = None
    _move(ctx, row, Action.CANCEL, reason=reason)
    return row


def reopen(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.REOPEN, version)
    row.submitted_on, row.done_on = None, None
    _move(ctx, row, Action.REOPEN, reason=reason)
    notify_unit(ctx, "returned", row, reason=reason)
    return row


def _move(
    ctx: Context,
    row: Assignment,
    action: Action,
    *,
    data: dict[str, str | int] | None = None,
    **facts: Any,
) -> None:
    """Ask the table, change the state, write the event."""
    before = row.state
    row.state = move(before, action, **facts)
    reason = facts.get("reason")
    record(
        ctx,
        action,
        "assignment",
        row.id,
        from_state=before,
        to_state=row.state,
        data={**(data or {}), **({"reason": reason.strip()} if reason else {})},
    )


def _decide(ctx: Context, row: Assignment, decision: str, reason: str | None) -> None:
    current = last_round(ctx.session, row.id)
    assert current is not None  # a submitted assignment has a round
    current.decision, current.reason = decision, reason
    current.decided_at, current.decided_by_id = ctx.now, ctx.actor.user_id


def _write(ctx: Context, row: Assignment, signal: Signal, text: str, percent: int | None) -> None:
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid(N_("Tỷ lệ hoàn thành là số từ 0 đến 100."), field="percent")
    if percent is not None:
        row.percent = percent
    row.last_update_at = ctx.now
    ctx.session.add(
        Update(
            assignment_id=row.id,
            author_id=ctx.actor.user_id,
            signal=signal,
            text=text.strip(),
            percent=percent,
            created_at=ctx.now,
        )
    )
    record(ctx, "note" if signal == Signal.NOTE else "update", "assignment", row.id, data={"signal": signal})


def _person_of_lead(ctx: Context, row: Assignment, user_id: int | None) -> User:
    for person in members(ctx.session, row.lead_unit_id, ctx.today):
        if person.id == user_id:
            return person
    raise Invalid(N_("Người thực hiện phải là người của đơn vị chủ trì."), field="owner_id")
