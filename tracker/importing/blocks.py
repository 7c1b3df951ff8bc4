"""Lines of a Word document saved as text → paragraphs, with page breaks healed and list marks read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

_MARKDOWN = re.compile(r"^\s{0,3}#{1,6}\s+|\*{1,3}|__")
_SPACE = re.compile(r"\s+")
_ROMAN = re.compile(r"^(?P<mark>X{0,3}(?:IX|IV|V?I{0,3}))\s*[.)\-–/]\s*(?=\D)(?P<text>\S.*)$")
_NUMBER = re.compile(r"^(?:Điều\s+)?(?P<mark>\d{1,2})\s*[.)\-–/:]\s*(?=[^\d\s])(?P<text>\S.*)$")
_POINT = re.compile(r"^(?P<mark>[a-zđ])\s*[).]\s+(?P<text>\S.*)$")
_BULLET = re.compile(r"^[-–—+•*]\s*(?=[^\d\s-])(?P<text>\S.*)$|^[-–—+•*]\s+(?P<digits>\S.*)$")
_SENTENCE_END = re.compile(r"[.;:!?…]['\"”’)]*$|\./\.$")


class Mark(StrEnum):
    ROMAN = "roman"
    NUMBER = "number"
    POINT = "point"
    BULLET = "bullet"
    NONE = "none"


@dataclass(frozen=True)
class Block:
    """One paragraph: its list mark (kind and value), the text without it, and whether it was bold or a heading."""

    mark: Mark
    value: str
    text: str
    strong: bool


def read_blocks(text: str) -> list[Block]:
    """Paragraphs in order; every word of the text is in exactly one of them."""
    blocks: list[Block] = []
    broken = False  # a blank line came since the last block
    for line in text.split("\n"):
        if not line.strip():
            broken = True
            continue
        for block in _read_line(line):
            if blocks and _continues(blocks[-1], block, broken):
                blocks[-1] = replace(blocks[-1], text=f"{blocks[-1].text} {block.text}")
            else:
                blocks.append(block)
        broken = False
    return blocks


def _read_line(line: str) -> Iterator[Block]:
    strong = line.lstrip().startswith(("#", "**", "__"))
    plain = _SPACE.sub(" ", _MARKDOWN.sub("", line)).strip()
    if not plain:
        return
    for mark, pattern in ((Mark.ROMAN, _ROMAN), (Mark.NUMBER, _NUMBER), (Mark.POINT, _POINT)):
        found = pattern.match(plain)
        if found and found["mark"]:
            yield Block(mark, found["mark"], found["text"], strong)
            return
    if found := _BULLET.match(plain):
        yield Block(Mark.BULLET, "-", found["text"] or found["digits"], strong)
        return
    yield Block(Mark.NONE, "", plain, strong)


def _continues(before: Block, block: Block, broken: bool) -> bool:
    """Is this line the rest of a sentence that a page or line break cut in two?"""
    if block.mark is not Mark.NONE or block.strong or _SENTENCE_END.search(before.text):
        return False
    if block.text[0].islower() or block.text[0] in ",;.)":
        return True
    # A hard-wrapped paragraph goes on with a capital only on the very next line, and never after a heading.
    return not broken and not before.strong and before.mark in (Mark.BULLET, Mark.NONE) and len(before.text) > 60
