"""How the sentences of a report say numbers, classes and judgements."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from tracker.exports.material import short
from tracker.exports.snapshot import MeasureRow, Tally
from tracker.rules.words import OFFICIAL_CLASSES

VERDICTS = {
    "met": "đạt mục tiêu",
    "on_path": "đúng lộ trình",
    "off_path": "chậm so với lộ trình",
    "missed": "chưa đạt mục tiêu",
    "not_yet": "chưa đánh giá được",
}
WAITS_IN_TIME = "đã nộp trong hạn, chờ xác nhận"
WAITS_LATE = "nộp muộn, chờ xác nhận"


def count(number: int) -> str:
    """In a table: "3", "1.250"."""
    return f"{number:,}".replace(",", ".")


money = count


def said(number: int) -> str:
    """In a sentence, as offices write: "03", "12", "1.250"."""
    return f"{number:02}" if 0 < number < 10 else count(number)


def percent(rate: Fraction) -> str:
    """With one decimal, also where it is 0: "19,0%" beside "39,9%"."""
    number = short(str(Decimal(int(rate * 1000 + Fraction(1, 2))).scaleb(-1)), 1)
    return f"{number}%" if "," in number else f"{number},0%"


def verdicts(rows: Sequence[MeasureRow]) -> str:
    """ "03 đạt mục tiêu; 02 chậm so với lộ trình", what there is none of left out."""
    counted = Counter(one.verdict for one in rows)
    return "; ".join(f"{said(counted[key])} {words}" for key, words in VERDICTS.items() if counted[key])


def of_some(one: MeasureRow) -> str:
    """ "mới có 11/22 xã, thị trấn" where what is judged as the whole area's is the sum of a part of it; else ""."""
    return f"mới có {count(one.communes)}/{count(one.communes_expected)} xã, thị trấn" if one.is_partial else ""


def resting_on_some(rows: Sequence[MeasureRow], joint: str = ", ") -> str:
    """Behind a count of these rows, how many of them are such a part; "" where none is."""
    n = sum(one.is_partial for one in rows)
    if not n:
        return ""
    who = f"trong đó {said(n)} chỉ số " if n < len(rows) else "đều " if n > 1 else ""
    return f"{joint}{who}mới có số liệu của một phần số xã, thị trấn"


def classes(tally: Tally, number: Callable[[int], str] = count) -> str:
    """The four official classes in words, empty ones left out; of what is open, how much only waits to be confirmed.
    `number`: `said` in a sentence."""
    waits = {2: (tally.waits_in_time, WAITS_IN_TIME), 3: (tally.waits_late, WAITS_LATE)}
    named = []
    for at, (name, n) in enumerate(zip(OFFICIAL_CLASSES.values(), tally.classes, strict=True)):
        if n:
            waiting, words = waits.get(at, (0, ""))
            part = f"trong đó {number(waiting)} " if waiting < n else "đều " if n > 1 else ""
            inner = f" ({part}{words})" if waiting else ""
            named.append(f"{number(n)} {lower(name)}{inner}")
    return "; ".join(named) if named else "chưa có nhiệm vụ nào"


def lower(words: str) -> str:
    return words[:1].lower() + words[1:]
