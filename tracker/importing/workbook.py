"""A workbook from outside, opened within bounds: a file of 5 KB can stand for a table of gigabytes."""

import warnings
import zipfile
from typing import IO, Any
from xml.parsers import expat

import structlog
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from tracker.importing.evidence import inspect
from tracker.rules.errors import Invalid
from tracker.rules.files import clean_name
from tracker.rules.words import N_

FIELD = "file"
OTHER_KIND = N_("Tệp “%(name)s” thực ra là %(kind)s; ở đây chỉ nhận bảng tính Excel (.xlsx).")
# Every element becomes an object of some hundred bytes; an honest list of 2.000 rows has a tenth of them.
MOST_ELEMENTS = 500_000
MOST_CELLS = 200_000
# What stands for a range of cells, and is made into as many.
RANGES = frozenset({"mergeCell", "hyperlink"})
CHUNK = 1 << 16

log = structlog.get_logger()


def open_workbook(name: str, stream: IO[bytes], max_bytes: int, *, values: bool = False) -> Any:
    """The openpyxl workbook; `values`: what formulas gave rather than the formulas. Raises Invalid (field `file`)."""
    name = clean_name(name)
    try:
        # Sizes, macros and what it really is, before anything opens it.
        found = inspect(name, stream, max_bytes, other_kind=OTHER_KIND)
        if not found.name.casefold().endswith(".xlsx"):
            raise Invalid(N_("Tệp “%(name)s” không phải là bảng tính Excel (.xlsx)."), name=name)
    except Invalid as error:
        raise Invalid(error.message, field=FIELD, **error.params) from error
    try:
        _count(name, stream)
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl speaks of what it leaves out
            return load_workbook(stream, read_only=False, data_only=values)
    except Invalid:
        raise
    except Exception as error:  # whatever the reader stumbles over is the file's doing
        log.info("workbook_not_read", error=repr(error)[:300])
        raise _damaged(name) from error


def check_extent(name: str, sheet: Any, *, rows: int, columns: int) -> None:
    """Raises Invalid when something stands further down or to the right than that, and says where."""
    for (row, column), cell in sheet._cells.items():
        if cell.value is not None and (row > rows or column > columns):
            raise Invalid(
                N_(
                    "Tệp “%(name)s”, trang “%(sheet)s” có nội dung ở ô %(cell)s, ngoài phạm vi đọc được "
                    "(%(rows)s dòng, %(columns)s cột). Hãy xóa ô đó hoặc chia nhỏ tệp."
                ),
                field=FIELD,
                name=clean_name(name),
                sheet=sheet.title,
                cell=f"{get_column_letter(column)}{row}",
                rows=rows,
                columns=columns,
            )


def _count(name: str, stream: IO[bytes]) -> None:
    """Looks at every part once, making nothing of it, and stops as soon as there is too much."""
    elements = cells = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal elements, cells
        elements += 1
        if elements > MOST_ELEMENTS:
            raise Invalid(
                N_("Tệp “%(name)s” có quá nhiều ô hoặc định dạng (dừng ở phần %(part)s). Hãy chia nhỏ tệp."),
                field=FIELD,
                name=name,
                part=part.filename,
            )
        if tag.rpartition(":")[2] in RANGES and "ref" in attributes:
            left, top, right, bottom = range_boundaries(attributes["ref"])
            cells += ((right or 16_384) - (left or 1) + 1) * ((bottom or 1_048_576) - (top or 1) + 1)
            if cells > MOST_CELLS:
                raise Invalid(
                    N_("Tệp “%(name)s” có vùng ô gộp hoặc liên kết quá lớn (%(cell)s, phần %(part)s)."),
                    field=FIELD,
                    name=name,
                    cell=attributes["ref"],
                    part=part.filename,
                )

    def refuse(*_declaration: object) -> None:
        raise _damaged(name)  # no program writes a workbook with declarations of its own

    with zipfile.ZipFile(stream) as archive:
        for part in archive.infolist():
            parser = expat.ParserCreate()
            parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
            try:
                with archive.open(part) as content:
                    while chunk := content.read(CHUNK):
                        parser.Parse(chunk)
                parser.Parse(b"", True)
            except expat.ExpatError:
                # A picture is none; but a table may have any name, so all are looked at.
                if part.filename.endswith((".xml", ".rels")):
                    raise


def _damaged(name: str) -> Invalid:
    message = N_("Không đọc được tệp “%(name)s”: tệp bị hỏng. Hãy mở bằng Excel, lưu lại ở dạng .xlsx rồi gửi lại.")
    return Invalid(message, field=FIELD, name=name)
