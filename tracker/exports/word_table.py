"""Table rows written straight as XML text: python-docx's cells are a hundred times slower."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

from tracker.exports.paper import clean

# So many rows are parsed at once: the text of a long table need not be held whole.
BATCH = 500


class Rows:
    """Of one table whose widths are given in cm."""

    def __init__(self, table: Any, widths: Sequence[float], centred: frozenset[int], right: frozenset[int]) -> None:
        self.table, self.centred, self.right = table, centred, right
        self.widths = [Cm(width).twips for width in widths]

    def write(self, heads: Sequence[str], rows: Iterable[Sequence[str]], total: int = 0) -> None:
        """`total`: the number of the row that sums up the others, counted from 1."""
        grid = self.table._tbl.tblGrid
        for column, width in zip(grid.findall(qn("w:gridCol")), self.widths, strict=True):
            column.set(qn("w:w"), str(width))
        held = [self._row(heads, head=True)]
        for at, (row, kept) in enumerate(_kept(rows), 1):
            held.append(self._row(row, bold=at == total, kept=kept))
            if len(held) >= BATCH:
                self._put(held)
                held = []
        self._put(held)

    def _put(self, rows: list[str]) -> None:
        if rows:
            parsed = parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>")
            self.table._tbl.extend(list(parsed))

    def _row(self, cells: Sequence[str], *, head: bool = False, bold: bool = False, kept: bool = False) -> str:
        whole = len(cells) == 1
        told = "".join(
            self._cell(text, at, whole=whole, head=head, strong=bold, kept=kept) for at, text in enumerate(cells)
        )
        repeat = "<w:tblHeader/>" if head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{told}</w:tr>"

    def _cell(self, text: str, at: int, *, whole: bool, head: bool, strong: bool, kept: bool) -> str:
        width = sum(self.widths) if whole else self.widths[at]
        span = f'<w:gridSpan w:val="{len(self.widths)}"/>' if whole else ""
        align = "center" if head or (at in self.centred and not whole) else "left"
        if at in self.right and not head and not whole:
            align = "right"
        bold = "<w:b/>" if head or whole or strong else ""
        keep = "<w:keepNext/>" if kept else ""
        middle = '<w:vAlign w:val="center"/>' if head else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{middle}</w:tcPr><w:p><w:pPr>{keep}'
            f'<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/><w:jc w:val="{align}"/></w:pPr>'
            f'<w:r><w:rPr>{bold}<w:sz w:val="24"/></w:rPr>{_lines(text)}</w:r>'
            "</w:p></w:tc>"
        )


def _kept(rows: Iterable[Sequence[str]]) -> Iterator[tuple[Sequence[str], bool]]:
    """(row, whether it is on the page of the next): a heading has two of its rows with it, or its only one."""
    held: Sequence[str] | None = None
    first = False
    for row in rows:
        if held is not None:
            yield held, len(held) == 1 or (first and len(row) > 1)
            first = len(held) == 1
        held = row
    if held is not None:
        yield held, False


def _lines(text: str) -> str:
    """A run's text; its lines are parted by a break."""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n"))
    return "<w:br/>".join(lines)
