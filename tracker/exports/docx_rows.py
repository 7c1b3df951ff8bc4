"""Rows of a Word table, written straight as XML: python-docx's cells are too slow for hundreds of rows."""

import re
from collections.abc import Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length

# What XML 1.0 cannot hold; people paste such things from old documents.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def clean(text: str) -> str:
    return _ILLEGAL.sub("", text)


class Rows:
    """All rows of one table. `widths`: cm by column; `centred`: the columns set in the middle."""

    def __init__(self, table: Any, widths: Sequence[float], centred: frozenset[int]) -> None:
        self.table, self.centred = table, centred
        self.widths: list[Length] = [Cm(width) for width in widths]

    def write(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        grid = self.table._tbl.tblGrid
        for column, width in zip(grid.findall(qn("w:gridCol")), self.widths, strict=True):
            column.set(qn("w:w"), str(width.twips))
        self._row([(head, 1) for head in heads], bold=True, head=True)
        for row in rows:
            if len(row) == 1:
                self._row([(row[0], len(heads))], bold=True)
            else:
                self._row([(text, 1) for text in row])

    def _row(self, cells: Sequence[tuple[str, int]], *, bold: bool = False, head: bool = False) -> None:
        tr = OxmlElement("w:tr")
        properties = OxmlElement("w:trPr")
        properties.append(OxmlElement("w:cantSplit"))
        if head:
            properties.append(OxmlElement("w:tblHeader"))
        tr.append(properties)
        for at, (text, span) in enumerate(cells):
            centred = head or (at in self.centred and span == 1)
            tr.append(self._cell(text, at, span, bold=bold, centred=centred))
        self.table._tbl.append(tr)

    def _cell(self, text: str, at: int, span: int, *, bold: bool, centred: bool) -> Any:
        tc = OxmlElement("w:tc")
        properties = OxmlElement("w:tcPr")
        width = OxmlElement("w:tcW")
        total = sum(one.twips for one in (self.widths if span > 1 else self.widths[at : at + 1]))
        width.set(qn("w:w"), str(total))
        width.set(qn("w:type"), "dxa")
        properties.append(width)
        if span > 1:
            merged = OxmlElement("w:gridSpan")
            merged.set(qn("w:val"), str(span))
            properties.append(merged)
        tc.append(properties)
        paragraph = OxmlElement("w:p")
        layout = OxmlElement("w:pPr")
        spacing = OxmlElement("w:spacing")
        for name, value in (("before", "20"), ("after", "20"), ("line", "240"), ("lineRule", "auto")):
            spacing.set(qn(f"w:{name}"), value)
        layout.append(spacing)
        align = OxmlElement("w:jc")
        align.set(qn("w:val"), "center" if centred else "left")
        layout.append(align)
        paragraph.append(layout)
        run = OxmlElement("w:r")
        look = OxmlElement("w:rPr")
        if bold:
            look.append(OxmlElement("w:b"))
        size = OxmlElement("w:sz")
        size.set(qn("w:val"), "24")
        look.append(size)
        run.append(look)
        content = OxmlElement("w:t")
        content.set(qn("xml:space"), "preserve")
        content.text = clean(text)
        run.append(content)
        paragraph.append(run)
        tc.append(paragraph)
        return tc
