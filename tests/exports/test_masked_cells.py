"""A plain count leaves the office masked alike in the annex and in the file for other systems."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

from tracker.exports import report_annexes
from tracker.exports.edition_workbook import SHEETS
from tracker.exports.material import Material
from tracker.exports.open_data import MEASURE_HEADS, cell_rows, figure_rows, measure_rows
from tracker.exports.snapshot import CellRow, MeasureRow

COUNTS = ("3", "40", "0")
TOLD = ["< 5", "*", "0"]


def material() -> Material:
    cells = [CellRow("9", "Số vụ", f"Xã {n}", None, None, n, False, "", "") for n in COUNTS]
    measure = SimpleNamespace(per=1, unit="vụ")
    snapshot = SimpleNamespace(measures=lambda: [("9", SimpleNamespace(), measure)])
    return cast(Material, SimpleNamespace(cells=lambda: iter(cells), snapshot=snapshot, own_period="năm 2026"))


def test_a_plain_count_is_masked_alike_wherever_it_goes() -> None:
    annex = [row[4] for row in report_annexes.communes(material()).rows if len(row) > 1]
    workbook = [str(row[5]).removesuffix(".0") for row in SHEETS["communes"][2](material())]
    file = [str(row[5]) for row in cell_rows(material())]
    assert annex == workbook == file == TOLD


def test_how_far_a_small_count_is_from_its_target_does_not_tell_it() -> None:
    """The target, 10, stands beside it."""

    def said(value: str, gap: str) -> tuple[object, object]:
        one = MeasureRow("Số vụ", "vụ", (("2025", "≤ 10"),), per=1, value=value, gap=gap, verdict="met")
        snapshot = SimpleNamespace(measures=lambda: [("9", SimpleNamespace(text="", lead=""), one)])
        (row,) = measure_rows(cast(Material, SimpleNamespace(snapshot=snapshot)))
        found = dict(zip(MEASURE_HEADS, row, strict=True))
        return found["value"], found["gap"]

    assert said("3", "-7") == ("< 5", "*")
    assert said("8", "-2") == (8, -2)
    assert said("0", "-10") == (0, -10)


def test_figures_too() -> None:
    rows = [
        SimpleNamespace(
            measure_id=1, commune=True, numerator=None, denominator=None, value=Decimal(n), per=1, measures=1, number=9,
            position=0, measure="Số vụ", code=f"xa-{n}", unit_name=f"Xã {n}", period="2026", round=1, estimate=False,
            source="", accepted_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for n in (3, 40, 0)
    ]  # fmt: skip
    assert [str(row[10]) for row in figure_rows(rows)] == TOLD
