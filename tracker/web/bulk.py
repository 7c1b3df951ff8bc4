"""One decision on many assignments: chosen in a list, looked at in a preview, then done."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.errors import Invalid, NotAllowed
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services import bulk as verbs
from tracker.services.bulk import MOST, Bulk, Choice
from tracker.services.context import Context
from tracker.store.unit import few_units
from tracker.web.errors import say
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import day, numbers, text, unit

bp = Blueprint("bulk", __name__, url_prefix="/bulk")


@bp.post("/")
@login_required
def choose() -> ResponseReturnValue:
    """Step 1: the assignments ticked in a list; what shall be done to them?"""
    return _page()


@bp.post("/preview")
@login_required
def preview() -> ResponseReturnValue:
    """Step 2: exactly what will happen, row by row. Nothing has happened yet."""
    try:
        with acting() as ctx:
            choice = _choice(ctx)
            _demand(bool(overseen(ctx, Permission.CHASE)))
            lines = verbs.preview(ctx, numbers("ids"), choice)
    except Invalid as error:
        return _page({error.field or "kind": say(error)}, 422)
    return _page(lines=lines, choice=choice)


@bp.post("/apply")
@login_required
def apply() -> ResponseReturnValue:
    """Step 3: done for good; what could not be done is named with its reason."""
    try:
        with acting() as ctx:
            choice = _choice(ctx)
            _demand(bool(overseen(ctx, Permission.CHASE)))
            lines = verbs.apply(ctx, numbers("ids"), choice)
    except Invalid as error:
        return _page({error.field or "kind": say(error)}, 422)
    with acting() as ctx:
        event = verbs.last_bulk(ctx)
        return render_template(
            "bulk/done.html",
            kind=choice.kind,
            done=[line for line in lines if line.error is None],
            failed=[(line, say(line.error)) for line in lines if line.error is not None],
            undo_id=event.id if event is not None else None,
        )


@bp.post("/undo/<int:event_id>")
@login_required
def undo(event_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        n = verbs.undo(ctx, event_id)
    flash(_("Đã hoàn tác %(n)s nhiệm vụ.", n=n), "success")
    return redirect(url_for("listing.index"))


def _choice(ctx: Context) -> Choice:
    try:
        kind = Bulk(text("kind"))
    except ValueError:
        raise Invalid(N_("Hãy chọn việc cần làm."), field="kind") from None
    return Choice(kind, text=text("text"), due_on=day("due_on"), unit_id=unit(ctx, "lead_unit_id"))


def _demand(granted: bool) -> None:
    if not granted:
        raise NotAllowed(N_("Xử lý nhiều nhiệm vụ cùng lúc dành cho cơ quan thường trực và lãnh đạo."))


def _page(
    errors: dict[str, str] | None = None,
    status: int = 200,
    lines: list[verbs.Line] | None = None,
    choice: Choice | None = None,
) -> ResponseReturnValue:
    with acting() as ctx:
        _demand(bool(overseen(ctx, Permission.CHASE)))
        ids = sorted(set(numbers("ids")))
        if not ids:
            errors = {**(errors or {}), "ids": _("Hãy chọn ít nhất một nhiệm vụ ở danh sách.")}
        return (
            render_template(
                "bulk/choose.html" if lines is None else "bulk/preview.html",
                ids=ids[:MOST],
                left_out=max(0, len(ids) - MOST),
                units=few_units(ctx.session, ctx.today),
                lines=[(line, say(line.error) if line.error else "") for line in lines or []],
                choice=choice,
                errors=errors or {},
                values=request.form,
            ),
            status if ids else 422,
        )
