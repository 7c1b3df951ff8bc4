"""Tables of the annexes as their readers have them: what a gap is taken from, what hidden numbers mean, what fits."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from tests.helpers.decree30 import check_document
from tests.helpers.editions import material
from tracker.exports.annex_table import Table, unparted, without_empty_notes
from tracker.exports.communes_annex import ALL_HIDDEN, aligned, communes
from tracker.exports.consolidated import report_document
from tracker.exports.decree30 import AdministrativeDocument
from tracker.exports.material import Material
from tracker.exports.report_annexes import ANNEXES, filing, indicators, work
from tracker.exports.snapshot import CellRow, MeasureRow, Snapshot

WIDE = 25.2  # of a page on its side, less its margins


def with_measure(kind: str = "annual", **values: object) -> Material:
    """Of a report with one measure, that of indicator 1."""
    one = material(kind)
    goal = one.snapshot.goals[0]
    measure = replace(MeasureRow("Chỉ số", "%", (("2025", "≥ 82%"), ("2030", "≥ 90%"))), **values)  # type: ignore[arg-type]
    row = replace(goal.indicators[0], measures=(measure,))
    return replace(one, snapshot=replace(one.snapshot, goals=(replace(goal, indicators=(row,)),)))


def cell(table: Table, head: str) -> str:
    return next(row for row in table.rows if len(row) > 1)[table.heads.index(head)]


def against(of_one: Material) -> str:
    return cell(indicators(of_one), "So sánh").replace("\u00a0", " ")


@pytest.mark.parametrize("name", list(ANNEXES))
@pytest.mark.parametrize("kind", ["annual", "half_year", "mid_term", "final"])
def test_every_row_has_its_columns_and_the_page_its_width(kind: str, name: str) -> None:
    table = ANNEXES[name](material(kind, "agency" if name == "communes" else "committee"))
    assert len(table.heads) == len(table.widths)
    assert {len(row) for row in table.rows} <= {1, len(table.heads)}
    assert sum(table.widths) == pytest.approx(WIDE, abs=0.6)


@pytest.mark.parametrize(
    ("targets", "columns"),
    [
        ((("2028", "≥ 70%"),), {"Mục tiêu 2028": "≥ 70%"}),
        ((("", "100%"),), {"Mục tiêu 2026": "100%"}),
        (
            (("2024", "≥ 50%"), ("2027", "≥ 60%"), ("2032", "≥ 90%")),
            {"Mục tiêu 2024": "≥ 50%", "Mục tiêu 2027": "≥ 60%"},
        ),
        (
            (("2022", "≥ 50%"), ("2023", "≥ 60%"), ("2025", "≥ 90%")),
            {"Mục tiêu 2023": "≥ 60%", "Mục tiêu 2025": "≥ 90%"},
        ),
    ],
)
def test_a_programme_has_its_own_years(targets: tuple[tuple[str, str], ...], columns: dict[str, str]) -> None:
    for kind in ("annual", "mid_term"):
        one = with_measure(kind, targets=targets, baseline_year=2023)
        one = replace(one, snapshot=replace(one.snapshot, year=2026))
        table = indicators(one)
        assert {head: cell(table, head) for head in table.heads if head.startswith("Mục tiêu")} == columns
        assert sum(table.widths) == pytest.approx(WIDE, abs=0.6)
        assert ("Năm 2023" in table.heads) is (kind == "mid_term")


def test_a_gap_says_what_it_is_taken_from() -> None:
    late = with_measure(value="80.99", gap="-10.01", verdict="off_path", basis="mức 91%")
    assert against(late) == "Chậm lộ trình\nthấp hơn 10,01 điểm %\nso với mức 91%"
    missed = with_measure(per=1000, value="12.11", gap="2.61", verdict="missed", basis="mục tiêu ≤ 9,5‰")
    assert against(missed) == "Chưa đạt\ncao hơn 2,61‰\nso với mục tiêu ≤ 9,5‰"
    odd = with_measure(per=4000, value="3.5", gap="0.5", verdict="missed", basis="mục tiêu ≤ 3/4.000 trẻ em")
    assert against(odd) == "Chưa đạt\ncao hơn 0,5\nso với mục tiêu ≤ 3/4.000 trẻ em"
    unknown = with_measure(value="81", gap="-1", verdict="not_yet", basis="mục tiêu ≥ 82%")
    assert against(unknown) == "Chưa đánh giá được"


@pytest.mark.parametrize(
    ("gap", "basis", "said"),
    [
        ("0", "mục tiêu ≥ 82%", "bằng mục tiêu ≥ 82%"),
        ("0", "mục tiêu từ 2% đến 3%/năm", "trong khoảng từ 2% đến 3%/năm"),
        ("0.001", "mức 91%", "xấp xỉ mức 91%"),
    ],
)
def test_no_gap_is_none_of_0(gap: str, basis: str, said: str) -> None:
    assert against(with_measure(value="82", gap=gap, verdict="met", basis=basis)) == f"Đạt\n{said}"


def test_what_was_frozen_without_a_basis_still_reads() -> None:
    one = with_measure(value="80.99", gap="-10.01", verdict="off_path", basis="mức 91%")
    old = one.snapshot.to_json()
    del old["goals"][0]["indicators"][0]["measures"][0]["basis"]
    snapshot = Snapshot.from_json(old)
    assert snapshot.goals[0].indicators[0].measures[0].basis == ""
    assert against(replace(one, snapshot=snapshot)) == "Chậm lộ trình\nthấp hơn 10,01 điểm %"


def test_a_note_has_numbers_that_fit() -> None:
    odd = with_measure(per=4000, value="3", lead_value="3", communes_value="4.86", communes=10, verdict="met")
    assert cell(indicators(odd), "Ghi chú") == "Cộng từ các xã: 4,86"


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
    assert [row[:2] for row in table.rows] == [("1. Tỷ lệ (%)",), ("", ALL_HIDDEN), ("1/1", "Xã 2")]
    assert table.note == ""
    small = communes(of(("A", "3", "40"), ("B", "2", "60")))
    assert [row[2:5] for row in small.rows if len(row) > 1] == [("< 5", "40", "*"), ("< 5", "60", "*")]
    none = communes(of(("A", None, None), ("B", None, None)))
    assert [row[1] for row in none.rows if len(row) > 1] == ["Xã 0", "Xã 1"]


def test_rows_of_a_measure_carry_its_number_and_as_many_decimals_as_each_other() -> None:
    table = communes(of(("A", "10", "40"), ("B", "20", "30"), ("C", "10", "10")))
    assert [row[0] for row in table.rows] == ["1. Tỷ lệ (%)", "1/1", "1/2", "1/3"]
    assert [row[2:5] for row in table.rows[1:]] == [
        ("10", "40", "25,00"),
        ("20", "30", "66,67"),
        ("10", "10", "100,00"),
    ]
    assert aligned(["1.234,5", "< 5", "7", "*", "", "0,25"]) == ["1.234,50", "< 5", "7,00", "*", "", "0,25"]
    assert aligned(["1.234", "7"]) == ["1.234", "7"]


def test_a_column_of_notes_without_a_note_is_left_out() -> None:
    table = indicators(with_measure(value="83", verdict="met"))
    bare = without_empty_notes(table)
    assert table.heads == (*bare.heads, "Ghi chú")
    assert sum(bare.widths) == pytest.approx(sum(table.widths))
    assert {len(row) for row in bare.rows} == {1, len(bare.heads)}
    noted = indicators(with_measure(value="83", verdict="met", comment="Điều tra mẫu"))
    assert without_empty_notes(noted) is noted
    written = Document(BytesIO(report_document(with_measure(value="83", verdict="met"))))
    heads = [[one.text for one in table.rows[0].cells] for table in written.tables]
    assert next(row for row in heads if "Chỉ tiêu" in row)[-1] == "Cơ quan chủ trì"


def test_signs_and_hyphens_stay_where_they_belong() -> None:
    assert unparted("≥ 82%; từ 2% đến 3%") == "≥\u00a082%; từ 2% đến 3%"
    assert unparted("Phòng Tài chính - Kế hoạch") == "Phòng Tài chính\u00a0- Kế hoạch"
    assert unparted("< 5") == "< 5"


def test_the_office_files_first_and_the_communes_last() -> None:
    groups = [row[0].partition(":")[0] for row in filing(material()).rows if len(row) == 1]
    assert groups == ["Cơ quan thường trực", "Phòng, ban, ngành, đoàn thể", "Xã, thị trấn"]


def test_a_heading_in_word_has_two_of_its_rows_with_it() -> None:
    paper = AdministrativeDocument("Báo cáo")
    two, one = [("1", "a"), ("2", "b\nc"), ("3", "d")], [("4", "e")]
    paper.table(("TT", "Đơn vị"), (2, 4), [("Một",), *two, ("Hai",), *one, ("Ba",)])
    table = Document(BytesIO(paper.save())).tables[0]
    kept = [all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells) for row in table.rows]
    assert kept == [False, True, True, False, False, True, False, False]
    assert table.rows[3].cells[1].text == "b\nc"
