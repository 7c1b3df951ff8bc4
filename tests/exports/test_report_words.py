"""The sentences of a consolidated report are true of what it was made from, and say it as offices do."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import pytest
from docx import Document

from tests.helpers.editions import made, material
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material
from tracker.exports.report_annexes import ANNEXES
from tracker.exports.report_words import classes, percent, said
from tracker.exports.snapshot import MeasureRow, Snapshot, Tally


def words(one: Material) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(report_document(one))).paragraphs)


def with_measures(kind: str, change: Callable[[int, MeasureRow], MeasureRow]) -> Material:
    """`change` gets each measure with its place."""
    snapshot, n, goals = made(kind), 0, []
    for goal in snapshot.goals:
        rows = []
        for one in goal.indicators:
            rows.append(replace(one, measures=tuple(change(n + at, each) for at, each in enumerate(one.measures))))
            n += len(one.measures)
        goals.append(replace(goal, indicators=tuple(rows)))
    return replace(material(kind), snapshot=replace(snapshot, goals=tuple(goals)))


def test_numbers_as_offices_say_them() -> None:
    assert [said(n) for n in (0, 3, 12, 1250)] == ["0", "03", "12", "1.250"]
    rates = [Fraction(19, 100), Fraction(1, 1), Fraction(0), Fraction(161, 214), Fraction(2, 3)]
    assert [percent(one) for one in rates] == ["19,0%", "100,0%", "0,0%", "75,2%", "66,7%"]


def test_a_part_is_named_only_where_it_is_not_the_whole() -> None:
    assert classes(Tally((0, 0, 3, 0), waits_in_time=2), said).endswith("(trong đó 02 đã nộp trong hạn, chờ xác nhận)")
    assert classes(Tally((0, 0, 3, 0), waits_in_time=3), said).endswith("(đều đã nộp trong hạn, chờ xác nhận)")
    assert classes(Tally((0, 0, 0, 1), waits_late=1), said).endswith("quá hạn (nộp muộn, chờ xác nhận)")


def test_what_a_report_that_waits_lacks_is_said_and_no_more() -> None:
    """Its unit's work and money are in the report: they are read from the system (`store.report_source`)."""
    waiting = sum(one.state == "submitted" for one in made().filing)
    assert (
        f"{said(waiting)} báo cáo đã gửi nhưng chưa được tiếp nhận nên phần đánh giá và số liệu chỉ số trong đó chưa"
        " được tổng hợp; tiến độ nhiệm vụ và kinh phí tổng hợp theo số liệu trên hệ thống." in words(material())
    )


def test_who_owes_a_report_is_told_as_it_stands() -> None:
    snapshot = made()
    missing = [one for one in snapshot.filing if one.state in ("expected", "draft")]
    assert f"Còn {said(len(missing))} đơn vị chưa gửi báo cáo đến thời điểm tổng hợp." in words(material())
    rest, expected = said(len(missing) - 1), len(snapshot.expected())
    kept = expected - len(missing)
    for n, told in ((1, f"{rest} đơn vị chưa gửi và 01 đơn vị đang bổ sung"), (len(missing), "03 đơn vị đang bổ sung")):
        chosen = missing[:n]
        filing = tuple(replace(one, state="returned") if one in chosen else one for one in snapshot.filing)
        again = replace(material(), snapshot=replace(snapshot, filing=filing))
        text = words(again)
        assert f"Còn {told} báo cáo đến thời điểm" in text
        assert (
            f"{kept + n}/{expected} đơn vị đã gửi báo cáo, trong đó {said(n)} đơn vị đang bổ sung; trong {kept} "
            in text
        )
        assert f"Các đơn vị đã gửi, đang bổ sung theo yêu cầu ({said(n)}): {chosen[0].unit}" in text
        assert (f"Các đơn vị chưa gửi báo cáo ({rest}): " in text) is (n == 1)
        heads = [row[0] for row in ANNEXES["filing"](again).rows if len(row) == 1]
        sent = sum(int(head.partition(": ")[2].partition("/")[0]) for head in heads)
        assert sent == kept + n
        assert sum(", trong đó " in head for head in heads) == len({one.level for one in chosen})


def test_each_group_of_charts_has_its_sentence() -> None:
    def verdict(at: int, one: MeasureRow) -> MeasureRow:
        return replace(one, verdict="missed" if at < 3 else "off_path" if at < 9 else "met")

    text = words(with_measures("annual", verdict))
    order = "theo thứ tự: chưa đạt mục tiêu, chậm so với lộ trình:"
    assert f"Biểu đồ 1 - 8 thể hiện diễn biến qua các năm của 08/35 chỉ số có đủ số liệu, {order}" in text
    assert "Biểu đồ 9 thể hiện số nhiệm vụ theo tình trạng thực hiện; Biểu đồ 10 thể hiện kết quả của 20/39" in text
    text = words(with_measures("annual", lambda at, one: replace(one, verdict="missed" if at < 12 else "met")))
    assert "của 08/12 chỉ số chưa đạt mục tiêu có đủ số liệu:" in text
    text = words(
        with_measures("annual", lambda at, one: replace(verdict(at, one), series=one.series if at < 5 else ()))
    )
    assert f"Biểu đồ 1 - 5 thể hiện diễn biến qua các năm của cả 05 chỉ số có đủ số liệu, {order}" in text
    text = words(with_measures("annual", lambda _at, one: replace(one, series=())))
    assert "diễn biến qua các năm" not in text
    assert "Biểu đồ 1 thể hiện số nhiệm vụ theo tình trạng thực hiện; Biểu đồ 2" in text


def test_what_is_hard_to_reach_is_named_and_the_rest_counted() -> None:
    def chance(at: int, one: MeasureRow) -> MeasureRow:
        far = "Khó đạt mục tiêu năm 2030" if at < 2 else "Có khả năng đạt mục tiêu năm 2030" if at < 9 else ""
        return replace(one, value="80", gap=None, per=100, estimate=False, targets=(("2030", "≥ 86%"),), chance=far)

    one = with_measures("mid_term", chance)
    text = words(one)
    first = one.snapshot.measures()[0][2]
    assert f"Khó đạt mục tiêu năm 2030 (02 chỉ số):\n- {first.name} (chỉ số 1): 80%; mục tiêu: ≥\u00a086%.\n- " in text
    assert "Có khả năng đạt mục tiêu năm 2030: 07 chỉ số (3.1, 3.2, " in text
    assert "Còn lại 26/35 chỉ số chưa đủ số liệu để ước tính hoặc không còn mục tiêu phía trước." in text


def test_a_final_report_says_its_years_once_and_what_part_is_done_of_all() -> None:
    one = material("final")
    text, tally = words(one), one.snapshot.tally
    assert "2021 - 2030, Phòng Lao động - Thương binh và Xã hội báo cáo kết quả thực hiện như sau (" in text
    assert "tổng kết giai đoạn" not in text
    done = percent(Fraction(tally.done, tally.total))
    assert f"; số nhiệm vụ đã hoàn thành bằng {done} tổng số nhiệm vụ được giao." in text
    assert "tổng số nhiệm vụ được giao" not in words(material("annual"))


@pytest.mark.parametrize(
    ("kind", "titles", "note"),
    [
        ("annual", ("năm 2026", "năm 2026", "báo cáo năm 2026", "năm 2026"), ""),
        (
            "half_year",
            ("6 tháng đầu năm 2026", "6 tháng đầu năm 2026", "báo cáo 6 tháng đầu năm 2026", "năm 2026"),
            "Kinh phí ghi theo năm; số liệu là của cả năm, đến thời điểm tổng hợp.",
        ),
        (
            "mid_term",
            (
                "giai đoạn 2021 - 2025",
                "năm 2025",
                "báo cáo sơ kết giữa kỳ giai đoạn 2021 - 2025",
                "giai đoạn 2021 - 2025",
            ),
            "Số liệu cộng các năm từ 2021 đến 2025.",
        ),
        (
            "final",
            ("giai đoạn 2021 - 2030", "năm 2030", "báo cáo tổng kết giai đoạn 2021 - 2030", "giai đoạn 2021 - 2030"),
            "Số liệu cộng các năm từ 2021 đến 2030.",
        ),
    ],
)
def test_annexes_are_called_what_they_hold(kind: str, titles: tuple[str, str, str, str], note: str) -> None:
    one = material(kind)
    tables = [ANNEXES[name](one) for name in ("indicators", "communes", "filing", "budget")]
    years, own, asked, money = titles
    assert [table.title for table in tables] == [
        f"Kết quả thực hiện các chỉ tiêu {years}", f"Số liệu của các đơn vị {own}",
        f"Tình hình gửi {asked} của các đơn vị", f"Kinh phí thực hiện {money}",
    ]  # fmt: skip
    assert tables[-1].note == note


def test_what_was_frozen_before_its_first_year_was_has_no_note() -> None:
    one = material("final")
    old = one.snapshot.to_json()
    del old["first_year"]
    assert ANNEXES["budget"](replace(one, snapshot=Snapshot.from_json(old))).note == ""
