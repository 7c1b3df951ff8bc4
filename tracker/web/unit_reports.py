"""One unit's report: written by its people, filed by its head, returned or accepted by the office; printed as Word."""

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker.exports.unit_report_document import unit_report_document
from tracker.rules.cycle import FIGURES, section_list
from tracker.rules.errors import Conflict, IllegalMove, Invalid
from tracker.rules.figures import Entry
from tracker.rules.filing import FilingState
from tracker.rules.numbers import in_field, read_number
from tracker.rules.permissions import Permission, may
from tracker.rules.text import plain
from tracker.rules.typed import NUMBERS, WORDS, per_of
from tracker.rules.unit_report import LONGEST_SECTION, mark_of
from tracker.services import filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.context import Context
from tracker.services.figure import seen_of
from tracker.services.report_form import base_of_figure
from tracker.services.report_page import Field, Page, facts, page_of
from tracker.services.unit_report import Typed
from tracker.store.measure import pers as pers_of
from tracker.web.errors import say, status_of
from tracker.web.inputs import LONGEST, kept, key
from tracker.web.language import gettext as _
from tracker.web.report_errors import named
from tracker.web.reports import WORD, cycle_name
from tracker.web.session import acting, login_required
from tracker.web.uploads import takes_long_text, warn_of_children
from tracker.web.verbs import version

bp = Blueprint("unit_reports", __name__, url_prefix="/unit-reports/<int:report_id>")
PARTS = (*NUMBERS, "no_data", "estimate", *WORDS)


@bp.get("")
@login_required
def show(report_id: int) -> ResponseReturnValue:
    return _page(report_id)


@bp.post("/save")
@login_required
@takes_long_text
def save(report_id: int) -> ResponseReturnValue:
    """What is right is saved; what is wrong comes back in its field with what was typed there."""
    with acting() as ctx:
        report = writing.view(ctx, report_id)
        texts = {
            one.key: Typed(
                request.form[f"text-{one.key}"],
                request.form.get(f"version-{one.key}", -1, type=key),
                request.form.get(f"base-{one.key}"),
            )
            for one in section_list(report.cycle.form)
            if f"text-{one.key}" in request.form
        }
        entries, errors = _entries(pers_of(ctx.session, report.measure_ids))
        done = writing.save(ctx, report_id, texts, entries)
        errors |= {
            part if part in texts else f"{part}-{error.field or 'value'}": say(error)
            for part, error in done.errors.items()
        }
        conflicts = {part for part, error in done.errors.items() if isinstance(error, Conflict)}
        locked = {part for part, error in done.errors.items() if isinstance(error, IllegalMove)}
        written = [texts[part].text[: 3 * LONGEST_SECTION] for part in done.saved if part in texts]
        if errors:
            saved = [part for part in done.saved if part]
            return _page(
                report_id, errors, 409 if conflicts else 422, ctx=ctx, conflicts=conflicts, locked=locked, saved=saved
            )
    warn_of_children(*written)
    flash(
        _("Đã lưu %(n)s phần.", n=len(done.saved)) if done.saved else _("Không có gì thay đổi; mọi phần đã được lưu."),
        "success",
    )
    return redirect(
        url_for(
            "unit_reports.check" if request.form.get("then") == "check" else "unit_reports.show", report_id=report_id
        )
    )


def _entries(pers: dict[int, int]) -> tuple[dict[int, tuple[Entry, str | None]], dict[str, str]]:
    """What was typed for each measure (`pers`: → what it is of) whose fields were sent; and which numbers are none."""
    entries: dict[int, tuple[Entry, str | None]] = {}
    errors: dict[str, str] = {}
    for id_, per in pers.items():
        name = f"m{id_}"
        if f"{name}-source" not in request.form and f"{name}-comment" not in request.form:
            continue
        numbers = {}
        wrong = {}
        for part in NUMBERS:
            try:
                typed = request.form.get(f"{name}-{part}", "")
                numbers[part] = read_number(typed, f"{name}-{part}", per_of(part, per))
            except Invalid as error:
                wrong[f"{name}-{part}"] = say(error)
        lines = {}
        for part in WORDS:
            try:
                lines[part] = kept(request.form.get(f"{name}-{part}", ""), f"{name}-{part}")
            except Invalid as error:
                wrong[f"{name}-{part}"] = say(error)
        errors |= wrong
        if wrong:
            continue
        entry = Entry(
            **numbers,
            no_data=bool(request.form.get(f"{name}-no_data")),
            estimate=bool(request.form.get(f"{name}-estimate")),
            source=lines["source"],
            comment=lines["comment"],
            reason=lines["reason"],
        )
        if base_of_figure(entry) != request.form.get(f"{name}-base"):  # else nobody touched it
            entries[id_] = (entry, request.form.get(f"{name}-seen"))
    return entries, errors


@bp.get("/check")
@login_required
def check(report_id: int) -> ResponseReturnValue:
    return _check(report_id)


@bp.post("/submit")
@login_required
def submit(report_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            filing.submit(ctx, report_id, version())
    except (Invalid, Conflict, IllegalMove) as error:
        return _check(report_id, {"check": say(error)}, status_of(error))
    flash(_("Đã nộp báo cáo; chờ cơ quan thường trực xem."), "success")
    return redirect(url_for("unit_reports.show", report_id=report_id))


@bp.post("/withdraw")
@login_required
def withdraw(report_id: int) -> ResponseReturnValue:
    return _decide(report_id, filing.withdraw, _("Đã rút lại; báo cáo lại đang soạn."))


@bp.post("/accept")
@login_required
@takes_long_text
def accept(report_id: int) -> ResponseReturnValue:
    reasons = _reasons()
    return _decide(
        report_id,
        partial(review.accept, reasons=reasons),
        _("Đã tiếp nhận báo cáo; báo cáo và số liệu đã khóa."),
        reasons,
    )


@bp.post("/return")
@login_required
@takes_long_text
def return_(report_id: int) -> ResponseReturnValue:
    reasons = _reasons()
    try:
        with acting() as ctx:
            again = writing.view(ctx, report_id).state is FilingState.ACCEPTED
            verb = review.reopen if again else review.return_
            verb(ctx, report_id, reasons=reasons, version=version())
    except (Invalid, Conflict, IllegalMove) as error:
        return _page(report_id, {error.field or "reasons": say(error)}, status_of(error), reasons=reasons)
    flash(_("Đã trả lại; đơn vị chỉ sửa được các phần có lý do."), "success")
    return redirect(url_for("unit_reports.show", report_id=report_id))


def _reasons() -> dict[str, str]:
    """Part → why it is to go back, as typed."""
    return {
        # Far beyond any limit no unseen marks are worth looking for; the verb says that it is too long.
        name.removeprefix("reason-"): plain(value) if len(value) <= 3 * LONGEST else value
        for name, value in request.form.items()
        if name.startswith("reason-")
    }


@bp.get("/report.docx")
@login_required
def document(report_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        report = writing.view(ctx, report_id)
        content = unit_report_document(facts(ctx, report))
        name = f"bao-cao-{report.unit.code}-{report.cycle.period}.docx"
    return send_file(BytesIO(content), WORD, as_attachment=True, download_name=name)


def _decide(report_id: int, verb: Any, done: str, reasons: dict[str, str] | None = None) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            verb(ctx, report_id, version())
    except (Invalid, Conflict, IllegalMove) as error:
        return _page(report_id, {error.field or "version": say(error)}, status_of(error), reasons=reasons)
    flash(done, "success")
    return redirect(url_for("unit_reports.show", report_id=report_id))


@dataclass(frozen=True)
class Shown:
    """One measure's fields: what they hold, of which figure, and the mark of that; or what was typed and not taken."""

    field: Field
    base: str
    seen: str
    values: dict[str, Any]
    is_typed: bool


def _page(
    report_id: int,
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    ctx: Context | None = None,
    conflicts: set[str] = frozenset(),  # type: ignore[assignment]
    locked: set[str] = frozenset(),  # type: ignore[assignment]
    saved: list[str] | None = None,
    reasons: dict[str, str] | None = None,
) -> ResponseReturnValue:
    """`ctx`: of a form of which parts were saved, whose transaction goes on."""
    if ctx is None:
        with acting() as own:
            return _page(report_id, errors, status, ctx=own, reasons=reasons)
    page = page_of(ctx, writing.view(ctx, report_id))
    typed = request.form if errors and reasons is None else {}
    return (
        render_template(
            "unit_reports/show.html",
            page=page,
            report=page.report,
            name=cycle_name(page.report.cycle),
            state=page.report.state,
            texts={
                one.key: typed.get(f"text-{one.key}") if one.key in (errors or {}) else page.texts.get(one.key, "")
                for one in page.sections
            },
            lost={one.key for one in page.sections if one.key in locked},
            conflicts=conflicts,
            base={one.key: mark_of(page.texts.get(one.key, "")) for one in page.sections},
            measures=[_shown(one, typed, errors or {}) for one in page.fields],
            errors=errors or {},
            summed=named(page, errors or {}),
            saved=saved or [],
            reasons=reasons or {},
            FIGURES=FIGURES,
            longest=LONGEST_SECTION,
            **_rights(ctx, page),
        ),
        status,
    )


def _shown(one: Field, typed: Any, errors: dict[str, str]) -> Shown:
    name = f"m{one.measure.id}"
    wrong = any(field.startswith(f"{name}-") for field in errors)
    if wrong:
        values = {part: typed.get(f"{name}-{part}", "") for part in PARTS}
    else:
        entry = one.entry
        values = {
            **{part: in_field(getattr(entry, part)) for part in NUMBERS},
            "no_data": entry.no_data, "estimate": entry.estimate, "source": entry.source, "comment": entry.comment,
            "reason": "",
        }  # fmt: skip
    return Shown(one, base_of_figure(one.entry), seen_of(one.now), values, wrong)


def _rights(ctx: Context, page: Page) -> dict[str, bool]:
    scope = writing.scope_of_report(ctx, page.report)
    state, closed = page.report.state, page.report.cycle.closed_at is not None
    return {
        "may_write": bool(page.open) and may(ctx.actor, Permission.WRITE_REPORT, scope),
        "may_submit": not closed and may(ctx.actor, Permission.SUBMIT, scope),
        "may_withdraw": not closed and state is FilingState.SUBMITTED and may(ctx.actor, Permission.WITHDRAW, scope),
        "may_decide": not closed and state is FilingState.SUBMITTED and may(ctx.actor, Permission.RETURN, scope),
        "may_reopen": not closed and state is FilingState.ACCEPTED and may(ctx.actor, Permission.REOPEN, scope),
        "oversees": may(ctx.actor, Permission.MONITOR, scope),
    }


def _check(report_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        page = page_of(ctx, writing.view(ctx, report_id))
        return (
            render_template(
                "unit_reports/check.html",
                page=page,
                report=page.report,
                name=cycle_name(page.report.cycle),
                errors=errors or {},
                problems=[
                    (one, _(one.message, **{key: _(v) if isinstance(v, str) else v for key, v in one.params.items()}))
                    for one in page.check.problems
                ],
                **_rights(ctx, page),
            ),
            status,
        )
