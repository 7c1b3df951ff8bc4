"""Editions of the consolidated report: asked for, claimed by a worker, frozen, written. The rows are the truth."""

from datetime import timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import or_, select, text

from tracker.models.report import BuildState, ConsolidatedReport
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import BUILD_REPORTS, Context
from tracker.services.snapshot import take_snapshot
from tracker.store import programme as programmes
from tracker.store.people import standing_unit_ids
from tracker.store.report import last_edition, load

LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 3
STAGES = {
    0: N_("Đang chờ máy xử lý"),
    10: N_("Đang chụp số liệu"),
    40: N_("Đã chụp số liệu"),
    50: N_("Đang soạn văn bản"),
    100: N_("Đã xong"),
}


def request_report(ctx: Context, *, programme_id: int, year: int) -> ConsolidatedReport:
    """A new edition in the queue. Two requests at once get two numbers."""
    _demand(ctx, programme_id)
    if year not in programmes.years(ctx.session, programme_id):
        raise Invalid(N_("Năm %(year)s chưa có nhiệm vụ nào được giao."), field="year", year=year)
    assert ctx.actor.user_id is not None  # only a person of the standing office may ask
    ctx.session.execute(text("SELECT pg_advisory_xact_lock(6210713, :id)"), {"id": programme_id})
    report = ConsolidatedReport(
        programme_id=programme_id,
        year=year,
        edition=last_edition(ctx.session, programme_id, year) + 1,
        stage=STAGES[0],
        requested_by_id=ctx.actor.user_id,
        requested_at=ctx.now,
    )
    ctx.session.add(report)
    ctx.session.flush()
    record(ctx, "request_report", "report", report.id, data={"year": year, "edition": report.edition})
    ctx.nudge(BUILD_REPORTS)
    return report


def retry_report(ctx: Context, report_id: int) -> None:
    """A failed edition goes back into the queue; its frozen figures, if any, stay."""
    report = load(ctx.session, report_id)
    if report is None:
        raise NotFound(N_("Không tìm thấy báo cáo này."))
    _demand(ctx, report.programme_id)
    if report.state is not BuildState.FAILED:
        raise Invalid(N_("Báo cáo này không ở trạng thái lỗi."))
    report.state, report.error, report.attempts = BuildState.QUEUED, None, 0
    report.progress, report.stage = 0, STAGES[0]
    record(ctx, "retry_report", "report", report.id)
    ctx.nudge(BUILD_REPORTS)


def claim(ctx: Context) -> tuple[int, str] | None:
    """(report id, lease token) of the oldest edition that waits or whose worker died."""
    report = ctx.session.scalar(
        select(ConsolidatedReport)
        .where(
            or_(
                ConsolidatedReport.state == BuildState.QUEUED,
                (ConsolidatedReport.state == BuildState.BUILDING) & (ConsolidatedReport.lease_until <= ctx.now),
            )
        )
        .order_by(ConsolidatedReport.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if report is None:
        return None
    if report.attempts >= MOST_ATTEMPTS:
        # A report that kills its worker every time must not do so for ever.
        _settle(report, BuildState.FAILED)
        report.error = f"{report.attempts} × worker lost"
        report.finished_at = ctx.now
        return None
    report.state, report.lease_token, report.lease_until = BuildState.BUILDING, token_hex(16), ctx.now + LEASE
    report.attempts += 1
    report.progress, report.stage = 10, STAGES[10]
    return report.id, report.lease_token


def freeze(ctx: Context, report_id: int, token: str) -> dict[str, Any]:
    """The snapshot as JSON: taken once, and the same after a restart."""
    report = _leased(ctx, report_id, token)
    if report.snapshot is None:
        report.snapshot = take_snapshot(ctx, report.programme_id, report.year, requested_at=report.requested_at)
    report.progress, report.stage = 40, STAGES[40]
    return report.snapshot


def advance(ctx: Context, report_id: int, token: str, progress: int) -> None:
    report = _leased(ctx, report_id, token)
    report.progress, report.stage = progress, STAGES[progress]


def finish(ctx: Context, report_id: int, token: str, document: bytes) -> None:
    report = _leased(ctx, report_id, token)
    report.document, report.progress, report.stage = document, 100, STAGES[100]
    report.finished_at = ctx.now
    _settle(report, BuildState.DONE)
    record(ctx, "build_report", "report", report.id, data={"bytes": len(document)})


def fail(ctx: Context, report_id: int, token: str, error: str) -> None:
    try:
        report = _leased(ctx, report_id, token)
    except NotFound:
        return  # another worker has it now
    report.error, report.finished_at = error[:2000], ctx.now
    _settle(report, BuildState.FAILED)


def _leased(ctx: Context, report_id: int, token: str) -> ConsolidatedReport:
    report = ctx.session.get(ConsolidatedReport, report_id, with_for_update=True, populate_existing=True)
    if report is None or report.lease_token != token:
        raise NotFound(N_("Báo cáo này đã được một tiến trình khác tiếp nhận."))
    report.lease_until = ctx.now + LEASE
    return report


def _settle(report: ConsolidatedReport, state: BuildState) -> None:
    report.state, report.lease_token, report.lease_until = state, None, None


def _demand(ctx: Context, programme_id: int) -> None:
    programme = programmes.load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    offices = standing_unit_ids(ctx.session, ctx.today).get(programme_id, frozenset())
    demand(
        ctx.actor, Permission.BUILD_REPORT, Scope(standing_unit_ids=offices, issuer_unit_id=programme.issuer_unit_id)
    )
