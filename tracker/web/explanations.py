"""Explanation requests: those that wait, one of them, and the answer to it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import DomainError, NotFound
from tracker.rules.permissions import Permission, may
from tracker.rules.words import N_
from tracker.services import explanation as verbs
from tracker.services.access import scope_of, view
from tracker.store import explanation as store
from tracker.web.errors import say, status_of
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import text
from tracker.web.view import view_of

bp = Blueprint("explanations", __name__, url_prefix="/explanations")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """What waits for an answer by default; everything with `?all=1`."""
    with acting() as ctx:
        waiting = not request.args.get("all")
        page = store.requests(
            ctx.session, overseen(ctx), ctx.actor.units, waiting=waiting, page=request.args.get("page", 1, type=key)
        )
        return render_template("explanations/index.html", page=page, waiting=waiting, today=ctx.today)


@bp.get("/<int:request_id>")
@login_required
def show(request_id: int) -> ResponseReturnValue:
    return _page(request_id)


@bp.post("/<int:request_id>/<action>")
@login_required
def act(request_id: int, action: str) -> ResponseReturnValue:
    """answer: the unit; close and withdraw: whoever may ask."""
    try:
        with acting() as ctx:
            match action:
                case "answer":
                    verbs.answer(ctx, request_id, text=text("answer"))
                case "close":
                    verbs.close(ctx, request_id)
                case "withdraw":
                    verbs.withdraw(ctx, request_id)
                case _:
                    raise NotFound(N_("Không có thao tác này."))
    except DomainError as error:
        status = status_of(error)
        if status in (403, 404):
            raise
        return _page(request_id, {error.field or "answer": say(error)}, status)
    said = {
        "answer": N_("Đã gửi giải trình."),
        "close": N_("Đã kết thúc yêu cầu giải trình."),
        "withdraw": N_("Đã rút yêu cầu giải trình."),
    }
    flash(_(said[action]), "success")
    return redirect(url_for("explanations.show", request_id=request_id))


def _page(request_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        found = store.load(ctx.session, request_id)
        if found is None:
            raise NotFound(N_("Không tìm thấy yêu cầu giải trình này."))
        row = view(ctx, found.assignment_id)
        scope = scope_of(ctx, row)
        asks = may(ctx.actor, Permission.ASK_EXPLANATION, scope)
        late = ctx.calendar.between(found.due_on, ctx.today) if found.state == "open" else 0
        return (
            render_template(
                "explanations/show.html",
                request_=found,
                one=view_of(ctx, row),
                row=row,
                late=late,
                may_answer=found.state == "open" and may(ctx.actor, Permission.ANSWER_EXPLANATION, scope),
                may_close=found.state == "answered" and asks,
                may_withdraw=found.state == "open" and asks,
                errors=errors or {},
                values=request.form if errors else {},
            ),
            status,
        )
