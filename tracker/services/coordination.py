"""What the lead asks of the units that coordinate, and who in such a unit is to be spoken to."""

from datetime import date

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit, CoordinationState
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import CLOSED
from tracker.services.access import change
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import notify
from tracker.store.people import SIGNING, holders, members
from tracker.store.unit import unit_on


def ask(
    ctx: Context, assignment_id: int, unit_id: int, *, question: str, due_on: date | None, version: int | None = None
) -> CoordinatingUnit:
    """Ask a unit for its contribution by a day; a unit that did not coordinate so far does from now on."""
    row = _open(ctx, assignment_id, Permission.ASK_CONTRIBUTION, version)
    if not question.strip():
        raise Invalid(N_("Hãy ghi nội dung cần phối hợp."), field="question")
    if due_on is None or due_on < ctx.today:
        raise Invalid(N_("Hãy chọn ngày cần trả lời, từ hôm nay trở đi."), field="contribute_by")
    if row.due_on is not None and due_on > row.due_on >= ctx.today:
        raise Invalid(N_("Ngày cần trả lời không được sau hạn của nhiệm vụ."), field="contribute_by")
    one = _find(row, unit_id) or _add(ctx, row, unit_id)
    one.state, one.contributed_on = CoordinationState.ASKED, None
    one.question, one.due_on = question.strip(), due_on
    one.asked_at, one.asked_by_id = ctx.now, ctx.actor.user_id
    data = {"unit": one.unit.name, "reason": question.strip(), "answer_by": due_on.isoformat()}
    record(ctx, "ask_contribution", "assignment", row.id, data=data)
    cause = f"ask{one.unit_id}:{ctx.now.isoformat()}"
    notify(ctx, "contribution_asked", row, _people(ctx, one), reason=question, cause=cause, day=due_on)
    return one


def release(ctx: Context, assignment_id: int, unit_id: int) -> CoordinatingUnit:
    """The unit's contribution is not needed (any more)."""
    row = _open(ctx, assignment_id, Permission.ASK_CONTRIBUTION)
    one = _need(row, unit_id)
    one.state, one.contributed_on = CoordinationState.NOT_NEEDED, None
    record(ctx, "release_contribution", "assignment", row.id, data={"unit": one.unit.name})
    return one


def name_contact(ctx: Context, assignment_id: int, unit_id: int, *, contact_id: int | None) -> CoordinatingUnit:
    """Who in the coordinating unit deals with it; its head says so."""
    row = _open(ctx, assignment_id, Permission.NAME_CONTACT)
    one = _need(row, unit_id)
    if not ctx.actor.heads(unit_id):
        raise NotFound(N_("Đơn vị này không phối hợp thực hiện nhiệm vụ."))
    person = next((person for person in members(ctx.session, unit_id, ctx.today) if person.id == contact_id), None)
    if person is None:
        raise Invalid(N_("Đầu mối phải là người của đơn vị phối hợp."), field="contact_id")
    one.contact, one.contact_id = person, person.id
    record(ctx, "name_contact", "assignment", row.id, data={"unit": one.unit.name, "owner": person.name})
    return one


def _open(ctx: Context, assignment_id: int, permission: Permission, version: int | None = None) -> Assignment:
    """The locked assignment, while there still is something to coordinate."""
    row = change(ctx, assignment_id, permission, version)
    if row.state in CLOSED:
        raise IllegalMove(N_("Nhiệm vụ này đã kết thúc."), field="unit_id")
    return row


def _people(ctx: Context, one: CoordinatingUnit) -> list[User]:
    heads = holders(ctx.session, [one.unit_id], SIGNING, ctx.today).get(one.unit_id, [])
    return [*heads, *([one.contact] if one.contact and one.contact.active else [])]


def _find(row: Assignment, unit_id: int) -> CoordinatingUnit | None:
    return next((one for one in row.coordination if one.unit_id == unit_id), None)


def _need(row: Assignment, unit_id: int) -> CoordinatingUnit:
    one = _find(row, unit_id)
    if one is None:
        raise NotFound(N_("Đơn vị này không phối hợp thực hiện nhiệm vụ."))
    return one


def _add(ctx: Context, row: Assignment, unit_id: int) -> CoordinatingUnit:
    unit: Unit | None = unit_on(ctx.session, unit_id, ctx.today)
    if unit is None or unit.id == row.lead_unit_id:
        raise Invalid(N_("Hãy chọn một đơn vị khác đơn vị chủ trì."), field="unit_id")
    one = CoordinatingUnit(assignment_id=row.id, unit_id=unit.id, unit=unit, state=CoordinationState.NAMED)
    row.coordination.append(one)
    return one
