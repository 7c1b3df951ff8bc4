"""Signing in and out, the password, the language."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from tracker.acting import acting as system_acting
from tracker.rules.errors import Invalid
from tracker.rules.text import plain
from tracker.services import identity
from tracker.services.user import set_locale
from tracker.web.errors import say
from tracker.web.inputs import clean
from tracker.web.language import LOCALES
from tracker.web.language import gettext as _
from tracker.web.session import JustSignedIn, acting, login_required

bp = Blueprint("auth", __name__)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("home.home"))
    return render_template("auth/login.html", values={"next": _safe(request.args.get("next"))}, errors={})


@bp.post("/sign-in")
def do_sign_in() -> ResponseReturnValue:
    login, following = clean(request.form.get("login", "")), _safe(request.form.get("next"))
    with system_acting() as ctx:
        found = identity.sign_in(ctx, login, request.form.get("password", ""))
        if found:
            token, user = found
            locale = user.locale
    if not found:
        message = _("Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản đang tạm khóa vài phút.")
        values = {"login": login, "next": following}
        return render_template("auth/login.html", values=values, errors={"login": message}), 422
    session.clear()  # a new session id at sign-in
    login_user(JustSignedIn(token))
    session["locale"] = locale
    return redirect(following or url_for("home.home"))


@bp.post("/sign-out")
@login_required
def sign_out() -> ResponseReturnValue:
    with acting() as ctx:
        identity.sign_out(ctx, current_user.token)
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


@bp.get("/password")
@login_required
def password() -> ResponseReturnValue:
    return render_template("auth/change_password.html", values={}, errors={}, first=current_user.must_change_password)


@bp.post("/password")
@login_required
def change_password() -> ResponseReturnValue:
    form = request.form
    try:
        if form.get("new", "") != form.get("again", ""):
            raise Invalid(_("Hai lần nhập mật khẩu mới không giống nhau."), field="again")
        with acting() as ctx:
            assert ctx.actor.user_id is not None
            changed = identity.change_password(
                ctx, ctx.actor.user_id, form.get("old", ""), form.get("new", ""), token=current_user.token
            )
        if not changed:
            message = _("Mật khẩu hiện tại không đúng, hoặc tài khoản đang tạm khóa vài phút.")
            raise Invalid(message, field="old")
    except Invalid as error:
        errors = {error.field or "new": say(error)}
        first = current_user.must_change_password
        return render_template("auth/change_password.html", values={}, errors=errors, first=first), 422
    flash(_("Đã đổi mật khẩu; các phiên đăng nhập khác đã bị đăng xuất."), "success")
    return redirect(url_for("home.home"))


@bp.post("/language/<locale>")
def language(locale: str) -> ResponseReturnValue:
    if locale in LOCALES:
        session["locale"] = locale
        if current_user.is_authenticated:
            with acting() as ctx:
                set_locale(ctx, locale)
    return redirect(_safe(request.form.get("next")) or url_for("home.home"))


def _safe(address: str | None) -> str | None:
    """Only a path of this site; a link may not send people elsewhere after they signed in."""
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    # A line break would end the header that sends them there; browsers drop a tab and go elsewhere.
    if plain(address) != address or not address.isprintable():
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address
