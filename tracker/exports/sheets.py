"""What every workbook keeps to: text stays text, dates are dates, nothing that XML or Excel cannot hold."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

# Control characters, and what XML 1.0 has no place for.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST = 32_767
# In points, of a row.
TALLEST = 409
# Of the column with what is to be done, in characters.
TEXT_WIDTH = 60
# Cells with thin lines around them: rows are kept apart on paper.
LINED = {"valign": "top", "border": 1, "border_color": "#D9DEE5"}
# Of numbers that name something: of a row, an assignment, a year.
CENTRED = {**LINED, "align": "center"}


def cell_text(value: object) -> str:
    return _UNSPEAKABLE.sub("", str(value))[:LONGEST]


def begin(sheet: Any, columns: Sequence[tuple[str, float]], head: Any, kept: int) -> None:
    """The head of a table of (name, width) columns, repeated on each printed page; `kept` columns stay in sight."""
    sheet.freeze_panes(1, kept)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(0)
    sheet.set_footer("&CTrang &P/&N")
    sheet.set_row(0, 32)
    for column, (name, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)


def tall(sheet: Any, row: int, text: str, width: float) -> None:
    """A row high enough for its longest text in a column of that width: LibreOffice does not measure wrapped text."""
    lines = -(-len(text) // max(int(width * 0.95), 1))
    sheet.set_row(row, min(15 * max(lines, 1), TALLEST))


def tallest(sheet: Any, row: int, values: Sequence[object], columns: Sequence[tuple[str, float]]) -> None:
    """The same for a whole row: as high as that of its texts which needs most lines."""
    most = 1
    for value, (_name, width) in zip(values, columns, strict=False):
        if isinstance(value, str) and len(value) > width:
            most = max(most, -(-len(value) // max(int(width * 0.95), 1)))
    if most > 1:
        sheet.set_row(row, min(15 * most, TALLEST))


def write(sheet: Any, row: int, column: int, value: object, formats: dict[str, Any]) -> None:
    """By the value's kind; moments without a zone. Text is written as text even when it looks like a formula.

    `formats` may have an own one for whole numbers ("whole") and for those of the first column ("place")."""
    match value:
        case None | "":
            sheet.write_blank(row, column, None, formats["text"])
        case datetime():
            sheet.write_datetime(row, column, value, formats["moment"])
        case date():
            sheet.write_datetime(row, column, value, formats["date"])
        case bool() | str():
            sheet.write_string(row, column, cell_text(value), formats["text"])
        case int() | float():
            kind = "place" if not column else "whole" if float(value).is_integer() else "number"
            sheet.write_number(row, column, value, formats.get(kind, formats["number"]))
        case _:
            sheet.write_string(row, column, cell_text(value), formats["text"])
