"""What every maker of a document can be told: one report is written once, whatever file comes of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
# In cm: the page less its margins, and the two halves of the head of a document.
TEXT_WIDTH, LEFT_HALF, RIGHT_HALF = 16.5, 6.6, 9.9
# The motto as it is set, and a letter of a line (Times New Roman, bold): of capitals at 12, of others at 14.
MOTTO_WIDTH, CAPITAL, LETTER = 5.6, 0.262, 0.228
# What XML 1.0 and UTF-8 cannot hold; people paste such things from old documents.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


# What fits the left half of the head in capitals of size 12.
_HEAD = 26
# Where the name of a committee or an office is best divided.
_SEAMS = (" HUYỆN ", " THÀNH PHỐ ", " THỊ XÃ ", " QUẬN ", " TỈNH ", " XÃ ", " PHƯỜNG ", " - ", " VÀ ")

# The same of a subject in bold of size 14 across the page.
_SUBJECT = 62
_SUBJECT_SEAMS = (
    " huyện ",
    " thành phố ",
    " tỉnh ",
    " xã ",
    " giai đoạn ",
    " thực hiện ",
    " năm ",
    " vì ",
    " 6 tháng ",
)


def clean(text: str) -> str:
    return _ILLEGAL.sub("", text)


def unended(text: str) -> str:
    """A task without the mark that parts it from the next one where it was given."""
    return text.rstrip(" ;,")


def balanced(name: str) -> str:
    """The name of an agency for the head of a document: on two lines where one is too short for it."""
    if len(name) <= _HEAD or "\n" in name:
        return name
    middle = len(name) / 2
    seams = [name.index(seam) + (2 if seam == " - " else 0) for seam in _SEAMS if seam in name]
    seams = [at for at in seams if abs(at - middle) <= len(name) / 4] or [
        at for at, char in enumerate(name) if char == " "
    ]
    at = min(seams, key=lambda at: abs(at - middle), default=len(name))
    return f"{name[:at].rstrip()}\n{name[at:].lstrip()}" if at < len(name) else name


def subject_lines(text: str) -> tuple[str, ...]:
    """The subject of a document on lines of about the same length, none of which parts what belongs together."""
    if len(text) <= _SUBJECT:
        return (text,)
    count = -(-len(text) // _SUBJECT)
    lines, rest = [], text
    for left in range(count, 1, -1):
        aim = len(rest) / left
        places = [at for seam in _SUBJECT_SEAMS for at in _places(rest, seam) if abs(at - aim) <= aim / 3]
        places = places or _places(rest, " ")
        at = min(places, key=lambda at: abs(at - aim), default=len(rest))
        lines.append(rest[:at])
        rest = rest[at:].lstrip()
        if not rest:
            break
    return (*lines, rest) if rest else tuple(lines)


def _places(text: str, seam: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(seam, at)]


def rule_under(line: str, *, capitals: bool = False) -> float:
    """The length in cm of a rule of two fifths of the line above it (Annex I asks for a third to a half)."""
    longest = max(line.split("\n"), key=len)
    return 0.4 * min(len(longest) * (CAPITAL if capitals else LETTER), LEFT_HALF if capitals else TEXT_WIDTH)


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, of that width in cm. `alt` says in words what it shows; `caption` stands under it."""

    svg: str
    width: float
    alt: str
    caption: str


class Paper(Protocol):
    """A document of Decree 30/2020/NĐ-CP, Annex I, from top to bottom."""

    def heading(
        self,
        *,
        parent: str,
        agency: str,
        number: str,
        place_and_date: str,
        kind: str = "",
        subject: Sequence[str] = (),
        about: Sequence[str] = (),
    ) -> None:
        """`kind`, `subject` in the middle; a letter (công văn) has neither, but `about` ("V/v …") under its number."""

    def addressed_to(self, names: Sequence[str]) -> None: ...

    def paragraph(self, text: str, *, italic: bool = False, keep: bool = False) -> Any:
        """`keep`: on the page of what follows."""

    def part(self, text: str) -> None:
        """I. A PART IN BOLD CAPITALS"""

    def point(self, text: str) -> None:
        """1. A titled point in bold"""

    def gap(self, text: str) -> None:
        """What the office has to fill in: bracketed and highlighted, so that it cannot be overlooked."""

    def picture(self, picture: Picture) -> None: ...

    def signature(self, *, authority: Sequence[str], recipients: Sequence[str], name: str = "") -> None: ...

    def annex(self, number: str, title: str, source: str, *, landscape: bool = True) -> None:
        """A section of its own with its own page numbers; the only one of a document has no number."""

    def table(
        self,
        heads: Sequence[str],
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        centred: frozenset[int] = frozenset(),
        right: frozenset[int] = frozenset(),
        total: bool = False,
    ) -> None:
        """Widths in cm. A row of one cell is a heading across the table; `total`: the last row is its sum. Heads
        repeat, rows do not break."""

    def save(self) -> bytes: ...


def number_line(issued: str, symbol: str) -> str:
    """ "Số: 05/BC-LĐTBXH"; blank until it is given: the number comes after the signature."""
    return f"Số: {issued}" if issued else f"Số:      /{symbol}"


def place_line(place: str, issued_on: str, year: str) -> str:
    """ "Tân Yên, ngày 05 tháng 01 năm 2026"; `issued_on` is an ISO day or "": blank until it is issued."""
    return f"{place}, {day_words(issued_on, year)}"


def day_words(issued_on: str, year: str) -> str:
    """Days below 10 and the first two months have a leading 0 (Annex I, II.4)."""
    if not issued_on:
        return f"ngày      tháng      năm {year}"
    y, m, d = (int(part) for part in issued_on.split("-"))
    return f"ngày {d:02} tháng {f'{m:02}' if m < 3 else m} năm {y}"
