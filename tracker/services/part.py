"""Giving a part of an assignment to another unit: its own owner, deadline and workflow, never due after the whole."""

from datetime import date

from tracker.models.assignment import Assignment
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed
from tracker.rules.extension import check_within
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import CLOSED, Party, State
from tracker.services.access import change, is_party
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import notify_unit
from tracker.store.assignment import leads_already
from tracker.store.unit import unit_on


def split(
    ctx: Context, assignment_id: int, *, unit_id: int | None, text: str, due_on: date | None, version: int | None = None
) -> Assignment:
    """The office gives a part to any unit; a lead unit's head only to a unit below it."""
    whole = change(ctx, assignment_id, Permission.SPLIT, version)
    if whole.state in (*CLOSED, State.SUBMITTED, State.DRAFT):
        raise IllegalMove(N_("Chỉ giao được phần việc của nhiệm vụ đang thực hiện."))
    if whole.parent_id is not None:
        raise IllegalMove(N_("Nhiệm vụ này đã là một phần việc; không chia nhỏ thêm."))
    unit = unit_on(ctx.session, unit_id or 0, ctx.today)
    if unit is None or unit.id == whole.lead_unit_id:
        raise Invalid(N_("Hãy chọn một đơn vị khác đơn vị chủ trì."), field="part_unit_id")
    if unit.parent_id != whole.lead_unit_id and not is_party(ctx, whole, Party.STANDING_OFFICE):
        raise NotAllowed(N_("Đơn vị chỉ giao được phần việc cho đơn vị trực thuộc; hãy đề nghị cơ quan thường trực."))
    if leads_already(ctx.session, whole, unit.id):
        raise Invalid(N_("Đơn vị này đã có nhiệm vụ riêng cho cùng nội dung trong kỳ này."), field="part_unit_id")
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung."), field="part_text")
    nominal = check_within(due_on, ctx.today, whole.due_on, field="part_due_on")
    due = effective_due(nominal, ctx.calendar, shift=whole.programme.shift_days_off) if nominal else None
    if due and whole.due_on:
        due = min(due, whole.due_on)
    part = Assignment(
        programme_id=whole.programme_id,
        programme=whole.programme,
        duty_id=whole.duty_id,
        duty=whole.duty,
        lead_unit_id=unit.id,
        lead_unit=unit,
        parent_id=whole.id,
        year=whole.year,
        period=whole.period,
        carried_to=whole.carried_to,
        text=text.strip(),
        expected_result=whole.expected_result,
        is_request=whole.is_request,
        state=State.ASSIGNED,
        nominal_due_on=nominal,
        due_on=due,
        original_due_on=due,
        changed_on=ctx.today,
        created_at=ctx.now,
    )
    ctx.session.add(part)
    ctx.session.flush()
    record(ctx, "split", "assignment", whole.id, data={"unit": unit.name, "part": part.id, "reason": text.strip()})
    record(ctx, "issue", "assignment", part.id, to_state=State.ASSIGNED, data={"whole": whole.id})
    notify_unit(ctx, "assigned", part)
    return part
