"""Later deadlines, by request and decision only. The original date is kept; a part is never due after its whole."""

from datetime import date
from typing import Any

from tracker.models.assignment import Assignment
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import IllegalMove, Invalid, NotFound
from tracker.rules.extension import check_may_ask, check_new_date
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT, State
from tracker.services.access import change
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import notify_office, notify_unit
from tracker.store import extension as store


def ask(
    ctx: Context, assignment_id: int, *, asked_due_on: date | None, reason: str, version: int | None = None
) -> ExtensionRequest:
    """The unit asks in time, with a reason and a date; one request is open at a time."""
    row = change(ctx, assignment_id, Permission.ASK_EXTENSION, version)
    _still_with_unit(row)
    if store.open_request(ctx.session, row.id) is not None:
        raise Invalid(N_("Đã có một đề nghị gia hạn đang chờ quyết định."), field="asked_due_on")
    due = check_may_ask(row.due_on, ctx.today, row.programme.extension_days, ctx.calendar)
    whole = row.parent.due_on if row.parent else None
    new = check_new_date(asked_due_on, due, ctx.today, whole, field="asked_due_on")
    _demand_reason(reason)
    request = _new(ctx, row, new, reason)
    ctx.session.flush()
    record(
        ctx, "ask_extension", "assignment", row.id,
        data={"reason": reason.strip(), "asked": new.isoformat(), "number": request.number, "extension": request.id},
    )  # fmt: skip
    notify_office(ctx, "extension_asked", row, reason=reason, cause=f"extension{request.id}", day=new)
    return request


def extend(
    ctx: Context, assignment_id: int, *, due_on: date | None, reason: str, version: int | None = None
) -> ExtensionRequest:
    """The office gives more time by itself, also after the deadline. Settles an open request of the unit with it."""
    row = change(ctx, assignment_id, Permission.DECIDE_EXTENSION, version)
    _still_with_unit(row)
    if row.due_on is None:
        raise Invalid(N_("Nhiệm vụ này không có thời hạn nên không cần gia hạn."), field="due_on")
    new = check_new_date(due_on, row.due_on, ctx.today, row.parent.due_on if row.parent else None, field="due_on")
    _demand_reason(reason)
    asked = store.open_request(ctx.session, row.id)
    request = asked or _new(ctx, row, new, reason)
    _grant(ctx, row, request, new, reason, asked=asked is not None)
    return request


def decide(
    ctx: Context, request_id: int, *, decision: str, due_on: date | None = None, reason: str = ""
) -> ExtensionRequest:
    """The office grants the date asked for, refuses with a reason, or proposes another date with a reason."""
    request, row = _load(ctx, request_id, Permission.DECIDE_EXTENSION)
    _demand_state(request, ExtensionState.OPEN)
    whole = row.parent.due_on if row.parent else None
    match decision:
        case ExtensionState.GRANTED:
            _still_with_unit(row)
            new = check_new_date(request.asked_due_on, request.due_before, ctx.today, whole, field="decision")
            _grant(ctx, row, request, new, reason)
        case ExtensionState.REFUSED:
            _demand_reason(reason)
            _settle(ctx, request, ExtensionState.REFUSED, reason)
            _tell(ctx, row, request, "extension_refused")
        case ExtensionState.PROPOSED:
            _still_with_unit(row)
            request.decided_due_on = check_new_date(due_on, request.due_before, ctx.today, whole, field="due_on")
            _demand_reason(reason)
            _settle(ctx, request, ExtensionState.PROPOSED, reason)
            _tell(ctx, row, request, "extension_proposed")
        case _:
            raise Invalid(N_("Hãy chọn: đồng ý, không đồng ý, hoặc đề xuất ngày khác."), field="decision")
    return request


def answer(ctx: Context, request_id: int, *, accepted: bool) -> ExtensionRequest:
    """The unit takes the date that the office proposed, or leaves it: then the old deadline stands."""
    request, row = _load(ctx, request_id, Permission.ASK_EXTENSION)
    _demand_state(request, ExtensionState.PROPOSED)
    if accepted:
        _still_with_unit(row)
        whole = row.parent.due_on if row.parent else None
        new = check_new_date(request.decided_due_on, request.due_before, ctx.today, whole, field="decision")
        # The decision stays the office's; the unit only takes it.
        office, decided_at = request.decided_by_id, request.decided_at
        _grant(ctx, row, request, new, request.decision_reason or "")
        request.decided_by_id, request.decided_at = office, decided_at
        notify_office(ctx, "extension_accepted", row, cause=f"extension{request.id}")
    else:
        request.state = ExtensionState.WITHDRAWN
        record(ctx, "reject_proposal", "assignment", row.id, data={"extension": request.id})
        notify_office(ctx, "extension_rejected", row, cause=f"extension{request.id}")
    return request


def withdraw(ctx: Context, request_id: int) -> ExtensionRequest:
    """The unit no longer needs more time."""
    request, row = _load(ctx, request_id, Permission.ASK_EXTENSION)
    _demand_state(request, ExtensionState.OPEN)
    _withdraw(ctx, row, request)
    return request


def settle_open_request(ctx: Context, row: Assignment) -> None:
    """Work that is submitted, cancelled or another unit's needs no more time: an open request ends with it."""
    request = store.open_request(ctx.session, row.id)
    if request is not None:
        _withdraw(ctx, row, request)


def _new(ctx: Context, row: Assignment, new: date, reason: str) -> ExtensionRequest:
    assert ctx.actor.user_id is not None
    request = ExtensionRequest(
        assignment_id=row.id,
        number=store.next_number(row.id),
        reason=reason.strip(),
        due_before=row.due_on,
        asked_due_on=new,
        asked_at=ctx.now,
        asked_by_id=ctx.actor.user_id,
        state=ExtensionState.OPEN,
    )
    ctx.session.add(request)
    return request


def _grant(
    ctx: Context, row: Assignment, request: ExtensionRequest, new: date, reason: str, *, asked: bool = True
) -> None:
    """The event keeps what was before, of the deadline and of a request that the unit had made, for an undo."""
    before, nominal_before = row.due_on, row.nominal_due_on
    request_before = _facts(request) if asked else None
    row.nominal_due_on = new
    row.due_on = effective_due(new, ctx.calendar, shift=row.programme.shift_days_off)
    if row.parent and row.parent.due_on and row.due_on > row.parent.due_on:
        row.due_on = row.parent.due_on
    row.changed_on = ctx.today
    request.decided_due_on = row.due_on
    _settle(ctx, request, ExtensionState.GRANTED, reason)
    ctx.session.flush()
    record(
        ctx, "extend", "assignment", row.id,
        data={
            "reason": reason.strip() or request.reason,
            "due_before": before.isoformat() if before else "",
            "due_on": row.due_on.isoformat(),
            "extension": request.id,
            "nominal_before": nominal_before.isoformat() if nominal_before else "",
            "request_before": request_before,
        },
    )  # fmt: skip
    # Named by the row's version, not by the request: one that is taken back can be granted anew.
    notify_unit(ctx, "extension_granted", row, reason=reason)


def _facts(request: ExtensionRequest) -> dict[str, Any]:
    return {
        "state": str(request.state),
        "decided_due_on": request.decided_due_on.isoformat() if request.decided_due_on else None,
        "decision_reason": request.decision_reason,
        "decided_at": request.decided_at.isoformat() if request.decided_at else None,
        "decided_by": request.decided_by_id,
    }


def _settle(ctx: Context, request: ExtensionRequest, state: ExtensionState, reason: str) -> None:
    request.state, request.decision_reason = state, reason.strip() or None
    request.decided_at, request.decided_by_id = ctx.now, ctx.actor.user_id


def _withdraw(ctx: Context, row: Assignment, request: ExtensionRequest) -> None:
    request.state = ExtensionState.WITHDRAWN
    record(ctx, "withdraw_extension", "assignment", row.id, data={"extension": request.id})


def _tell(ctx: Context, row: Assignment, request: ExtensionRequest, kind: str) -> None:
    reason = request.decision_reason or ""
    data = {"reason": reason, "extension": request.id}
    if request.state is ExtensionState.PROPOSED and request.decided_due_on:
        data["proposed"] = request.decided_due_on.isoformat()
    record(ctx, kind, "assignment", row.id, data=data)
    notify_unit(ctx, kind, row, reason=reason, cause=f"extension{request.id}", day=request.decided_due_on)


def _load(ctx: Context, request_id: int, permission: Permission) -> tuple[ExtensionRequest, Assignment]:
    found = store.load(ctx.session, request_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy đề nghị gia hạn này."))
    row = change(ctx, found.assignment_id, permission, None)
    ctx.session.refresh(found)  # the assignment is locked now: whoever was here first has decided
    return found, row


def _demand_state(request: ExtensionRequest, state: ExtensionState) -> None:
    if request.state is not state:
        raise IllegalMove(N_("Đề nghị gia hạn này đã được xử lý."))


def _still_with_unit(row: Assignment) -> None:
    if row.state not in (*WITH_UNIT, State.SUSPENDED, State.DECLINED):
        raise IllegalMove(N_("Chỉ gia hạn được nhiệm vụ chưa báo cáo hoàn thành."))


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do."), field="reason")
