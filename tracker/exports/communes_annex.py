"""The annex with what each unit reported: what leaves the office of small counts, and how that is read."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from tracker.exports.annex_table import NOTES, Table, note
from tracker.exports.material import MOST_LISTED, Material
from tracker.exports.snapshot import CellRow
from tracker.rules.masking import FEW, SECOND, masked_rows

ALL_HIDDEN = "Số liệu từng đơn vị được che vì số nhỏ; mẫu số, ghi chú tại tệp Excel kèm theo."
MARKS = {FEW: f"“{FEW}”: số từ 1 đến 4", SECOND: f"“{SECOND}”: số được che để không suy ra số nhỏ"}


def communes(material: Material) -> Table:
    """What each commune reported, measure by measure; small counts hidden (`rules.masking`)."""
    rows: list[tuple[str, ...]] = []
    units = {ref: f" ({one.unit})" for ref, _indicator, one in material.snapshot.measures() if one.unit}
    per = per_of(material)
    n = 0
    for (ref, name), group in by_measure(material.cells()):
        if n > MOST_LISTED:
            rows.append((f"Còn các số liệu khác; đầy đủ tại tệp Excel kèm theo (từ chỉ số {ref})",))
            break
        rows.append((f"{ref}. {name}{units.get(ref, '')}",))
        told_rows = list(zip(group, hidden(group, per.get(ref)), strict=True))
        if all(value == SECOND and FEW not in (a, b) for one, (a, b, value) in told_rows if one.value is not None):
            # Not even how small they are could be read there: what remains is who has no figure.
            told_rows = [row for row in told_rows if row[0].value is None]
            if len(told_rows) < len(group):
                rows.append(("", ALL_HIDDEN, *[""] * 5))
        columns = zip(*(aligned([told[side] for _one, told in told_rows]) for side in range(3)), strict=True)
        for at, ((one, _told), (a, b, value)) in enumerate(zip(told_rows, columns, strict=True), 1):
            n += 1
            remark = note("ước" if one.estimate else "", one.comment)
            shown = value or ("Không có số liệu" if one.value is None else "")
            # A page that begins in the middle of a measure says by its numbers which one that is.
            rows.append((f"{ref}/{at}", one.unit, a, b, shown, one.source, remark))
    heads = ("TT", "Đơn vị", "Tử số", "Mẫu số", "Kết quả", "Nguồn số liệu", NOTES)
    title = f"Số liệu của các đơn vị {material.own_period}"
    seen = {cell for row in rows if len(row) > 1 for cell in row[2:5]}
    legend = "; ".join(words for mark, words in MARKS.items() if mark in seen)
    return Table(
        title,
        heads,
        (2.0, 6.8, 2.8, 2.8, 3.0, 4.2, 3.6),
        rows,
        frozenset({0}),
        frozenset({2, 3, 4}),
        note=f"{legend}." if legend else "",
    )


def aligned(cells: Sequence[str]) -> list[str]:
    """Numbers of one column with as many decimals as the longest of them has, so that their commas stand under each
    other; what is no number stays."""
    digits = max((len(cell.partition(",")[2]) for cell in cells if _is_number(cell)), default=0)
    return [_with_decimals(cell, digits) if digits and _is_number(cell) else cell for cell in cells]


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "").replace(",", "").isdigit()


def _with_decimals(cell: str, digits: int) -> str:
    whole, _, part = cell.partition(",")
    return f"{whole},{part:0<{digits}}"


def per_of(material: Material) -> dict[str, int]:
    """ "3.1" → 1000."""
    return {ref: one.per for ref, _indicator, one in material.snapshot.measures()}


def hidden(group: Sequence[CellRow], per: int | None) -> list[tuple[str, str, str]]:
    """(numerator, denominator, value) as they may leave the office, of all units of one measure; `per` if known."""
    if per is None:
        per = 1 if all(one.numerator is None for one in group) else 100
    return masked_rows([(_number(one.numerator), _number(one.denominator), _number(one.value)) for one in group], per)


def by_measure(cells: Iterable[CellRow]) -> Iterator[tuple[tuple[str, str], list[CellRow]]]:
    """They come measure by measure."""
    held: list[CellRow] = []
    for one in cells:
        if held and (one.ref, one.measure) != (held[0].ref, held[0].measure):
            yield (held[0].ref, held[0].measure), held
            held = []
        held.append(one)
    if held:
        yield (held[0].ref, held[0].measure), held


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
