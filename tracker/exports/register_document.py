"""The register of reminders as a Word file in the layout of Decree 30/2020. A book is no kind of document of its
article 7 and has no number; its day stays blank."""

from collections.abc import Sequence
from datetime import datetime

from tracker.exports.decree30 import AdministrativeDocument
from tracker.exports.paper import unended
from tracker.exports.register import TITLE, Cover, Line
from tracker.exports.report_words import said

# More is no longer a document that somebody signs; it takes a minute to write and nobody turns its pages.
MOST_LINES = 2_000
# Enough to know the work by; its whole text is in the programme, under the clause that stands before it.
LONGEST_TEXT = 100
UNPARTED = "\u2011"


def register_document(cover: Cover, lines: Sequence[Line]) -> bytes:
    """A .docx; `lines` in order of time, `MOST_LINES` at most."""
    year = f"{cover.made_at:%Y}"
    document = AdministrativeDocument(f"{TITLE} {cover.period}", banner="DỮ LIỆU MẪU" if cover.sample else "")
    document.heading(
        parent=cover.parent_agency,
        agency=cover.agency,
        number="",
        place_and_date=f"{cover.place}, ngày      tháng      năm {year}",
        kind=TITLE.upper(),
        subject=(cover.programme, ", ".join(part for part in (cover.unit, cover.period) if part)),
    )
    whose = f" của {cover.unit}" if cover.unit else ""
    document.paragraph(
        f"Sổ ghi từng lượt đôn đốc{whose} khi thực hiện {cover.programme}, {cover.period}, theo nhật ký đôn đốc và"
        f" nhật ký thư của hệ thống, lập lúc {cover.made_at:%H} giờ {cover.made_at:%M} ngày {cover.made_at:%d/%m/%Y}."
    )
    if not lines:
        document.paragraph("Trong thời gian này không có lượt đôn đốc nào./.")
    else:
        results = "; ".join(f"{said(n)} lượt {result[:1].lower()}{result[1:]}" for result, n in cover.counts)
        document.paragraph(f"Tổng số {said(cover.total)} lượt, mỗi người nhận là một lượt: {results}.")
        answered = sum(line.answered_at is not None for line in lines)
        document.paragraph(_answers(answered, len(lines) - answered))
        document.paragraph(
            "Thời điểm gửi là lúc máy chủ thư nhận; “lập” là lúc lập thư mà máy chủ thư chưa nhận. Chi tiết tại Phụ lục"
            " kèm theo./."
        )
    document.signature(authority=(cover.head_title,), recipients=(f"Lưu: VT, {cover.agency_short}.",))
    if lines:
        _annex(document, cover, lines, year)
    return document.save()


def _answers(answered: int, open_: int) -> str:
    by = "được đơn vị trả lời bằng cập nhật hoặc báo cáo sau đó"
    if not answered:
        return "Chưa lượt nào được đơn vị trả lời."
    if not open_:
        return f"Lượt này {by}." if answered == 1 else f"Cả {said(answered)} lượt đều {by}."
    return f"{said(answered)} lượt {by}; {said(open_)} lượt chưa được trả lời."


def _annex(document: AdministrativeDocument, cover: Cover, lines: Sequence[Line], year: str) -> None:
    issuer = f" của {cover.office}" if cover.office else ""
    document.annex(
        "",
        "Các lượt đôn đốc",
        f"(Kèm theo {TITLE} ngày      tháng      năm {year}{issuer})",
    )
    document.table(
        ("TT", "Thời điểm gửi", "Đơn vị", "Nhiệm vụ, thời hạn", "Bậc đôn đốc, người đôn đốc", "Người nhận, địa chỉ",
         "Kết quả", "Đơn vị trả lời"),
        (1.3, 2.4, 2.8, 4.7, 3.2, 6.0, 2.0, 2.8),
        [_row(number, line) for number, line in enumerate(lines, 1)],
        centred=frozenset({0, 1, 6, 7}),
    )  # fmt: skip


def cut(text: str, most: int) -> str:
    """The whole text, or as much as ends where its sense does, at a semicolon or a comma, with "…" right after the last
    word. Where there is no such place in its second half, whole words."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[:most]
    at = max(head.rfind("; "), head.rfind(", "))
    if at < most // 2:
        at = head.rfind(" ")
    return f"{text[: at if at > 0 else most - 1].rstrip(' .;:,')}…"


def _row(number: int, line: Line) -> tuple[str, ...]:
    work = cut(f"{line.clause_ref}. {unended(line.text)}", LONGEST_TEXT)
    return (
        str(number),
        _moment(line.sent_at) if line.sent_at else f"lập {_moment(line.told_at)}",
        line.unit,
        f"{work.rstrip(' .;')}; hạn {line.due_on:%d/%m/%Y}" if line.due_on else work,
        f"{line.by}; thay {line.instead_of}" if line.instead_of else line.by,
        # An address is not parted at its hyphens.
        "\n".join(part for part in (line.to_name, line.to_address.replace("-", UNPARTED)) if part) or "Không có ai",
        line.result,
        _moment(line.answered_at) if line.answered_at else "Chưa",
    )


def _moment(value: datetime) -> str:
    return f"{value:%H:%M %d/%m/%Y}"
