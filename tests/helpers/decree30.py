"""A checker of the layout that Decree 30/2020/NĐ-CP, Annex I, requires; reads the .docx, not our code.

One check for each line of the table of parts; every problem is one sentence. `decree30_ends` has what stands behind the
body, `wordml` whether Word opens the file without mending it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, Mm, Pt

from tests.helpers.decree30_ends import annexes, numbers, pictures, recipients, signature, tables
from tests.helpers.decree30_look import (
    CENTRE,
    JUSTIFY,
    LEFT,
    Problems,
    all_paragraphs,
    check_rule,
    has_page_field,
    is_caption,
    look,
    main_part,
    qn,
    wholly,
)
from tests.helpers.measured import width_cm
from tests.helpers.wordml import check_parts

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
SLACK = Mm(0.5)
ROMAN = re.compile(r"^[IVX]+\. ")
NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
POINT = re.compile(r"^(\d+)\. ")
LETTERED = re.compile(r"^([a-zđ])\) ")
LETTERS = "abcdđeghiklm"
DATED = re.compile(r"\S.*, ngày (\d{2}) tháng (0[12]|[3-9]|1[0-2]) năm \d{4}")
BLANK_DAY = re.compile(r"\S.*, ngày {2,}tháng {2,}năm \d{4}")


@dataclass(frozen=True)
class Kind:
    """What a document is: its kind line ("" for a letter), its symbol ("" where there is none), whether it is addressed
    to somebody, whether number and day are given, and whether an agency stands above (not above a People's Committee).
    """

    name: str = "BÁO CÁO"
    symbol: str = "BC"
    addressed: bool = True
    issued: bool = False
    parent: bool = True


def check_document(
    content: bytes, kind: Kind | str = "BÁO CÁO", symbol: str = "BC", *, addressed: bool = True
) -> list[str]:
    """Problems of a document of that kind; [] when there is none. A register is addressed to nobody and has no number:
    it is no kind of document of article 7."""
    wanted = kind if isinstance(kind, Kind) else Kind(kind, symbol, addressed)
    document = Document(BytesIO(content))
    checks: tuple[Callable[[Any, Kind], Problems], ...] = (
        _pages, _fonts, _page_numbers, _national_header, _agencies, _number, _place_and_date, _kind, _about, _addressee,
        _body, _headings,
    )  # fmt: skip
    ends = (signature, recipients, annexes, tables, pictures, numbers)
    return [
        *(problem for check in checks for problem in check(document, wanted)),
        *(problem for end in ends for problem in end(document, wanted.addressed)),
        *check_parts(content),
    ]


def _pages(document: Any, _kind: Kind) -> Problems:
    first = document.sections[0]
    if first.orientation != WD_ORIENT.PORTRAIT:
        yield "the first page is not portrait"
    for at, section in enumerate(document.sections):
        sides = sorted((section.page_width, section.page_height))
        if abs(sides[0] - Mm(210)) > SLACK or abs(sides[1] - Mm(297)) > SLACK:
            yield f"section {at}: not A4"
        if (section.orientation == WD_ORIENT.LANDSCAPE) != (section.page_width > section.page_height):
            yield f"section {at}: turned, but not its paper"
        limits = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
        for side, (low, high) in limits.items():
            margin = getattr(section, f"{side}_margin")
            if not Mm(low) - SLACK <= margin <= Mm(high) + SLACK:
                yield f"section {at}: {side} margin {margin.mm:.0f} mm is not {low}–{high}"


def _fonts(document: Any, _kind: Kind) -> Problems:
    normal = document.styles["Normal"]
    fonts = normal.element.rPr.rFonts
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        if fonts.get(qn(f"w:{name}")) != "Times New Roman":
            yield f"default font ({name}) is not Times New Roman"
    for paragraph in all_paragraphs(document):
        for run in paragraph.runs:
            if run.font.name not in (None, "Times New Roman"):
                yield f"font {run.font.name} in “{run.text[:30]}”"
            if run.font.color is not None and run.font.color.rgb not in (None, "000000"):
                yield f"colour in “{run.text[:30]}”"


def _page_numbers(document: Any, _kind: Kind) -> Problems:
    for at, section in enumerate(document.sections):
        if not section.different_first_page_header_footer:
            yield f"section {at}: the first page is numbered"
        if not has_page_field(section.header):
            yield f"section {at}: no page number in the top margin"
        elif section.header.paragraphs[0].alignment != CENTRE:
            yield f"section {at}: the page number is not centred"
        if has_page_field(section.first_page_header):
            yield f"section {at}: the first page is numbered"
        if has_page_field(section.footer):
            yield f"section {at}: page number in the bottom margin"
        start = section._sectPr.find(qn("w:pgNumType"))
        if at and (start is None or start.get(qn("w:start")) != "1"):
            yield f"section {at}: an annex is numbered on its own"
        if start is not None and start.get(qn("w:fmt")) not in (None, "decimal"):
            yield f"section {at}: pages are not numbered in arabic"
        for run in section.header.paragraphs[0].runs:
            if run.font.size not in (Pt(13), Pt(14)):
                yield f"section {at}: page number is not 13–14"


def _national_header(document: Any, _kind: Kind) -> Problems:
    cell = document.tables[0].rows[0].cells[1]
    found = [one for one in cell.paragraphs if one.text]
    if [one.text for one in found] != [COUNTRY, MOTTO]:
        yield "no Quốc hiệu and Tiêu ngữ top right"
        return
    yield from look(found[0], "Quốc hiệu", (12, 13), bold=True)
    yield from look(found[1], "Tiêu ngữ", (13, 14), bold=True)
    yield from check_rule(cell.paragraphs, "Tiêu ngữ", found[1], (0.93, 1.07), cell.width.cm)


def _agencies(document: Any, kind: Kind) -> Problems:
    cell = document.tables[0].rows[0].cells[0]
    found = [one for one in cell.paragraphs if one.text]
    wanted = [("parent agency", False), ("issuing agency", True)] if kind.parent else [("issuing agency", True)]
    if len(found) != len(wanted):
        yield f"not {' and '.join(name for name, _bold in wanted)} top left"
        return
    for paragraph, (name, bold) in zip(found, wanted, strict=True):
        yield from look(paragraph, name, (12, 13), bold=bold)
        if paragraph.text != paragraph.text.upper():
            yield f"{name} is not in capitals"
    yield from check_rule(cell.paragraphs, "the issuing agency", found[-1], (1 / 3, 1 / 2), cell.width.cm)


def _number(document: Any, kind: Kind) -> Problems:
    paragraph = document.tables[0].rows[1].cells[0].paragraphs[0]
    if not kind.addressed:
        if paragraph.text:
            yield f"a register has a number: “{paragraph.text}”"
        return
    # Given after signing: a draft leaves it blank; below 10 it has a leading 0. A letter has no kind symbol.
    given = r"(0[1-9]|[1-9]\d+)" if kind.issued else " +"
    wanted = rf"Số: {given}/{kind.symbol}-\S+" if kind.symbol else rf"Số: {given}/\S+"
    if not re.fullmatch(wanted, paragraph.text):
        yield f"number and symbol: “{paragraph.text}”"
    yield from look(paragraph, "number", (13, 13), bold=False)


def _place_and_date(document: Any, kind: Kind) -> Problems:
    paragraph = document.tables[0].rows[1].cells[1].paragraphs[0]
    if not (DATED if kind.issued else BLANK_DAY).fullmatch(paragraph.text):
        yield f"place and date: “{paragraph.text}”"
    yield from look(paragraph, "place and date", (13, 14), bold=False, italic=True)


def _kind(document: Any, kind: Kind) -> Problems:
    if not kind.name:
        return
    paragraphs = document.paragraphs
    at = next((i for i, one in enumerate(paragraphs) if one.text == kind.name), None)
    if at is None:
        yield f"no line with the kind {kind.name}"
        return
    yield from look(paragraphs[at], "kind", (13, 14), bold=True)
    subject = paragraphs[at + 1]
    yield from look(subject, "subject", (13, 14), bold=True)
    if not subject.text:
        yield "no subject under the kind"
    last = next((one for one in reversed(paragraphs[at + 1 : at + 4]) if one.text and wholly(one, "bold")), subject)
    yield from check_rule(paragraphs[at + 1 : at + 4], "the subject", last, (1 / 3, 1 / 2), 16.5)


def _about(document: Any, kind: Kind) -> Problems:
    """The subject of a letter stands under its number, and there is no line with its kind."""
    found = [one for one in document.tables[0].rows[1].cells[0].paragraphs[1:] if one.text]
    if kind.name:
        if found:
            yield "a document with a kind has its subject under it, not under the number"
        return
    if not found or not found[0].text.startswith("V/v "):
        yield "no “V/v …” under the number"
    for paragraph in found:
        yield from look(paragraph, "V/v", (12, 13), bold=False)
    first = next((one for one in document.paragraphs if one.text.strip()), None)
    if first is not None and first.text == first.text.upper():
        yield f"a letter has a line with its kind: “{first.text}”"


def _addressee(document: Any, kind: Kind) -> Problems:
    paragraphs = document.paragraphs
    at = next((i for i, one in enumerate(paragraphs) if one.text.startswith("Kính gửi")), None)
    if not kind.addressed:
        if at is not None:
            yield "a register is addressed to somebody"
        return
    if at is None:
        yield "no Kính gửi"
        return
    several = paragraphs[at].text.strip() == "Kính gửi:"
    yield from look(paragraphs[at], "Kính gửi", (13, 14), bold=False, align=LEFT if several else CENTRE)
    if not several:
        return
    colon = (paragraphs[at].paragraph_format.left_indent or 0) + Cm(width_cm("Kính gửi", 14, bold=False))
    names = []
    for one in paragraphs[at + 1 :]:
        layout = one.paragraph_format
        if not one.text.startswith("- ") or not layout.left_indent:
            break
        names.append(one.text)
        if not colon - SLACK <= layout.left_indent + (layout.first_line_indent or 0) <= colon + 4 * SLACK:
            yield f"the dash is not under the colon: “{one.text[:30]}”"
        if (layout.first_line_indent or 0) >= 0:
            yield f"a long name goes on under its dash: “{one.text[:30]}”"
    if not names:
        yield "Kính gửi is empty"
    elif len(names) < 2:
        yield "several addressees are not one per line, “- …;”"
    elif any(not name.endswith(";") for name in names[:-1]) or not names[-1].endswith("."):
        yield "addressees do not end with “;”, the last with “.”"


def _body(document: Any, kind: Kind) -> Problems:
    body = [
        one for one in main_part(document, kind.addressed) if not is_caption(one) and not one._p.xpath(".//w:drawing")
    ]
    for paragraph in body:
        layout, where = paragraph.paragraph_format, paragraph.text[:40]
        if layout.left_indent:  # one of several addressees
            continue
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
    elif sum(one.text.endswith("./.") for one in body) > 1:
        yield "“./.” stands before the end"


def _headings(document: Any, kind: Kind) -> Problems:
    """I. in bold capitals; 1. bold where it is a title, counted anew in each part; a) upright, as a b c d đ e g."""
    romans: list[str] = []
    points, letters = 0, 0
    for paragraph in main_part(document, kind.addressed):
        text = paragraph.text
        if ROMAN.match(text):
            romans.append(text.split(".")[0])
            points = letters = 0
            if text != text.upper() or not wholly(paragraph, "bold"):
                yield f"part not in bold capitals: “{text[:40]}”"
        elif found := POINT.match(text):
            points, letters = points + 1, 0
            # A sentence with a number before it has no title, and stands upright (Annex I, II.6).
            if not text.endswith((".", ";", ":")) and not wholly(paragraph, "bold"):
                yield f"titled point not bold: “{text[:40]}”"
            if int(found[1]) != points:
                yield f"points are not numbered in order: “{text[:40]}”"
        elif found := LETTERED.match(text):
            if letters >= len(LETTERS) or found[1] != LETTERS[letters]:
                yield f"points are not a, b, c, d, đ, e, g, h, i, k: “{text[:40]}”"
            letters += 1
            if wholly(paragraph, "bold") or wholly(paragraph, "italic"):
                yield f"point a) not upright: “{text[:40]}”"
    if romans != NUMERALS[: len(romans)]:
        yield f"parts are not numbered in order: {romans}"
