"""The papers beside the consolidated report: the letter that chases, a print-out, how a subject is divided."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document

from tests.helpers.decree30 import Kind, check_document
from tests.helpers.editions import made, material
from tests.helpers.papers import letter, print_out
from tracker.exports.consolidated import report_document
from tracker.exports.paper import subject_lines
from tracker.exports.unit_report import symbol_of

# A letter (công văn) has neither a line with its kind nor the kind in its symbol.
LETTER = Kind(name="", symbol="")
# Nothing stands above a People's Committee.
COMMUNE = Kind(parent=False)


def words(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


@pytest.mark.parametrize("units", [1, 3, 12, 20])
def test_layout_of_the_letter(units: int) -> None:
    content = letter(units, sample=units == 3, returned=units // 3)
    assert check_document(content, LETTER) == []
    assert content == letter(units, sample=units == 3, returned=units // 3)


@pytest.mark.parametrize(
    ("rows", "figures", "filed", "written"),
    [(9, 8, True, True), (1, 0, False, False), (0, 3, True, True), (0, 0, True, False)],
)
def test_layout_of_the_print_out(rows: int, figures: int, filed: bool, written: bool) -> None:
    content = print_out(rows=rows, figures=figures, filed=filed, written=written)
    assert check_document(content, COMMUNE) == []
    assert content == print_out(rows=rows, figures=figures, filed=filed, written=written)


def test_the_letter_speaks_of_one_unit_and_of_many() -> None:
    one, many = words(letter(1)), words(letter(20))
    assert (
        "quý cơ quan gửi báo cáo năm 2026 về Phòng Lao động - Thương binh và Xã hội (cơ quan thường trực) chậm" in one
    )
    assert "nộp báo cáo; Phòng Văn hóa và Thông tin chưa nộp (hạn 13/11/2026, quá hạn 02 ngày làm việc)." in one
    assert "Đề nghị quý cơ quan chỉ đạo hoàn thành" in one
    assert "Phụ lục" not in one
    assert len(Document(BytesIO(letter(1))).tables) == 2  # its head and its signature
    assert "báo cáo năm 2026 về Phòng Lao động - Thương binh và Xã hội (cơ quan thường trực) theo" in many
    assert "còn 20 đơn vị chưa nộp, trong đó 07 đơn vị đã quá hạn" in many
    assert "Kính gửi: Các cơ quan, đơn vị có tên trong Phụ lục kèm theo" in many


def test_the_letter_counts_what_it_speaks_of() -> None:
    part = words(letter(7, among="xã, thị trấn", expected=21, filed=2))
    assert "đã có 02/21 xã, thị trấn nộp báo cáo; trong số 19 đơn vị chưa nộp, công văn này gửi 07 đơn vị" in part
    alone = words(letter(1, among="xã, thị trấn", expected=21, filed=2, returned=1))
    assert "; còn 19 đơn vị chưa nộp hoặc chưa nộp lại, trong đó Phòng Văn hóa và Thông tin chưa nộp lại (hạn" in alone
    none = words(letter(20, expected=20, filed=0))
    assert "chưa có đơn vị nào nộp báo cáo; còn 20 đơn vị chưa nộp" in none
    assert "0/20" not in none


def test_the_letter_tells_who_owes_a_report_again() -> None:
    for returned, owed in ((0, "chưa nộp"), (2, "chưa nộp hoặc chưa nộp lại"), (6, "chưa nộp lại")):
        text = words(letter(6, returned=returned))
        assert f"còn 06 đơn vị {owed}, trong đó" in text
        assert f"Sau thời hạn này, đơn vị {owed} sẽ" in text
        assert f"CÁC ĐƠN VỊ {owed.upper()} BÁO CÁO NĂM 2026" in text


def test_the_letter_does_not_set_a_day_that_is_over() -> None:
    ahead, over = words(letter(6)), words(letter(6, today=date(2026, 11, 20)))
    assert "theo thời hạn tại Phụ lục; cơ quan thường trực báo cáo Ủy ban nhân dân huyện Tân Yên chậm nhất" in ahead
    assert "theo thời hạn tại Phụ lục.\n" in over
    assert "20/11/2026 " not in over.replace("Tính đến ngày 20/11/2026", "")


def test_annexes_name_who_issues_the_paper() -> None:
    assert "năm 2026 của Phòng Lao động - Thương binh và Xã hội)" in words(letter(3))


def test_a_title_does_not_say_its_years_twice() -> None:
    text = words(report_document(material("final")))
    assert "giai đoạn 2021 - 2030 giai đoạn" not in text
    assert ",," not in text
    assert "2021 - 2030, kính báo cáo" in text
    assert f"Tổng kết {made('final').title}".replace(" huyện", "\nhuyện", 1) in text
    assert "Trong giai đoạn 2021 - 2025, " in words(report_document(material("mid_term")))


@pytest.mark.parametrize("kind", ["annual", "half_year"])
def test_a_comma_parts_the_programme_from_the_period(kind: str) -> None:
    snapshot = made(kind)
    text = " ".join(words(report_document(material(kind))).split("\n"))
    assert text.count(f"{snapshot.title}, {snapshot.span}") == 2  # the subject, and the sentence at the end
    assert f"{snapshot.title} {snapshot.span}" not in text
    printed = " ".join(words(print_out()).split("\n"))
    assert printed.count(f"{made().title}, năm 2026") == 2


def test_the_print_out_has_whole_tasks_and_the_references_of_the_report() -> None:
    tables = Document(BytesIO(print_out(rows=1, figures=8))).tables
    assert "3.1" in [row.cells[0].text for row in tables[-2].rows]
    whole = made().units[0].work[0].text
    assert tables[-1].rows[1].cells[2].text == whole


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Kết quả thực hiện nhiệm vụ năm 2026", ("Kết quả thực hiện nhiệm vụ năm 2026",)),
        (
            "Kết quả thực hiện Chương trình hành động vì trẻ em huyện Tân Yên giai đoạn 2021 - 2030, năm 2026",
            ("Kết quả thực hiện Chương trình hành động vì trẻ em", "huyện Tân Yên giai đoạn 2021 - 2030, năm 2026"),
        ),
        ("x" * 200, ("x" * 200,)),
    ],
)
def test_a_subject_is_divided_where_its_sense_is(text: str, lines: tuple[str, ...]) -> None:
    assert subject_lines(text) == lines
    assert " ".join(lines) == text


def test_symbols_of_units() -> None:
    named = {"Phòng Y tế": "YT", "Phòng GDĐT": "GDĐT", "Công an huyện": "CA", "Trung tâm VH-TT&TT": "TTVHTTTT"}
    assert {name: symbol_of(name) for name in named} == named
