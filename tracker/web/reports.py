"""Lập báo cáo: ask for an edition, watch it being built, download it."""

from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import NotAllowed, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services.context import Context
from tracker.services.report import request_report, retry_report
from tracker.store.programme import programmes, years
from tracker.store.report import editions, load
from tracker.web.inputs import key, year
from tracker.web.session import acting, login_required, overseen

bp = Blueprint("reports", __name__, url_prefix="/reports")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        seen = _seen(ctx)
        found = [one for one in programmes(ctx.session) if one.id in seen]
        return render_template(
            "reports/index.html",
            editions=editions(ctx.session, seen),
            programmes=found,
            years={one.id: years(ctx.session, one.id) for one in found},
            may_build=overseen(ctx, Permission.BUILD_REPORT),
            this_year=ctx.today.year,
        )


@bp.post("/")
@login_required
def create() -> ResponseReturnValue:
    with acting() as ctx:
        report = request_report(
            ctx,
            programme_id=request.form.get("programme", 0, type=key),
            year=request.form.get("year", 0, type=year),
        )
        ctx.session.flush()
        where = url_for("reports.show", report_id=report.id)
    return redirect(where)


@bp.get("/<int:report_id>")
@login_required
def show(report_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        seen = _seen(ctx)
        report = load(ctx.session, report_id)
        if report is None or report.programme_id not in seen:
            raise NotFound(N_("Không tìm thấy báo cáo này."))
        may_build = report.programme_id in overseen(ctx, Permission.BUILD_REPORT)
        return render_template("reports/show.html", report=report, may_build=may_build)


@bp.post("/<int:report_id>/retry")
@login_required
def retry(report_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        retry_report(ctx, report_id)
    return redirect(url_for("reports.show", report_id=report_id))


@bp.get("/<int:report_id>.docx")
@login_required
def download(report_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        seen = _seen(ctx)
        report = load(ctx.session, report_id)
        if report is None or report.programme_id not in seen or report.document is None:
            raise NotFound(N_("Không tìm thấy báo cáo này."))
        name = f"bao-cao-{report.year}-ban-{report.edition}.docx"
        return send_file(BytesIO(report.document), WORD, as_attachment=True, download_name=name)


def _seen(ctx: Context) -> frozenset[int]:
    seen = overseen(ctx)
    if not seen:
        raise NotAllowed(N_("Báo cáo tổng hợp dành cho cơ quan thường trực và lãnh đạo."))
    return seen
