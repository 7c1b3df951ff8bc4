"""The register of reminders as an Excel file: first what it is of, then the lines. Row by row, in bounded memory."""

from collections.abc import Iterable
from pathlib import Path

from xlsxwriter import Workbook

from tracker.exports.register import TITLE, Cover, Line
from tracker.exports.sheets import CENTRED, LINED, TEXT_WIDTH, begin, tall, write

COLUMNS = (
    ("STT", 7), ("Thời điểm đôn đốc", 17), ("Máy chủ thư nhận lúc", 17), ("Mã nhiệm vụ", 9), ("Mục", 12),
    ("Nội dung nhiệm vụ", TEXT_WIDTH), ("Đơn vị chủ trì", 28), ("Thời hạn", 12), ("Bậc đôn đốc hoặc người đôn đốc", 34),
    ("Người nhận", 26), ("Địa chỉ", 32), ("Thay cho", 26), ("Kết quả", 20), ("Đơn vị trả lời lúc", 17),
)  # fmt: skip
MOMENT = "dd/mm/yyyy hh:mm"


def register_workbook(path: Path, cover: Cover, lines: Iterable[Line]) -> int:
    """Writes the file; how many lines."""
    with Workbook(str(path), {"constant_memory": True}) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#EEF3FA", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        formats = {
            "text": book.add_format({**LINED, "text_wrap": True}),
            "number": book.add_format(CENTRED),
            "date": book.add_format({**LINED, "num_format": "dd/mm/yyyy", "align": "left"}),
            "moment": book.add_format({**LINED, "num_format": MOMENT, "align": "left"}),
        }
        first = book.add_worksheet("Sổ đôn đốc")
        sheet = book.add_worksheet("Các lượt đôn đốc")
        begin(sheet, COLUMNS, head, 2)
        n = 0
        for n, line in enumerate(lines, start=1):
            tall(sheet, n, line.text, TEXT_WIDTH)
            values = (
                n, line.told_at, line.sent_at, line.assignment_id, line.clause_ref, line.text, line.unit, line.due_on,
                line.by, line.to_name, line.to_address, line.instead_of, line.result, line.answered_at,
            )  # fmt: skip
            for column, value in enumerate(values):
                write(sheet, n, column, value, formats)
        sheet.autofilter(0, 0, max(n, 1), len(COLUMNS) - 1)
        title = book.add_format({"bold": True, "font_size": 14})
        first.set_column(0, 0, 26)
        first.set_column(1, 1, 70)
        first.set_paper(9)
        first.fit_to_pages(1, 0)
        formats["number"] = book.add_format({"valign": "top", "align": "left"})
        first.write_string(0, 0, TITLE, title)
        facts: list[tuple[str, object]] = [
            ("Chương trình", cover.programme),
            ("Đơn vị", cover.unit or "Tất cả"),
            ("Từ ngày", cover.start),
            ("Đến hết ngày", cover.end),
            ("Số lượt đôn đốc", n),
            *cover.counts,
            ("Người lập", cover.made_by),
            ("Lập lúc", cover.made_at),
            *([("Lưu ý", "Dữ liệu mẫu – không phải số liệu thật")] if cover.sample else []),
        ]
        for row, (name, fact) in enumerate(facts, start=2):
            write(first, row, 0, name, formats)
            write(first, row, 1, fact, formats)
        sheet.activate()
    return n
