"""Sample people and a sample history from a fixed seed: roles, never real persons; every page says it is a sample."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select, true

from tracker.models.assignment import Assignment, Round, Signal, Update
from tracker.models.calendar import DayOverride
from tracker.models.duty import Duty, DutyKind
from tracker.models.programme import Programme
from tracker.models.unit import Unit, UnitKind
from tracker.models.user import Post, PostRole, User
from tracker.rules.calendar import LOCAL, SHIPPED_NOTES, SHIPPED_OVERRIDES
from tracker.rules.workflow import State
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.demo_figures import fill_figures
from tracker.services.demo_reports import fill_reports
from tracker.services.identity import HASHER
from tracker.services.opening import open_year
from tracker.store.people import standing_unit_ids

SEED = 20_211_120
PASSWORD = "Thu-nghiem-2026"
NOTES = (
    "Đã ban hành văn bản triển khai đến các đơn vị trực thuộc.",
    "Đã tổ chức hội nghị tập huấn, {n} lượt người tham dự.",
    "Đang rà soát, tổng hợp số liệu; dự kiến xong trong tháng.",
    "Đã phối hợp với các ngành tổ chức {n} buổi truyền thông.",
    "Đã kiểm tra thực tế tại {n} cơ sở, nhắc nhở các tồn tại.",
)
BLOCKED = (
    "Chờ kinh phí được phê duyệt.",
    "Thiếu cán bộ chuyên trách, đề nghị bố trí thêm.",
    "Chờ hướng dẫn của cấp trên.",
)
RESULTS = (
    "Hoàn thành theo kế hoạch; đã tổ chức {n} hoạt động, có báo cáo kèm theo.",
    "Đã thực hiện xong các nội dung được giao, không có tồn tại lớn.",
    "Hoàn thành; {n} thôn, tổ dân phố đã triển khai.",
)


def accounts() -> list[tuple[str, str, str]]:
    """(login, password, what) of the accounts to try first."""
    return [
        ("truong.p-yte", PASSWORD, "Trưởng phòng Y tế (đơn vị thực hiện)"),
        ("canbo.p-yte", PASSWORD, "Cán bộ phòng Y tế"),
        ("truong.xa-cao-xa", PASSWORD, "Chủ tịch UBND xã Cao Xá"),
        ("truong.p-ldtbxh", PASSWORD, "Trưởng phòng LĐTBXH (cơ quan thường trực)"),
        ("truong.ubnd-huyen", PASSWORD, "Chủ tịch UBND huyện (lãnh đạo)"),
        ("quantri", PASSWORD, "Quản trị hệ thống"),
    ]


def fill(ctx: Context, programme: Programme) -> None:
    """People in every unit, the assignments of last year (finished) and this year (under way)."""
    for day, is_working in SHIPPED_OVERRIDES.items():
        ctx.session.add(DayOverride(day=day, is_working=is_working, note=SHIPPED_NOTES[day]))
    ctx.session.flush()
    ctx.__dict__.pop("calendar", None)  # it was read before the table was filled
    people = make_people(ctx)
    story = _Story(ctx, programme, people)
    this_year = min(max(ctx.today.year, programme.period_start), programme.period_end)
    for year in (this_year - 1, this_year):
        if year >= programme.period_start:
            # Opened in its own January and told day by day, so that the history has a past to show.
            january = datetime.combine(date(year, 1, 5), time(8), LOCAL).astimezone(UTC)
            open_year(replace(ctx, now=min(january, ctx.now)), programme, year, told=False)
            story.tell(year, finished=year < this_year)
    fill_figures(ctx, programme, people)
    fill_reports(ctx, programme, this_year)
    record(ctx, "demo", "programme", programme.id, data={"seed": SEED})


def make_people(ctx: Context) -> dict[int, dict[PostRole, User]]:
    """Unit → its head and officer; the People's Committee also has a deputy. One hash serves all: it is a sample."""
    password = HASHER.hash(PASSWORD)
    people: dict[int, dict[PostRole, User]] = {}

    def add(login: str, name: str, unit: Unit | None, role: PostRole | None, **flags: bool) -> None:
        user = User(
            login=login,
            name=name,
            email=f"{login}@example.vn",
            password_hash=password,
            must_change_password=False,
            is_sample=True,
            **flags,
        )
        ctx.session.add(user)
        ctx.session.flush()
        if unit is not None and role is not None:
            ctx.session.add(Post(user_id=user.id, unit_id=unit.id, role=role, valid_from=unit.valid_from))
            people.setdefault(unit.id, {})[role] = user

    for unit in ctx.session.scalars(select(Unit).order_by(Unit.position)):
        add(f"truong.{unit.code}", _head_title(unit), unit, PostRole.HEAD)
        if unit.kind is UnitKind.COMMITTEE:
            add(f"pho.{unit.code}", f"Phó Chủ tịch {unit.name}", unit, PostRole.DEPUTY)
        else:
            add(f"canbo.{unit.code}", f"Cán bộ {unit.short_name}", unit, PostRole.OFFICER)
    add("quantri", "Quản trị hệ thống", None, None, is_admin=True)
    add("kiemtoan", "Thanh tra, kiểm tra", None, None, is_auditor=True)
    ctx.session.flush()
    return people


def _head_title(unit: Unit) -> str:
    if unit.kind in (UnitKind.COMMITTEE, UnitKind.COMMUNE):
        return f"Chủ tịch {unit.name}"
    if unit.short_name.startswith("Phòng "):
        return f"Trưởng {unit.short_name[:1].lower()}{unit.short_name[1:]}"
    return f"Thủ trưởng {unit.short_name}"


class _Story:
    """What the sample units did: most in time, some late, some blocked, a few returned."""

    def __init__(self, ctx: Context, programme: Programme, people: dict[int, dict[PostRole, User]]) -> None:
        self.ctx, self.programme, self.people = ctx, programme, people
        self.random = Random(SEED)
        offices = standing_unit_ids(ctx.session, ctx.today).get(programme.id, frozenset())
        self.office = next((people[unit][PostRole.HEAD] for unit in offices if unit in people), None)

    def tell(self, year: int, *, finished: bool) -> None:
        rows = self.ctx.session.scalars(
            select(Assignment)
            .join(Assignment.duty)
            .where(Assignment.programme_id == self.programme.id, Assignment.year == year)
            # This year's reports are filed in their cycle.
            .where(Duty.kind != DutyKind.REPORT if not finished else true())
            .order_by(Assignment.id)
        )
        for row in rows:
            self._one(row, year, finished=finished)
        self.ctx.session.flush()

    def _one(self, row: Assignment, year: int, *, finished: bool) -> None:
        group = self.people.get(row.lead_unit_id)
        if group is None or row.due_on is None:
            return
        head, owner = group[PostRole.HEAD], group.get(PostRole.OFFICER, group[PostRole.HEAD])
        fate = self.random.random()
        if not finished and fate < 0.05:
            return  # not accepted yet
        last = min(self.ctx.today, row.due_on + timedelta(days=20))
        row.owner_id, row.state = owner.id, State.IN_PROGRESS
        row.changed_on = min(date(year, 1, self.random.randint(6, 28)), self.ctx.today)
        self.ctx.session.flush()
        for month in sorted(self.random.sample(range(2, 11), self.random.randint(1, 3))):
            day = date(year, month, self.random.randint(1, 28))
            if day < last:
                self._update(row, owner, day, blocked=fate > 0.88)
        if finished or fate > 0.18:
            late = fate > 0.85
            shift = self.random.randint(1, 15) if late else -self.random.randint(0, 40)
            day = row.due_on + timedelta(days=shift)
            if day > self.ctx.today:
                return
            confirmed = finished or self.random.random() < 0.7
            self._submit(row, head, day, confirmed=confirmed)

    def _update(self, row: Assignment, author: User, day: date, *, blocked: bool) -> None:
        row.percent = min(95, row.percent + self.random.randint(10, 35))
        row.last_update_at, row.blocked = _at(day, 9), blocked
        text = self.random.choice(BLOCKED if blocked else NOTES).format(n=self.random.randint(2, 60))
        self.ctx.session.add(
            Update(
                assignment_id=row.id,
                author_id=author.id,
                signal=Signal.BLOCKED if blocked else Signal.ON_TRACK,
                text=text,
                percent=row.percent,
                created_at=row.last_update_at,
            )
        )

    def _submit(self, row: Assignment, head: User, day: date, *, confirmed: bool) -> None:
        row.percent, row.submitted_on, row.done_on = 100, day, day
        row.last_update_at, row.blocked = _at(day, 10), False
        row.state, row.changed_on = State.SUBMITTED, day
        self.ctx.session.flush()
        decided = min(day + timedelta(days=2), self.ctx.today)
        if confirmed and self.office:
            row.state, row.changed_on = State.COMPLETED, decided
        self.ctx.session.add(
            Round(
                assignment_id=row.id,
                number=1,
                result=self.random.choice(RESULTS).format(n=self.random.randint(3, 40)),
                done_on=day,
                submitted_at=_at(day, 10),
                submitted_by_id=head.id,
                decision="confirmed" if row.state is State.COMPLETED else None,
                decided_at=_at(decided, 15) if row.state is State.COMPLETED else None,
                decided_by_id=self.office.id if row.state is State.COMPLETED and self.office else None,
            )
        )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LOCAL).astimezone(UTC)
