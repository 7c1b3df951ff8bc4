"""Updates by Excel: download, fill in without a connection, look at what will change, then save."""

from base64 import b64encode
from dataclasses import asdict

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tracker.exports.update_sheet import Line, update_sheet
from tracker.importing.update_sheet import MAX_BYTES, Filled, Wrong, coloured_copy, read_update_sheet
from tracker.rules.errors import Invalid
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT
from tracker.services import update_sheet as sheets
from tracker.store.listing import open_work
from tracker.store.unit_report import reports_of
from tracker.web.downloads import XLSX
from tracker.web.errors import say
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required
from tracker.web.uploads import takes_files
from tracker.web.view import view_of_row

bp = Blueprint("update_sheet", __name__, url_prefix="/my-work/sheet")
# A preview may be looked at for so long (seconds) before it is saved.
VALID = 2 * 3600
# What a form without files may carry back, with room for the rest of it.
LONGEST_TOKEN = 1_900_000


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page()


@bp.get("/download.xlsx")
@login_required
def download() -> ResponseReturnValue:
    with acting() as ctx:
        rows = [view_of_row(ctx, row) for row in open_work(ctx.session, ctx.actor.units) if row.state in WITH_UNIT]
        reports = reports_of(ctx.session, [one.row.id for one in rows])
        lines = [
            Line(
                one.row.id, one.row.version, one.clause_ref, one.row.text, one.due_on, one.words, one.row.percent,
                by_report=one.row.id in reports,
            )
            for one in rows
        ]  # fmt: skip
        units = ", ".join(current_user.visitor.unit_names)
        body = update_sheet(lines, made_for=ctx.actor.name, unit=units, made_at=ctx.now)
        name = f"cap-nhat-{ctx.today.isoformat()}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.post("/")
@login_required
@takes_files(count=1, each=MAX_BYTES)
def preview() -> ResponseReturnValue:
    """Always a dry run: what is wrong, or what would change. Nothing is saved."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid(N_("Hãy chọn tệp Excel đã điền."), field="file")
        sheet = read_update_sheet(sent.filename, sent.stream)
    except Invalid as error:
        return _page({"file": say(error)}, 422, looked=True)
    if sheet.wrong:
        sent.stream.seek(0)
        wrong = [(one.row, one.column, _sentence(one)) for one in sheet.wrong]
        copy = coloured_copy(sent.filename, sent.stream.read(), wrong)
        return _page(wrong=wrong, copy=b64encode(copy).decode(), status=422)
    if not sheet.filled:
        return _page({"file": _("Tệp chưa có dòng nào được điền.")}, 422, looked=True)
    with acting() as ctx:
        changes = sheets.compare(ctx, sheet.filled)
        token = _serializer().dumps([ctx.actor.user_id, [asdict(one) for one in sheet.filled]])
        if len(token) > LONGEST_TOKEN:
            return _page({"file": _("Nội dung trong tệp quá dài; hãy chia thành nhiều tệp.")}, 422, looked=True)
        return render_template(
            "update_sheet/preview.html",
            changes=[(one, say(one.error) if one.error else "") for one in changes],
            good=sum(one.kind == "new" for one in changes),
            token=token,
        )


@bp.post("/save")
@login_required
def save() -> ResponseReturnValue:
    try:
        user_id, rows = _serializer().loads(request.form.get("token", ""), max_age=VALID)
    except BadSignature:
        return _page({"file": _("Bản xem trước đã hết hạn; hãy tải tệp lên lại.")}, 422)
    with acting() as ctx:
        if user_id != ctx.actor.user_id:
            raise Invalid(N_("Bản xem trước này của người khác; hãy tải tệp lên lại."), field="file")
        n, left_out = sheets.apply(ctx, [Filled(**row) for row in rows])
    flash(_("Đã lưu %(n)s cập nhật từ tệp.", n=n), "success")
    for one in left_out:
        why = say(one.error) if one.error else _("có người vừa thay đổi nhiệm vụ này")
        what = one.title[:80] or _("Dòng %(row)s", row=one.filled.row)
        flash(_("Không lưu “%(what)s”: %(why)s", what=what, why=why), "error")
    return redirect(url_for("my_work.my_work"))


def _page(
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    wrong: list[tuple[int, str, str]] | None = None,
    copy: str = "",
    looked: bool = False,
) -> ResponseReturnValue:
    """`looked`: nothing was to be saved yet, so nothing has failed to be."""
    heading = _("Chưa xem trước được") if looked else ""
    return (
        render_template("update_sheet/index.html", errors=errors or {}, wrong=wrong or [], copy=copy, heading=heading),
        status,
    )


def _sentence(one: Wrong) -> str:
    message: str = _(one.message)
    return message % one.params if one.params else message


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.extensions["settings"].secret_key, salt="update-sheet")
