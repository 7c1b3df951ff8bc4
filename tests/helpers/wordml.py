"""Is a .docx written as the schema wants it (ECMA-376, transitional)? Word asks to repair what is not.

The order of children, for the elements that we write; ids that are used once; parts that are there.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# Children in the order of their sequence; what is not named here must not occur.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs"
    " suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd"
    " snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment"
    " textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid"
    " vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em"
    " lang eastAsianLayout specVanish oMath",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType"
    " pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing"
    " tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "pBdr": "top left bottom right between bar",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
}
ORDERS = {name: {child: at for at, child in enumerate(children.split())} for name, children in ORDER.items()}
REPEATED = {"headerReference", "footerReference", "tr", "tc"}


def check_parts(content: bytes) -> Iterator[str]:
    with ZipFile(BytesIO(content)) as archive:
        names = set(archive.namelist())
        for name in sorted(names):
            if name.endswith(".xml") and name.startswith("word/"):
                yield from check_xml(name, archive.read(name))
        document = etree.fromstring(archive.read("word/document.xml"))
        relations = etree.fromstring(archive.read("word/_rels/document.xml.rels"))
        targets = {one.get("Id"): one.get("Target") for one in relations}
        for used in document.iter():
            for key in (f"{R}id", f"{R}embed"):
                if (found := used.get(key)) is not None and f"word/{targets.get(found)}" not in names:
                    yield f"{found} leads nowhere"
        ids = [one.get("id") for one in document.iter("{*}docPr")]
        if len(ids) != len(set(ids)):
            yield "two drawings have one id"


def check_xml(name: str, content: bytes) -> Iterator[str]:
    for element in etree.fromstring(content).iter(f"{W}*"):
        kind = element.tag.removeprefix(W)
        order = ORDERS.get(kind)
        if order is None:
            if kind == "tc" and (not len(element) or element[-1].tag != f"{W}p"):
                yield f"{name}: a cell does not end with a paragraph"
            continue
        children = [child.tag.removeprefix(W) for child in element if isinstance(child.tag, str)]
        unknown = [child for child in children if child not in order]
        if unknown:
            yield f"{name}: {unknown[0]} inside {kind}"
            continue
        for one, following in pairwise(children):
            if order[one] > order[following]:
                yield f"{name}: {following} stands behind {one} in {kind}"
            elif one == following and one not in REPEATED:
                yield f"{name}: {one} stands twice in {kind}"
