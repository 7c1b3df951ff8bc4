"""One decision on many assignments: chosen in a list, looked at in a preview, then done."""

from textwrap import shorten

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Invalid, NotAllowed
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services import bulk as verbs
from tracker.services.access import too_old
from tracker.services.bulk import MOST, Bulk, Choice
from tracker.services.context import Context
from tracker.store.unit import few_units
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import AlreadySent, acting, login_required, overseen
from tracker.web.verbs import day, text, unit

bp = Blueprint("bulk", __name__, url_prefix="/bulk")
# So many of those that could not be taken back are named above the list; the rest is counted.
NAMED = 3


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
            lines = verbs.preview(ctx, list(_seen()), choice)
    except Invalid as error:
        return _page({error.field or "kind": say(error)}, 422)
    return _page(lines=lines, choice=choice)


@bp.post("/apply")
@login_required
def apply() -> ResponseReturnValue:
    """Step 3: done for good, with what the preview showed and nothing newer; a page of its own tells of it."""
    try:
        with acting() as ctx:
            choice = _choice(ctx)
            _demand(bool(overseen(ctx, Permission.CHASE)))
            seen = {id_: version for id_, version in _seen().items() if version is not None}
            if len(seen) < len(_seen()):
                raise too_old()
            event_id, _lines = verbs.apply(ctx, seen, choice)
    except AlreadySent:
        with acting() as ctx:
            event = verbs.last_bulk(ctx, undoable=False)
        return redirect(url_for("bulk.done", event_id=event.id) if event else url_for("listing.index"))
    except Invalid as error:
        return _page({error.field or "kind": say(error)}, 422)
    return redirect(url_for("bulk.done", event_id=event_id))


@bp.get("/")
@bp.get("/preview")
@bp.get("/apply")
@login_required
def again() -> ResponseReturnValue:
    """A step's address without its form, from the address bar or a change of language: it begins in the list."""
    return redirect(url_for("listing.index"))


@bp.get("/<int:event_id>")
@login_required
def done(event_id: int) -> ResponseReturnValue:
    """What became of it; what could not be done is named with its reason. Reloading does nothing again."""
    with acting() as ctx:
        result = verbs.result(ctx, event_id)
        return render_template(
            "bulk/done.html",
            kind=result.kind,
            done=result.done,
            failed=[(line, say(line.error)) for line in result.failed if line.error is not None],
            undo_id=result.undo_id,
        )


@bp.post("/undo/<int:event_id>")
@login_required
def undo(event_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        lines = verbs.undo(ctx, event_id)
    failed = [(line, say(line.error)) for line in lines if line.error is not None]
    if len(failed) < len(lines):
        flash(_("Đã hoàn tác %(n)s nhiệm vụ.", n=len(lines) - len(failed)), "success")
    if failed:
        named = "; ".join(f"{shorten(line.title, 80, placeholder='…')}: {error}" for line, error in failed[:NAMED])
        flash(_("%(n)s nhiệm vụ không hoàn tác được. %(named)s", n=len(failed), named=named), "error")
    return redirect(url_for("listing.index"))


def _seen() -> dict[int, int | None]:
    """Assignment → the version that the preview showed, as `id:version`; a list's ticks are ids alone."""
    found: dict[int, int | None] = {}
    for value in request.form.getlist("ids"):
        id_, _colon, version = value.partition(":")
        try:
            found[key(id_)] = key(version) if version else None
        except ValueError:
            continue
    return found


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
        ids = sorted(_seen())
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
