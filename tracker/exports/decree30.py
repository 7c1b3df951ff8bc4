"""The layout of an administrative document: Decree 30/2020/NĐ-CP, Annex I. Knows nothing of any one document."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from tracker.exports.paper import (
    COUNTRY,
    LEFT_HALF,
    MOTTO,
    MOTTO_WIDTH,
    RIGHT_HALF,
    TEXT_WIDTH,
    Picture,
    balanced,
    clean,
    rule_under,
)
from tracker.exports.typesetting import pictures_png
from tracker.exports.word_table import Rows
from tracker.exports.wordml import element, number_from_one, outline_level, page_field, top_border

FONT = "Times New Roman"
# What a cell keeps free at its sides together, in cm.
CELL_SIDES = 0.38
BODY, SMALL, TINY = 14, 13, 11
# In cm: where "Kính gửi:" begins before several names, its length up to the colon, a dash with its space.
CALLED, COLON, DASH = 3.2, 1.8, 0.29
CENTRE, LEFT, BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY


class AdministrativeDocument:
    """A4, margins 20/20/30/20 mm, Times New Roman, page number centred on top from page 2 on."""

    def __init__(self, title: str, *, banner: str = "") -> None:
        self.docx = Document()
        self.banner = banner
        self._pictures: list[tuple[Any, Picture]] = []
        properties = self.docx.core_properties
        properties.title, properties.author, properties.language = clean(title)[:250], "", "vi-VN"
        # Nothing of the moment of writing may enter: the same snapshot gives the same bytes.
        properties.created = properties.modified = datetime(2020, 3, 5, tzinfo=UTC)
        properties.last_modified_by = ""
        style = self.docx.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(BODY)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(name), FONT)
        style.element.rPr.append(element("lang", val="vi-VN"))
        self._page(self.docx.sections[0], landscape=False)

    def heading(
        self,
        *,
        parent: str,
        agency: str,
        number: str,
        place_and_date: str,
        kind: str = "",
        subject: Sequence[str] = (),
        about: Sequence[str] = (),
    ) -> None:
        """National header, number and place side by side, then the kind and subject of the document."""
        table = self.docx.add_table(rows=2, cols=2)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        left, right = table.rows[0].cells
        if parent:  # nothing stands above a People's Committee
            self._in_cell(left, balanced(parent), size=12)
        self._in_cell(left, balanced(agency), size=12, bold=True)
        self._rule(left, rule_under(balanced(agency), capitals=True), room=LEFT_HALF)
        self._in_cell(right, COUNTRY, size=12, bold=True)
        self._in_cell(right, MOTTO, size=SMALL, bold=True)
        self._rule(right, MOTTO_WIDTH, room=RIGHT_HALF)
        below_left, below_right = table.rows[1].cells
        self._in_cell(below_left, number, size=SMALL)
        for line in about:
            self._in_cell(below_left, line, size=12)
        self._in_cell(below_right, place_and_date, size=SMALL, italic=True)
        self._widths(table, (LEFT_HALF, RIGHT_HALF))
        self.paragraph("", after=0, size=BODY, indent=False)
        if not kind:
            return
        self.paragraph(kind, align=CENTRE, bold=True, after=0, indent=False)
        for line in subject:
            self.paragraph(line, align=CENTRE, bold=True, after=0, indent=False)
        self._rule(self.docx, rule_under(subject[-1]), after=10)

    def addressed_to(self, names: Sequence[str]) -> None:
        if len(names) == 1:
            self.paragraph(f"Kính gửi: {names[0]}", align=CENTRE, indent=False)
            return
        call = self.paragraph("Kính gửi:", align=LEFT, after=0, indent=False)
        call.paragraph_format.left_indent = Cm(CALLED)
        for at, name in enumerate(names):
            end = "." if at == len(names) - 1 else ";"
            after = 0 if end == ";" else 8
            paragraph = self.paragraph(f"- {name}{end}", align=LEFT, after=after, indent=False)
            paragraph.paragraph_format.left_indent = Cm(CALLED + COLON + DASH)
            paragraph.paragraph_format.first_line_indent = -Cm(DASH)

    def paragraph(
        self,
        text: str,
        *,
        align: WD_ALIGN_PARAGRAPH = BOTH,
        bold: bool = False,
        italic: bool = False,
        size: int = BODY,
        after: int = 6,
        indent: bool = True,
        highlight: bool = False,
        keep: bool = False,
    ) -> Any:
        paragraph = self.docx.add_paragraph()
        self._set(paragraph, align, after)
        if indent:
            paragraph.paragraph_format.first_line_indent = Cm(1.27)
        paragraph.paragraph_format.keep_with_next = keep
        self._run(paragraph, text, size=size, bold=bold, italic=italic, highlight=highlight)
        return paragraph

    def part(self, text: str) -> None:
        """I. A PART IN BOLD CAPITALS"""
        outline_level(self.paragraph(text.upper(), bold=True, keep=True), 0)

    def point(self, text: str) -> None:
        """1. A titled point in bold"""
        outline_level(self.paragraph(text, bold=True, keep=True), 1)

    def gap(self, text: str) -> None:
        """What the office has to fill in: bracketed and highlighted, so that it cannot be overlooked."""
        self.paragraph(f"[{text}]", italic=True, highlight=True)

    def picture(self, picture: Picture) -> None:
        """A drawing with its words for who cannot see it, and its caption on the same page."""
        paragraph = self.paragraph("", align=CENTRE, after=6, indent=False, keep=True)
        self._pictures.append((paragraph, picture))
        self.paragraph(picture.caption, align=CENTRE, italic=True, size=SMALL, after=12, indent=False)

    def _draw(self) -> None:
        """All pictures in one go; each becomes a PNG that every word processor shows."""
        if not self._pictures:
            return
        drawn = pictures_png([picture for _paragraph, picture in self._pictures])
        for (paragraph, picture), png in zip(self._pictures, drawn, strict=True):
            shape = paragraph.add_run().add_picture(BytesIO(png), width=Cm(picture.width))
            properties = shape._inline.docPr
            properties.set("descr", clean(picture.alt))
            properties.set("title", clean(picture.caption))

    def signature(self, *, authority: Sequence[str], recipients: Sequence[str], name: str = "") -> None:
        """Recipients on the left, authority and room for the name on the right; never alone on a page."""
        for last in self.docx.paragraphs[-2:]:
            last.paragraph_format.keep_with_next = True
        table = self.docx.add_table(rows=1, cols=2)
        table.autofit = False
        left, right = table.rows[0].cells
        self._in_cell(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT)
        for one in recipients:
            self._in_cell(left, f"- {one}", size=TINY, align=LEFT)
        for line in authority:
            self._in_cell(right, line, size=BODY, bold=True)
        for _ in range(4):
            self._in_cell(right, "", size=BODY)
        if name:
            self._in_cell(right, name, size=BODY, bold=True)
        self._widths(table, (8.2, 8.2))
        self._keep_rows_whole(table)

    def annex(self, number: str, title: str, source: str, *, landscape: bool = True) -> None:
        """A section of its own with its own page numbers; the only one of a document has no number."""
        section = self.docx.add_section(WD_SECTION.NEW_PAGE)
        self._shrink_last()
        self._page(section, landscape=landscape)
        name = f"Phụ lục {number}".strip()
        outline_level(self.paragraph(name, align=CENTRE, bold=True, after=0, indent=False, keep=True), 0)
        self.paragraph(title.upper(), align=CENTRE, bold=True, after=0, indent=False, keep=True)
        self.paragraph(source, align=CENTRE, italic=True, size=BODY, after=8, indent=False, keep=True)

    def table(
        self,
        heads: Sequence[str],
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        centred: frozenset[int] = frozenset(),
        right: frozenset[int] = frozenset(),
        total: bool = False,
    ) -> None:
        """Widths in cm. A row of one cell is a heading across the table; `total`: the last row is its sum. Heads
        repeat, rows do not break."""
        table = self.docx.add_table(rows=0, cols=len(heads))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        Rows(table, widths, centred, right).write(heads, rows, len(rows) if total else 0)

    def save(self) -> bytes:
        """The .docx, with every date in the archive fixed."""
        self._draw()
        raw = BytesIO()
        self.docx.save(raw)
        out = BytesIO()
        with ZipFile(raw) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
            for name in sorted(source.namelist()):
                info = ZipInfo(name, (2020, 3, 5, 0, 0, 0))
                info.compress_type = ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                target.writestr(info, source.read(name))
        return out.getvalue()

    def _page(self, section: Any, *, landscape: bool) -> None:
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        width, height = (Cm(29.7), Cm(21.0)) if landscape else (Cm(21.0), Cm(29.7))
        section.page_width, section.page_height = width, height
        section.top_margin = section.bottom_margin = Cm(2)
        section.left_margin, section.right_margin = Cm(3), Cm(1.5)
        section.header_distance = Cm(1)
        section.different_first_page_header_footer = True
        section.header.is_linked_to_previous = section.first_page_header.is_linked_to_previous = False
        number_from_one(section)
        for header, numbered in ((section.header, True), (section.first_page_header, False)):
            paragraph = header.paragraphs[0]
            for run in list(paragraph.runs):
                run._element.getparent().remove(run._element)
            paragraph.alignment = CENTRE
            if numbered:
                run = paragraph.add_run()
                run.font.size, run.font.name = Pt(SMALL), FONT
                page_field(run)
            if self.banner:
                run = paragraph.add_run(("  ·  " if numbered else "") + self.banner)
                run.font.size, run.font.name, run.bold = Pt(SMALL), FONT, True

    def _shrink_last(self) -> None:
        """The paragraph that ends a section takes no room: behind a full page it would make an empty one."""
        last = self.docx.element.body.findall(qn("w:p"))[-1]
        paragraph = Paragraph(last, self.docx._body)
        self._set(paragraph, LEFT, 0)
        paragraph.paragraph_format.line_spacing = Pt(1)

    def _rule(self, where: Any, width: float, after: int = 0, room: float = TEXT_WIDTH) -> None:
        """A line of the given width in cm: the top border of an empty paragraph, indented from both sides."""
        paragraph = where.add_paragraph()
        self._set(paragraph, CENTRE, after)
        paragraph.paragraph_format.line_spacing = Pt(8)
        paragraph.paragraph_format.space_before = Pt(2)
        cell = CELL_SIDES if room < TEXT_WIDTH else 0
        side = Cm(max((room - cell - width) / 2, 0))
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
        top_border(paragraph)

    def _in_cell(self, cell: Any, text: str, *, size: int, align: WD_ALIGN_PARAGRAPH = CENTRE, **look: bool) -> None:
        first = cell.paragraphs[0]
        paragraph = first if not first.runs and len(cell.paragraphs) == 1 and not first.text else cell.add_paragraph()
        self._set(paragraph, align, 0)
        self._run(paragraph, text, size=size, **look)

    def _set(self, paragraph: Any, align: WD_ALIGN_PARAGRAPH, after: int) -> None:
        paragraph.alignment = align
        layout = paragraph.paragraph_format
        layout.space_before, layout.space_after, layout.line_spacing = Pt(0), Pt(after), 1.0

    def _run(
        self, paragraph: Any, text: str, *, size: int, bold: bool = False, italic: bool = False, highlight: bool = False
    ) -> None:
        run = paragraph.add_run(clean(text))
        run.font.size, run.font.name, run.bold, run.italic = Pt(size), FONT, bold, italic
        if highlight:
            run.font.highlight_color = 7  # yellow

    def _widths(self, table: Any, widths: Sequence[float]) -> None:
        for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
            column.set(qn("w:w"), str(Cm(width).twips))
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Cm(width)

    def _keep_rows_whole(self, table: Any) -> None:
        for row in table.rows:
            row._tr.get_or_add_trPr().append(element("cantSplit"))
