"""The mail log: what was sent to whom, in which state, with the server's answers and the body as sent."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import NotAllowed, NotFound
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.words import MAIL_STATES, N_
from tracker.services.context import Context
from tracker.services.outbox import resend
from tracker.store.outbox import health, load, mails
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen

bp = Blueprint("mails", __name__, url_prefix="/mail")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        _demand(ctx)
        state = request.args.get("state")
        return render_template(
            "mails/index.html",
            page=mails(ctx.session, state=state, page=request.args.get("page", 1, type=key)),
            state=state if state in MAIL_STATES else None,
            states={name: _(label) for name, label in MAIL_STATES.items()},
            health=health(ctx.session, ctx.now),
        )


@bp.get("/<int:mail_id>")
@login_required
def show(mail_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        _demand(ctx)
        mail = load(ctx.session, mail_id)
        if mail is None:
            raise NotFound(N_("Không tìm thấy thư này."))
        return render_template("mails/show.html", mail=mail, states={k: _(v) for k, v in MAIL_STATES.items()})


@bp.post("/<int:mail_id>/resend")
@login_required
def send_again(mail_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        if ctx.actor.is_auditor:
            raise NotAllowed(N_("Anh/chị chỉ được xem."))
        _demand(ctx)
        resend(ctx, mail_id)
    flash(_("Đã đưa thư vào hàng chờ gửi lại."), "success")
    return redirect(url_for("mails.show", mail_id=mail_id))


def _demand(ctx: Context) -> None:
    if not overseen(ctx, Permission.READ_MAIL_LOG) and not may(ctx.actor, Permission.READ_MAIL_LOG, NOWHERE):
        raise NotAllowed(N_("Nhật ký thư dành cho cơ quan thường trực và quản trị."))
