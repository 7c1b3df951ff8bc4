"""The workbook in which a unit fills in its report without a connection: one sheet of sections, one of figures, with
last year's beside them; what is not to be filled in is locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from tracker.exports.sheets import cell_text, tallest
from tracker.rules.calendar import LOCAL
from tracker.rules.report_sheet import FIGURE_COLUMNS, FIGURES, TEXT_COLUMNS, TEXTS, YES

FIGURE_WIDTHS = [(name, FIGURE_COLUMNS[name]) for name in ("Chỉ tiêu", "Mục tiêu", "Năm trước", "Nguồn")]
HELP = (
    "1. Chỉ điền các ô màu trắng. Các ô khác đã khóa; ô nền xám là phần không sửa được lúc này.",
    "2. Trang Nội dung: mỗi mục một ô; xuống dòng bằng Alt+Enter. Tối đa 20.000 ký tự một mục.",
    "3. Trang Số liệu: ghi tử số và mẫu số, hệ thống tính tỷ lệ. Số 0 cũng là số liệu.",
    "4. Không có số liệu: ghi x ở cột “Không có số liệu” và giải thích vì sao.",
    "5. Lưu tệp, mở trang báo cáo của đơn vị, chọn Điền bằng Excel và tải lên: hệ thống kiểm tra và cho xem trước.",
    "6. Nếu người khác vừa sửa cùng mục, mục đó được báo lại, không ghi đè. Không ghi họ tên, nơi ở của trẻ em.",
)


@dataclass(frozen=True)
class TextLine:
    key: str
    version: int
    base: str
    title: str
    text: str
    before: str
    is_open: bool


@dataclass(frozen=True)
class FigureLine:
    """`seen`: which figure the file was made from; numbers as a field shows them, "" for none. `number`:
    "3.1"."""

    measure_id: int
    seen: str
    base: str
    number: str
    name: str
    target: str
    before: str
    values: tuple[str, str, str]
    no_data: bool
    estimate: bool
    source: str
    comment: str
    is_open: bool


def report_form(
    texts: Sequence[TextLine], figures: Sequence[FigureLine], *, title: str, unit: str, mark: str, made_at: datetime
) -> bytes:
    """`mark`: by which the file is known as one of this report."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_custom_property("report", mark)
        looks = _looks(book)
        sheet = _sheet(book, TEXTS, TEXT_COLUMNS, looks)
        for row, text in enumerate(texts, start=1):
            sheet.set_row(row, 120)
            _write(sheet, row, 0, (text.key, text.version, text.base, text.title), looks["locked"])
            sheet.write_string(row, 4, cell_text(text.text), looks["open" if text.is_open else "closed"])
            sheet.write_string(row, 5, cell_text(text.before), looks["locked"])
        if figures:
            sheet = _sheet(book, FIGURES, FIGURE_COLUMNS, looks)
            for row, one in enumerate(figures, start=1):
                _write(
                    sheet, row, 0, (one.measure_id, one.seen, one.base, one.number, one.name, one.target, one.before),
                    looks["locked"],
                )  # fmt: skip
                tallest(sheet, row, (one.name, one.target, one.before, one.source), FIGURE_WIDTHS)
                ticks = (YES if one.no_data else "", YES if one.estimate else "")
                look = looks["open" if one.is_open else "closed"]
                for column, value in enumerate((*one.values, *ticks, one.source, one.comment, ""), start=7):
                    _cell(sheet, row, column, value, look, number=column < 10)
        guide = book.add_worksheet("Hướng dẫn")
        guide.set_column(0, 0, 110)
        guide.set_landscape()
        guide.set_paper(9)
        guide.fit_to_pages(1, 0)
        guide.write_string(0, 0, cell_text(f"{title} – {unit}"), book.add_format({"bold": True, "font_size": 14}))
        guide.write_string(1, 0, f"Lập lúc {made_at.astimezone(LOCAL):%d/%m/%Y %H:%M}")
        for row, sentence in enumerate(HELP, start=3):
            guide.write_string(row, 0, sentence, book.add_format({"text_wrap": True}))
    return out.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    base = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D9DEE5"}
    return {
        "head": book.add_format({**base, "bold": True, "bg_color": "#1D4F91", "font_color": "#FFFFFF"}),
        "locked": book.add_format({**base, "bg_color": "#F6F8FA"}),
        "closed": book.add_format({**base, "bg_color": "#E9ECEF"}),
        # Text: Excel must not make a date of 1/2, nor drop what it takes for a formula.
        "open": book.add_format({**base, "locked": False, "num_format": "@"}),
        "number": book.add_format({**base, "locked": False, "num_format": "General"}),
    }


def _sheet(book: Any, name: str, columns: dict[str, int], looks: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(name)
    for column, (title, width) in enumerate(columns.items()):
        sheet.set_column(column, column, width or 8, None, {"hidden": not width})
        sheet.write_string(0, column, title, looks["head"])
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 5 if name == FIGURES else 4)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return sheet


def _write(sheet: Any, row: int, column: int, values: Sequence[object], look: Any) -> None:
    for at, value in enumerate(values, start=column):
        if isinstance(value, int):
            sheet.write_number(row, at, value, look)
        else:
            sheet.write_string(row, at, cell_text(value), look)


def _cell(sheet: Any, row: int, column: int, value: str, look: Any, *, number: bool) -> None:
    typed = value.replace(",", ".")
    if number and value:
        sheet.write_number(row, column, float(typed), look)
    elif value:
        sheet.write_string(row, column, cell_text(value), look)
    else:
        sheet.write_blank(row, column, None, look)
