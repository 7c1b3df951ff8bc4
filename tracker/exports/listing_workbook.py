"""A list as an Excel file: first what was asked for, then the rows. Written row by row, in bounded memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from xlsxwriter import Workbook

from tracker.exports.sheets import CENTRED, LINED, TEXT_WIDTH, begin, tall, write
from tracker.rules.calendar import LOCAL

# What is printed stands first; all of it together is too wide to be read on paper.
COLUMNS = (
    ("STT", 6), ("Mã", 9), ("Mục", 12), ("Nội dung", TEXT_WIDTH), ("Đơn vị chủ trì", 28), ("Đơn vị phối hợp", 28),
    ("Hạn", 12), ("Trạng thái", 16), ("Thời hạn", 24), ("Tiến độ, %", 10),
    ("Người thực hiện", 24), ("Năm", 7), ("Kỳ", 20), ("Hạn ban đầu", 12), ("Số ngày làm việc chậm", 12),
    ("Cập nhật gần nhất", 14), ("Ngày nộp", 12), ("Trọng tâm", 10),
)  # fmt: skip
PRINTED = 10


@dataclass(frozen=True)
class Line:
    """One row of the second sheet, in words already."""

    id: int
    clause_ref: str
    text: str
    unit: str
    coordinating: str
    owner: str
    year: int
    period: str
    due_on: date | None
    original_due_on: date | None
    state: str
    standing: str
    late: int | None
    percent: int
    updated_on: date | None
    submitted_on: date | None
    starred: bool


def listing_workbook(
    path: Path,
    lines: Iterable[Line],
    *,
    filters: Sequence[str],
    made_by: str,
    made_at: datetime,
    programmes: Sequence[str] = (),
    sample: bool = False,
) -> int:
    """Writes the file; how many rows. The count stands on the first sheet. `programmes`: titles of those looked at."""
    with Workbook(str(path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#EEF3FA", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        formats = {
            "text": book.add_format({**LINED, "text_wrap": True}),
            "number": book.add_format(CENTRED),
            "date": book.add_format({**LINED, "num_format": "dd/mm/yyyy", "align": "left"}),
        }
        first = book.add_worksheet("Điều kiện lọc")
        sheet = book.add_worksheet("Nhiệm vụ")
        begin(sheet, COLUMNS, head, 4)
        n = 0
        for n, line in enumerate(lines, start=1):
            tall(sheet, n, line.text, TEXT_WIDTH)
            values = (
                n, line.id, line.clause_ref, line.text, line.unit, line.coordinating, line.due_on, line.state,
                line.standing, line.percent, line.owner, line.year, line.period, line.original_due_on, line.late,
                line.updated_on, line.submitted_on, "x" if line.starred else "",
            )  # fmt: skip
            for column, value in enumerate(values):
                write(sheet, n, column, value, formats)
        sheet.autofilter(0, 0, max(n, 1), len(COLUMNS) - 1)
        sheet.print_area(0, 0, max(n, 1), PRINTED - 1)
        bold = book.add_format({"bold": True, "font_size": 14})
        first.set_column(0, 0, 22)
        first.set_column(1, 1, 70)
        first.set_paper(9)
        first.fit_to_pages(1, 0)
        formats["number"] = book.add_format({**LINED, "align": "left"})
        first.write_string(0, 0, "Danh sách nhiệm vụ", bold)
        facts: tuple[tuple[str, object], ...] = (
            *([("Chương trình", "; ".join(programmes))] if programmes else []),
            ("Điều kiện lọc", "; ".join(filters) or "Không lọc"),
            ("Số nhiệm vụ", n),
            ("Người lập", made_by),
            ("Lập lúc", f"{made_at.astimezone(LOCAL):%d/%m/%Y %H:%M}"),
            *([("Lưu ý", "Dữ liệu mẫu – không phải số liệu thật")] if sample else []),
        )
        for row, (name, fact) in enumerate(facts, start=2):
            write(first, row, 0, name, formats)
            write(first, row, 1, fact, formats)
        sheet.activate()
    return n
