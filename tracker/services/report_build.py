"""What a worker does with an edition: claims it, freezes its figures, says how far it is, hands the documents in."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from secrets import token_hex

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from tracker.exports.material import Issue, Material, Text
from tracker.exports.parts import read_cells, read_work
from tracker.exports.sections import texts_of
from tracker.exports.snapshot import Snapshot
from tracker.models.report import BuildState, ConsolidatedReport, EditionFile, SnapshotPart
from tracker.rules.errors import NotFound
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.snapshot import Taken, take_snapshot
from tracker.store import edition as store
from tracker.store.report import load

LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 3
STAGES = {
    0: N_("Đang chờ máy xử lý"),
    10: N_("Đang chụp số liệu"),
    40: N_("Đã chụp số liệu"),
    50: N_("Đang soạn văn bản"),
    65: N_("Đang dàn trang PDF"),
    80: N_("Đang ghi phụ lục Excel"),
    100: N_("Đã xong"),
}
# What is written down of a failure → the same in plain words.
_LOST = "{} × worker lost"
_CAUSES = (
    (_LOST.format(r"(?P<n>\d+)"), N_("Máy xử lý đã dừng giữa chừng %(n)s lần liền.")),
    (r"(Operational|Interface)Error: .*", N_("Mất kết nối với cơ sở dữ liệu giữa chừng.")),
    (r"MemoryError: .*", N_("Máy xử lý không đủ bộ nhớ.")),
    (r"OSError: \[Errno 28\] .*", N_("Máy xử lý hết chỗ trống trên đĩa.")),
)


class LeaseLost(NotFound):
    """Cancelled, or another worker has it now."""


def claim(ctx: Context) -> tuple[int, str] | None:
    """(report id, lease token) of the oldest edition that waits or whose worker died. One of another's figures waits
    until that one has ended."""
    basis = aliased(ConsolidatedReport)
    report = ctx.session.scalar(
        select(ConsolidatedReport)
        .where(
            ~exists().where(
                basis.id == ConsolidatedReport.basis_id, basis.state.in_([BuildState.QUEUED, BuildState.BUILDING])
            ),
            or_(
                ConsolidatedReport.state == BuildState.QUEUED,
                (ConsolidatedReport.state == BuildState.BUILDING) & (ConsolidatedReport.lease_until <= ctx.now),
            ),
        )
        .order_by(ConsolidatedReport.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=ConsolidatedReport)
    )
    if report is None:
        return None
    if report.attempts >= MOST_ATTEMPTS:
        # A report that kills its worker every time must not do so for ever.
        _settle(report, BuildState.FAILED)
        report.error = _LOST.format(report.attempts)
        report.finished_at = ctx.now
        ctx.session.flush()
        return claim(ctx)
    report.state, report.lease_token, report.lease_until = BuildState.BUILDING, token_hex(16), ctx.now + LEASE
    report.attempts += 1
    report.progress, report.stage = 10, STAGES[10]
    return report.id, report.lease_token


def read(ctx: Context, report_id: int, tick: Callable[[], None]) -> Taken | None:
    """The figures as they are now; None where they are frozen already, here or in the edition it is made from. Where
    that one ended without any, its own are taken."""
    report = load(ctx.session, report_id)
    if report is None:
        raise LeaseLost(N_("Không tìm thấy báo cáo này."))
    if report.snapshot is not None or _basis(ctx, report) is not None:
        return None
    return take_snapshot(ctx, report.programme_id, report.year, cycle=report.cycle, tick=tick)


def _basis(ctx: Context, report: ConsolidatedReport) -> ConsolidatedReport | None:
    """The edition whose figures it has, once that one has them."""
    basis = ctx.session.get(ConsolidatedReport, report.basis_id) if report.basis_id is not None else None
    return basis if basis is not None and basis.snapshot is not None else None


def freeze(ctx: Context, report_id: int, token: str, taken: Taken | None) -> None:
    """Snapshot and texts: taken once, and the same after a restart."""
    report = _leased(ctx, report_id, token)
    if report.snapshot is None:
        basis = _basis(ctx, report)
        if basis is not None:
            report.snapshot = basis.snapshot
            store.copy_parts(ctx.session, basis.id, report.id)
        elif taken is not None:
            report.snapshot = taken.head
            ctx.session.add_all(
                SnapshotPart(report_id=report.id, kind=kind, number=number, content=content)
                for kind, number, content in taken.parts
            )
    if report.texts is None and report.snapshot is not None:
        edits = store.edits(ctx.session, report.cycle_id) if report.cycle_id is not None else {}
        texts = texts_of(Snapshot.from_json(report.snapshot), {key: one.text for key, one in edits.items()})
        report.texts = {key: {"text": one.text, "sources": list(one.sources)} for key, one in texts.items()}
    report.progress, report.stage = 40, STAGES[40]


def advance(ctx: Context, report_id: int, token: str, progress: int | None = None) -> None:
    """Further, or (`progress` None) still alive: the lease holds on."""
    report = _leased(ctx, report_id, token)
    if progress is not None:
        report.progress, report.stage = progress, STAGES[progress]


def material_of(ctx: Context, report_id: int) -> Material:
    """All that the documents of an edition are made of; the same material, the same bytes."""
    report = load(ctx.session, report_id)
    if report is None or report.snapshot is None:
        raise NotFound(N_("Không tìm thấy báo cáo này."))
    texts = {key: Text(one["text"], tuple(one["sources"])) for key, one in (report.texts or {}).items()}
    issue = Issue()
    if report.issued_number is not None and report.issued_on is not None:
        issue = Issue(report.issued_number, report.issued_on.isoformat(), tuple(report.signed_as), report.signer)
    snapshot = Snapshot.from_json(report.snapshot)
    work, cells = (store.parts(ctx.session, report.id, kind) if snapshot.apart else [] for kind in ("work", "cells"))
    return Material(
        snapshot,
        texts,
        report.recipient,
        issue,
        partial(read_work, work) if work else None,
        partial(read_cells, cells) if cells else None,
    )


def finish(ctx: Context, report_id: int, token: str, document: bytes, files: dict[str, bytes]) -> None:
    """`files`: "pdf", "xlsx". With number and day the edition is issued by this, and locked."""
    report = _leased(ctx, report_id, token)
    report.document, report.progress, report.stage = document, 100, STAGES[100]
    report.finished_at = ctx.now
    for old in ctx.session.scalars(select(EditionFile).where(EditionFile.report_id == report.id)):
        ctx.session.delete(old)
    ctx.session.flush()
    ctx.session.add_all(
        EditionFile(report_id=report.id, kind=kind, sha256=sha256(content).hexdigest(), content=content)
        for kind, content in files.items()
    )
    ctx.session.flush()
    if report.issued_number is not None:
        report.issued_at = ctx.now
    _settle(report, BuildState.DONE)
    sizes = {"docx": len(document), **{kind: len(content) for kind, content in files.items()}}
    record(ctx, "build_report", "report", report.id, data={"bytes": sizes, "sha256": sha256(document).hexdigest()})


def fail(ctx: Context, report_id: int, token: str, error: str) -> None:
    try:
        report = _leased(ctx, report_id, token)
    except LeaseLost:
        return
    report.error, report.finished_at = error[:2000], ctx.now
    _settle(report, BuildState.FAILED)


def why_failed(error: str | None) -> tuple[str, dict[str, str]] | None:
    """A msgid with its parameters for what `ConsolidatedReport.error` says; None for what only a technician reads."""
    for pattern, words in _CAUSES:
        if found := re.fullmatch(pattern, error or "", re.DOTALL):
            return words, found.groupdict()
    return None


def _leased(ctx: Context, report_id: int, token: str) -> ConsolidatedReport:
    report = ctx.session.get(ConsolidatedReport, report_id, with_for_update=True, populate_existing=True)
    if report is None or report.lease_token != token:
        raise LeaseLost(N_("Báo cáo này đã được một tiến trình khác tiếp nhận."))
    report.lease_until = ctx.now + LEASE
    return report


def _settle(report: ConsolidatedReport, state: BuildState) -> None:
    report.state, report.lease_token, report.lease_until = state, None, None
