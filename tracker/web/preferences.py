"""How somebody wants to be told: topics by mail or in the product only, and a chat beside the mail."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Invalid
from tracker.services import chat, preference
from tracker.web.errors import say
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required

bp = Blueprint("preferences", __name__, url_prefix="/notifications/preferences")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/")
@login_required
def save() -> ResponseReturnValue:
    with acting() as ctx:
        preference.choose(ctx, by_mail=request.form.getlist("mail"), to_chat=request.form.getlist("chat"))
    flash(_("Đã lưu cách nhận thông báo."), "success")
    return redirect(url_for("preferences.index"))


@bp.post("/chat")
@login_required
def set_chat() -> ResponseReturnValue:
    try:
        with acting() as ctx:
            assert ctx.actor.user_id is not None
            chat.set_address(ctx, ctx.actor.user_id, request.form.get("address", ""))
    except Invalid as error:
        # What was typed is a secret: it is not sent back.
        return _page({"address": say(error)}, 422)
    flash(_("Đã nối kênh chat; một tin thử đang được gửi đến đó."), "success")
    return redirect(url_for("preferences.index"))


@bp.post("/chat/forget")
@login_required
def forget_chat() -> ResponseReturnValue:
    with acting() as ctx:
        assert ctx.actor.user_id is not None
        chat.forget_address(ctx, ctx.actor.user_id)
    flash(_("Đã bỏ kênh chat; địa chỉ đã được xóa."), "success")
    return redirect(url_for("preferences.index"))


def _page(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        page = render_template(
            "preferences/index.html",
            mine=preference.preferences(ctx),
            schemes=sorted(current_app.extensions["settings"].allowed_chats),
            errors=errors or {},
        )
    return page, status
