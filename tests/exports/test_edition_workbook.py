"""The annexes as an Excel file: numbers as Vietnamese offices print them, and a sum under the money."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.helpers.editions import material
from tracker.exports.edition_workbook import edition_workbook
from tracker.exports.material import Material


def book(path: Path, one: Material) -> Any:
    edition_workbook(path / "a.xlsx", one)
    return load_workbook(path / "a.xlsx")


def test_whole_numbers_have_no_decimals_and_others_two(tmp_path: Path) -> None:
    sheets = book(tmp_path, material("annual", "agency"))
    formats: dict[bool, set[str]] = {True: set(), False: set()}
    for title in ("Chỉ tiêu", "Số liệu theo đơn vị", "Kinh phí"):
        for row in sheets[title].iter_rows(min_row=2, min_col=2):
            for cell in row:
                if isinstance(cell.value, int | float):
                    formats[float(cell.value).is_integer()].add(cell.number_format)
    assert formats == {True: {"#,##0"}, False: {"#,##0.00"}}
    first = sheets["Chỉ tiêu"]["A2"]
    assert (first.value, first.alignment.horizontal) == (1, "center")


def test_money_is_summed_up_and_what_is_unknown_is_not_0(tmp_path: Path) -> None:
    one = material()
    sheet = book(tmp_path, one)["Kinh phí"]
    rows = one.snapshot.budget
    last = [cell.value for cell in sheet[sheet.max_row]]
    known = [int(row.spent) for row in rows if row.spent is not None]
    assert last[:3] == [None, "Tổng cộng", None]
    assert last[3:] == [sum(int(r.estimate or 0) for r in rows), sum(int(r.approved or 0) for r in rows), sum(known)]
    assert sheet.max_row == len(rows) + 2
    assert sheet[sheet.max_row][5].font.bold
    assert sheet.auto_filter.ref == f"A1:F{len(rows) + 1}"
    unspent = replace(one, snapshot=replace(one.snapshot, budget=tuple(replace(row, spent=None) for row in rows)))
    assert book(tmp_path, unspent)["Kinh phí"].cell(len(rows) + 2, 6).value is None


@pytest.mark.parametrize(("recipient", "told"), [("committee", False), ("agency", True)])
def test_marks_are_explained_where_units_figures_are(tmp_path: Path, recipient: str, told: bool) -> None:
    cover = [row[0].value for row in book(tmp_path, material("annual", recipient)).worksheets[0].iter_rows()]
    assert ("Ghi chú" in cover) is told
