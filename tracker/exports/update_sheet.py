"""The workbook in which a unit fills in its updates without a connection: identity locked, three cells to fill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from xlsxwriter import Workbook

from tracker.exports.sheets import TEXT_WIDTH, cell_text, tall, write
from tracker.rules.calendar import LOCAL
from tracker.rules.words import SIGNALS

SHEET = "Cập nhật"
# Header → width; the reader finds columns by these names, wherever they stand.
COLUMNS = {
    "Mã": 8, "Phiên bản": 0, "Mục": 11, "Nội dung nhiệm vụ": TEXT_WIDTH, "Hạn": 12, "Tình trạng": 22,
    "Tiến độ hiện nay, %": 11, "Tình hình": 17, "Nội dung cập nhật": 55, "Tỷ lệ, %": 10,
}  # fmt: skip
FILLED = ("Tình hình", "Nội dung cập nhật", "Tỷ lệ, %")
CHOICES = tuple(SIGNALS[key] for key in ("on_track", "blocked", "done"))
# What a report fulfils is done when the report is filed.
OF_REPORT = CHOICES[:2]
# The mark by which a file of ours is known; raised when its columns change.
FORMAT = "giao-viec-cap-nhat-1"
HELP = (
    "1. Chỉ điền ba cột màu trắng: Tình hình, Nội dung cập nhật, Tỷ lệ %. Các cột khác đã khóa.",
    "2. Tình hình: chọn Đúng tiến độ, Có vướng mắc hoặc Đã xong. Lãnh đạo chọn “Đã xong” là báo cáo hoàn thành.",
    "3. Nội dung bắt buộc khi có vướng mắc hoặc đã xong; đúng tiến độ thì có thể để trống.",
    "4. Dòng để trống cả ba cột là không cập nhật.",
    "5. Lưu tệp, mở trang Cập nhật bằng Excel và tải lên. Hệ thống kiểm tra và cho xem trước, chưa lưu gì.",
    "6. Nếu có người khác vừa cập nhật cùng nhiệm vụ, dòng đó được báo lại, không ghi đè.",
)


@dataclass(frozen=True)
class Line:
    id: int
    version: int
    clause_ref: str
    text: str
    due_on: date | None
    standing: str
    percent: int
    by_report: bool = False


def update_sheet(lines: Sequence[Line], *, made_for: str, unit: str, made_at: datetime) -> bytes:
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_custom_property("format", FORMAT)
        head = book.add_format(
            {"bold": True, "bg_color": "#1D4F91", "font_color": "#FFFFFF", "border": 1, "text_wrap": True}
        )
        locked = book.add_format(
            {"valign": "top", "text_wrap": True, "bg_color": "#F6F8FA", "border": 1, "border_color": "#D9DEE5"}
        )
        formats = {
            "text": locked,
            "number": book.add_format(
                {"valign": "top", "align": "center", "bg_color": "#F6F8FA", "border": 1, "border_color": "#D9DEE5"}
            ),
            "date": book.add_format(
                {
                    "valign": "top",
                    "num_format": "dd/mm/yyyy",
                    "bg_color": "#F6F8FA",
                    "border": 1,
                    "border_color": "#D9DEE5",
                    "align": "left",
                }
            ),
        }
        open_ = book.add_format(
            {"locked": False, "valign": "top", "text_wrap": True, "border": 1, "border_color": "#D9DEE5"}
        )
        sheet = book.add_worksheet(SHEET)
        names = list(COLUMNS)
        for column, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width or 8, None, {"hidden": not width})
            sheet.write_string(0, column, name, head)
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 4)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        choice, text, percent = (names.index(name) for name in FILLED)
        for row, line in enumerate(lines, start=1):
            tall(sheet, row, line.text, TEXT_WIDTH)
            values = (line.id, line.version, line.clause_ref, line.text, line.due_on, line.standing, line.percent)
            for column, value in enumerate(values):
                write(sheet, row, column, value, formats)
            for name in FILLED:
                sheet.write_blank(row, names.index(name), None, open_)
            sheet.data_validation(row, choice, row, choice, _one_of(OF_REPORT if line.by_report else CHOICES))
        last = max(len(lines), 1)
        sheet.data_validation(1, percent, last, percent, {
            "validate": "integer", "criteria": "between", "minimum": 0, "maximum": 100, "error_title": "Tỷ lệ",
            "error_message": "Tỷ lệ là số nguyên từ 0 đến 100.",
        })  # fmt: skip
        sheet.write_comment(0, choice, "Chọn trong danh sách; để trống nếu không cập nhật.")
        sheet.write_comment(0, text, "Việc đã làm, vướng mắc hoặc kết quả. Không ghi họ tên, nơi ở của trẻ em.")
        sheet.write_comment(0, percent, "Số nguyên từ 0 đến 100, không cần dấu %.")
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
        guide = book.add_worksheet("Hướng dẫn")
        guide.set_column(0, 0, 110)
        bold = book.add_format({"bold": True, "font_size": 14})
        guide.write_string(0, 0, "Cập nhật tiến độ bằng Excel", bold)
        guide.write_string(1, 0, cell_text(f"{unit} · {made_for} · lập lúc {made_at.astimezone(LOCAL):%d/%m/%Y %H:%M}"))
        wrap = book.add_format({"text_wrap": True})
        for row, sentence in enumerate(HELP, start=3):
            guide.write_string(row, 0, sentence, wrap)
    return out.getvalue()


def _one_of(choices: Sequence[str]) -> dict[str, object]:
    by_report = "" if len(choices) == len(CHOICES) else " Việc này hoàn thành khi nộp báo cáo ở trang Báo cáo."
    return {
        "validate": "list", "source": list(choices), "error_title": "Tình hình",
        "error_message": f"Hãy chọn trong danh sách.{by_report}",
    }  # fmt: skip
