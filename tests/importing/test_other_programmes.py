"""Nothing is keyed to one text: other subjects, other levels, other ways of typing; and wording of deadlines."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.world import DATA
from tracker.importing.deadlines import find_deadline
from tracker.importing.errors import BadDocument
from tracker.importing.programme import parse
from tracker.rules.recurrence import Rule, due_in, period_named
from tracker.rules.text import fold

DIGITAL = """
ỦY BAN NHÂN DÂN
TỈNH HÒA BÌNH

Số: 125/KH-UBND

Hòa Bình, ngày 14 tháng 3 năm 2023

KẾ HOẠCH
Chuyển đổi số tỉnh Hòa Bình giai đoạn 2023 - 2025

Căn cứ Quyết định số 749/QĐ-TTg ngày 03/6/2020 của Thủ tướng Chính phủ; Nghị quyết số 17-NQ/TU của Tỉnh ủy.
Ủy ban nhân dân tỉnh Hòa Bình ban hành Kế hoạch như sau:

I. MỤC TIÊU, CHỈ TIÊU
1. Chính quyền số
- 100% dịch vụ công trực tuyến toàn trình đủ điều kiện được cung cấp vào năm 2025.
- Giảm tỷ lệ hồ sơ giải quyết quá hạn xuống dưới 2% vào năm 2024 và dưới 1% vào năm 2025.
2. Kinh tế số
- Tỷ lệ doanh nghiệp sử dụng hóa đơn điện tử đạt trên 95% vào năm 2025; tỷ lệ thanh toán không tiền mặt đạt ít nhất 60%
vào năm 2025.
II. NHIỆM VỤ, GIẢI PHÁP
1. Hạ tầng số
+ Phát triển mạng 5G.
+ Phủ sóng các thôn.
III. TỔ CHỨC THỰC HIỆN
1. Sở Thông tin và Truyền thông
- Là cơ quan thường trực, theo dõi, đôn đốc thực hiện Kế hoạch.
- Chủ trì thực hiện các chỉ tiêu từ 1 đến 2; hoàn thành nền tảng dùng chung trước ngày 15/12/2024.
2. Sở Tài chính
Bố trí kinh phí, báo cáo kết quả chậm nhất ngày 30/6 hằng năm.
- Chủ trì chỉ tiêu 3.
3. UBND các huyện, thành phố
- Triển khai tại địa phương; báo cáo về Sở Thông tin và Truyền thông trước ngày 01/3 hằng năm.

Nơi nhận:
- Như trên;
"""


@pytest.mark.parametrize(
    "typed",
    [
        DIGITAL,
        DIGITAL.replace("\n\n", "\n"),
        unicodedata.normalize("NFD", DIGITAL),
        DIGITAL.replace("\n1. ", "\n**1)** ").replace("\n2. ", "\n### 2- ").replace("\n3. ", "\n3/ "),
    ],
    ids=["plain", "no-blank-lines", "nfd", "other-marks"],
)
def test_a_plan_of_a_province(typed: str) -> None:
    parsed = parse(typed)
    header = parsed.programme
    assert (header.number, header.issued_on, header.period) == ("125/KH-UBND", date(2023, 3, 14), (2023, 2025))
    assert header.kind == "kế hoạch"
    assert header.issuer == "Ủy ban nhân dân tỉnh Hòa Bình"
    assert len(header.based_on) == 2
    assert [goal.title for goal in parsed.goals] == ["Chính quyền số", "Kinh tế số"]
    targets = [
        [(m.better, t.year, t.comparator, t.value) for m in one.measures for t in m.targets]
        for one in parsed.indicators
    ]
    assert targets == [
        [("up", 2025, ">=", 100)],
        [("down", 2024, "<", 2), ("down", 2025, "<", 1)],
        [("up", 2025, ">", 95), ("up", 2025, ">=", 60)],
    ]
    assert [one.lead for one in parsed.indicators] == ["Sở Thông tin và Truyền thông"] * 2 + ["Sở Tài chính"]
    assert [(one.name, one.kind) for one in parsed.addressees][-1] == ("UBND các huyện, thành phố", "class")
    deadlines = {c.ref: c.deadline for a in parsed.addressees for c in a.clauses}
    assert deadlines["III.1.2"] is not None
    assert deadlines["III.1.2"].date == date(2024, 12, 14)
    assert deadlines["III.2.1"] is not None
    assert (deadlines["III.2.1"].recurrence, deadlines["III.2.1"].last_day) == ("yearly", "06-30")
    assert parsed.reporting is not None
    assert [len(group.items) for group in parsed.solution_groups] == [2]


@pytest.mark.parametrize(
    ("wording", "year", "due"),
    [
        ("báo cáo trước ngày 20/11 hàng năm", 2026, date(2026, 11, 19)),
        ("gửi trước ngày 01/3 hằng năm", 2027, date(2027, 2, 28)),
        ("gửi trước ngày 01/3 hằng năm", 2028, date(2028, 2, 29)),
        ("chậm nhất ngày 15/12 hằng năm", 2026, date(2026, 12, 15)),
        ("hoàn thành trước ngày 15/12/2025", 2025, date(2025, 12, 14)),
        ("hoàn thành trước ngày 15/12/2025", 2026, None),
        ("hoàn thành trong Quý II/2026", 2026, date(2026, 6, 30)),
        ("trong tháng 11 hằng năm", 2026, date(2026, 11, 30)),
        ("trước tháng 11 hằng năm", 2026, date(2026, 10, 31)),
    ],
)
def test_wordings_of_deadlines(wording: str, year: int, due: date | None) -> None:
    deadline = find_deadline(wording)
    assert deadline is not None
    rule = deadline.date or (Rule.of_year(deadline.last_day) if deadline.last_day else None)
    assert due_in(period_named(str(year)), rule) == due


@pytest.mark.parametrize(
    ("wording", "recurrence"),
    [("trước ngày 01/01 hằng năm", "yearly"), ("trước ngày 31/02/2026", "once"), ("báo cáo hằng quý", "quarterly")],
)
def test_a_deadline_without_a_clear_day_is_found_all_the_same(wording: str, recurrence: str) -> None:
    deadline = find_deadline(f"Gửi {wording}.")
    assert deadline is not None
    assert (deadline.recurrence, deadline.last_day, deadline.date) == (recurrence, None, None)


@pytest.mark.parametrize(
    "wording", ["kế hoạch phát triển kinh tế - xã hội 5 năm, hằng năm", "đạt 82% vào năm 2025", "thường xuyên kiểm tra"]
)
def test_plans_and_targets_are_no_deadlines(wording: str) -> None:
    assert find_deadline(wording) is None


REAL = (DATA / "programme.md").read_text()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(REAL)), st.integers(0, 4000), st.sampled_from(["", "I. ", "\n\n- ", "1. ", "%", "\x0c", "–"]))
def test_a_damaged_text_is_read_or_refused_but_never_crashes(start: int, length: int, instead: str) -> None:
    damaged = REAL[:start] + instead + REAL[start + length :]
    try:
        parsed = parse(damaged)
    except BadDocument:
        return
    refs = [clause.ref for clause in parsed.clauses]
    assert len(refs) == len(set(refs))


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_meets_all_spellings() -> None:
    assert fold("Phòng LĐTB&XH") == fold("phòng lđtb & xh") == "phong ldtb xh"
    assert fold("thủy") == fold("thuỷ") == fold(unicodedata.normalize("NFD", "thủy")) == "thuy"
