"""What stands behind the body of a document: signature, Nơi nhận, annexes with their tables, charts and numbers."""

import re
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from tests.helpers.decree30_look import ANNEX, CAPTION, LEFT, Problems, is_caption, look, main_part

NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII"]
AUTHORITY = re.compile(r"^(TM|KT|TL|TUQ|Q)\. ")
ACADEMIC = re.compile(r"\b(GS|PGS|TS|ThS|BS|KS|CN)\.")
# 16.5 cm of text across a page upright, 25.2 across one that lies.
UPRIGHT, LYING = 16.6, 25.3
FOREIGN = re.compile(r"\d\.\d{1,2}\s?[%‰]|\d,\d{3},\d{3}|\d{4,}\s?đồng")


def signature(document: Any, addressed: bool) -> Problems:
    body = main_part(document, addressed)
    if body and not body[-1].paragraph_format.keep_with_next:
        yield "the signature may stand alone on a page"
    cell = signature_row(document).cells[1]
    found = [one for one in cell.paragraphs if one.text]
    if not found:
        yield "no authority and title in the right half"
        return
    above, name = found, None
    if found[-1].text != found[-1].text.upper():
        above, name = found[:-1], found[-1]
    for paragraph in above:
        yield from look(paragraph, "authority", (13, 14), bold=True)
        if paragraph.text != paragraph.text.upper():
            yield "the authority is not in capitals"
    by = AUTHORITY.match(above[0].text) if above else None
    if by is not None and by[1] in ("KT", "TL", "TUQ") and len(above) != 2:
        yield f"{by[1]}. names a title, and the next line the signer's own"
    if name is not None:
        yield from look(name, "name", (13, 14), bold=True)
        if ACADEMIC.search(name.text):
            yield f"a name with an academic title: “{name.text}”"


def recipients(document: Any, _addressed: bool) -> Problems:
    found = [one for one in signature_row(document).cells[0].paragraphs if one.text]
    if not found or found[0].text != "Nơi nhận:":
        yield "no Nơi nhận level with the authority"
        return
    yield from look(found[0], "Nơi nhận", (12, 12), bold=True, italic=True, align=LEFT)
    for paragraph in found[1:]:
        yield from look(paragraph, "recipient", (11, 11), bold=False, align=LEFT)
        if not paragraph.text.startswith("- "):
            yield f"recipient without a dash: “{paragraph.text}”"
        elif paragraph is not found[-1] and not paragraph.text.endswith(";"):
            yield f"recipient without “;”: “{paragraph.text}”"
    if not found[-1].text.startswith("- Lưu: VT") or not found[-1].text.endswith("."):
        yield "the last recipient is not “- Lưu: VT, ….”"


def annexes(document: Any, addressed: bool) -> Problems:
    body = " ".join(one.text for one in main_part(document, addressed))
    paragraphs = document.paragraphs
    names = [one.text for one in paragraphs if re.fullmatch(ANNEX, one.text)]
    # The only annex of a document has no number, two and more have Roman ones.
    if names != (["Phụ lục"] if len(names) == 1 else [f"Phụ lục {roman}" for roman in NUMERALS[: len(names)]]):
        yield f"annexes are not numbered in order: {names}"
    if len(document.sections) != len(names) + 1:
        yield "an annex is not a section of its own"
    for at, paragraph in enumerate(paragraphs):
        if paragraph.text not in names:
            continue
        if not re.search(rf"{paragraph.text}(?![IVX])", body):
            yield f"the body does not point to {paragraph.text}"
        yield from look(paragraph, paragraph.text, (14, 14), bold=True)
        title, source = paragraphs[at + 1], paragraphs[at + 2]
        yield from look(title, "annex title", (13, 14), bold=True)
        if title.text != title.text.upper():
            yield "the annex title is not in capitals"
        named = ".+ số .+" if addressed else "((?! số ).)+"  # a register has no number
        if not re.match(rf"\(Kèm theo {named} ngày .+\)$", source.text):
            yield f"{paragraph.text}: no “(Kèm theo … số … ngày …)”"
        yield from look(source, "annex source", (13, 14), bold=False, italic=True)


def tables(document: Any, _addressed: bool) -> Problems:
    section = 0
    for block in document.element.body:
        if block.tag == qn("w:p") and block.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            section += 1
        if block.tag != qn("w:tbl") or block.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}") is None:
            continue
        if block.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}").get(qn("w:val")) != "TableGrid":
            continue
        yield from _table(block, document.sections[section])


def _table(table: Any, section: Any) -> Problems:
    rows = table.tr_lst
    if rows[0].trPr is None or rows[0].trPr.find(qn("w:tblHeader")) is None:
        yield "a table's head does not repeat"
    if any(row.trPr is None or row.trPr.find(qn("w:cantSplit")) is None for row in rows):
        yield "a table's row may break across pages"
    width = sum(int(column.get(qn("w:w"))) for column in table.tblGrid.findall(qn("w:gridCol"))) / 567
    if width > (LYING if section.orientation == WD_ORIENT.LANDSCAPE else UPRIGHT):
        yield f"a table of {width:.1f} cm is wider than its page"
    columns = len(table.tblGrid.findall(qn("w:gridCol")))
    for row in rows:
        spans = [tc.grid_span for tc in row.tc_lst]
        if sum(spans) != columns:
            yield f"a row has {sum(spans)} columns of {columns}"


def pictures(document: Any, _addressed: bool) -> Problems:
    """Each has words for who cannot see it, and a numbered caption on the same page."""
    paragraphs = document.paragraphs
    drawn = 0
    for at, paragraph in enumerate(paragraphs):
        for properties in paragraph._p.iter("{*}docPr"):
            drawn += 1
            if len(properties.get("descr") or "") < 20:
                yield f"chart {drawn} has no words"
            if not paragraph.paragraph_format.keep_with_next:
                yield f"chart {drawn} may be parted from its caption"
            caption = paragraphs[at + 1]
            if not is_caption(caption) or not CAPTION.match(caption.text):
                yield f"chart {drawn} has no caption"
            elif not caption.text.startswith(f"Biểu đồ {drawn}. "):
                yield f"charts are not numbered in order: “{caption.text[:30]}”"
            yield from look(caption, f"caption {drawn}", (13, 14), bold=False, italic=True)


def numbers(document: Any, _addressed: bool) -> Problems:
    """As Vietnamese writes them: 9,5%; 1.000.000."""
    for element in document.element.body.iter(qn("w:t")):
        if found := FOREIGN.search(element.text or ""):
            yield f"a number as others write it: “{found[0]}”"


def signature_row(document: Any) -> Any:
    for table in document.tables[1:]:
        if "Nơi nhận" in table.rows[0].cells[0].text or len(table.columns) == 2:
            return table.rows[0]
    return document.tables[0].rows[0]
