"""Table rows written straight as XML: python-docx's cells are too slow for hundreds of rows."""

from collections.abc import Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length

from tracker.exports.paper import clean


class Rows:
    """Of one table whose widths are given in cm."""

    def __init__(self, table: Any, widths: Sequence[float], centred: frozenset[int], right: frozenset[int]) -> None:
        self.table, self.centred, self.right = table, centred, right
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
            align = "center" if head else "left"
            if not head and span == 1:
                align = "center" if at in self.centred else "right" if at in self.right else "left"
            tr.append(self._cell(text, at, span, bold=bold, align=align))
        self.table._tbl.append(tr)

    def _cell(self, text: str, at: int, span: int, *, bold: bool, align: str) -> Any:
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
        justified = OxmlElement("w:jc")
        justified.set(qn("w:val"), align)
        layout.append(justified)
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
