"""A unit's report by Excel: download, fill in without a connection, look at what will change, then save."""

from dataclasses import asdict

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tracker.importing.report_form import MAX_BYTES, FilledFigure, FilledText, Wrong, read_report_form
from tracker.rules.errors import Invalid
from tracker.rules.permissions import Permission, demand
from tracker.rules.words import N_
from tracker.services import report_form as forms
from tracker.services import unit_report as writing
from tracker.services.context import Context
from tracker.store.measure import pers as pers_of
from tracker.web.downloads import XLSX
from tracker.web.errors import say
from tracker.web.language import gettext as _
from tracker.web.reports import cycle_name
from tracker.web.session import acting, login_required
from tracker.web.uploads import takes_files, takes_long_text

bp = Blueprint("report_form", __name__, url_prefix="/unit-reports/<int:report_id>/excel")
# A preview may be looked at for so long (seconds) before it is saved.
VALID = 2 * 3600


@bp.get("")
@login_required
def index(report_id: int) -> ResponseReturnValue:
    return _page(report_id)


@bp.get("/mau.xlsx")
@login_required
def download(report_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        report = _writable(ctx, report_id)
        body = forms.workbook(ctx, report)
        name = f"bao-cao-{report.unit.code}-{report.cycle.period}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.post("")
@login_required
@takes_files(count=1, each=MAX_BYTES)
def preview(report_id: int) -> ResponseReturnValue:
    """Always a dry run: what is wrong, or what would change. Nothing is saved."""
    with acting() as ctx:
        report = _writable(ctx, report_id)
        mark, pers = forms.mark_of(report), pers_of(ctx.session, report.measure_ids)
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid(N_("Hãy chọn tệp Excel đã điền."), field="file")
        form = read_report_form(sent.filename, sent.stream, mark, pers)
    except Invalid as error:
        return _page(report_id, {"file": say(error)}, 422)
    if form.wrong:
        return _page(report_id, {}, 422, wrong=[(one, _sentence(one)) for one in form.wrong])
    with acting() as ctx:
        report = _writable(ctx, report_id)
        changes = forms.compare(ctx, report_id, form.texts, form.figures)
        token = _serializer().dumps(
            [ctx.actor.user_id, report_id, [asdict(one) for one in form.texts], [asdict(one) for one in form.figures]]
        )
        return render_template(
            "report_form/preview.html",
            report=report,
            name=cycle_name(report.cycle),
            changes=[(one, say(one.error) if one.error else "") for one in changes],
            good=sum(one.error is None for one in changes),
            token=token,
        )


@bp.post("/save")
@login_required
@takes_long_text
def save(report_id: int) -> ResponseReturnValue:
    try:
        user_id, about, texts, figures = _serializer().loads(request.form.get("token", ""), max_age=VALID)
    except BadSignature:
        return _page(report_id, {"file": _("Bản xem trước đã hết hạn; hãy tải tệp lên lại.")}, 422)
    with acting() as ctx:
        _writable(ctx, report_id)
        if (user_id, about) != (ctx.actor.user_id, report_id):
            raise Invalid(N_("Bản xem trước này của người khác; hãy tải tệp lên lại."), field="file")
        done = forms.apply(
            ctx,
            report_id,
            [FilledText(**one) for one in texts],
            [FilledFigure(**{**one, "numbers": tuple(one["numbers"])}) for one in figures],
        )
        titles = {part: say(error) for part, error in done.errors.items()}
    flash(_("Đã lưu %(n)s phần từ tệp.", n=len(done.saved)), "success")
    for why in titles.values():
        flash(_("Có phần không lưu được: %(why)s", why=why), "error")
    return redirect(url_for("unit_reports.show", report_id=report_id))


def _writable(ctx: Context, report_id: int):  # type: ignore[no-untyped-def]  # a model, which pages do not import
    report = writing.view(ctx, report_id)
    demand(ctx.actor, Permission.WRITE_REPORT, writing.scope_of_report(ctx, report))
    return report


def _page(
    report_id: int,
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    wrong: list[tuple[Wrong, str]] | None = None,
) -> ResponseReturnValue:
    with acting() as ctx:
        report = _writable(ctx, report_id)
        return (
            render_template(
                "report_form/index.html",
                report=report,
                name=cycle_name(report.cycle),
                errors=errors or {},
                wrong=wrong or [],
            ),
            status,
        )


def _sentence(one: Wrong) -> str:
    message: str = _(one.message)
    return message % one.params if one.params else message


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.extensions["settings"].secret_key, salt="report-form")
