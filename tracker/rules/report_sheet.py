"""The workbook of a unit's report: its sheets and columns, by which it is written and read back."""

from collections.abc import Sequence
from decimal import Decimal

from tracker.rules.numbers import in_field
from tracker.rules.unit_report import mark_of

TEXTS, FIGURES = "Nội dung", "Số liệu"
# Header → width; the reader finds columns by these names, wherever they stand. "Gốc" is the mark of what the row held
# when the file was made: whoever did not touch it has written nothing, whatever others wrote since.
TEXT_COLUMNS = {"Mã": 0, "Phiên bản": 0, "Gốc": 0, "Mục": 30, "Nội dung": 90, "Kỳ trước đã viết": 60}
FIGURE_COLUMNS = {
    "Mã": 0, "Phiên bản": 0, "Gốc": 0, "CT": 6, "Chỉ tiêu": 60, "Mục tiêu": 16, "Năm trước": 24, "Tử số": 11,
    "Mẫu số": 11, "Tỷ lệ, số liệu": 12, "Không có số liệu": 10, "Ước": 7, "Nguồn": 24, "Giải thích": 40,
    "Lý do đính chính": 30,
}  # fmt: skip
FILLED = (
    "Tử số", "Mẫu số", "Tỷ lệ, số liệu", "Không có số liệu", "Ước", "Nguồn", "Giải thích", "Lý do đính chính",
)  # fmt: skip
YES = "x"


def mark_of_figure(
    numbers: Sequence[Decimal | None], *, no_data: bool, estimate: bool, source: str, comment: str
) -> str:
    """Of a figure as its fields show it."""
    ticks = ["1" if one else "" for one in (no_data, estimate)]
    return mark_of("\x1f".join([*(in_field(one) for one in numbers), *ticks, source, comment]))
