"""A checker of the layout that Decree 30/2020/NĐ-CP, Annex I, requires; reads the .docx, not our code.

One check for each line of the table of parts; every problem is one sentence.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

CENTRE, LEFT, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY
COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
SLACK = Mm(0.5)
ROMAN = re.compile(r"^[IVX]+\. ")
ANNEX = r"Phụ lục( [IVX]+)?"
NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII"]
POINT = re.compile(r"^\d+\. ")

Problems = Iterator[str]


def check_document(content: bytes, kind: str = "BÁO CÁO", symbol: str = "BC", *, addressed: bool = True) -> list[str]:
    """Problems of a document of that kind; [] when there is none. A register is addressed to nobody."""
    document = Document(BytesIO(content))
    checks: tuple[Callable[[Any], Problems], ...] = (
        _pages,
        _fonts,
        _page_numbers,
        _national_header,
        _agencies,
        lambda d: _number(d, symbol),
        _place_and_date,
        lambda d: _kind(d, kind),
        *((_addressee,) if addressed else (_nobody_addressed,)),
        lambda d: _body(d, addressed),
        lambda d: _headings(d, addressed),
        _signature,
        _recipients,
        lambda d: _annexes(d, addressed),
        _tables,
    )
    return [problem for check in checks for problem in check(document)]


def _pages(document: Any) -> Problems:
    first = document.sections[0]
    if first.orientation != WD_ORIENT.PORTRAIT:
        yield "the first page is not portrait"
    for at, section in enumerate(document.sections):
        sides = sorted((section.page_width, section.page_height))
        if abs(sides[0] - Mm(210)) > SLACK or abs(sides[1] - Mm(297)) > SLACK:
            yield f"section {at}: not A4"
        limits = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
        for side, (low, high) in limits.items():
            margin = getattr(section, f"{side}_margin")
            if not Mm(low) - SLACK <= margin <= Mm(high) + SLACK:
                yield f"section {at}: {side} margin {margin.mm:.0f} mm is not {low}–{high}"


def _fonts(document: Any) -> Problems:
    normal = document.styles["Normal"]
    fonts = normal.element.rPr.rFonts
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        if fonts.get(qn(f"w:{name}")) != "Times New Roman":
            yield f"default font ({name}) is not Times New Roman"
    for paragraph in _all_paragraphs(document):
        for run in paragraph.runs:
            if run.font.name not in (None, "Times New Roman"):
                yield f"font {run.font.name} in “{run.text[:30]}”"
            if run.font.color is not None and run.font.color.rgb not in (None, "000000"):
                yield f"colour in “{run.text[:30]}”"


def _page_numbers(document: Any) -> Problems:
    for at, section in enumerate(document.sections):
        if not section.different_first_page_header_footer:
            yield f"section {at}: the first page is numbered"
        if not _has_page_field(section.header):
            yield f"section {at}: no page number in the top margin"
        elif section.header.paragraphs[0].alignment != CENTRE:
            yield f"section {at}: the page number is not centred"
        if _has_page_field(section.first_page_header):
            yield f"section {at}: the first page is numbered"
        if _has_page_field(section.footer):
            yield f"section {at}: page number in the bottom margin"
        start = section._sectPr.find(qn("w:pgNumType"))
        if at and (start is None or start.get(qn("w:start")) != "1"):
            yield f"section {at}: an annex is numbered on its own"
        for run in section.header.paragraphs[0].runs:
            if run.font.size not in (Pt(13), Pt(14)):
                yield f"section {at}: page number is not 13–14"


def _national_header(document: Any) -> Problems:
    cell = document.tables[0].rows[0].cells[1]
    found = [one for one in cell.paragraphs if one.text]
    if [one.text for one in found] != [COUNTRY, MOTTO]:
        yield "no Quốc hiệu and Tiêu ngữ top right"
        return
    yield from _look(found[0], "Quốc hiệu", (12, 13), bold=True)
    yield from _look(found[1], "Tiêu ngữ", (13, 14), bold=True)
    if not _has_rule(cell.paragraphs):
        yield "no rule under Tiêu ngữ"


def _agencies(document: Any) -> Problems:
    cell = document.tables[0].rows[0].cells[0]
    found = [one for one in cell.paragraphs if one.text]
    if len(found) != 2:
        yield "parent and issuing agency are not two lines top left"
        return
    for paragraph, name, bold in ((found[0], "parent agency", False), (found[1], "issuing agency", True)):
        yield from _look(paragraph, name, (12, 13), bold=bold)
        if paragraph.text != paragraph.text.upper():
            yield f"{name} is not in capitals"
    if not _has_rule(cell.paragraphs):
        yield "no rule under the issuing agency"


def _number(document: Any, symbol: str) -> Problems:
    paragraph = document.tables[0].rows[1].cells[0].paragraphs[0]
    # Given after signing: a draft leaves it blank. A letter (công văn) has no kind symbol.
    wanted = rf"Số: +/{symbol}-\S+" if symbol else r"Số: +/\S+"
    if not re.fullmatch(wanted, paragraph.text):
        yield f"number and symbol: “{paragraph.text}”"
    yield from _look(paragraph, "number", (13, 13), bold=False)


def _place_and_date(document: Any) -> Problems:
    paragraph = document.tables[0].rows[1].cells[1].paragraphs[0]
    if not re.fullmatch(r"\S.*, ngày {2,}tháng {2,}năm \d{4}", paragraph.text):
        yield f"place and date: “{paragraph.text}”"
    yield from _look(paragraph, "place and date", (13, 14), bold=False, italic=True)


def _kind(document: Any, kind: str) -> Problems:
    paragraphs = document.paragraphs
    at = next((i for i, one in enumerate(paragraphs) if one.text == kind), None)
    if at is None:
        yield f"no line with the kind {kind}"
        return
    yield from _look(paragraphs[at], "kind", (13, 14), bold=True)
    subject = paragraphs[at + 1]
    yield from _look(subject, "subject", (13, 14), bold=True)
    if not subject.text:
        yield "no subject under the kind"
    if not _has_rule(paragraphs[at + 1 : at + 4]):
        yield "no rule under the subject"


def _addressee(document: Any) -> Problems:
    found = next((one for one in document.paragraphs if one.text.startswith("Kính gửi")), None)
    if found is None:
        yield "no Kính gửi"
    else:
        yield from _look(found, "Kính gửi", (13, 14), bold=False)


def _nobody_addressed(document: Any) -> Problems:
    if any(one.text.startswith("Kính gửi") for one in document.paragraphs):
        yield "a register is addressed to somebody"


def _main_part(document: Any, addressed: bool) -> list[Any]:
    """Paragraphs from the addressee, or else from the rule under the subject, to the end of the main section."""
    found, on = [], False
    for paragraph in document.paragraphs:
        if re.fullmatch(ANNEX, paragraph.text):
            break
        if on and paragraph.text:
            found.append(paragraph)
        on = on or (paragraph.text.startswith("Kính gửi") if addressed else _has_rule([paragraph]))
    return found


def _body(document: Any, addressed: bool) -> Problems:
    body = [one for one in _main_part(document, addressed) if not one.text.startswith("- ")]
    for paragraph in body:
        layout, where = paragraph.paragraph_format, paragraph.text[:40]
        if paragraph.alignment != JUSTIFY:
            yield f"not justified: “{where}”"
        if layout.first_line_indent is None or round(layout.first_line_indent.cm, 2) not in (1.0, 1.27):
            yield f"first line not indented by 1 or 1.27 cm: “{where}”"
        if (layout.space_after or 0) + (layout.space_before or 0) < Pt(6):
            yield f"less than 6 pt between paragraphs: “{where}”"
        if not 1 <= (layout.line_spacing or 0) <= 1.5:
            yield f"line spacing not 1–1.5: “{where}”"
        for run in paragraph.runs:
            if run.font.size not in (Pt(13), Pt(14)):
                yield f"body not 13–14: “{where}”"
    if not body or not body[-1].text.endswith("./."):
        yield "the body does not end with “./.”"


def _headings(document: Any, addressed: bool) -> Problems:
    numbers = []
    for paragraph in _main_part(document, addressed):
        if ROMAN.match(paragraph.text):
            numbers.append(paragraph.text.split(".")[0])
            if paragraph.text != paragraph.text.upper() or not _all(paragraph, "bold"):
                yield f"part not in bold capitals: “{paragraph.text[:40]}”"
        elif POINT.match(paragraph.text) and not _all(paragraph, "bold"):
            yield f"titled point not bold: “{paragraph.text[:40]}”"
        elif re.match(r"^[a-zđ]\) ", paragraph.text) and (_all(paragraph, "bold") or _all(paragraph, "italic")):
            yield f"point a) not upright: “{paragraph.text[:40]}”"
    if numbers != NUMERALS[: len(numbers)]:
        yield f"parts are not numbered in order: {numbers}"


def _signature(document: Any) -> Problems:
    cell = _signature_row(document).cells[1]
    found = [one for one in cell.paragraphs if one.text]
    if not found:
        yield "no authority and title in the right half"
    for paragraph in found:
        yield from _look(paragraph, "authority", (13, 14), bold=True)
        if paragraph.text != paragraph.text.upper():
            yield "the authority is not in capitals"


def _recipients(document: Any) -> Problems:
    found = [one for one in _signature_row(document).cells[0].paragraphs if one.text]
    if not found or found[0].text != "Nơi nhận:":
        yield "no Nơi nhận level with the authority"
        return
    yield from _look(found[0], "Nơi nhận", (12, 12), bold=True, italic=True, align=LEFT)
    for paragraph in found[1:]:
        yield from _look(paragraph, "recipient", (11, 11), bold=False, align=LEFT)
        if not paragraph.text.startswith("- "):
            yield f"recipient without a dash: “{paragraph.text}”"
    if not found[-1].text.startswith("- Lưu: VT") or not found[-1].text.endswith("."):
        yield "the last recipient is not “- Lưu: VT, ….”"


def _annexes(document: Any, addressed: bool) -> Problems:
    body = " ".join(one.text for one in _main_part(document, addressed))
    paragraphs = document.paragraphs
    names = [one.text for one in paragraphs if re.fullmatch(ANNEX, one.text)]
    # The only annex of a document has no number, two and more have Roman ones.
    if names != (["Phụ lục"] if len(names) == 1 else [f"Phụ lục {roman}" for roman in NUMERALS[: len(names)]]):
        yield f"annexes are not numbered in order: {names}"
    for at, paragraph in enumerate(paragraphs):
        if paragraph.text not in names:
            continue
        if paragraph.text not in body:
            yield f"the body does not point to {paragraph.text}"
        yield from _look(paragraph, paragraph.text, (14, 14), bold=True)
        title, source = paragraphs[at + 1], paragraphs[at + 2]
        yield from _look(title, "annex title", (13, 14), bold=True)
        if title.text != title.text.upper():
            yield "the annex title is not in capitals"
        if not source.text.startswith("(Kèm theo"):
            yield f"{paragraph.text}: no “(Kèm theo …)”"
        yield from _look(source, "annex source", (13, 14), bold=False, italic=True)


def _tables(document: Any) -> Problems:
    for table in document.tables:
        if table.style is None or table.style.name != "Table Grid":
            continue
        rows = list(table._tbl.tr_lst)
        if rows[0].trPr is None or rows[0].trPr.find(qn("w:tblHeader")) is None:
            yield "a table's head does not repeat"
        if any(row.trPr is None or row.trPr.find(qn("w:cantSplit")) is None for row in rows):
            yield "a table's row may break across pages"


def _look(
    paragraph: Any,
    name: str,
    sizes: tuple[int, int],
    *,
    bold: bool,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH = CENTRE,
) -> Problems:
    if paragraph.alignment != align:
        yield f"{name} is not placed {align}"
    for run in paragraph.runs:
        if run.font.size is None or not Pt(sizes[0]) <= run.font.size <= Pt(sizes[1]):
            yield f"{name} is not {sizes[0]}–{sizes[1]}"
        if bool(run.bold) != bold:
            yield f"{name} is {'not ' if bold else ''}bold"
        if bool(run.italic) != italic:
            yield f"{name} is {'not ' if italic else ''}italic"


def _all(paragraph: Any, look: str) -> bool:
    return all(getattr(run, look) for run in paragraph.runs if run.text.strip())


def _signature_row(document: Any) -> Any:
    for table in document.tables[1:]:
        if "Nơi nhận" in table.rows[0].cells[0].text or len(table.columns) == 2:
            return table.rows[0]
    return document.tables[0].rows[0]


def _has_rule(paragraphs: list[Any]) -> bool:
    return any(one._p.pPr is not None and one._p.pPr.find(qn("w:pBdr")) is not None for one in paragraphs)


def _has_page_field(part: Any) -> bool:
    return any("PAGE" in (element.text or "") for element in part._element.iter(qn("w:instrText")))


def _all_paragraphs(document: Any) -> Iterator[Any]:
    yield from document.paragraphs
    for table in document.tables[:2]:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs
