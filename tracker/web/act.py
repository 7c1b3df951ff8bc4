"""The page behind a link in a mail: no password, no session, no cookie, one answer (ADR 0016)."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.acting import acting as system_acting
from tracker.extensions import csrf
from tracker.rules.errors import Conflict, DomainError, Invalid
from tracker.rules.mail_link import Standing
from tracker.services.act import Answer, Opened, open_link, use
from tracker.services.context import Context
from tracker.web.errors import say, status_of
from tracker.web.language import speak
from tracker.web.security import request_id
from tracker.web.verbs import day, text
from tracker.web.view import view_of

bp = Blueprint("act", __name__, url_prefix="/act")
# Nothing here is done by a cookie, so no other site can have it done; a token for the form would need a session.
csrf.exempt(bp)

ANSWERS = {
    Standing.READY: 200,
    Standing.USED: 200,
    Standing.STALE: 409,
    Standing.CLOSED: 409,
    Standing.OTHERS: 403,
    Standing.EXPIRED: 410,
    Standing.REVOKED: 410,
    Standing.GONE: 410,
}
# The fields of the verbs, as this form has them.
FIELDS = {
    "reason": "note", "text": "note", "result": "note", "promised_on": "day", "asked_due_on": "day", "choice": "choice",
    "day": "day", "note": "note",
}  # fmt: skip


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """GET and HEAD: mail scanners come here too, so looking spends nothing."""
    return _page(token)


@bp.post("/<token>")
def do(token: str) -> ResponseReturnValue:
    """Needs a choice: a scanner that sends the form as it stands changes nothing."""
    try:
        # What the choice reads; an old day in a field that it does not need is no error.
        answer = Answer(
            text("choice"), day("day") if text("choice") in ("promise", "extension") else None, text("note")
        )
        with system_acting(request_id=request_id()) as ctx:
            opened = use(ctx, token, answer, signed_in_as=_signed_in_as())
            done = opened is not None and opened.standing is Standing.USED and opened.used_at == ctx.now
            undone = opened is not None and opened.is_undo and opened.undone_at == ctx.now
    except Conflict:
        return _page(token)
    except DomainError as error:
        status = status_of(error)
        field = FIELDS.get(error.field or "", "choice")
        # Of a form that lacks something, or of a verb that the table refuses: what was typed stays.
        return _page(token, errors={field: error}, status=status if isinstance(error, Invalid) else 409)
    if done or undone:
        return redirect(url_for("act.show", token=token), 303)
    return _page(token, replayed=True)


def _signed_in_as() -> int | None:
    """Whoever is signed in on this machine: a link that was sent to somebody else is not theirs to use."""
    return current_user.actor.user_id if current_user.is_authenticated else None


def _page(
    token: str, errors: dict[str, DomainError] | None = None, status: int | None = None, *, replayed: bool = False
) -> ResponseReturnValue:
    with system_acting(request_id=request_id()) as ctx:
        opened = open_link(ctx, token, signed_in_as=_signed_in_as())
        if opened is None:
            return render_template("act/unknown.html"), 404
        speak(opened.locale)
        if opened.standing is not Standing.READY:
            code = 409 if replayed and opened.standing is Standing.USED else ANSWERS[opened.standing]
            return _show(ctx, "act/said.html", opened), code
        words = {name: say(error) for name, error in (errors or {}).items()}
        return _show(ctx, "act/undo.html" if opened.is_undo else "act/show.html", opened, words), status or 200


def _show(ctx: Context, template: str, opened: Opened, errors: dict[str, str] | None = None) -> str:
    return render_template(
        template,
        opened=opened,
        row=opened.row,
        one=view_of(ctx, opened.row) if opened.row else None,
        errors=errors or {},
        values=request.form if errors else {},
        today=ctx.today,
        sign_in=url_for("assignments.show", assignment_id=opened.row.id) if opened.row else url_for("auth.sign_in"),
    )
