"""How a paragraph looks, for the checker of documents."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from tests.helpers.measured import width_cm

CENTRE, LEFT, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY
ANNEX = r"Phụ lục( [IVX]+)?"
CAPTION = re.compile(r"^Biểu đồ \d+\. ")
# A line that is set over more than the width of the text is as long as that.
CELL_SIDES = 0.38

Problems = Iterator[str]


def look(
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


def wholly(paragraph: Any, how: str) -> bool:
    return all(getattr(run, how) for run in paragraph.runs if run.text.strip())


def check_rule(paragraphs: Sequence[Any], name: str, line: Any, share: tuple[float, float], room: float) -> Problems:
    """A rule under the line: `share` of its length, measured by the font, in a space of `room` cm."""
    rule = next((one for one in paragraphs if has_rule([one])), None)
    if rule is None:
        yield f"no rule under {name}"
        return
    points = next(run.font.size.pt for run in line.runs)
    room = room if room > 16 else room - CELL_SIDES
    widths = [width_cm(part, points, bold=True) for part in line.text.split("\n")]
    length = min(max(widths), room)
    layout = rule.paragraph_format
    drawn = room - (layout.left_indent or 0).cm - (layout.right_indent or 0).cm
    if not share[0] - 0.02 <= drawn / length <= share[1] + 0.02:
        yield f"the rule under {name} is {drawn:.1f} cm under {length:.1f} cm"


def has_rule(paragraphs: Sequence[Any]) -> bool:
    return any(one._p.pPr is not None and one._p.pPr.find(qn("w:pBdr")) is not None for one in paragraphs)


def has_page_field(part: Any) -> bool:
    return any("PAGE" in (element.text or "") for element in part._element.iter(qn("w:instrText")))


def is_caption(paragraph: Any) -> bool:
    return bool(CAPTION.match(paragraph.text)) and wholly(paragraph, "italic")


def all_paragraphs(document: Any) -> Iterator[Any]:
    yield from document.paragraphs
    for table in document.tables[:2]:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def main_part(document: Any, addressed: bool) -> list[Any]:
    """Paragraphs from the addressee, or else from the rule under the subject, to the end of the main section."""
    found, on = [], False
    for paragraph in document.paragraphs:
        if re.fullmatch(ANNEX, paragraph.text):
            break
        if on and paragraph.text:
            found.append(paragraph)
        on = on or (paragraph.text.startswith("Kính gửi") if addressed else has_rule([paragraph]))
    return found
