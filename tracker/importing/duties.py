"""The section of responsibilities → addressees, their clauses, and which indicators each leads or supports."""

import re

from tracker.importing.deadlines import find_deadline
from tracker.importing.parsed import ParsedAddressee, ParsedDuty, ParsedIndicator, ParsedReporting, ParsedWarning
from tracker.importing.tree import Node
from tracker.rules.text import fold

_CLASS = re.compile(
    r"^các\b|^(?:ubnd|ủy ban nhân dân|uỷ ban nhân dân|hđnd|đảng ủy)(?: và \w+)? các\b|\bvà các\b|, các\b", re.I
)
_REQUEST = re.compile(r"^đề nghị\s+", re.IGNORECASE)
_INDICATORS = re.compile(
    r"chỉ tiêu(?:\s+số)?(?:\s+từ)?\s+(?P<list>\d+(?:\s*(?:,|;|và|đến|-|–)\s*(?:chỉ tiêu\s+(?:số\s+)?)?\d+)*)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d+)\s*(?:đến|-|–)\s*(\d+)")
_BODY = r"(?:Sở|Phòng|Ủy ban nhân dân|Uỷ ban nhân dân|UBND|Văn phòng|Ban)\s"
_TO = re.compile(
    rf"(?:về|báo cáo)\s+(?P<to>{_BODY}[^,.;()]*?)(?=\s+(?:để|theo|trước|chậm|hàng|hằng|tổng hợp)\b|[,.;()]|$)"
)
_AND = re.compile(rf"\s+và\s+(?={_BODY})")


def read_addressees(section: Node) -> list[ParsedAddressee]:
    return [_addressee(node) for node in section.children if node.number is not None]


def _addressee(node: Node) -> ParsedAddressee:
    name = _REQUEST.sub("", node.text).rstrip(" :;.,")
    clauses = [_duty(child) for child in leaves(node)]
    return ParsedAddressee(
        number=node.number or 0,
        name=name,
        kind="class" if _CLASS.search(name) else "unit",
        standing_office=any("la co quan thuong truc" in fold(clause.text) for clause in clauses),
        request=bool(_REQUEST.match(node.text)),
        clauses=clauses,
    )


def leaves(node: Node) -> list[Node]:
    """What binds: the paragraphs under an addressee, points included."""
    return [inner for child in node.children for inner in child.walk()]


def _duty(node: Node) -> ParsedDuty:
    role = "support" if fold(node.text).startswith(("phoi hop", "tham gia phoi hop")) else "lead"
    return ParsedDuty(node.ref, node.text, role, named_indicators(node.text), find_deadline(node.text))


def named_indicators(text: str) -> list[int]:
    """Numbers after "chỉ tiêu", spans ("từ 8 đến 12") written out."""
    numbers: list[int] = []
    for found in _INDICATORS.finditer(text):
        spelled = _SPAN.sub(
            lambda span: ", ".join(str(n) for n in range(int(span[1]), min(int(span[2]), int(span[1]) + 200) + 1)),
            found["list"],
        )
        numbers += [int(number) for number in re.findall(r"\d+", spelled)]
    return list(dict.fromkeys(numbers))


def assign_indicators(indicators: list[ParsedIndicator], addressees: list[ParsedAddressee]) -> list[ParsedWarning]:
    """Who leads and who supports each indicator, as the clauses say; what is missing or doubled becomes a warning."""
    warnings: list[ParsedWarning] = []
    by_number = {indicator.number: indicator for indicator in indicators}
    for addressee in addressees:
        for clause in addressee.clauses:
            for number in clause.indicators:
                indicator = by_number.get(number)
                if indicator is None:
                    warnings.append(ParsedWarning(clause.ref, f"Nhắc đến chỉ tiêu {number}, nhưng văn bản không có."))
                elif clause.role == "support" or "chu tri" not in fold(clause.text):
                    indicator.support.append(addressee.name)
                elif indicator.lead is None:
                    indicator.lead = addressee.name
                elif indicator.lead != addressee.name:
                    warnings.append(
                        ParsedWarning(clause.ref, f"Chỉ tiêu {number} có hai cơ quan chủ trì; giữ {indicator.lead}.")
                    )
                    indicator.support.append(addressee.name)
    warnings += [
        ParsedWarning(one.ref, f"Chỉ tiêu {one.number} không có cơ quan chủ trì.") for one in indicators if not one.lead
    ]
    return warnings


def read_reporting(nodes: list[Node]) -> ParsedReporting | None:
    """The reporting rule: the first deadline in a paragraph about reports, and everybody who is reported to."""
    about = [node for node in nodes if "bao cao" in fold(node.text)]
    for node in about:
        deadline = find_deadline(node.text)
        if deadline and deadline.recurrence != "once":
            return ParsedReporting(
                node.ref, deadline.recurrence, deadline.last_day, deadline.wording, _reported_to(about)
            )
    return None


def _reported_to(nodes: list[Node]) -> list[str]:
    names = [name.strip() for node in nodes for found in _TO.finditer(node.text) for name in _AND.split(found["to"])]
    # "UBND" and "Ủy ban nhân dân" are one body.
    return list({fold(name).replace("uy ban nhan dan", "ubnd"): name for name in reversed(names)}.values())[::-1]
