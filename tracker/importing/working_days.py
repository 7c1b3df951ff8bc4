"""The official list of days as a file: .csv or text, or the first sheet of an .xlsx. Rows only; `rules` reads them."""

from typing import IO
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tracker.importing.evidence import inspect
from tracker.rules.errors import Invalid
from tracker.rules.words import N_
from tracker.rules.working_days import MOST_LINES, cell_text, split_lines

MAX_BYTES = 1024 * 1024


def read_list(name: str, stream: IO[bytes]) -> list[tuple[int, list[str]]]:
    """(line, cells); raises Invalid (field `file`)."""
    return _sheet(stream) if name.casefold().endswith(".xlsx") else split_lines(_text(stream))


def _text(stream: IO[bytes]) -> str:
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Invalid(N_("Tệp danh sách ngày lớn quá 1 MB."), field="file")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("Tệp phải là .xlsx, hoặc .csv lưu ở dạng UTF-8."), field="file") from error


def _sheet(stream: IO[bytes]) -> list[tuple[int, list[str]]]:
    try:
        inspect("ngay-nghi.xlsx", stream, MAX_BYTES)
        stream.seek(0)
        sheet = load_workbook(stream, read_only=False, data_only=True).worksheets[0]
    except Invalid as error:
        raise Invalid(error.message, field="file", **error.params) from error
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        message = N_("Không mở được tệp này như một bảng tính Excel; hãy lưu lại ở dạng .xlsx.")
        raise Invalid(message, field="file") from error
    rows = sheet.iter_rows(max_row=min(sheet.max_row, MOST_LINES + 2), max_col=3, values_only=True)
    return [(number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, 1)]
