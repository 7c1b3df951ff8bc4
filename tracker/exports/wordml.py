"""Pieces of WordprocessingML that python-docx has no words for, each where the schema (ECMA-376) wants it: Word mends,
or refuses, what stands elsewhere."""

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

# The children of a paragraph's properties in order, and those of a section that stand behind its page numbers.
_PARAGRAPH = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers",
    "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE",
    "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents",
    "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle",
    "rPr", "sectPr", "pPrChange",
)  # fmt: skip
_AFTER_NUMBERING = (
    "cols", "formProt", "vAlign", "noEndnote", "titlePg", "textDirection", "bidi", "rtlGutter", "docGrid",
    "printerSettings", "sectPrChange",
)  # fmt: skip


def element(name: str, **attributes: str) -> Any:
    """`element("top", val="single")` is `<w:top w:val="single"/>`."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def top_border(paragraph: Any) -> None:
    borders = element("pBdr")
    borders.append(element("top", val="single", sz="6", space="1", color="000000"))
    _put(paragraph, borders)


def outline_level(paragraph: Any, level: int) -> None:
    """A heading for whoever moves by headings, without the looks of a style."""
    _put(paragraph, element("outlineLvl", val=str(level)))


def number_from_one(section: Any) -> None:
    properties = section._sectPr
    for old in properties.findall(qn("w:pgNumType")):
        properties.remove(old)  # a new section begins as a copy of the one before
    properties.insert_element_before(element("pgNumType", start="1"), *(f"w:{name}" for name in _AFTER_NUMBERING))


def page_field(run: Any) -> None:
    """The number of the page, in this run."""
    code = element("instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = "PAGE"
    for one in (element("fldChar", fldCharType="begin"), code, element("fldChar", fldCharType="end")):
        run._element.append(one)


def _put(paragraph: Any, child: Any) -> None:
    at = _PARAGRAPH.index(child.tag.rpartition("}")[2])
    paragraph._p.get_or_add_pPr().insert_element_before(child, *(f"w:{name}" for name in _PARAGRAPH[at + 1 :]))
