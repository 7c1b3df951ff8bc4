"""Workbooks that are damaged or stand for far more than they weigh: a sentence that names the file, and no more."""

import re
import tracemalloc
import zipfile
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from tests.helpers.files import docx, zipped
from tracker.importing.errors import BadDocument
from tracker.importing.units import COLUMNS as UNIT_COLUMNS
from tracker.importing.units import MOST_ROWS, read_units
from tracker.importing.update_sheet import COLUMNS, MAX_BYTES, Sheet, coloured_copy, read_update_sheet
from tracker.importing.working_days import read_list
from tracker.rules.errors import Invalid

NAME = "của tôi.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
ROW = (7, 1, "Đúng tiến độ", "x", 5)


def book(*rows: tuple[object, ...], heads: tuple[str, ...] = COLUMNS) -> Workbook:
    made = Workbook()
    sheet: Any = made.active
    sheet.title = "Cập nhật"
    for row in (heads, *rows):
        sheet.append(row)
    return made


def packed(made: Workbook) -> dict[str, bytes]:
    out = BytesIO()
    made.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(part: str, old: str, new: bytes, made: Workbook | None = None) -> bytes:
    parts = packed(made or book(ROW))
    found = re.subn(old.encode(), lambda _match: new, parts[part], count=1)
    assert found[1] == 1
    return zipped({**parts, part: found[0]})


def said(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_update_sheet(NAME, BytesIO(content))
    assert refused.value.field == "file"
    with pytest.raises(Invalid) as other:
        read_list(NAME, BytesIO(content))
    assert other.value.field == "file"
    assert other.value.message == refused.value.message
    return str(refused.value)


def outcome(content: bytes) -> Sheet | str:
    """What was read, or why nothing was."""
    try:
        return read_update_sheet(NAME, BytesIO(content))
    except Invalid as error:
        return str(error)


@pytest.mark.parametrize("cell", ["XFD5", "A1048576", "XFD1048576"])
def test_a_cell_far_away(cell: str) -> None:
    made = book(ROW)
    made["Cập nhật"][cell] = "x"
    parts = packed(made)
    tracemalloc.start()
    words = said(zipped(parts))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert NAME in words
    assert f"trang “Cập nhật” có nội dung ở ô {cell}" in words
    assert peak < 50_000_000


def test_an_empty_cell_far_away_costs_nothing() -> None:
    made = book(ROW)
    made["Cập nhật"]["XFD1048576"].number_format = "0.00"
    content = zipped(packed(made))
    tracemalloc.start()
    assert [one.assignment_id for one in read_update_sheet(NAME, BytesIO(content)).filled] == [7]
    assert coloured_copy(NAME, content, [(2, "Mã", "x")])
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("inside", [
    b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    b'<mergeCells><mergeCell ref="A:XFD"/></mergeCells>',
    b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>',
])  # fmt: skip
def test_a_range_that_becomes_a_billion_cells(inside: bytes) -> None:
    words = said(changed(SHEET, "</sheetData>", b"</sheetData>" + inside))
    assert "sheet1.xml" in words
    assert "XFD" in words


def test_more_cells_than_a_list_has() -> None:
    crowd = b'<row r="3">' + b"<c/>" * 600_000 + b"</row></sheetData>"
    assert "quá nhiều ô" in said(changed(SHEET, "</sheetData>", crowd))
    # Under another name, which the workbook may give its sheet.
    parts = packed(book(ROW))
    parts["xl/worksheets/sheet1.png"] = parts.pop(SHEET).replace(b"</sheetData>", crowd)
    for part in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[part] = parts[part].replace(b"sheet1.xml", b"sheet1.png")
    assert "sheet1.png" in said(zipped(parts))


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"]
)
@pytest.mark.parametrize("damage", ["cut", "gone", "text", "other", "entities"])
def test_damage(part: str, damage: str) -> None:
    parts = packed(book(ROW))
    whole = parts.pop(part)
    match damage:
        case "cut":
            parts[part] = whole[: len(whole) // 2]
        case "text":
            parts[part] = b"khong phai XML"
        case "other":
            parts[part] = b"<x/>"
        case "entities":
            parts[part] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + whole
    found = outcome(zipped(parts))
    if isinstance(found, str):
        assert NAME in found or "“Cập nhật”" in found or "thiếu cột" in found
    else:
        # All that is missing is how it looks.
        assert part == "xl/styles.xml"
        assert damage in ("gone", "other")


@pytest.mark.parametrize("value", ["1e300", "-1e300", "1e999", "nan", "99999999999999999999", "x", ""])
@pytest.mark.parametrize("kind", ["n", "s", "d", "b", "e"])
def test_absurd_values_are_mistakes_of_their_cell(value: str, kind: str) -> None:
    made = book((7, 1, "Đúng tiến độ", "x", 54321))
    made["Cập nhật"]["E2"].number_format = "dd/mm/yyyy"
    cell = f'<c r="E2" s="1" t="{kind}"><v>{value}</v>'
    found = outcome(changed(SHEET, r'<c r="E2"([^>]*?) ?(t="n")?><v>54321</v>', cell.encode(), made))
    if isinstance(found, str):
        assert NAME in found
    else:
        assert [one.column for one in found.wrong] == ["Tỷ lệ, %"] or found.filled[0].percent in (None, 0)


def test_a_percentage_that_only_begins_well() -> None:
    for percent in ("0100000000000", "0" * 5000, "100" + "0" * 300, "²"):
        sheet = read_update_sheet(NAME, BytesIO(zipped(packed(book((7, 1, "Đúng tiến độ", "x", percent))))))
        assert [one.column for one in sheet.wrong] == ["Tỷ lệ, %"]


def test_the_result_of_a_broken_formula_is_no_text() -> None:
    made = book((7, 1, "Đúng tiến độ", "#REF!", 5), (8, 1, "Có vướng mắc", "\u200b\ufeff", 5))
    assert [(one.row, one.column) for one in read_update_sheet(NAME, BytesIO(zipped(packed(made)))).wrong] == [
        (2, "Nội dung cập nhật"), (3, "Nội dung cập nhật"),
    ]  # fmt: skip


def test_other_files_are_named_as_they_came() -> None:
    assert NAME in said(docx())
    assert NAME in said(b"PK\x03\x04rubbish")
    assert NAME in said(b"")
    assert NAME in said(b"\x00" * (MAX_BYTES + 1))
    with pytest.raises(Invalid, match=r"báo cáo\.docx.*không phải là bảng tính"):
        read_update_sheet("báo cáo.docx", BytesIO(docx()))


HEADS = ",".join(UNIT_COLUMNS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADS + "\na,b,c,district", "Dòng 2: ngày"),
        (HEADS + "\na,b,c,district,,,,9999-01-01,", "Dòng 2: năm phải từ 2000"),
        (HEADS + "\na,b,c,district,,,,0001-01-01,", "Dòng 2: năm phải từ 2000"),
        (HEADS + "\n" + "x" * 200_000, "không đọc được"),
        (HEADS + "\na,b,c,district,,,,2021-01-01," * (MOST_ROWS + 1), f"hơn {MOST_ROWS} dòng"),
        ("", "thiếu cột"),
    ],
)
def test_a_list_of_units_within_bounds(text: str, words: str) -> None:
    with pytest.raises(BadDocument, match=words):
        read_units(text, frozenset({"district"}))
    assert read_units(HEADS + "\na,b,c,district,,,,2021-01-01,,more", frozenset({"district"}))[0].code == "a"
