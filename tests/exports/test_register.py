"""The register as Word and Excel files: the layout of the decree, text that stays text, days that are days."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.helpers.decree30 import check_document
from tracker.exports.register import Cover, Line
from tracker.exports.register_document import cut, register_document
from tracker.exports.register_workbook import COLUMNS, register_workbook

KIND = "SỔ THEO DÕI ĐÔN ĐỐC THỰC HIỆN NHIỆM VỤ"
COVER = Cover(
    programme="Chương trình hành động vì trẻ em huyện Tân Yên",
    unit="",
    start=date(2026, 11, 1),
    end=date(2026, 11, 30),
    counts=[("Đã gửi", 2), ("Không có ai nhận được thư", 1)],
    made_by="Trưởng phòng LĐTBXH",
    made_at=datetime(2026, 12, 1, 8, 30),
    sample=False,
    place="Tân Yên",
    parent_agency="ỦY BAN NHÂN DÂN HUYỆN TÂN YÊN",
    agency="PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI",
    agency_short="LĐTBXH",
    head_title="TRƯỞNG PHÒNG",
    office="Phòng Lao động - Thương binh và Xã hội",
)
SENT = Line(
    told_at=datetime(2026, 11, 20, 8, 0),
    sent_at=datetime(2026, 11, 20, 8, 1),
    assignment_id=7,
    clause_ref="IV.3.1",
    text="Thực hiện các giải pháp về chăm sóc sức khỏe, dinh dưỡng cho trẻ em " * 3,
    unit="Phòng Y tế",
    due_on=date(2026, 11, 19),
    by="1 ngày làm việc sau hạn (lãnh đạo đơn vị)",
    to_name="Trưởng phòng Y tế",
    to_address="truong.p-yte@example.vn",
    instead_of="",
    result="Đã gửi",
    answered_at=datetime(2026, 11, 21, 9, 5),
)
CHASE = replace(
    SENT, due_on=None, by="Đôn đốc của =HYPERLINK(1)", to_name="=1+1", instead_of="Cán bộ", sent_at=None,
    answered_at=None,
)  # fmt: skip
NOBODY = replace(CHASE, by="3 ngày làm việc sau hạn (lãnh đạo đơn vị)", to_name="", to_address="", instead_of="")
LINES = [SENT, CHASE, NOBODY]


@pytest.mark.parametrize("cover", [COVER, replace(COVER, unit="Phòng Y tế", sample=True)])
@pytest.mark.parametrize("lines", [LINES, []])
def test_layout_of_the_decree(cover: Cover, lines: list[Line]) -> None:
    assert check_document(register_document(cover, lines), KIND, "", addressed=False) == []


def test_the_checker_sees_what_is_wrong_with_a_register() -> None:
    content = register_document(COVER, LINES)
    found = check_document(content, KIND, "")
    assert "no Kính gửi" in found
    assert "number and symbol: “”" in found
    document = Document(BytesIO(content))
    next(one for one in document.paragraphs if one.text == "Phụ lục").runs[0].text = "Phụ lục II"
    out = BytesIO()
    document.save(out)
    assert "annexes are not numbered in order: ['Phụ lục II']" in check_document(
        out.getvalue(), KIND, "", addressed=False
    )


def test_what_the_document_says() -> None:
    document = Document(BytesIO(register_document(replace(COVER, unit="Phòng Y tế"), LINES)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Phòng Y tế, từ ngày 01/11/2026 đến hết ngày 30/11/2026" in text
    assert "Tổng số 03 lượt, mỗi người nhận là một lượt: 02 lượt đã gửi; 01 lượt không có ai nhận được thư." in text
    assert "01 lượt được đơn vị trả lời" in text
    rows = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert len(rows) == 4
    assert rows[1][:3] == ["1", "08:01 20/11/2026", "Phòng Y tế"]
    assert rows[1][3].startswith("IV.3.1. Thực hiện")
    assert rows[1][3].endswith("…; hạn 19/11/2026")
    assert not re.search(r"[ .,;:]…", rows[1][3])
    assert "năm 2026 của Phòng Lao động - Thương binh và Xã hội)" in text
    assert "Số:" not in document.tables[0].rows[1].cells[0].text
    assert rows[1][4:] == [
        "1 ngày làm việc sau hạn (lãnh đạo đơn vị)", "Trưởng phòng Y tế\ntruong.p\u2011yte@example.vn", "Đã gửi",
        "09:05 21/11/2026",
    ]  # fmt: skip
    assert rows[2][1] == "lập 08:00 20/11/2026"
    assert rows[2][4].endswith("; thay Cán bộ")
    assert (rows[3][5], rows[3][7]) == ("Không có ai", "Chưa")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mở lớp; tập huấn.", "Mở lớp; tập huấn."),
        ("Mở hai lớp tập huấn; in sách, phát tờ rơi cho các trường", "Mở hai lớp tập huấn; in sách…"),
        ("Mở hai lớp tập huấn cho cán bộ làm công tác trẻ em", "Mở hai lớp tập huấn cho cán bộ…"),
        ("Mở, hai lớp tập huấn cho cán bộ làm công tác trẻ em", "Mở, hai lớp tập huấn cho cán bộ…"),
        ("x" * 60, "x" * 31 + "…"),
    ],
)
def test_a_task_is_cut_where_its_sense_ends(text: str, told: str) -> None:
    assert cut(text, 32) == told


def test_workbook(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    assert register_workbook(path, COVER, iter(LINES)) == 3
    book = load_workbook(path)
    first, sheet = book.worksheets
    facts = {row[0].value: row[1].value for row in first.iter_rows(min_row=3)}
    assert facts["Chương trình"] == COVER.programme
    assert (facts["Từ ngày"], facts["Đến hết ngày"]) == (datetime(2026, 11, 1), datetime(2026, 11, 30))
    assert (facts["Số lượt đôn đốc"], facts["Đã gửi"], facts["Đơn vị"]) == (3, 2, "Tất cả")
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == [name for name, _width in COLUMNS]
    assert rows[1][1].value == SENT.told_at
    assert rows[1][2].value == SENT.sent_at
    assert rows[1][2].number_format == "dd/mm/yyyy hh:mm"
    assert (rows[1][7].value, rows[1][7].number_format) == (datetime(2026, 11, 19), "dd/mm/yyyy")
    assert (rows[2][9].value, rows[2][9].data_type, rows[2][8].data_type) == ("=1+1", "s", "s")
    assert rows[3][2].value is None
    assert rows[1][0].alignment.horizontal == "center"


def test_lines_are_taken_one_by_one(tmp_path: Path) -> None:
    """Never as a list: a hundred thousand of them are written as they are read."""

    def read() -> Iterator[Line]:
        nonlocal held
        for _ in range(3_000):
            yield SENT
            held += 1

    held = 0
    assert register_workbook(tmp_path / "so.xlsx", COVER, read()) == held == 3_000
