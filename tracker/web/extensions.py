"""Extension requests: those that wait, one of them, and the decision on it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import DomainError, NotFound
from tracker.rules.extension import MANY
from tracker.rules.permissions import Permission, may
from tracker.rules.words import N_
from tracker.services import extension as verbs
from tracker.services.access import scope_of, view
from tracker.store import extension as store
from tracker.web.errors import say, status_of
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import day, text
from tracker.web.view import view_of

bp = Blueprint("extensions", __name__, url_prefix="/extensions")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """What waits by default; everything with `?all=1`."""
    with acting() as ctx:
        waiting = not request.args.get("all")
        page = store.requests(
            ctx.session, overseen(ctx), ctx.actor.units, waiting=waiting, page=request.args.get("page", 1, type=key)
        )
        return render_template("extensions/index.html", page=page, waiting=waiting)


@bp.get("/<int:request_id>")
@login_required
def show(request_id: int) -> ResponseReturnValue:
    return _page(request_id)


@bp.post("/<int:request_id>/decide")
@login_required
def decide(request_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            row = verbs.decide(ctx, request_id, decision=text("decision"), due_on=day("due_on"), reason=text("reason"))
            assignment_id = row.assignment_id
    except DomainError as error:
        return _failed(request_id, error)
    flash(_("Đã ghi quyết định và báo cho đơn vị."), "success")
    return redirect(url_for("assignments.show", assignment_id=assignment_id))


@bp.post("/<int:request_id>/answer")
@login_required
def answer(request_id: int) -> ResponseReturnValue:
    """The unit's answer to a proposed date, or taking its own request back."""
    try:
        with acting() as ctx:
            match text("answer"):
                case "accept":
                    row = verbs.answer(ctx, request_id, accepted=True)
                case "reject":
                    row = verbs.answer(ctx, request_id, accepted=False)
                case _:
                    row = verbs.withdraw(ctx, request_id)
            assignment_id = row.assignment_id
    except DomainError as error:
        return _failed(request_id, error)
    flash(_("Đã ghi trả lời của đơn vị."), "success")
    return redirect(url_for("assignments.show", assignment_id=assignment_id))


def _failed(request_id: int, error: DomainError) -> ResponseReturnValue:
    status = status_of(error)
    if status in (403, 404):
        raise error
    return _page(request_id, {error.field or "decision": say(error)}, status)


def _page(request_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        found = store.load(ctx.session, request_id)
        if found is None:
            raise NotFound(N_("Không tìm thấy đề nghị gia hạn này."))
        row = view(ctx, found.assignment_id)
        scope = scope_of(ctx, row)
        all_requests = store.of_assignment(ctx.session, row.id)
        return (
            render_template(
                "extensions/show.html",
                request_=found,
                one=view_of(ctx, row),
                row=row,
                others=[other for other in all_requests if other.id != found.id],
                many=found.number >= MANY,
                may_decide=found.state == "open" and may(ctx.actor, Permission.DECIDE_EXTENSION, scope),
                may_answer=found.state == "proposed" and may(ctx.actor, Permission.ASK_EXTENSION, scope),
                may_withdraw=found.state == "open" and may(ctx.actor, Permission.ASK_EXTENSION, scope),
                later_by=ctx.calendar.between(found.due_before, found.asked_due_on),
                errors=errors or {},
                values=request.form if errors else {},
            ),
            status,
        )
