"""The official list of days as a file: .csv or text, or the first sheet of an .xlsx. Rows only; `rules` reads them."""

from typing import IO

from tracker.importing.workbook import check_extent, open_workbook
from tracker.rules.errors import Invalid
from tracker.rules.words import N_
from tracker.rules.working_days import MOST_LINES, cell_text, split_lines

MAX_BYTES = 1024 * 1024
# Headings and empty rows between the days included.
MOST_ROWS, MOST_COLUMNS = 2 * MOST_LINES, 100


def read_list(name: str, stream: IO[bytes]) -> list[tuple[int, list[str]]]:
    """(line, cells); raises Invalid (field `file`)."""
    return _sheet(name, stream) if name.casefold().endswith(".xlsx") else split_lines(_text(stream))


def _text(stream: IO[bytes]) -> str:
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Invalid(N_("Tệp danh sách ngày lớn quá 1 MB."), field="file")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("Tệp phải là .xlsx, hoặc .csv lưu ở dạng UTF-8."), field="file") from error


def _sheet(name: str, stream: IO[bytes]) -> list[tuple[int, list[str]]]:
    book = open_workbook(name, stream, MAX_BYTES, values=True)
    if not book.worksheets:
        raise Invalid(N_("Tệp “%(name)s” không có trang nào."), field="file", name=name)
    sheet = book.worksheets[0]
    check_extent(name, sheet, rows=MOST_ROWS, columns=MOST_COLUMNS)
    rows = sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=3, values_only=True)
    return [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, 1)]
