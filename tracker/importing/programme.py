"""A programme document in, its structure out: by headings, marks and wording, never by one text's own names."""

import re

from tracker.importing.blocks import read_blocks
from tracker.importing.duties import assign_indicators, leaves, read_addressees, read_reporting
from tracker.importing.errors import BadDocument
from tracker.importing.header import read_header
from tracker.importing.measures import read_measures
from tracker.importing.parsed import (
    ParsedClause,
    ParsedGoal,
    ParsedGroup,
    ParsedIndicator,
    ParsedProgramme,
    ParsedWarning,
)
from tracker.importing.tree import Node, build_tree
from tracker.rules.text import fold, nfc
from tracker.rules.words import N_

_INDICATOR = re.compile(r"^chỉ tiêu(?:\s+số)?\s+(?P<number>\d+)\s*[:.\-–]\s*(?P<text>.+)$", re.IGNORECASE | re.DOTALL)
_GOAL = re.compile(r"^mục tiêu\s+(?P<number>\d+)\s*[:.\-–]?\s*(?P<text>.*)$", re.IGNORECASE | re.DOTALL)
# Slips of scanned Vietnamese that change a word into another one; kept word for word, but pointed out.
_SLIPS = {"phần đầu": "phấn đấu", "thông kê": "thống kê"}
_SECTIONS = {
    "goals": ("muc tieu", "chi tieu"),
    "solutions": ("nhiem vu va giai phap", "nhiem vu giai phap", "giai phap", "nhiem vu chu yeu"),
    "duties": ("phan cong", "trach nhiem", "to chuc thuc hien"),
    "reporting": ("bao cao",),
}


def parse(text: str) -> ParsedProgramme:
    """Raises BadDocument when the text has no section of responsibilities with addressees."""
    header_blocks, sections = build_tree(read_blocks(nfc(text)))
    roles = _roles(sections)
    addressees = read_addressees(roles["duties"]) if "duties" in roles else []
    if not any(addressee.clauses for addressee in addressees):
        raise BadDocument(
            N_("Đây không phải một chương trình: không tìm thấy mục phân công trách nhiệm cho các cơ quan, đơn vị.")
        )
    goals_section = roles.get("goals")
    header, _, warnings = read_header(header_blocks, _all_text(goals_section))
    goals, indicators, kinds, doubts = _goals(goals_section)
    warnings += doubts
    warnings += assign_indicators(indicators, addressees)
    groups = _groups(roles.get("solutions"))
    reporting = read_reporting(_paragraphs(roles.get("reporting"))) or read_reporting(leaves(roles["duties"]))
    if reporting is None:
        warnings.append(ParsedWarning("", "Không tìm thấy thời hạn báo cáo; nhiệm vụ sẽ không có thời hạn chung."))
    clauses = [
        ParsedClause(*place, _kind(node, section, roles, kinds), position, _number(node, kinds), node.text)
        for section in sections
        for position, (node, place) in enumerate(_places(section))
    ]
    warnings += _slips(clauses)
    warnings += [
        ParsedWarning(duty.ref, f"Thời hạn “{duty.deadline.wording}” không ghi ngày cụ thể.")
        for addressee in addressees
        for duty in addressee.clauses
        if duty.deadline and not (duty.deadline.last_day or duty.deadline.date)
    ]
    return ParsedProgramme(header, goals, indicators, groups, addressees, reporting, warnings, clauses)


def issuing_unit(issuer: str) -> str:
    """ "Chủ tịch UBND huyện …" signs for the UBND."""
    return re.sub(r"^(?:Phó )?Chủ tịch\s+", "", issuer)


def _roles(sections: list[Node]) -> dict[str, Node]:
    """Which section is which, by its title; "reporting" only where the title is about nothing else."""
    found: dict[str, Node] = {}
    for section in sections:
        title = fold(section.text)
        for role, words in _SECTIONS.items():
            if role not in found and any(word in title for word in words):
                found[role] = section
                break
    return found


def _all_text(section: Node | None) -> str:
    return " ".join(node.text for node in section.walk()) if section else ""


def _paragraphs(section: Node | None) -> list[Node]:
    return section.walk()[1:] if section else []


def _goals(
    section: Node | None,
) -> tuple[list[ParsedGoal], list[ParsedIndicator], dict[str, tuple[str, int]], list[ParsedWarning]]:
    """Goals are the deepest headings over bullets; a bullet with a number in it is an indicator.

    The third value tells kind and number of each reference that is a goal or an indicator.
    """
    goals: list[ParsedGoal] = []
    indicators: list[ParsedIndicator] = []
    kinds: dict[str, tuple[str, int]] = {}
    warnings: list[ParsedWarning] = []
    for node in section.walk() if section else []:
        numbers = []
        for child in node.children:
            found = _INDICATOR.match(child.text)
            if child.children or child.number is not None or not (found or any(c.isdigit() for c in child.text)):
                continue
            measures, doubts = read_measures(found["text"] if found else child.text)
            if not found and not measures:
                continue
            number = int(found["number"]) if found else len(indicators) + 1
            if any(one.number == number for one in indicators):
                warnings.append(ParsedWarning(child.ref, f"Chỉ tiêu {number} có hai lần; lần sau được bỏ qua."))
                continue
            if not measures:
                warnings.append(ParsedWarning(child.ref, f"Chỉ tiêu {number} không có trị số đọc được."))
            warnings += [ParsedWarning(child.ref, f"Chỉ tiêu {number}: {doubt.message}") for doubt in doubts]
            indicators.append(ParsedIndicator(number, found["text"] if found else child.text, child.ref, measures))
            kinds[child.ref] = ("indicator", number)
            numbers.append(number)
        if numbers:
            title = _GOAL.match(node.text)
            number = int(title["number"]) if title else len(goals) + 1
            goals.append(ParsedGoal(number, (title["text"] if title else node.text) or node.text, numbers))
            kinds[node.ref] = ("goal", number)
    if not indicators:
        warnings.append(ParsedWarning("", "Không tìm thấy chỉ tiêu nào."))
    return goals, indicators, kinds, warnings


def _groups(section: Node | None) -> list[ParsedGroup]:
    if section is None:
        return []
    return [
        ParsedGroup(node.number, node.text, [item.text for item in leaves(node)])
        for node in section.children
        if node.number is not None
    ]


def _places(section: Node) -> list[tuple[Node, tuple[str, str | None]]]:
    places: list[tuple[Node, tuple[str, str | None]]] = [(section, (section.ref, None))]
    for node, (ref, _) in places:  # grows while it is read: breadth first
        places.extend((child, (child.ref, ref)) for child in node.children)
    order = {id(node): at for at, node in enumerate(section.walk())}
    return sorted(places, key=lambda place: order[id(place[0])])


def _kind(node: Node, section: Node, roles: dict[str, Node], kinds: dict[str, tuple[str, int]]) -> str:
    if node is section:
        return "section"
    if node.ref in kinds:
        return kinds[node.ref][0]
    heading = node.number is not None
    if section is roles.get("solutions"):
        return "solution_group" if heading else "solution_item"
    if section is roles.get("duties"):
        return "addressee" if heading else "duty" if node.ref.count(".") > 1 else "paragraph"
    if section is roles.get("reporting"):
        return "paragraph" if fold(node.text).startswith("tren day la") else "reporting"
    return "heading" if heading else "paragraph"


def _number(node: Node, kinds: dict[str, tuple[str, int]]) -> int | None:
    return kinds[node.ref][1] if node.ref in kinds else node.number


def _slips(clauses: list[ParsedClause]) -> list[ParsedWarning]:
    return [
        ParsedWarning(clause.ref, f"Có thể là lỗi quét: “{slip}” (đúng ra là “{right}”?); giữ nguyên văn.")
        for clause in clauses
        for slip, right in _SLIPS.items()
        if re.search(rf"\b{slip}\b", clause.text, re.IGNORECASE)
    ]
