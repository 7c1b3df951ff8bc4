"""What the office decides on a unit's report: back, part by part with reasons; accepted and so locked; opened again."""

from collections.abc import Mapping

from tracker.models.cycle import FiledRound, ReportSection, UnitReport
from tracker.rules.cycle import FIGURES, section_list
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.permissions import Permission
from tracker.rules.unit_report import Step, check_returned, step
from tracker.rules.words import N_
from tracker.services import assignment as verbs
from tracker.services.access import inner_verb
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.figure import accept_figures
from tracker.services.unit_report import change

FIGURES_TITLE = "Số liệu chỉ tiêu"


def return_(ctx: Context, report_id: int, *, reasons: Mapping[str, str], version: int | None = None) -> None:
    """`reasons`: part (a section's key, or "figures") → what is to be mended. Only these parts are open again."""
    _give_back(ctx, report_id, Permission.RETURN, Step.RETURN, reasons, version)


def reopen(ctx: Context, report_id: int, *, reasons: Mapping[str, str], version: int | None = None) -> None:
    """What was accepted goes back after all. The accepted round stays; the unit's next one is a new round."""
    _give_back(ctx, report_id, Permission.REOPEN, Step.REOPEN, reasons, version)


def accept(
    ctx: Context, report_id: int, version: int | None = None, *, reasons: Mapping[str, str] | None = None
) -> None:
    """Locks the report and its figures, and confirms the duty to report.

    `reasons`: what was written for giving parts back; whoever wrote any does not accept.
    """
    report, row = change(ctx, report_id, Permission.CONFIRM, version)
    written = next((part for part, reason in (reasons or {}).items() if reason.strip()), None)
    if written is not None:
        raise Invalid(
            N_("Đã ghi lý do cần bổ sung; hãy trả lại, hoặc xóa lý do rồi tiếp nhận."), field=f"reason-{written}"
        )
    _demand_open_cycle(report)
    before, after = report.state, step(report.state, Step.ACCEPT)
    behalf = ctx.on_behalf_of_id
    with inner_verb(ctx):
        accept_figures(ctx, unit_id=report.unit_id, measure_ids=report.measure_ids, period=report.cycle.period)
        ctx.filing = row.id
        try:
            verbs.confirm(ctx, row.id)
        finally:
            ctx.filing = None
    ctx.on_behalf_of_id = behalf
    report.state, report.accepted_at = after, ctx.now
    _decide(ctx, report.rounds[-1], "accepted", {})
    ctx.session.flush()
    record(
        ctx, "accept_report", "unit_report", report.id, from_state=before, to_state=after,
        data={"round": report.rounds[-1].number},
    )  # fmt: skip


def _give_back(
    ctx: Context,
    report_id: int,
    permission: Permission,
    taken: Step,
    reasons: Mapping[str, str],
    version: int | None,
) -> None:
    report, row = change(ctx, report_id, permission, version)
    _demand_open_cycle(report)
    before, after = report.state, step(report.state, taken)
    titles = {one.key: one.title for one in section_list(report.cycle.form)}
    parts = check_returned(reasons, titles)
    if FIGURES in parts and not report.measure_ids:
        raise Invalid(N_("Báo cáo này không có số liệu chỉ tiêu."), field=FIGURES)
    said = "\n".join(f"{titles.get(part, FIGURES_TITLE)}: {reason}" for part, reason in parts.items())
    ctx.filing = row.id
    try:
        with inner_verb(ctx):
            verb = verbs.return_ if taken is Step.RETURN else verbs.reopen
            verb(ctx, row.id, reason=said)
    finally:
        ctx.filing = None
    report.state, report.accepted_at = after, None
    report.figures_returned = parts.get(FIGURES)
    _mark_sections(report, parts, list(titles))
    if taken is Step.RETURN:
        _decide(ctx, report.rounds[-1], "returned", parts)
    ctx.session.flush()
    record(
        ctx, f"{taken}_report", "unit_report", report.id, from_state=before, to_state=after,
        data={"round": report.rounds[-1].number, "parts": parts},
    )  # fmt: skip


def _mark_sections(report: UnitReport, parts: Mapping[str, str], keys: list[str]) -> None:
    """A section that was left empty can come back too."""
    there = {one.key: one for one in report.sections}
    for key in keys:
        if key in parts and key not in there:
            there[key] = ReportSection(key=key, position=keys.index(key), text="", version=0)
            report.sections.append(there[key])
        if key in there:
            there[key].returned_reason = parts.get(key)


def _decide(ctx: Context, filed: FiledRound, decision: str, returned: Mapping[str, str]) -> None:
    filed.decision, filed.returned = decision, dict(returned)
    filed.decided_at, filed.decided_by_id = ctx.now, ctx.actor.user_id


def _demand_open_cycle(report: UnitReport) -> None:
    if report.cycle.closed_at is not None:
        raise IllegalMove(N_("Kỳ báo cáo đã đóng; hãy mở lại kỳ trước."))
