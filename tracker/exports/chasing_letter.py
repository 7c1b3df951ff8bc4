"""The official letter to those who have not filed (công văn đôn đốc): the layout of Decree 30/2020 for a công văn, with
what it is about under its number and no line for a kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.exports.decree30 import AdministrativeDocument

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
# Beyond so many, the addressees stand in the annex.
MOST_NAMED = 12


@dataclass(frozen=True)
class Behind:
    """`late`: working days after its day; 0 while that has not passed."""

    unit: str
    due_on: date
    late: int
    stands: str


@dataclass(frozen=True)
class LetterFacts:
    """`until`: the day that the letter sets."""

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


def chasing_letter(facts: LetterFacts) -> bytes:
    """A .docx. Number and day stay blank: they are given after signing."""
    banner = "DỮ LIỆU MẪU" if facts.sample else ""
    document = AdministrativeDocument(f"Đôn đốc nộp báo cáo {facts.about}", banner=banner)
    year, symbol = f"{facts.today:%Y}", f"/{facts.agency_short}"
    document.heading(
        parent=facts.parent_agency,
        agency=facts.agency,
        number=f"Số:      {symbol}",
        about=(f"V/v đôn đốc nộp báo cáo {facts.about} thực hiện {facts.programme}",),
        place_and_date=f"{facts.place}, ngày      tháng      năm {year}",
    )
    named = len(facts.behind) <= MOST_NAMED
    document.addressed_to(
        [one.unit for one in facts.behind] if named else ["Các cơ quan, đơn vị có tên trong Phụ lục kèm theo"]
    )
    document.paragraph(
        f"Thực hiện chế độ báo cáo của {facts.programme}, các cơ quan, đơn vị gửi báo cáo {facts.about} về cơ quan"
        f" thường trực để tổng hợp, báo cáo {facts.addressee} chậm nhất ngày {facts.office_due_on:%d/%m/%Y}."
    )
    late = sum(one.late > 0 for one in facts.behind)
    overdue = f", trong đó {late} đơn vị đã quá hạn" if late else ""
    document.paragraph(
        f"Tính đến ngày {facts.today:%d/%m/%Y}, đã có {facts.filed}/{facts.expected} cơ quan, đơn vị nộp báo cáo; còn"
        f" {len(facts.behind)} đơn vị chưa nộp{overdue} (chi tiết tại Phụ lục kèm theo)."
    )
    document.paragraph(
        f"Đề nghị thủ trưởng các cơ quan, đơn vị nêu trên chỉ đạo hoàn thành và nộp báo cáo chậm nhất ngày"
        f" {facts.until:%d/%m/%Y}. Sau thời hạn này, đơn vị chưa nộp sẽ được nêu tên trong báo cáo tổng hợp."
    )
    document.paragraph("Trân trọng./.")
    document.signature(
        authority=(facts.head_title,),
        recipients=("Như trên;", f"{facts.addressee} (để báo cáo);", f"Lưu: VT, {facts.agency_short}."),
    )
    document.annex(
        "",
        f"Các đơn vị chưa nộp báo cáo {facts.about}",
        f"(Kèm theo Công văn số      {symbol} ngày      tháng      năm {year})",
    )
    document.table(
        ("TT", "Cơ quan, đơn vị", "Hạn nộp", "Quá hạn", "Tình trạng"),
        (1.4, 11.0, 3.4, 4.4, 5.0),
        [
            (str(number), one.unit, f"{one.due_on:%d/%m/%Y}", _late(one.late), one.stands)
            for number, one in enumerate(facts.behind, 1)
        ],
        centred=frozenset({0, 2, 3, 4}),
    )
    return document.save()


def _late(days: int) -> str:
    return f"{days} ngày làm việc" if days else "chưa đến hạn"
