"""Báo cáo tổng hợp: ask for an edition, watch it being built, download it, issue it, compare two."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.cycle import cycle_words
from tracker.rules.days import read_day
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_, OFFICIAL_CLASSES
from tracker.services import report as verbs
from tracker.services.context import Context
from tracker.services.edition_compare import compare
from tracker.services.edition_text import owed, sections
from tracker.services.report_build import material_of, why_failed
from tracker.store import cycle as cycles
from tracker.store.edition import file, file_kinds
from tracker.store.programme import programmes, years
from tracker.store.report import editions, has_document, load
from tracker.web.errors import say
from tracker.web.inputs import key, year
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import text

bp = Blueprint("reports", __name__, url_prefix="/reports")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILE_TYPES = {
    "docx": WORD,
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
RECIPIENTS = {"committee": N_("gửi UBND"), "agency": N_("gửi Sở")}
# In the names of files.
SHORT = {"committee": "ubnd", "agency": "so"}
STATES = {
    "queued": N_("đang chờ"),
    "building": N_("đang lập"),
    "done": N_("bản nháp"),
    "failed": N_("lỗi"),
    "cancelled": N_("đã hủy"),
}


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        seen = _seen(ctx)
        found = [one for one in programmes(ctx.session) if one.id in seen]
        return render_template(
            "reports/index.html",
            editions=editions(ctx.session, seen),
            cycles=[one for one in cycles.cycles(ctx.session, sorted(seen)) if one.opened_at],
            programmes=found,
            years={one.id: years(ctx.session, one.id) for one in found},
            may_build=overseen(ctx, Permission.BUILD_REPORT),
            gives_keys=overseen(ctx, Permission.GIVE_KEYS),
            this_year=ctx.today.year,
            **_words(),
        )


@bp.post("/")
@login_required
def create() -> ResponseReturnValue:
    """One edition, or one for each recipient that was chosen: of the same figures, asked for together."""
    chosen = request.form.getlist("recipient") or ["committee"]
    with acting() as ctx:
        made = verbs.request_reports(
            ctx,
            programme_id=request.form.get("programme", 0, type=key),
            year=request.form.get("year", 0, type=year),
            cycle_id=request.form.get("cycle", type=key),
            recipients=list(dict.fromkeys(chosen)),
        )
        ctx.session.flush()
        where = url_for("reports.show", report_id=made[0].id)
        cycle_id = made[0].cycle_id
    if len(made) > 1 and cycle_id is not None:
        return redirect(url_for("edition.index", cycle_id=cycle_id) + "#editions")
    return redirect(where)


@bp.get("/<int:report_id>")
@login_required
def show(report_id: int) -> ResponseReturnValue:
    return _show(report_id)


def _show(report_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        report = _visible(ctx, report_id)
        others = editions(ctx.session, [report.programme_id], limit=300)
        same = [one for one in others if one.cycle_id == report.cycle_id and one.year == report.year]
        to_issue = report.state == "done" and not report.issued_at
        lacking = owed(report) if to_issue else []
        # Of what this edition owes, what the office has not written or left empty since.
        rest = (
            {one.key for one in sections(ctx, report.cycle) if one.text is None} & {one.key for one in lacking}
            if lacking and report.cycle_id
            else set()
        )
        return (
            render_template(
                "reports/show.html",
                report=report,
                same=[one for one in same if one.id != report.id and one.state == "done"],
                files=file_kinds(ctx.session, report.id),
                owed=lacking,
                rest=rest,
                # What is large is read where it is shown: the page asks again every other second while it is built.
                gaps=verbs.gaps_of(report) if to_issue else None,
                may_build=report.programme_id in overseen(ctx, Permission.BUILD_REPORT),
                error=_error(report),
                has_document=has_document(ctx.session, report.id),
                today=ctx.today,
                errors=errors or {},
                values=request.form if errors else {},
                **_words(),
            ),
            status,
        )


@bp.post("/<int:report_id>/issue")
@login_required
def issue(report_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            day = read_day(text("day").strip())
            verbs.issue_report(
                ctx,
                report_id,
                number=text("number"),
                day=day,
                signed_as=text("signed_as"),
                signer=text("signer"),
                incomplete=bool(text("incomplete")),
            )
    except Invalid as error:
        return _show(report_id, {error.field or "number": say(error)}, 422)
    flash(_("Đang điền số, ngày vào văn bản; xong là bản này được khóa."), "success")
    return redirect(url_for("reports.show", report_id=report_id))


@bp.post("/<int:report_id>/retry")
@login_required
def retry(report_id: int) -> ResponseReturnValue:
    return _do(verbs.retry_report, report_id)


@bp.post("/<int:report_id>/cancel")
@login_required
def cancel(report_id: int) -> ResponseReturnValue:
    return _do(verbs.cancel_report, report_id)


def _do(verb: Callable[[Context, int], None], report_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            verb(ctx, report_id)
    except Invalid as error:
        flash(say(error), "error")
    return redirect(url_for("reports.show", report_id=report_id))


@bp.post("/<int:report_id>/other")
@login_required
def other(report_id: int) -> ResponseReturnValue:
    """The same figures for the other recipient."""
    with acting() as ctx:
        report = verbs.request_other(ctx, report_id, text("recipient"))
        where = url_for("reports.show", report_id=report.id)
    return redirect(where)


@bp.get("/<int:report_id>.<any(docx, pdf, xlsx):form>")
@login_required
def download(report_id: int, form: str) -> ResponseReturnValue:
    with acting() as ctx:
        report = _visible(ctx, report_id)
        content = report.document if form == "docx" else file(ctx.session, report.id, form)
        if content is None:
            raise NotFound(N_("Không tìm thấy báo cáo này."))
        name = f"bao-cao-{report.year}-{SHORT[report.recipient]}-ban-{report.edition}.{form}"
        return send_file(BytesIO(content), FILE_TYPES[form], as_attachment=True, download_name=name)


@bp.get("/compare")
@login_required
def compared() -> ResponseReturnValue:
    """`?first=1&second=2`: what the second says differently."""
    with acting() as ctx:
        first, second = (_visible(ctx, request.args.get(name, 0, type=key)) for name in ("first", "second"))
        if first.snapshot is None or second.snapshot is None:
            raise NotFound(N_("Một trong hai bản chưa chụp số liệu nên chưa so sánh được."))
        found = compare(material_of(ctx, first.id), material_of(ctx, second.id))
        return render_template(
            "reports/compare.html", first=first, second=second, found=found, classes=OFFICIAL_CLASSES, **_words()
        )


def _error(report: Any) -> str:
    cause = why_failed(report.error)
    return _(cause[0], **cause[1]) if cause else report.error or ""


def _visible(ctx: Context, report_id: int) -> Any:
    seen = _seen(ctx)
    report = load(ctx.session, report_id)
    if report is None or report.programme_id not in seen:
        raise NotFound(N_("Không tìm thấy báo cáo này."))
    return report


def _seen(ctx: Context) -> frozenset[int]:
    seen = overseen(ctx)
    if not seen:
        raise NotAllowed(N_("Báo cáo tổng hợp dành cho cơ quan thường trực và lãnh đạo."))
    return seen


def edition_name(report: Any) -> str:
    """ "Báo cáo năm 2026 gửi UBND, bản 3"."""
    name = cycle_name(report.cycle) if report.cycle is not None else _("Báo cáo năm %(year)s", year=report.year)
    to = _(RECIPIENTS[report.recipient])
    return _("%(report)s %(recipient)s, bản %(edition)s", report=name, recipient=to, edition=report.edition)


def _words() -> dict[str, object]:
    return {
        "edition_name": edition_name,
        "state_words": STATES,
        "recipient_words": RECIPIENTS,
        "cycle_name": cycle_name,
    }


def cycle_name(cycle: Any) -> str:
    words, params = cycle_words(cycle.kind, cycle.first_year, cycle.period)
    return _(words, **params)
