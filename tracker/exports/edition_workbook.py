"""The annexes of an edition as an Excel file: all rows, written one by one in bounded memory, numbers as numbers.

The same material gives the same bytes: nothing of the moment of writing enters.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from tracker.exports.communes_annex import by_measure, hidden, per_of
from tracker.exports.material import Material, short, targets_text, told
from tracker.exports.report_annexes import (
    LEVELS,
    MONEY,
    SOURCES,
    STATES,
    VERDICTS,
    progress,
)
from tracker.exports.sheets import CENTRED, LINED, begin, tallest, write
from tracker.exports.snapshot import MeasureRow, WorkRow

# Rows of one sheet (Excel's limit, less the head); more go on in the next.
MOST_ROWS = 1_048_575
EVERY = 20_000
# Rows whose height is written down, and kept in memory until the end. Who prints more has Excel measure them.
MEASURED = 20_000
MASKED = "Số từ 1 đến 4 ghi là “< 5”; “*” là số được che để không suy ra số đó."
Columns = Sequence[tuple[str, float]]

INDICATORS: Columns = (
    ("STT", 6), ("Chỉ tiêu", 44), ("Đơn vị tính", 10), ("Năm gốc", 12), ("Mục tiêu", 26),
    ("Kết quả kỳ trước", 14), ("Kết quả", 14), ("Ước", 7), ("Đánh giá", 18), ("Cách đánh giá", 34), ("Chênh lệch", 12),
    ("Cộng từ các xã", 14), ("Số xã", 8), ("Số xã cần có", 8),
    ("Khả năng hoàn thành", 20), ("Cơ quan chủ trì", 26), ("Nguồn", 20),
    ("Ghi chú", 20),
)  # fmt: skip
WORK: Columns = (
    ("STT", 8), ("Đơn vị chủ trì", 28), ("Mục", 10), ("Nhiệm vụ", 60), ("Kỳ", 12), ("Phối hợp", 24), ("Thời hạn", 12),
    ("Tiến độ", 28), ("Số ngày làm việc chậm", 12), ("Sản phẩm", 40), ("Năm trước chuyển sang", 12),
)  # fmt: skip
CELLS: Columns = (
    ("STT", 8), ("Chỉ số", 8), ("Tên chỉ số", 60), ("Đơn vị", 32), ("Tử số", 12), ("Mẫu số", 12), ("Kết quả", 12),
    ("Ước", 7), ("Nguồn", 24), ("Ghi chú", 30),
)  # fmt: skip
FILING: Columns = (
    ("STT", 8), ("Đơn vị", 36), ("Cấp", 28), ("Hạn gửi", 12), ("Ngày gửi", 12), ("Thời hạn", 12), ("Tình trạng", 28),
    ("Ghi chú", 36),
)  # fmt: skip
BUDGET: Columns = (
    ("STT", 8), ("Đơn vị", 36), ("Nguồn kinh phí", 24), ("Dự toán (đồng)", 18), ("Được duyệt (đồng)", 18),
    ("Đã chi (đồng)", 18),
)  # fmt: skip


def edition_workbook(path: Path, material: Material, tick: Callable[[], None] = lambda: None) -> None:
    """A sheet for what the edition is, then one for each annex of its recipient."""
    with Workbook(str(path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        book.set_properties({"title": material.title[:250], "created": datetime(2020, 3, 5, tzinfo=UTC)})
        writer = _Writer(book, tick)
        writer.cover(material)
        for name in material.annexes:
            title, columns, rows = SHEETS[name]
            writer.sheet(title, columns, rows(material), _budget_total(material) if name == "budget" else ())


class _Writer:
    def __init__(self, book: Any, tick: Callable[[], None]) -> None:
        self.book, self.tick = book, tick
        self.head = book.add_format(
            {"bold": True, "bg_color": "#EEF3FA", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.formats = {
            "text": book.add_format({**LINED, "text_wrap": True}),
            "number": book.add_format({**LINED, "num_format": "#,##0.00"}),
            "whole": book.add_format({**LINED, "num_format": "#,##0"}),
            "place": book.add_format(CENTRED),
            "date": book.add_format({**LINED, "num_format": "dd/mm/yyyy", "align": "left"}),
        }
        self.sums = {
            kind: book.add_format({**LINED, "bold": True, "num_format": "#,##0"}) for kind in ("text", "number")
        }

    def sheet(
        self, title: str, columns: Columns, rows: Iterable[Sequence[object]], total: Sequence[object] = ()
    ) -> None:
        """`total`: under the last row, and no part of what is filtered."""
        sheet, at, number = None, MOST_ROWS, 0
        for n, row in enumerate(rows, 1):
            if at >= MOST_ROWS:
                self._end(sheet, at, columns)
                number += 1
                sheet, at = self.book.add_worksheet(title if number == 1 else f"{title} ({number})"), 0
                begin(sheet, columns, self.head, 2)
            at += 1
            if n <= MEASURED:
                tallest(sheet, at, (n, *row), columns)
            for column, value in enumerate((n, *row)):
                write(sheet, at, column, value, self.formats)
            if n % EVERY == 0:
                self.tick()
        if sheet is None:
            sheet, at = self.book.add_worksheet(title), 0
            begin(sheet, columns, self.head, 2)
        self._end(sheet, at, columns)
        for column, value in enumerate(total if at < MOST_ROWS else ()):
            write(sheet, at + 1, column, value, self.sums)

    def _end(self, sheet: Any, rows: int, columns: Columns) -> None:
        if sheet is not None:
            sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)

    def cover(self, material: Material) -> None:
        snapshot, issue = material.snapshot, material.issue
        sheet = self.book.add_worksheet("Báo cáo")
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 90)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, "Phụ lục báo cáo", self.book.add_format({"bold": True, "font_size": 14}))
        facts = (
            ("Báo cáo", material.title),
            ("Cơ quan lập", snapshot.office or snapshot.agency),
            ("Nơi nhận", material.addressee),
            ("Số, ngày", f"{issue.number}, {_day(issue.day):%d/%m/%Y}" if issue.day else "Chưa ban hành"),
            ("Số liệu chụp lúc", datetime.fromisoformat(snapshot.built_at).strftime("%H:%M %d/%m/%Y")),
            *([("Ghi chú", MASKED)] if "communes" in material.annexes else []),
            *([("Lưu ý", "Dữ liệu mẫu – không phải số liệu thật")] if snapshot.sample_data else []),
        )
        for row, (name, fact) in enumerate(facts, start=2):
            write(sheet, row, 0, name, self.formats)
            write(sheet, row, 1, fact, self.formats)


def _indicators(material: Material) -> Iterator[Sequence[object]]:
    for ref, indicator, one in material.snapshot.measures():
        yield (
            f"{ref}. {one.name}", one.unit, _number(one.baseline), targets_text(one),
            _number(one.before), _number(one.value), "x" if one.estimate else "", VERDICTS[one.verdict], one.rule,
            _number(_gap(one)), _number(one.communes_value), one.communes or "",
            one.communes_expected or "", one.chance, indicator.lead, one.source,
            one.comment,
        )  # fmt: skip


def _gap(one: MeasureRow) -> str | None:
    return one.gap if one.verdict != "not_yet" else None


def _work(material: Material) -> Iterator[Sequence[object]]:
    for unit, row in material.work():
        yield _work_row(unit, row)


def _work_row(unit: str, row: WorkRow) -> Sequence[object]:
    return (
        unit, row.ref, row.text, row.period, row.coordinating, _day(row.due_on) if row.due_on else "", progress(row),
        row.days_late or "", row.result, "x" if row.carried else "",
    )  # fmt: skip


def _cells(material: Material) -> Iterator[Sequence[object]]:
    """Small counts never as numbers."""
    per = per_of(material)
    for (ref, name), group in by_measure(material.cells()):
        for one, (a, b, value) in zip(group, hidden(group, per.get(ref)), strict=True):
            shown = [
                _number(raw) if raw is not None and words == short(raw) else words
                for raw, words in ((one.numerator, a), (one.denominator, b), (one.value, value))
            ]
            if one.value is not None and shown[2] not in ("", "*") and per.get(ref, 1) > 1000:
                shown[2] = told(one.value, per[ref])
            yield (ref, name, one.unit, *shown, "x" if one.estimate else "", one.source, one.comment)


def _filing(material: Material) -> Iterator[Sequence[object]]:
    for one in material.snapshot.filing:
        timely = {True: "Đúng hạn", False: "Quá hạn", None: ""}[one.on_time]
        filed = _day(one.filed_on) if one.filed_on else ""
        yield one.unit, LEVELS[one.level], _day(one.due_on), filed, timely, STATES[one.state], one.reason


def _budget(material: Material) -> Iterator[Sequence[object]]:
    for row in material.snapshot.budget:
        sums = (int(value) if value is not None else "" for value in (row.estimate, row.approved, row.spent))
        yield row.unit, SOURCES[row.source], *sums


def _budget_total(material: Material) -> Sequence[object]:
    """What is not known by anybody stays blank; nothing at all where there are no rows."""
    rows = material.snapshot.budget
    known = [[int(value) for row in rows if (value := getattr(row, field)) is not None] for field in MONEY]
    return ("", "Tổng cộng", "", *(sum(one) if one else "" for one in known)) if rows else ()


SHEETS: dict[str, tuple[str, Columns, Callable[[Material], Iterator[Sequence[object]]]]] = {
    "indicators": ("Chỉ tiêu", INDICATORS, _indicators),
    "work": ("Nhiệm vụ", WORK, _work),
    "communes": ("Số liệu theo đơn vị", CELLS, _cells),
    "filing": ("Nộp báo cáo", FILING, _filing),
    "budget": ("Kinh phí", BUDGET, _budget),
}


def _number(text: str | None) -> float | str:
    return "" if text is None else float(text)


def _day(iso: str) -> date:
    return date.fromisoformat(iso)
