"""The official letter to those who have not filed (công văn đôn đốc): the layout of Decree 30/2020 for a công văn, with
what it is about under its number and no line for a kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.exports.decree30 import AdministrativeDocument
from tracker.exports.paper import number_line, place_line
from tracker.exports.report_words import said

# Beyond so many, the addressees stand in the annex.
MOST_NAMED = 12
EVERYBODY = "cơ quan, đơn vị"
# What a letter is about stands in a narrow column: the years of the programme are in its text.
_YEARS = re.compile(r",? giai đoạn \d{4} ?[-–] ?\d{4}$")


@dataclass(frozen=True)
class Behind:
    """`late`: working days after its day; 0 while that has not passed. `returned`: it filed, and owes it again."""

    unit: str
    due_on: date
    late: int
    stands: str
    returned: bool = False


@dataclass(frozen=True)
class LetterFacts:
    """`until`: the day that the letter sets; `office`: who sends it, by name. `among`: what the units are called that
    are counted, all or those of one level; of these `expected` owe a report and `filed` have filed. `behind` may be a
    part of the rest; `returned`: how many of the rest filed and owe it again."""

    programme: str
    about: str
    today: date
    expected: int
    filed: int
    behind: Sequence[Behind]
    until: date
    office_due_on: date
    sample: bool
    place: str
    parent_agency: str
    agency: str
    agency_short: str
    head_title: str
    addressee: str
    office: str = ""
    among: str = EVERYBODY
    returned: int = 0

    @property
    def lacking(self) -> int:
        return max(self.expected - self.filed, len(self.behind))

    @property
    def alone(self) -> bool:
        """A letter to one unit says in its text what others have in an annex."""
        return len(self.behind) == 1


def chasing_letter(facts: LetterFacts) -> bytes:
    """A .docx. Number and day stay blank: they are given after signing."""
    banner = "DỮ LIỆU MẪU" if facts.sample else ""
    document = AdministrativeDocument(f"Đôn đốc nộp báo cáo {facts.about}", banner=banner)
    document.heading(
        parent=facts.parent_agency,
        agency=facts.agency,
        number=number_line("", facts.agency_short),
        about=(f"V/v đôn đốc nộp báo cáo {facts.about} thực hiện {_YEARS.sub('', facts.programme)}",),
        place_and_date=place_line(facts.place, "", f"{facts.today:%Y}"),
    )
    again = sum(one.returned for one in facts.behind)
    owed = _owed(again, len(facts.behind))
    named = len(facts.behind) <= MOST_NAMED
    document.addressed_to(
        [one.unit for one in facts.behind] if named else ["Các cơ quan, đơn vị có tên trong Phụ lục kèm theo"]
    )
    document.paragraph(_duty(facts))
    document.paragraph(_count(facts))
    asked = "quý cơ quan" if facts.alone else "thủ trưởng các cơ quan, đơn vị nêu trên"
    document.paragraph(
        f"Đề nghị {asked} chỉ đạo hoàn thành và nộp báo cáo chậm nhất ngày {facts.until:%d/%m/%Y}. Sau thời hạn này,"
        f" đơn vị {owed} sẽ được nêu tên trong báo cáo tổng hợp."
    )
    document.paragraph("Trân trọng./.")
    document.signature(
        authority=(facts.head_title,),
        recipients=("Như trên;", f"{facts.addressee} (để báo cáo);", f"Lưu: VT, {facts.agency_short}."),
    )
    if not facts.alone:
        _annex(document, facts, owed)
    return document.save()


def _annex(document: AdministrativeDocument, facts: LetterFacts, owed: str) -> None:
    issuer = f" của {facts.office}" if facts.office else ""
    document.annex(
        "",
        f"Các đơn vị {owed} báo cáo {facts.about}",
        f"(Kèm theo Công văn số      /{facts.agency_short} ngày      tháng      năm {facts.today:%Y}{issuer})",
        landscape=False,
    )
    document.table(
        ("TT", "Cơ quan, đơn vị", "Hạn nộp", "Quá hạn", "Tình trạng"),
        (1.2, 5.5, 2.5, 3.5, 3.8),
        [
            (str(number), one.unit, f"{one.due_on:%d/%m/%Y}", _late(one.late), one.stands)
            for number, one in enumerate(facts.behind, 1)
        ],
        centred=frozenset({0, 2, 3, 4}),
    )


def _duty(facts: LetterFacts) -> str:
    office = f"{facts.office} (cơ quan thường trực)" if facts.office else "cơ quan thường trực"
    who, by = "các cơ quan, đơn vị", "theo thời hạn tại Phụ lục"
    if facts.alone:
        who, by = "quý cơ quan", f"chậm nhất ngày {facts.behind[0].due_on:%d/%m/%Y}"
    duty = f"Thực hiện chế độ báo cáo của {facts.programme}, {who} gửi báo cáo {facts.about} về {office} {by}"
    # What should have gone out by now is no reason to hurry others with.
    if facts.today >= facts.office_due_on:
        return f"{duty}."
    return f"{duty}; cơ quan thường trực báo cáo {facts.addressee} chậm nhất ngày {facts.office_due_on:%d/%m/%Y}."


def _count(facts: LetterFacts) -> str:
    """How far all of them are, and what part of the rest this letter is to."""
    told, late = len(facts.behind), sum(one.late > 0 for one in facts.behind)
    filed = f"đã có {said(facts.filed)}/{said(facts.expected)} {facts.among} nộp báo cáo"
    if not facts.filed:
        filed = f"chưa có {'đơn vị' if facts.among == EVERYBODY else facts.among} nào nộp báo cáo"
    owed = _owed(facts.returned, facts.lacking)
    begin = f"Tính đến ngày {facts.today:%d/%m/%Y}, {filed};"
    if facts.alone:
        return f"{begin} {_only(facts, owed)}."
    overdue = f", trong đó {said(late)} đơn vị đã quá hạn" if late else ""
    if late == told:
        overdue = ", đều đã quá hạn"
    rest = f"còn {said(told)} đơn vị {owed}{overdue}"
    if told < facts.lacking:
        rest = f"trong số {said(facts.lacking)} đơn vị {owed}, công văn này gửi {said(told)} đơn vị{overdue}"
    return f"{begin} {rest} (chi tiết tại Phụ lục kèm theo)."


def _only(facts: LetterFacts, owed: str) -> str:
    """How the one unit stands, and of how many it is one. Its day stands before that."""
    (one,) = facts.behind
    stands = _owed(one.returned, 1)
    late = f" (hạn {one.due_on:%d/%m/%Y}, quá hạn {said(one.late)} ngày làm việc)" if one.late else ""
    if facts.lacking == 1:
        return f"{one.unit} {stands}{late}"
    return f"còn {said(facts.lacking)} đơn vị {owed}, trong đó {one.unit} {stands}{late}"


def _owed(returned: int, of: int) -> str:
    """What is owed by so many, of which `returned` filed once."""
    if not returned:
        return "chưa nộp"
    return "chưa nộp lại" if returned == of else "chưa nộp hoặc chưa nộp lại"


def _late(days: int) -> str:
    return f"{days} ngày làm việc" if days else "Chưa đến hạn"
