"""What stands before Section I: number, date, kind, title, issuer, period and what the document is based on."""

import re
from datetime import date

from tracker.importing.blocks import Block
from tracker.importing.errors import BadDocument
from tracker.importing.parsed import ParsedHeader, ParsedWarning
from tracker.rules.text import fold
from tracker.rules.words import N_

_NUMBER = re.compile(r"Số\s*:\s*(?P<number>\S*\s?/\s?\S+)")
_DATE = re.compile(r"ngày\s*(?P<day>\d{0,2})[\s.…]*tháng\s*(?P<month>\d{0,2})[\s.…]*năm\s*(?P<year>\d{4})")
_PERIOD = re.compile(r"(?:giai đoạn|thời kỳ|nhiệm kỳ)\s+(?P<start>\d{4})\s*[-–]\s*(?P<end>\d{4})", re.IGNORECASE)
_TO_YEAR = re.compile(r"(?:đến|năm)\s+(?:năm\s+)?(?P<year>20\d\d)", re.IGNORECASE)
_BODY = r"(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân)"
_LEVEL = r"(?:tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn)"
_NAME = r"[A-ZĐÀ-Ỹ][\wÀ-ỹ]*(?:[ -][A-ZĐÀ-Ỹ][\wÀ-ỹ]*)*"
_ISSUER = re.compile(rf"(?P<issuer>(?:Chủ tịch )?(?P<unit>{_BODY} {_LEVEL} {_NAME})),?\s+(?:ban hành|xây dựng|yêu cầu)")
_ANY_BODY = re.compile(rf"{_BODY} {_LEVEL} {_NAME}")
_BASIS = re.compile(r"^(?:Thực hiện|Căn cứ)\s+(?P<what>.+)$", re.DOTALL)
_KINDS = (
    "chương trình hành động", "chương trình", "kế hoạch hành động", "kế hoạch", "đề án", "quyết định", "chỉ thị",
    "nghị quyết",
)  # fmt: skip


def read_header(blocks: list[Block], goals_text: str) -> tuple[ParsedHeader, str, list[ParsedWarning]]:
    """(header, name of the issuing unit, warnings). Raises BadDocument when there is no kind or no issuer."""
    warnings: list[ParsedWarning] = []
    whole = " ".join(block.text for block in blocks)
    kind, title, preamble = _title(blocks)
    issuer = _ISSUER.search(whole)
    body = issuer["unit"] if issuer else next(iter(_ANY_BODY.findall(whole)), None)
    if body is None:
        raise BadDocument(N_("Không tìm thấy cơ quan ban hành (UBND …) ở phần đầu văn bản."))
    if not issuer:
        warnings.append(ParsedWarning("", f"Không thấy câu ban hành; cơ quan ban hành được hiểu là {body}."))
    period = _PERIOD.search(title) or _PERIOD.search(whole)
    years = (int(period["start"]), int(period["end"])) if period else _years(whole + goals_text)
    if not period:
        warnings.append(ParsedWarning("", f"Không ghi giai đoạn; được hiểu là {years[0]}–{years[1]}."))
    number = _NUMBER.search(whole)
    if not number or number["number"].startswith("/"):
        warnings.append(ParsedWarning("", "Số của văn bản còn để trống."))
    issued_on, issued_text = _issued(whole)
    if issued_on is None:
        warnings.append(ParsedWarning("", "Ngày ban hành không ghi đủ ngày, tháng, năm."))
    header = ParsedHeader(
        title=f"{kind[:1].upper()}{kind[1:]} {title[:1].lower()}{title[1:]}".strip(),
        kind=kind,
        number=number["number"].replace(" ", "") if number else None,
        issuer=issuer["issuer"] if issuer else body,
        issued_on=issued_on,
        issued_text=issued_text,
        period=years,
        based_on=_bases(preamble),
    )
    return header, body, warnings


def _title(blocks: list[Block]) -> tuple[str, str, list[Block]]:
    """The kind stands alone in capitals; the title follows until the preamble begins."""
    for at, block in enumerate(blocks):
        folded = fold(block.text)
        for kind in _KINDS:
            if not folded.startswith(fold(kind)) or block.text[: len(kind)] != block.text[: len(kind)].upper():
                continue
            lines = [block.text[len(kind) :].strip()]
            rest = blocks[at + 1 :]
            while rest and not _BASIS.match(rest[0].text) and (rest[0].strong or (len(lines) == 1 and not lines[0])):
                lines.append(rest.pop(0).text)
            return kind, " ".join(line for line in lines if line), rest
    raise BadDocument(N_("Không tìm thấy tên loại văn bản (CHƯƠNG TRÌNH, KẾ HOẠCH…) ở phần đầu văn bản."))


def _issued(whole: str) -> tuple[date | None, str | None]:
    found = _DATE.search(whole)
    if not found:
        return None, None
    day, month, year = found["day"], found["month"], found["year"]
    if day and month:
        try:
            return date(int(year), int(month), int(day)), None
        except ValueError:
            return None, found[0]
    if month:
        return None, f"tháng {month} năm {year}"
    return None, f"năm {year}"


def _bases(preamble: list[Block]) -> list[str]:
    found: list[str] = []
    for block in preamble:
        basis = _BASIS.match(block.text)
        if not basis:
            continue
        what = re.split(rf",?\s*(?:Chủ tịch )?{_BODY} {_LEVEL} {_NAME},?\s+(?:ban hành|xây dựng)", basis["what"])[0]
        found.extend(part.strip(" ,;.") for part in what.split(";") if part.strip(" ,;."))
    return found


def _years(text: str) -> tuple[int, int]:
    years = sorted({int(found["year"]) for found in _TO_YEAR.finditer(text)})
    if not years:
        raise BadDocument(N_("Không tìm thấy giai đoạn hoặc năm thực hiện của chương trình."))
    return years[0], years[-1]
