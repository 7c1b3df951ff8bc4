"""The component gallery: every macro with realistic long Vietnamese text, to look at while building. Development only.

The samples are plain objects with the attributes that templates read; nothing comes from the database.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from types import SimpleNamespace

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.exports.sections import Change
from tracker.rules.calendar import LOCAL
from tracker.rules.deadlines import Clock, DeadlineClass, Standing
from tracker.rules.filing import Gaps
from tracker.rules.unit_report import Check, Late
from tracker.rules.workflow import State
from tracker.store.listing import Told
from tracker.store.page import Page
from tracker.web.measure_view import Chart, spark
from tracker.web.session import login_required
from tracker.web.view import AssignmentView, draw

bp = Blueprint("components", __name__, url_prefix="/_components")

# The longest unit name and a clause of the length that real documents have (600 characters).
UNIT = "Phòng Lao động - Thương binh và Xã hội"
DUTY = (
    "Chủ trì, phối hợp với Phòng Giáo dục và Đào tạo, Phòng Y tế, Công an huyện, Huyện đoàn Tân Yên và Ủy ban nhân "
    "dân các xã, thị trấn xây dựng, hướng dẫn, thực hiện và phát triển các mô hình phát triển toàn diện trẻ em, dịch "
    "vụ bảo vệ trẻ em; phòng, chống xâm hại, tai nạn thương tích trẻ em; thúc đẩy quyền tham gia của trẻ em vào các "
    "vấn đề về trẻ em; tổ chức kiểm tra, giám sát việc thực hiện chính sách, pháp luật về trẻ em; tổng hợp, đánh giá "
    "kết quả thực hiện các mục tiêu, chỉ tiêu và báo cáo Sở Lao động - Thương binh và Xã hội, Ủy ban nhân dân huyện "
    "theo quy định."
)


@dataclass(frozen=True)
class Sample:
    """One row to show: its state and where it stands."""

    state: State
    standing: Standing
    percent: int = 0


SAMPLES = (
    Sample(State.IN_PROGRESS, Standing(DeadlineClass.OVERDUE, 23, 3), 45),
    Sample(State.DECLINED, Standing(DeadlineClass.OVERDUE, 2, 1)),
    Sample(State.ASSIGNED, Standing(DeadlineClass.DUE_SOON, 3)),
    Sample(State.IN_PROGRESS, Standing(DeadlineClass.DUE_SOON), 90),
    Sample(State.SUBMITTED, Standing(DeadlineClass.NOT_DUE, 6, clock=Clock.OFFICE), 100),
    Sample(State.IN_PROGRESS, Standing(DeadlineClass.NO_DEADLINE), 10),
    Sample(State.COMPLETED, Standing(DeadlineClass.DONE_ON_TIME, clock=Clock.STOPPED), 100),
    Sample(State.COMPLETED, Standing(DeadlineClass.DONE_LATE, 4, 1, Clock.STOPPED), 100),
    Sample(State.SUSPENDED, Standing(DeadlineClass.NOT_DUE, clock=Clock.STOPPED)),
    Sample(State.CANCELLED, Standing(DeadlineClass.NOT_DUE, clock=Clock.STOPPED)),
    Sample(State.DRAFT, Standing(DeadlineClass.NOT_DUE, clock=Clock.STOPPED)),
)

DRAWING = Chart(
    width=720,
    height=240,
    ticks=[(196, "60%"), (120, "80%"), (44, "100%")],
    years=[(44, 2020), (360, 2025), (676, 2030)],
    path="44,180 360,110 676,50",
    corners=[(44, 180, "2020: 64%"), (360, 110, "2025: 82%"), (676, 50, "2030: 98%")],
    actual="44,180 200,150 424,112",
    values=[(44, 180, "64%"), (200, 150, "72%"), (424, 112, "82%")],
    ahead="424,112 676,60",
)


@bp.get("/")
@login_required
def gallery() -> ResponseReturnValue:
    rows = [_view(number, sample) for number, sample in enumerate(SAMPLES, start=1)]
    errors = {"result": "Hãy ghi kết quả đã đạt được.", "signal": "Hãy chọn tình hình thực hiện."}
    return render_template(
        "components/gallery.html",
        rows=rows,
        states=list(State),
        page=Page(rows, total=164, number=2),
        options=[("1", UNIT), ("2", "Phòng Giáo dục và Đào tạo"), ("3", "UBND xã Cao Xá")],
        sample_errors=errors,
        files=[_file(1, 812_000), _file(2, 26_000_000)],
        changes=[Change("same", "1. Kết quả"), Change("gone", DUTY), Change("new", f"{DUTY} ({UNIT}).")],
        spark=spark({Fraction(2020 + n): Fraction(60 + 5 * n) for n in range(7)}, 100),
        drawing=DRAWING,
        period=SimpleNamespace(key="2026"),
        told=Told(date(2026, 11, 18), ("Trưởng phòng LĐTBXH", "Phó Chủ tịch UBND huyện"), 3),
        late=Late(2),
        check=Check((5, 5), (9, 10), ()),
        gaps=Gaps(accepted=16, waiting=9, returned=6, not_filed=10),
        lost=_lost(),
    )


def _lost() -> SimpleNamespace:
    field = SimpleNamespace(measure=SimpleNamespace(id=3), indicator=SimpleNamespace(number="3"))
    values = dict.fromkeys(("numerator", "denominator", "value", "comment", "source", "reason"), "")
    return SimpleNamespace(field=field, values={**values, "numerator": "97", "source": "Sổ theo dõi của Trạm Y tế"})


def _view(number: int, sample: Sample) -> AssignmentView:
    has_date = sample.standing.klass is not DeadlineClass.NO_DEADLINE
    row = SimpleNamespace(
        id=number,
        version=1,
        state=sample.state,
        percent=sample.percent,
        text=DUTY,
        due_on=date(2026, 11, 19) if has_date else None,
        starred=number == 1,
        blocked=number == 1,
        year=2026,
        period="2026-Q2" if number == 2 else "2026",
        carried_from_id=1 if number == 2 else None,
        carried_to=None,
    )
    owner = "Cán bộ Phòng LĐTBXH" if sample.percent else None
    return draw(row, UNIT, f"IV.1.{number}", owner, sample.standing)


def _file(number: int, size: int) -> SimpleNamespace:
    name = f"Báo cáo kết quả thực hiện Chương trình hành động vì trẻ em, {UNIT} (bản đã ký).pdf"
    at = datetime(2026, 11, 19, 16, 42, tzinfo=LOCAL)
    head = SimpleNamespace(name="Trưởng phòng Y tế")
    return SimpleNamespace(id=number, name=name, size=size, added_by=head, added_at=at)
