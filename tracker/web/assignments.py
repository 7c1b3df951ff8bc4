"""One assignment: the five "rõ", its timeline, and the buttons for exactly what this person may do."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.errors import Conflict, DomainError, Invalid
from tracker.rules.permissions import Permission, allowed_actions, may
from tracker.rules.words import ACTIONS, N_
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services.access import scope_of, view
from tracker.services.context import Context
from tracker.store.assignment import updates_of
from tracker.store.people import members
from tracker.store.timeline import timeline
from tracker.store.unit import units_on
from tracker.web.errors import STATUS, say
from tracker.web.inputs import clean, key
from tracker.web.session import acting, login_required
from tracker.web.view import view_of

bp = Blueprint("assignments", __name__, url_prefix="/assignments")

DONE = {
    "issue": N_("Đã giao việc."),
    "accept": N_("Đã nhận việc."),
    "decline": N_("Đã gửi từ chối đến cơ quan thường trực."),
    "reassign": N_("Đã giao lại."),
    "update": N_("Đã lưu cập nhật."),
    "note": N_("Đã lưu ý kiến phối hợp."),
    "submit": N_("Đã báo cáo hoàn thành; chờ cơ quan thường trực xác nhận."),
    "return": N_("Đã trả lại kèm lý do."),
    "confirm": N_("Đã xác nhận hoàn thành."),
    "suspend": N_("Đã tạm dừng."),
    "resume": N_("Đã cho tiếp tục."),
    "cancel": N_("Đã hủy nhiệm vụ."),
    "reopen": N_("Đã mở lại."),
}


@bp.get("/<int:assignment_id>")
@login_required
def show(assignment_id: int) -> ResponseReturnValue:
    return _page(assignment_id)


@bp.post("/<int:assignment_id>/<action>")
@login_required
def act(assignment_id: int, action: str) -> ResponseReturnValue:
    """Every verb of the workflow. An error comes back on the same page with what was typed."""
    verb = VERBS.get(action)
    if verb is None:
        return _page(assignment_id, {"action": _("Không có thao tác này.")}, 404)
    try:
        with acting() as ctx:
            verb(ctx, assignment_id)
    except Conflict as error:
        return _page(assignment_id, {"version": say(error)}, 409, conflict=True, action=action)
    except DomainError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
        if status in (403, 404):
            raise
        return _page(assignment_id, {error.field or action: say(error)}, status, action=action)
    flash(_(DONE[action]), "success")
    if request.form.get("back") == "my-work":
        return redirect(url_for("my_work.my_work"))
    return redirect(url_for("assignments.show", assignment_id=assignment_id))


def _page(
    assignment_id: int,
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    conflict: bool = False,
    action: str | None = None,
) -> ResponseReturnValue:
    with acting() as ctx:
        row = view(ctx, assignment_id)
        scope = scope_of(ctx, row)
        allowed = list(allowed_actions(ctx.actor, row.state, scope))
        return (
            render_template(
                "assignments/show.html",
                one=view_of(ctx, row),
                row=row,
                allowed=[str(one) for one in allowed],
                # Work that is only assigned can be updated in one step: it accepts first.
                may_update=row.state in (State.ASSIGNED, State.IN_PROGRESS)
                and may(ctx.actor, Permission.UPDATE, scope),
                may_submit=may(ctx.actor, Permission.SUBMIT, scope),
                may_note=may(ctx.actor, Permission.NOTE, scope),
                labels={name: _(label) for name, label in ACTIONS.items()},
                people=members(ctx.session, row.lead_unit_id, ctx.today),
                units=[unit for unit in units_on(ctx.session, ctx.today) if unit.id != row.programme.issuer_unit_id]
                if "reassign" in allowed
                else [],
                timeline=timeline(ctx.session, row.id),
                updates=updates_of(ctx.session, row.id),
                errors=errors or {},
                values=request.form if errors else {},
                tried=action,
                conflict=conflict,
                today=ctx.today,
            ),
            status,
        )


def _text(name: str) -> str:
    return clean(request.form.get(name, ""))


def _number(name: str) -> int | None:
    value = _text(name)
    if not value:
        return None
    try:
        return key(value)
    except ValueError as error:
        raise Invalid(N_("Hãy ghi một số nguyên."), field=name) from error


def _day(name: str) -> date | None:
    value = _text(name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        pass
    try:
        day, month, year = (int(part) for part in value.split("/"))
        return date(year, month, day)
    except ValueError as error:
        raise Invalid(N_("Ngày cần có dạng 19/11/2026."), field=name) from error


def _submit(ctx: Context, id_: int) -> None:
    verbs.submit(ctx, id_, result=_text("result"), done_on=_day("done_on"), version=_number("version"))


def _update(ctx: Context, id_: int) -> None:
    """From the quick form: "đã xong" by somebody who may submit is the submission itself."""
    verbs.update_or_submit(
        ctx, id_, signal=_text("signal"), text=_text("text"), percent=_number("percent"), version=_number("version")
    )


def _reassign(ctx: Context, id_: int) -> None:
    unit_id = _number("lead_unit_id")
    if unit_id is None:
        raise Invalid(N_("Hãy chọn đơn vị chủ trì."), field="lead_unit_id")
    verbs.reassign(ctx, id_, lead_unit_id=unit_id, reason=_text("reason"), version=_number("version"))


def _accept(ctx: Context, id_: int) -> None:
    verbs.accept(ctx, id_, owner_id=_number("owner_id"), version=_number("version"))


def _with_reason(verb: Callable[..., object]) -> Callable[[Context, int], object]:
    return lambda ctx, id_: verb(ctx, id_, reason=_text("reason"), version=_number("version"))


def _plain(verb: Callable[..., object]) -> Callable[[Context, int], object]:
    return lambda ctx, id_: verb(ctx, id_, version=_number("version"))


VERBS: dict[str, Callable[[Context, int], object]] = {
    "issue": _plain(verbs.issue),
    "accept": _accept,
    "decline": _with_reason(verbs.decline),
    "reassign": _reassign,
    "update": _update,
    "note": lambda ctx, id_: verbs.note(ctx, id_, text=_text("text")),
    "submit": _submit,
    "return": _with_reason(verbs.return_),
    "confirm": _plain(verbs.confirm),
    "suspend": _with_reason(verbs.suspend),
    "resume": _with_reason(verbs.resume),
    "cancel": _with_reason(verbs.cancel),
    "reopen": _with_reason(verbs.reopen),
}
