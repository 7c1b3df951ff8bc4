"""Sample reports of units: last year's cycle, closed, and this year's, open, with some filed, returned and missing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from tracker.models.assignment import Assignment
from tracker.models.cycle import FiledRound, ReportCycle, ReportSection, UnitReport
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole, User
from tracker.rules.calendar import LOCAL
from tracker.rules.cycle import section_list
from tracker.rules.figures import Entry
from tracker.rules.filing import FilingState
from tracker.services import cycle as cycles
from tracker.services import expected, filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.context import Context
from tracker.services.cycle_opening import open_cycle
from tracker.services.identity import actor_of
from tracker.services.unit_report import Typed
from tracker.store import figure as figures
from tracker.store import unit_report as reports
from tracker.store.people import standing_unit_ids

SEED = 20_261_119
EXEMPT = "ccb"
# Those of the accounts to try first; of the rest the dice decide.
FATES = {"p-yte": "draft", "xa-cao-xa": "returned", "p-ldtbxh": "missing"}
WORDS: Mapping[str, tuple[str, ...]] = {
    "direction": (
        "Ban hành kế hoạch thực hiện Chương trình năm {year}; phân công cán bộ theo dõi; họp giao ban hằng quý.",
        "Cấp ủy, chính quyền quan tâm chỉ đạo; đã kiểm tra {n} cơ sở và lồng ghép vào kế hoạch kinh tế - xã hội.",
    ),
    "highlights": (
        "Tổ chức {n} buổi truyền thông với hơn {m} lượt người tham dự; duy trì hoạt động của các mô hình hiện có.\n"
        "Phối hợp khám sức khỏe định kỳ, tặng quà Tháng hành động vì trẻ em cho {m} lượt trẻ.",
        "Hoàn thành rà soát số liệu; hỗ trợ kịp thời các trường hợp khó khăn; không để xảy ra vụ việc phức tạp.",
    ),
    "shortcomings": (
        "Một số mô hình hoạt động chưa đều; cộng tác viên thay đổi nhiều nên số liệu có lúc chưa kịp thời.",
        "Cơ sở vật chất vui chơi cho trẻ em còn thiếu; công tác phối hợp ở một số nơi chưa thường xuyên.",
    ),
    "objective_causes": ("Kinh phí hạn chế; thời tiết, dịch bệnh diễn biến phức tạp.", ""),
    "subjective_causes": (
        "Việc đôn đốc, kiểm tra có lúc chưa thường xuyên; cán bộ kiêm nhiệm nhiều việc.",
        "Công tác tham mưu còn chậm; chưa chủ động phối hợp với các ngành.",
    ),
    "plans": (
        "Tiếp tục thực hiện Chương trình năm {next}; tập trung các chỉ tiêu chưa đạt; kiểm tra ít nhất {n} cơ sở.",
        "Xây dựng kế hoạch năm {next} ngay từ quý I; bố trí kinh phí; củng cố đội ngũ cộng tác viên.",
    ),
    "proposals": ("Đề nghị cấp trên tăng kinh phí và tổ chức tập huấn cho cán bộ cơ sở.", ""),
}
RETURNED = "Cần nêu số liệu cụ thể và so với năm trước."


def fill_reports(ctx: Context, programme: Programme, year: int) -> None:
    story = _Reports(ctx, programme)
    if story.office is None:
        return
    if year > programme.period_start:
        story.last_year(year - 1)
    story.this_year(year)


class _Reports:
    def __init__(self, ctx: Context, programme: Programme) -> None:
        self.ctx, self.programme, self.random = ctx, programme, Random(SEED)
        self.heads: dict[int, User] = {}
        self.officers: dict[int, User] = {}
        for unit_id, role, user in ctx.session.execute(
            select(Post.unit_id, Post.role, User).join(Post.user).where(User.is_sample).order_by(Post.id)
        ):
            (self.heads if role is PostRole.HEAD else self.officers).setdefault(unit_id, user)
        offices = standing_unit_ids(ctx.session, ctx.today).get(programme.id, frozenset())
        self.office = next((self.heads[unit] for unit in offices if unit in self.heads), None)

    def _as(self, user: User, at: datetime) -> Context:
        own = replace(
            self.ctx, actor=actor_of(self.ctx.session, user, at), now=at, quiet=True, locked={}, signing={}, told=[]
        )
        own.know(calendar=self.ctx.calendar, offices=self.ctx.offices)
        return own

    def _at(self, day: date, hour: int = 9) -> datetime:
        return min(datetime.combine(day, time(hour), LOCAL).astimezone(UTC), self.ctx.now)

    def _text(self, key: str, year: int) -> str:
        words = self.random.choice(WORDS.get(key, ("",)))
        n, m = self.random.randint(2, 20), self.random.randint(5, 60) * 10
        return words.format(year=year, next=year + 1, n=n, m=m)

    def last_year(self, year: int) -> None:
        """Everybody's was accepted: told by rows, as the year's assignments are."""
        assert self.office is not None
        opens = self._as(self.office, self._at(date(year, 10, 15)))
        cycle = cycles.plan(opens, programme_id=self.programme.id, kind="annual", period=str(year))
        cycle.opened_at, cycle.closed_at = opens.now, self._at(date(year, 12, 15), 16)
        rows = self.ctx.session.scalars(
            select(Assignment)
            .join(Assignment.duty)
            .where(Assignment.programme_id == self.programme.id, Assignment.period == str(year))
            .where(Assignment.duty.has(key="report"))
            .order_by(Assignment.id)
        )
        measures = reports.measures_of(self.ctx.session, self.programme.id)
        for row in rows:
            report = expected.new_report(self.ctx, cycle, row.lead_unit, measures)
            report.assignment_id, report.state = row.id, FilingState.ACCEPTED
            day = row.submitted_on or report.due_on
            report.submitted_at = report.first_submitted_at = self._at(day, 10)
            report.accepted_at = self._at(day + timedelta(days=3), 15)
            self._write_rows(report, cycle, year)
            self.ctx.session.add(report)
        self.ctx.session.flush()

    def _write_rows(self, report: UnitReport, cycle: ReportCycle, year: int) -> None:
        assert self.office is not None
        writer = self.officers.get(report.unit_id, self.heads[report.unit_id])
        for at, one in enumerate(section_list(cycle.form)):
            report.sections.append(
                ReportSection(
                    key=one.key, position=at, text=self._text(one.key, year), edited_at=report.submitted_at,
                    edited_by_id=writer.id,
                )
            )  # fmt: skip
        report.rounds.append(
            FiledRound(
                number=1,
                content={
                    "sections": {one.key: one.text for one in report.sections}, "figures": [], "values": {},
                    "answers": {},
                },
                submitted_at=report.submitted_at,
                submitted_by_id=self.heads[report.unit_id].id,
                returned={},
                decision="accepted",
                decided_at=report.accepted_at,
                decided_by_id=self.office.id,
            )
        )  # fmt: skip

    def this_year(self, year: int) -> None:
        assert self.office is not None
        office = self._as(self.office, self.ctx.now)
        cycle = cycles.plan(office, programme_id=self.programme.id, kind="annual", period=str(year))
        begin = self._as(self.office, self._at(min(cycle.opens_on, self.ctx.today), 8))
        for unit_id in self.heads:
            unit = self.ctx.session.get_one(Unit, unit_id)
            if unit.code == EXEMPT:
                expected.exempt(begin, cycle.id, unit_id, reason="Không được giao nhiệm vụ trong năm")
        open_cycle(begin, cycle.id, told=False)
        for report in reports.of_cycle(self.ctx.session, cycle.id):
            if report.unit_id in self.heads and report.state is not FilingState.EXEMPT:
                fate = FATES.get(report.unit.code) or self.random.choices(
                    ("accepted", "submitted", "late", "returned", "draft", "missing"), (38, 24, 8, 7, 10, 13)
                )[0]  # fmt: skip
                self._tell(report, year, fate)

    def _tell(self, report: UnitReport, year: int, fate: str) -> None:
        assert self.office is not None
        if fate == "missing":
            return
        shift = self.random.randint(1, 3) if fate == "late" else -self.random.randint(0, 8)
        day = min(report.due_on + timedelta(days=shift), self.ctx.today)
        head = self.heads[report.unit_id]
        writer = self.officers.get(report.unit_id, head)
        keys = [one.key for one in section_list(report.cycle.form)]
        texts = {key: Typed(self._text(key, year), 0) for key in (keys[:3] if fate == "draft" else keys)}
        entries = self._entries(report, year)
        if fate == "draft":
            entries = dict(list(entries.items())[: len(entries) // 2])
        writing.save(self._as(writer, self._at(day)), report.id, texts, entries)
        if fate == "draft":
            return
        filing.submit(self._as(head, self._at(day, 10)), report.id)
        decided = self._as(self.office, self._at(min(day + timedelta(days=1), self.ctx.today), 15))
        if fate == "returned":
            review.return_(decided, report.id, reasons={"highlights": RETURNED})
        elif fate == "accepted":
            review.accept(decided, report.id)

    def _entries(self, report: UnitReport, year: int) -> dict[int, tuple[Entry, str | None]]:
        """Near what the unit had the year before; what it has of this year already stays."""
        ids, unit = report.measure_ids, [report.unit_id]
        now = figures.current(self.ctx.session, ids, unit, str(year))
        before = figures.current(self.ctx.session, ids, unit, str(year - 1))
        found: dict[int, tuple[Entry, str | None]] = {}
        for id_ in ids:
            last = before.get((id_, report.unit_id))
            if (id_, report.unit_id) in now:
                continue
            if last is None or last.numerator is None or last.denominator is None:
                found[id_] = (Entry(no_data=True, comment="Không phát sinh (số liệu mẫu)"), None)
                continue
            part = min(last.denominator, max(Decimal(0), last.numerator + self.random.randint(-1, 1)))
            entry = Entry(
                part, last.denominator, estimate=True, source="Số liệu mẫu, không phải số thật", comment="Đã rà soát"
            )
            found[id_] = (entry, None)
        return found
