"""The mail log: what was sent to whom, in which state, with the server's answers and the body as sent."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.mail.link import mask
from tracker.rules.days import FIRST_YEAR, LAST_YEAR, read_day
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.words import MAIL_KINDS, MAIL_STATES, N_
from tracker.services.access import view
from tracker.services.context import Context
from tracker.services.outbox import AGAIN, SKIPPABLE, log_of, resend, skip
from tracker.store.mail_log import MailFilters, about, decisions
from tracker.store.outbox import health, load, mails
from tracker.store.user import named
from tracker.web.errors import say, status_of
from tracker.web.inputs import kept, key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required

bp = Blueprint("mails", __name__, url_prefix="/mail")

# A mail is shown as it went out, in a frame that runs nothing, loads nothing and leads nowhere.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """`?state=…&kind=…&person=…&assignment=…&day=2026-11-25`."""
    with acting() as ctx:
        seen, filters = _seen(ctx), _filters()
        return render_template(
            "mails/index.html",
            page=mails(ctx.session, filters, request.args.get("page", 1, type=key), seen),
            filters=filters,
            person=next(iter(named(ctx.session, [filters.person_id])), None) if filters.person_id else None,
            work=view(ctx, filters.assignment_id) if filters.assignment_id else None,
            states={name: _(label) for name, label in MAIL_STATES.items()},
            kinds={name: _(label) for name, label in MAIL_KINDS.items()},
            health=health(ctx.session, ctx.now, seen),
        )


@bp.get("/<int:mail_id>")
@login_required
def show(mail_id: int) -> ResponseReturnValue:
    return _page(mail_id)


@bp.get("/<int:mail_id>/body")
@login_required
def body(mail_id: int) -> ResponseReturnValue:
    """The HTML of the mail without its links that act, for the frame in its page; of one about several programmes, for
    who may see them all."""
    with acting() as ctx:
        seen = _seen(ctx)
        mail = _found(ctx, mail_id, seen)
        if seen is not None and not seen >= set(mail.programme_ids):
            raise NotFound(N_("Không tìm thấy thư này."))
        answer = Response(mask(mail.html_body), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@bp.post("/<int:mail_id>/resend")
@login_required
def send_again(mail_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        _seen(ctx)
        resend(ctx, mail_id)
    flash(_("Đã đưa thư vào hàng chờ gửi lại."), "success")
    return redirect(url_for("mails.show", mail_id=mail_id))


@bp.post("/<int:mail_id>/skip")
@login_required
def leave_out(mail_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            _seen(ctx)
            skip(ctx, mail_id, reason=kept(request.form.get("reason", ""), "reason"))
    except (Invalid, IllegalMove) as error:
        return _page(mail_id, {"reason": say(error)}, status_of(error))
    flash(_("Thư này sẽ không gửi."), "success")
    return redirect(url_for("mails.show", mail_id=mail_id))


def _page(mail_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        seen = _seen(ctx)
        mail = _found(ctx, mail_id, seen)
        changes = not ctx.actor.is_auditor
        page = render_template(
            "mails/show.html",
            mail=mail,
            states={name: _(label) for name, label in MAIL_STATES.items()},
            kinds={name: _(label) for name, label in MAIL_KINDS.items()},
            about=about(ctx.session, mail.id, seen),
            whole=seen is None or seen >= set(mail.programme_ids),
            decisions=decisions(ctx.session, mail.id),
            may_resend=changes and mail.state in AGAIN,
            may_skip=changes and mail.state in SKIPPABLE,
            errors=errors or {},
            values=request.form if errors else {},
        )
    return page, status


def _filters() -> MailFilters:
    args = request.args
    state, kind, day = args.get("state"), args.get("kind"), read_day(args.get("day", ""))
    return MailFilters(
        state=state if state in MAIL_STATES else None,
        kind=kind if kind in MAIL_KINDS else None,
        person_id=args.get("person", type=key),
        assignment_id=args.get("assignment", type=key),
        day=day if day and date(FIRST_YEAR, 1, 1) <= day <= date(LAST_YEAR, 12, 31) else None,
    )


def _seen(ctx: Context) -> frozenset[int] | None:
    """Whose mails: of these programmes, or (None) everybody's."""
    seen = log_of(ctx)
    if seen is not None and not seen:
        raise NotAllowed(N_("Nhật ký thư dành cho cơ quan thường trực và quản trị."))
    return seen


def _found(ctx: Context, mail_id: int, seen: frozenset[int] | None) -> Any:
    """Another programme's looks like none."""
    mail = load(ctx.session, mail_id)
    if mail is None or (seen is not None and not seen & set(mail.programme_ids)):
        raise NotFound(N_("Không tìm thấy thư này."))
    return mail
