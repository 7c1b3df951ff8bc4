"""Tables of the annexes as their readers have them: what a gap is taken from, what hidden numbers mean, what fits."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from tests.helpers.decree30 import check_document
from tests.helpers.editions import material
from tracker.exports.annex_table import Table
from tracker.exports.communes_annex import ALL_HIDDEN, communes
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material
from tracker.exports.report_annexes import ANNEXES, indicators, work
from tracker.exports.snapshot import CellRow, MeasureRow, Snapshot

WIDE = 25.2  # of a page on its side, less its margins


def with_measure(kind: str = "annual", **values: object) -> Material:
    """Of a report with one measure, that of indicator 1."""
    one = material(kind)
    goal = one.snapshot.goals[0]
    measure = replace(MeasureRow("Chỉ số", "%", "≥ 82%", "≥ 90%"), **values)  # type: ignore[arg-type]
    row = replace(goal.indicators[0], measures=(measure,))
    return replace(one, snapshot=replace(one.snapshot, goals=(replace(goal, indicators=(row,)),)))


def cell(table: Table, head: str) -> str:
    return next(row for row in table.rows if len(row) > 1)[table.heads.index(head)]


@pytest.mark.parametrize("name", list(ANNEXES))
@pytest.mark.parametrize("kind", ["annual", "half_year", "mid_term", "final"])
def test_every_row_has_its_columns_and_the_page_its_width(kind: str, name: str) -> None:
    table = ANNEXES[name](material(kind, "agency" if name == "communes" else "committee"))
    assert len(table.heads) == len(table.widths)
    assert {len(row) for row in table.rows} <= {1, len(table.heads)}
    assert sum(table.widths) == pytest.approx(WIDE, abs=0.6)


def test_a_gap_says_what_it_is_taken_from() -> None:
    late = with_measure(value="80.99", gap="-10.01", verdict="off_path", basis="mức 91%")
    assert cell(indicators(late), "So sánh") == "Chậm lộ trình; −10,01 so với mức 91%"
    missed = with_measure(value="81", gap="-1", verdict="missed", basis="mục tiêu ≥ 82%")
    assert cell(indicators(missed), "So sánh") == "Chưa đạt; −1 so với mục tiêu ≥ 82%"
    unknown = with_measure(value="81", gap="-1", verdict="not_yet", basis="mục tiêu ≥ 82%")
    assert cell(indicators(unknown), "So sánh") == "Chưa đánh giá được"


def test_what_was_frozen_without_a_basis_still_reads() -> None:
    one = with_measure(value="80.99", gap="-10.01", verdict="off_path", basis="mức 91%")
    old = one.snapshot.to_json()
    del old["goals"][0]["indicators"][0]["measures"][0]["basis"]
    snapshot = Snapshot.from_json(old)
    assert snapshot.goals[0].indicators[0].measures[0].basis == ""
    assert cell(indicators(replace(one, snapshot=snapshot)), "So sánh") == "Chậm lộ trình; −10,01"


def test_a_note_has_numbers_that_fit() -> None:
    odd = with_measure(per=4000, value="3", lead_value="3", communes_value="4.86", communes=10, verdict="met")
    assert cell(indicators(odd), "Ghi chú") == "cộng từ các xã: 4,86"


def test_chances_are_short_and_not_of_a_programme_that_is_over() -> None:
    values = {"value": "80", "gap": "-2", "verdict": "missed", "chance": "Khó đạt mục tiêu năm 2030"}
    assert cell(indicators(with_measure("mid_term", **values)), "Khả năng hoàn thành") == "Khó đạt"
    assert "Khả năng hoàn thành" not in indicators(with_measure("final", **values)).heads


def test_tasks_stand_under_their_unit_without_a_loose_end() -> None:
    one = material()
    unit = one.snapshot.units[0]
    row = replace(unit.work[0], text="Tổ chức truyền thông; ", period="Quý I")
    table = work(replace(one, snapshot=replace(one.snapshot, units=(replace(unit, work=(row,)),))))
    assert "Chủ trì" not in table.heads
    assert cell(table, "Nhiệm vụ") == "Tổ chức truyền thông (Quý I)"


def of(*cells: tuple[str, str | None, str | None]) -> Material:
    one = with_measure()
    rows = [
        CellRow("1", "Tỷ lệ", f"Xã {at}", a, b, None if a is None or b is None else str(100 * int(a) / int(b)))
        for at, (_unit, a, b) in enumerate(cells)
    ]
    return replace(one, recipient="agency", snapshot=replace(one.snapshot, cells=tuple(rows)))


def test_marks_of_hidden_numbers_are_explained_where_they_stand() -> None:
    shown = of(("A", "10", "40"), ("B", "20", "40"))
    assert communes(shown).note == ""
    few = of(("A", "3", "40"), ("B", "2", "60"), ("C", "1", "80"), ("D", "30", "90"), ("E", "9", "90"), ("F", "0", "9"))
    assert communes(few).note == "“< 5”: số từ 1 đến 4; “*”: số được che để không suy ra số nhỏ."
    content = report_document(few)
    assert check_document(content) == []
    assert [p.text for p in Document(BytesIO(content)).paragraphs].count(communes(few).note) == 1
    assert report_document(few, "pdf").startswith(b"%PDF")


def test_where_everything_is_hidden_one_row_says_so() -> None:
    table = communes(of(("A", "3", "40"), ("B", "0", "60"), ("C", None, None)))
    assert [row[:2] for row in table.rows] == [("1. Tỷ lệ (%)",), ("", ALL_HIDDEN), ("1", "Xã 2")]
    assert table.note == ""
    small = communes(of(("A", "3", "40"), ("B", "2", "60")))
    assert [row[2:5] for row in small.rows if len(row) > 1] == [("< 5", "40", "*"), ("< 5", "60", "*")]
    none = communes(of(("A", None, None), ("B", None, None)))
    assert [row[1] for row in none.rows if len(row) > 1] == ["Xã 0", "Xã 1"]
