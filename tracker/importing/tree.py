"""Paragraphs → sections by Roman numeral, headings by number and letter, and a reference for each paragraph."""

from dataclasses import dataclass, field

from tracker.importing.blocks import Block, Mark
from tracker.rules.text import fold

ROMANS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


@dataclass
class Node:
    """A paragraph with its place; `number` is what the document itself counts."""

    ref: str
    text: str
    mark: Mark
    number: int | None = None
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> list["Node"]:
        return [self, *(inner for child in self.children for inner in child.walk())]


def build_tree(blocks: list[Block]) -> tuple[list[Block], list[Node]]:
    """(header, sections). Marks count only in order: a stray "2)" inside a paragraph opens nothing."""
    header: list[Block] = []
    sections: list[Node] = []
    heading: Node | None = None
    point: Node | None = None
    for block in blocks:
        if _is_closing(block) and sections:
            break
        if _next_section(block, sections):
            sections.append(Node(block.value, block.text, Mark.ROMAN, len(sections) + 1))
            heading = point = None
            continue
        if not sections:
            header.append(block)
            continue
        section = sections[-1]
        if block.mark is Mark.NUMBER and _next_number(block, heading):
            heading = Node(f"{section.ref}.{int(block.value)}", block.text, Mark.NUMBER, int(block.value))
            section.children.append(heading)
            point = None
        elif block.mark is Mark.POINT and (point is not None or block.value == "a"):
            parent = heading or section
            point = Node(f"{parent.ref}.{block.value}", block.text, Mark.POINT)
            parent.children.append(point)
        else:
            parent = point or heading or section
            _append(parent, block)
    return header, sections


def _append(parent: Node, block: Block) -> None:
    """A paragraph under its parent; a mark that was out of order stays in the text, word for word."""
    text = block.text if block.mark in (Mark.BULLET, Mark.NONE) else f"{block.value}. {block.text}"
    taken = {child.ref for child in parent.children}
    count = len(parent.children) + 1
    while f"{parent.ref}.{count}" in taken:
        count += 1
    parent.children.append(Node(f"{parent.ref}.{count}", text, block.mark))


def _next_section(block: Block, sections: list[Node]) -> bool:
    if block.mark is not Mark.ROMAN or len(sections) >= len(ROMANS):
        return False
    return block.value == ROMANS[len(sections)]


def _next_number(block: Block, heading: Node | None) -> bool:
    return int(block.value) == ((heading.number or 0) + 1 if heading else 1)


def _is_closing(block: Block) -> bool:
    """The list of recipients and the signature follow the body."""
    return block.mark is Mark.NONE and fold(block.text).startswith(("noi nhan", "tm uy ban", "tm ubnd", "kt chu tich"))
