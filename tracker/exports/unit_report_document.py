"""A unit's report as a Word file for signing and for the paper file: the layout of Decree 30/2020."""

import re

from tracker.exports.decree30 import AdministrativeDocument
from tracker.exports.paper import number_line, place_line, subject_lines, unended
from tracker.exports.unit_report import ReportFacts

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
         "XVIII", "XIX", "XX", "XXI")  # fmt: skip
# The mark that ends a document stands once, at its end.
_ENDED = re.compile(r"\./\.$")


def unit_report_document(facts: ReportFacts) -> bytes:
    """A .docx. Number and day stay blank: they are given after signing."""
    banner = " · ".join(
        part for part in ("DỮ LIỆU MẪU" if facts.sample else "", "" if facts.round else "BẢN NHÁP, CHƯA NỘP") if part
    )
    document = AdministrativeDocument(f"Báo cáo {facts.about} của {facts.unit}", banner=banner)
    document.heading(
        parent=facts.parent_agency,
        agency=facts.agency,
        number=number_line("", f"BC-{facts.agency_short}"),
        place_and_date=place_line(facts.place, "", str(facts.year)),
        kind="BÁO CÁO",
        subject=subject_lines(f"{facts.title}, {facts.about}"),
    )
    document.addressed_to([facts.addressee])
    document.paragraph(f"{facts.unit} báo cáo {facts.title[:1].lower()}{facts.title[1:]}, {facts.about}, như sau:")
    kept = (("số liệu chỉ tiêu", facts.figures), ("kết quả nhiệm vụ được giao", facts.work))
    annexes = [name for name, rows in kept if rows]
    numbered = len(annexes) > 1
    where = [f"{name} tại Phụ lục{f' {ROMAN[at]}' if numbered else ''}" for at, name in enumerate(annexes)]
    for at, (title, text) in enumerate(facts.sections):
        document.part(f"{ROMAN[at]}. {title}")
        for line in text.split("\n"):
            if line.strip():
                document.paragraph(_ENDED.sub(".", line.strip()))
        if not text.strip():
            document.gap("Chưa có nội dung")
    if annexes:
        document.paragraph(f"Chi tiết {'; '.join(where)} kèm theo.")
    document.paragraph(f"Trên đây là báo cáo {facts.about} của {facts.unit}./.")
    document.signature(
        authority=facts.head_title.split("\n"),
        recipients=("Như trên;", "Lưu: VT." if facts.agency_short == "UBND" else f"Lưu: VT, {facts.agency_short}."),
    )
    source = (
        f"(Kèm theo Báo cáo số      /BC-{facts.agency_short} ngày      tháng      năm {facts.year} của {facts.unit})"
    )
    at = 0
    if facts.figures:
        document.annex(ROMAN[at] if numbered else "", f"Số liệu chỉ tiêu {facts.about}", source)
        document.table(
            ("CT", "Chỉ tiêu", "Đơn vị tính", "Mục tiêu", f"Năm {facts.before}", "Kỳ báo cáo", "Ghi chú"),
            (1.2, 8.1, 2.2, 3.0, 3.2, 3.6, 3.4),
            [
                (one.number, one.name, one.unit, one.target, one.before or "–", one.now, one.note)
                for one in facts.figures
            ],
            centred=frozenset({0, 2, 3, 4, 5}),
        )  # fmt: skip
        at += 1
    if facts.work:
        document.annex(ROMAN[at] if numbered else "", f"Kết quả nhiệm vụ được giao {facts.about}", source)
        document.paragraph(f"Tình hình tính đến ngày {facts.as_of:%d/%m/%Y}.")
        document.table(
            ("TT", "Mục", "Nhiệm vụ", "Hạn", "Tình trạng", "Kết quả", "Minh chứng"),
            (1.2, 1.8, 7.3, 2.4, 3.4, 6.4, 2.2),
            [
                (
                    str(number), one.ref, unended(one.text),
                    f"{one.due_on:%d/%m/%Y}" if one.due_on else "", one.official, one.result,
                    f"{one.files} tệp" if one.files else "",
                )
                for number, one in enumerate(facts.work, 1)
            ],
            centred=frozenset({0, 1, 3, 6}),
        )  # fmt: skip
        if facts.work_more:
            document.paragraph(f"Còn {facts.work_more} nhiệm vụ nữa không in ở đây.")
    return document.save()
