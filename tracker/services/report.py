"""Editions of the consolidated report: asked for, cancelled, tried again, issued. The rows are the truth; what a worker
does with them is in `report_build`."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import text

from tracker.exports.outline import AGENCY, COMMITTEE
from tracker.models.cycle import ReportCycle
from tracker.models.report import BuildState, ConsolidatedReport
from tracker.rules.calendar import local_date
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.filing import Gaps, gaps
from tracker.rules.permissions import Permission, Scope, demand
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import BUILD_REPORTS, Context
from tracker.services.edition_text import owed
from tracker.services.report_build import STAGES
from tracker.services.snapshot import above
from tracker.store import cycle as cycles
from tracker.store import programme as programmes
from tracker.store.people import standing_unit_ids, standing_units
from tracker.store.report import has_document, last_edition, load, number_is_taken

RECIPIENTS = (COMMITTEE, AGENCY)
NUMBER = re.compile(r"([1-9]\d{0,4}|0[1-9])(/\S{1,60})?")
LONGEST = 200


def request_report(
    ctx: Context, *, programme_id: int, year: int, cycle_id: int | None = None, recipient: str = COMMITTEE
) -> ConsolidatedReport:
    """A new edition in the queue, of a cycle or of a year. Two requests at once get two numbers."""
    recipients = (recipient,)
    return request_reports(ctx, programme_id=programme_id, year=year, cycle_id=cycle_id, recipients=recipients)[0]


def request_reports(
    ctx: Context, *, programme_id: int, year: int, recipients: Sequence[str], cycle_id: int | None = None
) -> list[ConsolidatedReport]:
    """One for each recipient, all of the same figures: the first takes them, the others wait for it."""
    cycle = _cycle(ctx, cycle_id)
    if cycle is not None:
        programme_id, year = cycle.programme_id, int(cycle.period[:4])
    demand_build(ctx, programme_id)
    if year not in programmes.years(ctx.session, programme_id):
        raise Invalid(N_("Năm %(year)s chưa có nhiệm vụ nào được giao."), field="year", year=year)
    first = _queue(ctx, programme_id, year, cycle, recipients[0])
    return [first, *(_queue(ctx, programme_id, year, cycle, recipient, first) for recipient in recipients[1:])]


def request_other(ctx: Context, report_id: int, recipient: str) -> ConsolidatedReport:
    """The same figures for the other recipient: an edition of its own from the snapshot of this one."""
    basis = load_for_office(ctx, report_id)
    if basis.snapshot is None or basis.state is not BuildState.DONE:
        raise Invalid(N_("Bản này chưa lập xong."))
    return _queue(ctx, basis.programme_id, basis.year, basis.cycle, recipient, basis)


def _queue(
    ctx: Context,
    programme_id: int,
    year: int,
    cycle: ReportCycle | None,
    recipient: str,
    basis: ConsolidatedReport | None = None,
) -> ConsolidatedReport:
    if recipient not in RECIPIENTS:
        raise Invalid(N_("Hãy chọn nơi nhận báo cáo."), field="recipient")
    if recipient == AGENCY and not _above(ctx, programme_id, basis):
        raise Invalid(
            N_(
                "Văn bản chương trình không nêu cơ quan cấp trên nhận báo cáo, nên bản gửi Sở không có nơi nhận."
                " Hãy nhập lại văn bản có ghi cơ quan đó (trang Chương trình, dòng Báo cáo), rồi lập bản mới."
            ),
            field="recipient",
        )
    assert ctx.actor.user_id is not None  # only a person of the standing office may ask
    _take_turns(ctx, programme_id)
    cycle_id = cycle.id if cycle is not None else None
    report = ConsolidatedReport(
        programme_id=programme_id,
        year=year,
        cycle_id=cycle_id,
        recipient=recipient,
        edition=last_edition(ctx.session, programme_id, year, cycle_id, recipient) + 1,
        stage=STAGES[0],
        requested_by_id=ctx.actor.user_id,
        requested_at=ctx.now,
        basis_id=basis.id if basis is not None else None,
    )
    ctx.session.add(report)
    ctx.session.flush()
    data = {"year": year, "cycle": cycle_id, "recipient": recipient, "edition": report.edition}
    record(ctx, "request_report", "report", report.id, data=data)
    ctx.nudge(BUILD_REPORTS)
    return report


def _above(ctx: Context, programme_id: int, basis: ConsolidatedReport | None) -> str:
    """The agency that an edition is for: as frozen in the figures that it takes, else as the programme names it."""
    if basis is not None and basis.snapshot is not None:
        return str(basis.snapshot.get("above", ""))
    programme = programmes.load(ctx.session, programme_id)
    office = next(iter(standing_units(ctx.session, programme_id, ctx.today)), None)
    return above(programme, office) if programme is not None else ""


def _take_turns(ctx: Context, programme_id: int) -> None:
    """Numbers of editions and of documents are given one by one."""
    ctx.session.execute(text("SELECT pg_advisory_xact_lock(6210713, :id)"), {"id": programme_id})


def retry_report(ctx: Context, report_id: int) -> None:
    """A failed or cancelled edition goes back into the queue; its frozen figures, if any, stay."""
    report = load_for_office(ctx, report_id)
    if report.state not in (BuildState.FAILED, BuildState.CANCELLED):
        raise Invalid(N_("Báo cáo này không ở trạng thái lỗi."))
    _again(ctx, report)
    record(ctx, "retry_report", "report", report.id)


def cancel_report(ctx: Context, report_id: int) -> None:
    """Whoever builds it finds its lease gone and stops. While number and day are being filled in, only that is."""
    report = load_for_office(ctx, report_id)
    filling = report.issued_number is not None and has_document(ctx.session, report.id)
    if report.issued_at is not None or not (
        report.state in (BuildState.QUEUED, BuildState.BUILDING) or (filling and report.state is BuildState.FAILED)
    ):
        raise Invalid(N_("Báo cáo này không còn đang lập."))
    report.lease_token = report.lease_until = None
    report.state = BuildState.DONE if filling else BuildState.CANCELLED
    if filling:
        report.issued_number = report.issued_on = report.issued_by_id = None
        report.signed_as, report.signer, report.error = [], "", None
        report.progress, report.stage = 100, STAGES[100]
    record(ctx, "cancel_report", "report", report.id)


def gaps_of(report: ConsolidatedReport) -> Gaps:
    """How the units had filed when the figures of this edition were taken."""
    return gaps(row["state"] for row in (report.snapshot or {}).get("filing", ()))


def issue_report(
    ctx: Context,
    report_id: int,
    *,
    number: str,
    day: date | None,
    signed_as: str = "",
    signer: str = "",
    incomplete: bool = False,
) -> None:
    """Number and day as the clerk gave them after signing; `signed_as`: lines such as "KT. TRƯỞNG PHÒNG". The documents
    are written once more with them, and from then on nothing of the edition changes. `incomplete`: said by whoever
    knows that reports of units are not in it."""
    report = load_for_office(ctx, report_id)
    if report.issued_at is not None:
        raise Invalid(N_("Bản này đã ban hành."))
    if report.state is not BuildState.DONE:
        raise Invalid(N_("Bản này chưa lập xong."))
    if report.cycle_id is None:
        raise Invalid(N_("Chỉ ban hành được báo cáo của một kỳ báo cáo; hãy mở kỳ và lập bản của kỳ đó."))
    missing = owed(report)
    if missing:
        raise Invalid(
            N_("Còn %(n)s mục chưa có nội dung: %(sections)s. Hãy viết, hoặc chọn bỏ trống mục đó, rồi lập bản mới."),
            n=len(missing),
            sections="; ".join(one.title for one in missing),
        )
    found = NUMBER.fullmatch(number.strip().removeprefix("Số:").strip())
    if found is None:
        raise Invalid(N_("Số văn bản ghi như 15 hoặc 15/BC-LĐTBXH."), field="number")
    if day is None:
        raise Invalid(N_("Hãy ghi ngày ban hành."), field="day")
    if not local_date(report.requested_at) <= day <= ctx.today:
        raise Invalid(N_("Ngày ban hành không thể trước ngày lập bản này hoặc sau hôm nay."), field="day")
    lines = [line.strip() for line in signed_as.splitlines() if line.strip()]
    if len(lines) > 4 or len(signed_as) > LONGEST or len(signer) > LONGEST:
        raise Invalid(N_("Chức vụ người ký ghi tối đa 4 dòng ngắn."), field="signed_as")
    lacking = gaps_of(report)
    if lacking.any and not incomplete:
        raise Invalid(
            N_("Bản này mới có %(n)s/%(all)s báo cáo của đơn vị. Hãy đánh dấu nếu vẫn ban hành."),
            field="incomplete",
            n=lacking.accepted,
            all=lacking.expected,
        )
    assert report.snapshot is not None
    symbol = found[2] or f"/BC-{report.snapshot['agency_short']}"
    number = f"{int(found[1]):02}{symbol}"
    _take_turns(ctx, report.programme_id)
    if number_is_taken(ctx.session, report.id, number, day.year):
        raise Invalid(N_("Số %(number)s đã cấp cho một bản khác trong năm."), field="number", number=number)
    report.issued_number = number
    report.issued_on, report.issued_by_id = day, ctx.actor.user_id
    report.signed_as, report.signer = [line.upper() for line in lines], signer.strip()
    _again(ctx, report)
    data = {
        "number": report.issued_number,
        "day": day.isoformat(),
        **({"gaps": asdict(lacking)} if lacking.any else {}),
    }
    record(ctx, "issue_report", "report", report.id, data=data)


def _again(ctx: Context, report: ConsolidatedReport) -> None:
    report.state, report.error, report.attempts = BuildState.QUEUED, None, 0
    report.progress, report.stage = 0, STAGES[0]
    ctx.nudge(BUILD_REPORTS)


def load_for_office(ctx: Context, report_id: int) -> ConsolidatedReport:
    """The locked edition, for whoever may build. Raises NotFound, NotAllowed."""
    report = load(ctx.session, report_id, lock=True)
    if report is None:
        raise NotFound(N_("Không tìm thấy báo cáo này."))
    demand_build(ctx, report.programme_id)
    return report


def demand_build(ctx: Context, programme_id: int, permission: Permission = Permission.BUILD_REPORT) -> None:
    programme = programmes.load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    offices = standing_unit_ids(ctx.session, ctx.today).get(programme_id, frozenset())
    demand(ctx.actor, permission, Scope(standing_unit_ids=offices, issuer_unit_id=programme.issuer_unit_id))


def _cycle(ctx: Context, cycle_id: int | None) -> ReportCycle | None:
    if cycle_id is None:
        return None
    cycle = cycles.load(ctx.session, cycle_id)
    if cycle is None or cycle.opened_at is None:
        raise NotFound(N_("Không tìm thấy kỳ báo cáo này, hoặc kỳ chưa mở."))
    return cycle
