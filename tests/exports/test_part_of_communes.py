"""What some of the communes add up to is never said, judged or drawn as if it were of all of them."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

from docx import Document
from openpyxl import load_workbook

from tests.helpers.editions import made, material
from tracker.exports.charts import drawable, measure_chart
from tracker.exports.consolidated import report_document
from tracker.exports.edition_workbook import edition_workbook
from tracker.exports.material import Material
from tracker.exports.open_data import MEASURE_HEADS, measure_rows
from tracker.exports.report_annexes import indicators
from tracker.exports.report_words import of_some, resting_on_some
from tracker.exports.snapshot import MeasureRow, Snapshot

SOME = "mới có 11/22 xã, thị trấn"
ROW = MeasureRow(
    "Tỷ suất", "‰", (("2025", "≤ 12‰"), ("2030", "≤ 9‰")), per=1000, value="3.43", origin="communes", verdict="on_path"
)
PART = replace(ROW, communes=11, communes_expected=22)


def partly(kind: str = "annual", *, parts: int = 2) -> Material:
    """The first measures come from half of the communes; the lead's own figures are whole, whoever else gave theirs."""
    one, n, goals = material(kind), 0, []
    for goal in made(kind).goals:
        rows = []
        for row in goal.indicators:
            measures = []
            for each in row.measures:
                values = {"communes": 11, "communes_expected": 22}
                if n < parts:
                    values |= {"origin": "communes", "value": "3.43", "gap": "-0.5", "verdict": "off_path"}
                measures.append(replace(each, estimate=False, **values))
                n += 1
            rows.append(replace(row, measures=tuple(measures)))
        goals.append(replace(goal, indicators=tuple(rows)))
    return replace(one, snapshot=replace(one.snapshot, goals=tuple(goals)))


def lines(one: Material) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(report_document(one))).paragraphs]


def test_only_a_sum_of_some_is_a_part() -> None:
    assert of_some(PART) == SOME
    whole = (
        replace(PART, communes=22), replace(PART, origin="lead"), ROW, replace(PART, communes_expected=0),
        replace(PART, value=None, origin=""),
    )  # fmt: skip
    assert [of_some(one) for one in whole] == [""] * 5
    told = "mới có số liệu của một phần số xã, thị trấn"
    assert resting_on_some([PART, ROW, PART]) == f", trong đó 02 chỉ số {told}"
    assert resting_on_some([PART, PART]) == f", đều {told}"
    assert resting_on_some([PART]) == f", {told}"
    assert resting_on_some([ROW]) == ""


def test_sentences_that_count_verdicts_say_how_many_rest_on_a_part() -> None:
    found = lines(partly())
    told = "trong đó 02 chỉ số mới có số liệu của một phần số xã, thị trấn."
    (whole,) = [line for line in found if line.startswith("Trong 35 chỉ số: ")]
    assert whole.endswith(f"; {told}")
    (behind,) = [line for line in found if line.startswith("Còn ") and "chưa đạt hoặc chậm" in line]
    assert behind.endswith(f", {told}")
    goal = next(line for line in found if line.startswith("a) "))
    assert "; trong đó 02 chỉ số mới có số liệu của một phần" in goal
    assert "một phần" not in next(line for line in found if line.startswith("b) "))
    assert not [line for line in lines(material()) if "một phần" in line or "mới có 1" in line]


def test_it_stands_beside_the_figure_in_text_annex_and_chart() -> None:
    one = partly()
    found = lines(one)
    ref, _indicator, measure = one.snapshot.measures()[0]
    assert [line for line in found if line.startswith(f"- {measure.name} (chỉ số {ref}): ") and f" ({SOME}). " in line]
    captions = [
        line.replace("\u00a0", " ") for line in found if line.startswith("Biểu đồ ") and f"Chỉ số {ref}:" in line
    ]
    assert captions
    assert captions[0].endswith(f"{measure.name} (năm 2026: {SOME})")
    cells = [[cell.replace("\u00a0", " ") for cell in row] for row in indicators(one).rows if len(row) > 1]
    at = indicators(one).heads.index("So sánh")
    assert [SOME in row[at] for row in cells] == [True, True, *[False] * 33]
    assert cells[0][at].startswith(f"Chậm lộ trình\n({SOME})\n")
    estimate = replace(measure, estimate=True)
    picture = measure_chart(estimate, "Chỉ số 1:", 1)
    assert drawable(estimate)
    assert f" (năm\u00a02026: {SOME}). Mục tiêu" in picture.alt


def test_beside_the_lead_s_figure_a_sum_of_some_says_so() -> None:
    one = partly()
    goal = one.snapshot.goals[0]
    both = replace(PART, origin="lead", value="4", lead_value="4", communes_value="3.43")
    row = replace(goal.indicators[0], measures=(both,))
    small = replace(one, snapshot=replace(one.snapshot, goals=(replace(goal, indicators=(row,)),)))
    (cells,) = [row for row in indicators(small).rows if len(row) > 1]
    assert cells[-1] == "Cộng từ 11/22 xã: 3,43‰"


def test_excel_and_open_data_have_both_numbers(tmp_path: Path) -> None:
    one = partly()
    edition_workbook(tmp_path / "a.xlsx", one)
    sheet = load_workbook(tmp_path / "a.xlsx")["Chỉ tiêu"]
    heads = [cell.value for cell in sheet[1]]
    assert [sheet[2][heads.index(name)].value for name in ("Số xã", "Số xã cần có")] == [11, 22]
    assert [len(row) for row in sheet.iter_rows(values_only=True)] == [len(heads)] * 36
    first = dict(zip(MEASURE_HEADS, next(iter(measure_rows(one))), strict=True))
    assert (first["communes"], first["communes_expected"]) == (11, 22)


def test_what_was_frozen_before_this_was_known_still_reads() -> None:
    one = partly()
    old = one.snapshot.to_json()
    for goal in old["goals"]:
        for row in goal["indicators"]:
            for each in row["measures"]:
                del each["communes_expected"]
    again = replace(one, snapshot=Snapshot.from_json(old))
    assert not [line for line in lines(again) if "mới có 1" in line]
