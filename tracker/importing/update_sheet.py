"""Reading the workbook of updates back: every error at once, by sheet, row and column, and a copy that shows them."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

import structlog
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from tracker.importing.workbook import check_extent, open_workbook
from tracker.rules.errors import Invalid
from tracker.rules.files import clean_name
from tracker.rules.text import fold, plain
from tracker.rules.words import N_, SIGNALS

SHEET = "Cập nhật"
COLUMNS = ("Mã", "Phiên bản", "Tình hình", "Nội dung cập nhật", "Tỷ lệ, %")
MAX_BYTES = 5 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 2_000, 100
LONGEST = 10_000
log = structlog.get_logger()
BY_WORD = {fold(word): key for key, word in SIGNALS.items() if key != "note"}
RED = PatternFill("solid", fgColor="FFF3B4B4")


@dataclass(frozen=True)
class Wrong:
    """`column` is the header's name; `row` counts as Excel does."""

    row: int
    column: str
    message: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Filled:
    """A row in which something was filled in."""

    row: int
    assignment_id: int
    version: int
    signal: str
    text: str
    percent: int | None


@dataclass(frozen=True)
class Sheet:
    filled: list[Filled]
    wrong: list[Wrong]


def read_update_sheet(name: str, stream: IO[bytes]) -> Sheet:
    """Raises Invalid (field `file`) when it is no workbook of ours; the rows' own errors are in the result."""
    sheet, where = _open(name, stream)
    filled: list[Filled] = []
    wrong: list[Wrong] = []
    seen: dict[int, int] = {}
    for number, cells in enumerate(sheet.iter_rows(min_row=2, max_row=_last_row(sheet), max_col=MOST_COLUMNS), start=2):
        values = {name: cells[at].value if at < len(cells) else None for name, at in where.items()}
        given = {name: _text(values[name]) for name in COLUMNS[2:]}
        if not any(given.values()):
            continue
        before = len(wrong)
        id_, version = _whole(values["Mã"]), _whole(values["Phiên bản"])
        if id_ is None or version is None:
            wrong.append(Wrong(number, "Mã", N_("cột Mã hoặc Phiên bản đã bị sửa; hãy lấy lại từ tệp gốc")))
        elif id_ in seen:
            wrong.append(Wrong(number, "Mã", N_("nhiệm vụ này đã có ở dòng %(row)s"), {"row": seen[id_]}))
        signal = BY_WORD.get(fold(given["Tình hình"]), "")
        if not signal:
            message = N_("hãy chọn Đúng tiến độ, Có vướng mắc hoặc Đã xong")
            wrong.append(Wrong(number, "Tình hình", message))
        text = given["Nội dung cập nhật"]
        if text.startswith("=") and cells[where["Nội dung cập nhật"]].data_type == "f":
            wrong.append(Wrong(number, "Nội dung cập nhật", N_("ô này là công thức; hãy ghi nội dung bằng chữ")))
        elif cells[where["Nội dung cập nhật"]].data_type == "e":
            wrong.append(Wrong(number, "Nội dung cập nhật", N_("ô này báo lỗi; hãy ghi nội dung bằng chữ")))
        elif len(text) > LONGEST:
            wrong.append(Wrong(number, "Nội dung cập nhật", N_("dài quá %(n)s ký tự"), {"n": LONGEST}))
        elif signal in ("blocked", "done") and not text:
            wrong.append(Wrong(number, "Nội dung cập nhật", N_("hãy ghi vướng mắc hoặc kết quả")))
        percent = _percent(given["Tỷ lệ, %"])
        if percent == -1:
            wrong.append(Wrong(number, "Tỷ lệ, %", N_("cần là số nguyên từ 0 đến 100")))
        if id_ is not None:
            seen.setdefault(id_, number)
        if len(wrong) == before and id_ is not None and version is not None:
            filled.append(Filled(number, id_, version, signal, text, percent))
    return Sheet(filled, wrong)


def coloured_copy(name: str, content: bytes, wrong: list[tuple[int, str, str]]) -> bytes:
    """The person's own file with each wrong cell red and a note on it: (row, column, sentence). Empty where the file
    holds what cannot be written again."""
    book = open_workbook(name, BytesIO(content), MAX_BYTES)
    sheet = _sheet(name, book)
    where = _columns(sheet)
    for row, column, sentence in wrong:
        cell = sheet.cell(row=row, column=where.get(column, 0) + 1)
        cell.fill = RED
        cell.comment = Comment(sentence, "Giao Việc", width=320, height=90)
    out = BytesIO()
    try:
        book.save(out)
    except Exception as error:  # an odd picture or style must not take the list of mistakes with it
        log.info("workbook_not_written", error=repr(error)[:300])
        return b""
    return out.getvalue()


def _open(name: str, stream: IO[bytes]) -> tuple[Any, dict[str, int]]:
    book = open_workbook(name, stream, MAX_BYTES)
    sheet = _sheet(name, book)
    where = _columns(sheet)
    missing = [column for column in COLUMNS if column not in where]
    if missing:
        raise Invalid(
            N_("Tệp “%(name)s” thiếu cột: %(names)s. Hãy tải tệp mẫu mới và điền vào đó."),
            field="file",
            name=clean_name(name),
            names=", ".join(missing),
        )
    check_extent(name, sheet, rows=MOST_ROWS + 1, columns=MOST_COLUMNS)
    return sheet, where


def _last_row(sheet: Any) -> int:
    return min(int(sheet.max_row), MOST_ROWS + 1)


def _sheet(name: str, book: Any) -> Any:
    """By its name; a renamed sheet is known by its columns."""
    for sheet in book.worksheets:
        if fold(sheet.title) == fold(SHEET):
            return sheet
    for sheet in book.worksheets:
        if set(COLUMNS) <= set(_columns(sheet)):
            return sheet
    raise Invalid(
        N_("Tệp “%(name)s” không có trang “Cập nhật”. Hãy dùng tệp tải về từ hệ thống."),
        field="file",
        name=clean_name(name),
    )


def _columns(sheet: Any) -> dict[str, int]:
    known = {fold(name): name for name in COLUMNS}
    head = next(sheet.iter_rows(min_row=1, max_row=1, max_col=MOST_COLUMNS), ())
    return {known[key]: at for at, cell in enumerate(head) if (key := fold(_text(cell.value))) in known}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return plain(str(value))


def _whole(value: object) -> int | None:
    text = _text(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _percent(text: str) -> int | None:
    """None where it is empty, -1 where it is none."""
    if not text:
        return None
    text = text.removesuffix("%").strip()
    return int(text) if text.isdecimal() and len(text) <= 3 and int(text) <= 100 else -1
