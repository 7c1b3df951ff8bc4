"""Mã đọc dữ liệu: the office makes and revokes the keys with which other offices' systems read what was issued."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Invalid, NotAllowed
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services import api_key as verbs
from tracker.store.api_key import of_programmes
from tracker.store.programme import programmes
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import text

bp = Blueprint("api_keys", __name__, url_prefix="/api-keys")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/")
@login_required
def make() -> ResponseReturnValue:
    """The key stands on this answer and nowhere else."""
    try:
        with acting() as ctx:
            row, made = verbs.make(ctx, programme_id=request.form.get("programme", 0, type=key), name=text("name"))
            name = row.name
    except Invalid as error:
        return _page(errors={error.field or "name": say(error)}, status=422)
    return _page(made=made, name=name)


@bp.post("/<int:key_id>/revoke")
@login_required
def revoke(key_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        verbs.revoke(ctx, key_id)
    flash(_("Đã thu hồi; từ lúc này mã không đọc được gì nữa."), "success")
    return redirect(url_for("api_keys.index"))


def _page(
    *, made: str = "", name: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    with acting() as ctx:
        seen = overseen(ctx, Permission.GIVE_KEYS)
        if not seen:
            raise NotAllowed(N_("Mã đọc dữ liệu do cơ quan thường trực cấp."))
        page = render_template(
            "api_keys/index.html",
            keys=of_programmes(ctx.session, seen),
            programmes=[one for one in programmes(ctx.session) if one.id in seen],
            made=made,
            name=name,
            errors=errors or {},
            base_url=ctx.base_url,
        )
    # A page with a key on it is kept by nobody.
    return page, status, {"Cache-Control": "no-store"}
