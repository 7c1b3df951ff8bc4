"""The texts of a cycle's consolidated report: what the units wrote, with its source; what the office makes of it."""

from math import isfinite

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.exports.sections import own_lines
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.permissions import Permission
from tracker.rules.privacy import WARNING, looks_like_child
from tracker.services import edition_text as editing
from tracker.services.context import Context
from tracker.store.edition import history
from tracker.store.report import editions
from tracker.web.errors import say
from tracker.web.inputs import clean
from tracker.web.language import gettext as _
from tracker.web.reports import RECIPIENTS, STATES, cycle_name, edition_name
from tracker.web.session import acting, login_required, overseen
from tracker.web.uploads import takes_long_text

bp = Blueprint("edition", __name__, url_prefix="/reports/cycles")


@bp.get("/<int:cycle_id>")
@login_required
def index(cycle_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        cycle = editing.open_cycle(ctx, cycle_id)
        return render_template(
            "edition/index.html",
            cycle=cycle,
            name=cycle_name(cycle),
            sections=editing.sections(ctx, cycle),
            editions=editions(ctx.session, [cycle.programme_id], cycle_id=cycle.id),
            may_build=cycle.programme_id in overseen(ctx, Permission.BUILD_REPORT),
            edition_name=edition_name,
            state_words=STATES,
            recipient_words=RECIPIENTS,
        )


@bp.post("/<int:cycle_id>/sections/empty")
@login_required
def empty_rest(cycle_id: int) -> ResponseReturnValue:
    """Only what the page named, and only what nobody has written since."""
    try:
        with acting() as ctx:
            n = editing.empty_rest(ctx, cycle_id, request.form.getlist("key"))
    except Conflict as error:
        flash(say(error), "error")
    else:
        flash(_("Đã bỏ trống %(n)s mục. Bản lập sau sẽ không còn thiếu các mục này.", n=n), "success")
    return redirect(url_for("edition.index", cycle_id=cycle_id))


@bp.get("/<int:cycle_id>/<key>")
@login_required
def section(cycle_id: int, key: str) -> ResponseReturnValue:
    with acting() as ctx:
        return _section(ctx, cycle_id, key)


@bp.post("/<int:cycle_id>/<key>")
@login_required
@takes_long_text
def save(cycle_id: int, key: str) -> ResponseReturnValue:
    """`deed`: "arrange" only puts the chosen texts together in their order; "empty"; "draw" goes back; else save."""
    deed, typed = request.form.get("deed", ""), request.form.get("text", "")
    try:
        with acting() as ctx:
            if deed == "arrange":
                return _arranged(ctx, cycle_id, key)
            text = {"empty": "", "draw": None}.get(deed, typed)
            if deed not in ("empty", "draw") and not clean(typed):
                raise Invalid(_("Hãy viết nội dung, hoặc chọn “Bỏ trống mục này”."), field="text")
            editing.edit_section(ctx, cycle_id, key, text=text, seal=request.form.get("seal", ""))
    except Invalid as error:
        return _again(cycle_id, key, typed, say(error), 422)
    except Conflict as error:
        return _again(cycle_id, key, typed, say(error), 409)
    flash(_("Đã lưu. Bản lập sau sẽ dùng nội dung này."), "success")
    if text and looks_like_child(text):
        flash(_(WARNING), "error")
    return redirect(url_for("edition.index", cycle_id=cycle_id) + f"#{key}")


def _arranged(ctx: Context, cycle_id: int, key: str) -> ResponseReturnValue:
    cycle = editing.open_cycle(ctx, cycle_id, Permission.BUILD_REPORT)
    one = editing.section(ctx, cycle, key)
    order = []
    for at, unit in enumerate(one.units):
        if request.form.get(f"use-{at}"):
            order.append((unit, _place(at)))
    text = editing.arranged(one, order)
    # What the office wrote itself stays, under what was put together.
    own = own_lines(request.form.get("text", ""), one.row)
    return _section(ctx, cycle_id, key, text="\n".join([text, *own]).strip(), arranged=True, order=dict(order))


def _place(at: int) -> float:
    """The number beside a unit; its own place where it is none."""
    try:
        number = float(request.form.get(f"place-{at}", ""))
    except ValueError:
        return at + 1
    return number if isfinite(number) else at + 1


def _again(cycle_id: int, key: str, typed: str, message: str, status: int) -> ResponseReturnValue:
    """Nothing typed is lost; the section beside it is as it is now."""
    with acting() as ctx:
        return _section(ctx, cycle_id, key, text=typed, error=message), status


def _section(
    ctx: Context,
    cycle_id: int,
    key: str,
    *,
    text: str | None = None,
    error: str = "",
    arranged: bool = False,
    order: dict[str, float] | None = None,
) -> str:
    cycle = editing.open_cycle(ctx, cycle_id)
    found = editing.sections(ctx, cycle)
    at = next((n for n, one in enumerate(found) if one.key == key), None)
    one = editing.section(ctx, cycle, key) if at is None else found[at]
    return render_template(
        "edition/section.html",
        cycle=cycle,
        name=cycle_name(cycle),
        one=one,
        text=one.text or "" if text is None else text,
        order=order,
        arranged=arranged,
        errors={"text": error} if error else {},
        past=history(ctx.session, cycle.id, key),
        following=found[at + 1] if at is not None and at + 1 < len(found) else None,
        may_build=cycle.programme_id in overseen(ctx, Permission.BUILD_REPORT),
    )
