"""Reading a unit's report back from its workbook: every error at once, by sheet, row and column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from tracker.importing.workbook import check_extent, open_workbook
from tracker.rules.errors import Invalid
from tracker.rules.files import clean_name
from tracker.rules.numbers import check_sign, read_number
from tracker.rules.report_sheet import FIGURE_COLUMNS, FIGURES, FILLED, TEXT_COLUMNS, TEXTS
from tracker.rules.text import fold, plain
from tracker.rules.typed import per_of
from tracker.rules.unit_report import LONGEST_SECTION
from tracker.rules.words import N_

MAX_BYTES = 5 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 300, 40
NUMBERS = {"Tử số": "numerator", "Mẫu số": "denominator", "Tỷ lệ, số liệu": "value"}
# As long as the pages take it.
LONGEST_LINE = 10_000
# What stands in a cell for "no" where a mark stands for "yes".
NO = frozenset({"", "0", "false", "khong", "sai", "no"})
NEEDED = {TEXTS: ("Mã", "Phiên bản", "Gốc", "Nội dung"), FIGURES: ("Mã", "Phiên bản", "Gốc", *FILLED)}


@dataclass(frozen=True)
class Wrong:
    """`row` counts as Excel does, `column` is the header's name."""

    sheet: str
    row: int
    column: str
    message: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class FilledText:
    row: int
    key: str
    version: int
    base: str
    text: str


@dataclass(frozen=True)
class FilledFigure:
    """Numbers as text, exactly: it travels as JSON between the preview and the saving."""

    row: int
    measure_id: int
    seen: str
    base: str
    numbers: tuple[str, str, str]
    no_data: bool
    estimate: bool
    source: str
    comment: str
    reason: str


@dataclass(frozen=True)
class Form:
    texts: list[FilledText]
    figures: list[FilledFigure]
    wrong: list[Wrong]


def read_report_form(name: str, stream: IO[bytes], mark: str, pers: Mapping[int, int]) -> Form:
    """`pers`: the report's measures → what each is of. Raises Invalid (field `file`) when it is no workbook of this
    report, which has a sheet of texts and, where it has measures, one of figures; what is wrong in cells is in the
    result."""
    book = open_workbook(name, stream, MAX_BYTES)
    found = {prop.name: prop.value for prop in book.custom_doc_props.props}
    if str(found.get("report", "")) != mark:
        raise Invalid(
            N_("Tệp “%(name)s” không phải mẫu của báo cáo này (đơn vị hoặc kỳ khác). Hãy tải mẫu ở trang này."),
            field="file",
            name=clean_name(name),
        )
    texts, figures = _sheet(name, book, TEXTS, TEXT_COLUMNS), _sheet(name, book, FIGURES, FIGURE_COLUMNS)
    missing = TEXTS if texts is None else FIGURES if figures is None and pers else ""
    if missing:
        raise Invalid(
            N_("Tệp “%(name)s” không có trang “%(sheet)s”. Hãy dùng tệp tải về từ trang này."),
            field="file",
            name=clean_name(name),
            sheet=missing,
        )
    form = Form([], [], [])
    if texts is not None:
        _texts(texts, form)
    if figures is not None:
        _figures(figures, form, pers)
    return form


def _sheet(name: str, book: Any, title: str, columns: dict[str, int]) -> tuple[Any, dict[str, int]] | None:
    sheet = next((one for one in book.worksheets if fold(one.title) == fold(title)), None)
    if sheet is None:
        return None
    known = {fold(column): column for column in columns}
    head = next(sheet.iter_rows(min_row=1, max_row=1, max_col=MOST_COLUMNS), ())
    where = {known[key]: at for at, cell in enumerate(head) if (key := fold(_text(cell.value))) in known}
    missing = [column for column in NEEDED[title] if column not in where]
    if missing:
        raise Invalid(
            N_("Tệp “%(name)s”, trang “%(sheet)s” thiếu cột: %(names)s. Hãy tải tệp mẫu mới và điền vào đó."),
            field="file",
            name=clean_name(name),
            sheet=title,
            names=", ".join(missing),
        )
    check_extent(name, sheet, rows=MOST_ROWS, columns=MOST_COLUMNS)
    return sheet, where


def _rows(found: tuple[Any, dict[str, int]]) -> Any:
    """(row number, column → cell) of each row that has anything in it."""
    sheet, where = found
    for number, cells in enumerate(sheet.iter_rows(min_row=2, max_row=MOST_ROWS, max_col=MOST_COLUMNS), start=2):
        if any(cell.value is not None for cell in cells):
            yield number, {name: cells[at] for name, at in where.items()}


def _texts(found: tuple[Any, dict[str, int]], form: Form) -> None:
    seen: dict[str, int] = {}
    for number, cells in _rows(found):
        key, version = _text(cells["Mã"].value), _text(cells["Phiên bản"].value)
        if not key or not version.isdecimal() or len(version) > 9:
            form.wrong.append(Wrong(TEXTS, number, "Mã", N_("cột Mã hoặc Phiên bản đã bị sửa; hãy lấy lại từ tệp gốc")))
            continue
        if key in seen:
            form.wrong.append(Wrong(TEXTS, number, "Mã", N_("mục này đã có ở dòng %(row)s"), {"row": seen[key]}))
            continue
        seen[key] = number
        text = _said(TEXTS, number, "Nội dung", cells["Nội dung"], form, LONGEST_SECTION)
        if text is not None:
            form.texts.append(FilledText(number, key, int(version), _text(cells["Gốc"].value), text))


def _figures(found: tuple[Any, dict[str, int]], form: Form, pers: Mapping[int, int]) -> None:
    seen: dict[int, int] = {}
    for number, cells in _rows(found):
        before = len(form.wrong)
        id_ = _text(cells["Mã"].value)
        if not id_.isdecimal() or len(id_) > 9:
            form.wrong.append(Wrong(FIGURES, number, "Mã", N_("cột Mã đã bị sửa; hãy lấy lại từ tệp gốc")))
            continue
        if int(id_) in seen:
            form.wrong.append(
                Wrong(FIGURES, number, "Mã", N_("chỉ tiêu này đã có ở dòng %(row)s"), {"row": seen[int(id_)]})
            )
            continue
        seen[int(id_)] = number
        per = pers.get(int(id_), 1)
        numbers = [_number(number, name, cells[name], form, per_of(part, per)) for name, part in NUMBERS.items()]
        lines = {name: _said(FIGURES, number, name, cells[name], form, LONGEST_LINE) for name in FILLED[5:]}
        ticks = [fold(_text(cells[name].value)) not in NO for name in ("Không có số liệu", "Ước")]
        if len(form.wrong) == before:
            form.figures.append(
                FilledFigure(
                    number, int(id_), _text(cells["Phiên bản"].value), _text(cells["Gốc"].value),
                    (numbers[0], numbers[1], numbers[2]),
                    ticks[0], ticks[1], lines["Nguồn"] or "", lines["Giải thích"] or "",
                    lines["Lý do đính chính"] or "",
                )
            )  # fmt: skip


def _said(sheet: str, row: int, column: str, cell: Any, form: Form, most: int) -> str | None:
    """The text of a cell; None where it is none, and why is written down."""
    text = _text(cell.value)
    if cell.data_type == "f":
        form.wrong.append(Wrong(sheet, row, column, N_("ô này là công thức; hãy ghi nội dung bằng chữ")))
    elif cell.data_type == "e":
        form.wrong.append(Wrong(sheet, row, column, N_("ô này báo lỗi; hãy ghi nội dung bằng chữ")))
    elif len(text) > most:
        form.wrong.append(Wrong(sheet, row, column, N_("dài quá %(n)s ký tự"), {"n": most}))
    else:
        return text
    return None


def _number(row: int, column: str, cell: Any, form: Form, per: int) -> str:
    if cell.data_type in ("f", "e"):
        form.wrong.append(Wrong(FIGURES, row, column, N_("ô này là công thức hoặc báo lỗi; hãy ghi bằng số")))
        return ""
    try:
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
            # Excel itself makes a percent cell of 0.095 where somebody types 9,5%.
            parts = 100 if "%" in (cell.number_format or "") else 1
            if parts > 1:
                check_sign("%", column, per)
            return f"{Decimal(repr(cell.value)) * parts:f}"
        value = read_number(_text(cell.value), column, per)
    except Invalid as error:
        form.wrong.append(Wrong(FIGURES, row, column, error.message, dict(error.params)))
        return ""
    return "" if value is None else f"{value:f}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Excel breaks a line with a mark of its own.
    return plain(str(value).replace("_x000D_", ""))
