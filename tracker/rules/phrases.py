"""The phrases that deadlines are made of, as patterns over folded words: what they look like, not what they mean."""

import re
from dataclasses import dataclass
from unicodedata import normalize

from tracker.rules.text import fold

# A stroke, dash, point or colon counts between numbers only; the other marks of punctuation say nothing. Whatever
# is neither is a word of its own, so that it is not understood by mistake.
_WORD = re.compile(r"[0-9]+|[^\W\d_]+|(?<=[0-9IVXivx])\s?([/.:–—-])\s?(?=[0-9])|[^\s,;:.()“”\"'–—-]")


@dataclass(frozen=True)
class Phrase:
    """`text` in NFKC with single spaces; `plain` its folded words; `places` the span of each word in both.

    In `plain` every stroke, dash or point between numbers is "/": "Quý II-2026, 15.12" is "quy ii / 2026 15 / 12".
    """

    text: str
    plain: str
    places: tuple[tuple[int, int, int, int], ...]

    def written(self, start: int, end: int) -> str:
        """The words behind `plain[start:end]`, as they were written; "" when there are none."""
        inside = [place for place in self.places if place[0] >= start and place[1] <= end]
        return self.text[inside[0][2] : inside[-1][3]] if inside else ""

    @property
    def after_lead(self) -> int:
        """Where `plain` goes on after "Thời hạn hoàn thành:", "báo cáo" and the like."""
        lead = _LEAD.match(self.plain)
        return lead.end() if lead else 0

    def rest(self, patterns: list[re.Pattern[str]]) -> str:
        """What stands beside the longest part that one of `patterns` understands; all of it when none does."""
        start = self.after_lead
        matches = [match for pattern in patterns if (match := pattern.search(self.plain, start))]
        if not matches:
            return self.text
        best = max(matches, key=lambda match: len(match[0]))
        sides = self.written(start, best.start()), self.written(best.end(), len(self.plain))
        return " … ".join(side for side in sides if side) or self.text


def read_phrase(text: str) -> Phrase:
    whole = " ".join(normalize("NFKC", text).split())
    words: list[str] = []
    places: list[tuple[int, int, int, int]] = []
    at = 0
    for found in _WORD.finditer(whole):
        mark = found[1] and (":" if found[1] == ":" else "/")
        word = mark or fold(found[0]) or found[0]
        words.append(word)
        places.append((at, at + len(word), *found.span()))
        at += len(word) + 1
    return Phrase(whole, " ".join(words), tuple(places))


def _pattern(text: str) -> re.Pattern[str]:
    """Whole words only."""
    return re.compile(rf"(?<!\S)(?:{text})(?!\S)")


_LEAD = re.compile(
    "(?:(?:thoi (?:han|gian)|han|tien do)(?: (?:hoan thanh|thuc hien|(?:gui |nop )?bao cao|cuoi cung))?(?: la)? )?"
    "(?:(?:hoan thanh|thuc hien|xong|(?:gui |nop )?bao cao|so ket|tong ket|danh gia|dinh k[yi](?= [a-z])) )*"
)
_N = "[0-9]{1,4}"
_YEARLY = "(?:hang|moi|cua) nam"
_EVERY = f"(?P<every>{_YEARLY} )?"
_ONCE_IN = "(?: (?:mot|1|/) lan)"
_NEXT = "(?:sau|ke tiep|tiep theo|lien ke)"
_LATEST = "(?:cham nhat|muon nhat|tre nhat|khong (?:qua|muon hon|cham hon))(?: la)?(?: vao| den| trong)?(?: het)?"
_END = f"{_LATEST}|(?:(?:den|trong) )?het"
_BY_DAY = f"(?:(?:(?P<before>truoc)|{_END}|den|trong|vao) )?"
_WITHIN = f"(?:{_END}|trong|(?:den )?cuoi)"
_BY_SPAN = f"(?:(?:(?P<before>truoc)|{_WITHIN}) )?"
_DATE = f"(?:ngay )?(?P<day>{_N}) (?:/|thang) (?P<month>{_N})(?: (?:/|nam) (?P<year>{_N}))?"
_HOUR = "(?P<hour>(?:0?[1-9]|1[0-9]|2[0-4]) (?:h|g|gio|:)(?: [0-5]?[0-9](?: phut)?)? )?"
_OF_YEAR = f"(?: (?:/|nam) (?P<year>{_N}))?(?P<yearly> {_YEARLY})?"
_PAPER = "(?:van ban|quyet dinh|ke hoach|chuong trinh|cong van|chi thi|thong bao|nghi quyet)"
_STAGE = f"giai doan (?P<first>{_N}) (?:/|den) (?P<last>{_N})"
_TERM = (
    "(?:(?:sau|trong(?: vong| thoi (?:han|gian))?|(?:cham nhat|khong qua)(?: la)?(?: sau| trong)?) )?"
    f"(?P<count>{_N}) (?P<unit>ngay lam viec|ngay|tuan|thang|nam)"
)

# "trước ngày 15/12/2026", "chậm nhất 17 giờ ngày 15 tháng 12", "hằng năm, trước ngày 20/11"
DAY = _pattern(f"{_EVERY}{_BY_DAY}{_HOUR}{_DATE}(?P<yearly> {_YEARLY})?")
# "trong tháng 9/2026", "hết quý 3", "6 tháng đầu năm", "trước năm 2026", "cuối năm"
SPANS = [
    _pattern(f"{_EVERY}{_BY_SPAN}thang (?P<month>{_N}){_OF_YEAR}"),
    _pattern(f"{_EVERY}{_BY_SPAN}qu[yi] (?P<quarter>{_N}|[ivx]+){_OF_YEAR}"),
    _pattern(
        f"{_EVERY}(?:{_WITHIN} )?(?P<part>{_N}|sau) thang (?P<side>dau|cuoi)(?: cua)? nam"
        f"(?: (?P<year>{_N}))?(?P<yearly> {_YEARLY})?"
    ),
    _pattern(f"{_BY_SPAN}nam (?P<year>{_N})"),
    _pattern(f"{_WITHIN} nam"),
]
# "hằng quý", "cuối mỗi tháng"; "định kỳ 6 tháng", "3 tháng một lần"
EVERY = [
    _pattern(f"(?:(?:den )?(?:cuoi|het) )?(?:hang|moi) (?P<each>thang|qu[yi]|nam){_ONCE_IN}?"),
    _pattern(f"(?:(?:dinh k[yi]|hang|moi) )?(?P<six>0?6|sau) thang{_ONCE_IN}?"),
    _pattern(f"(?:(?:dinh k[yi]|moi) )?(?P<three>0?3|ba) thang{_ONCE_IN}"),
]
# "trước ngày 25 hằng tháng", "hằng quý, chậm nhất ngày 5 tháng sau", "ngày 18 của tháng cuối quý"; also "ngày 15" alone
DAY_OF_EACH = _pattern(
    f"(?:(?:hang|moi) (?P<each>thang|qu[yi]|nam) )?{_BY_DAY}(?:ngay )?(?P<day>{_N})"
    f"(?: (?:cua )?(?P<of>(?:hang|moi) thang|thang {_NEXT}|thang cuoi(?: cua)? qu[yi]|"
    f"thang dau(?: cua)? qu[yi] {_NEXT}))?"
)
# "trong thời hạn 15 ngày kể từ ngày ban hành", "sau 10 ngày làm việc kể từ ngày 5/3/2026"
TERM = _pattern(
    f"{_TERM} (?:ke |tinh )?tu (?:(?P<issue>(?:ngay|khi) (?:ky ban hanh|ky|ban hanh)(?: {_PAPER} nay)?)|{_DATE})"
)
OPEN_TERM = _pattern(f"{_TERM}(?: .*)?")
# "giai đoạn 2021-2025"; "giữa kỳ", "cuối kỳ giai đoạn 2021-2030"
STAGES = [
    _pattern(f"(?:(?:(?P<middle>giua)|{_WITHIN}) )?{_STAGE}"),
    _pattern(f"(?:(?P<middle>giua)|(?:den )?cuoi) (?:k[yi]|giai doan)(?: {_STAGE})?"),
]
ONGOING = _pattern("thuong xuyen(?: lien tuc)?|lien tuc")
ON_REQUEST = _pattern("(?:dot xuat )?(?:khi|theo) (?:co )?yeu cau|dot xuat|khi (?:co )?phat sinh")

# What could be read in two ways: "9/10", "trước 9/2026", "đến năm 2025".
DAY_OR_MONTH = _pattern(f"{_N} / {_N}|{_BY_DAY}(?:ngay )?[0-9]{{1,2}} / [0-9]{{4}}")
BEGIN_OR_END = _pattern("(?:den|vao|(?:den )?dau|(?:den )?giua|khoang|tu) (?:thang|qu[yi]|nam)(?: .*)?")
