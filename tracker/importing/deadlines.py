"""Deadlines in the running text of a document: where one stands; what it means, `rules.wording` says."""

import datetime
import re
from dataclasses import dataclass

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.errors import Invalid
from tracker.rules.recurrence import Recurrence, Rule
from tracker.rules.wording import read_deadline

_YEARLY = r"(?:h[àằ]ng năm|mỗi năm|của năm)"
_BEFORE = r"(?:trước|chậm nhất(?: là)?|muộn nhất(?: là)?|đến hết|hết|trong)\s+"
_DAY = r"(?:ngày\s+)?\d{1,2}\s*(?:/|-|\s+tháng\s+)\s*\d{1,2}"
_YEAR = r"(?:\s*/\s*|\s*-\s*|\s+năm\s+)\d{4}"
# Only what has its year, or every year: planning words and target years of indicators are no deadlines.
_DATED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_BEFORE}{_DAY}{_YEAR}",
        rf"{_BEFORE}{_DAY}\s*,?\s*{_YEARLY}",
        rf"trong tháng\s+\d{{1,2}}{_YEAR}",
        rf"{_BEFORE}tháng\s+\d{{1,2}}\s+{_YEARLY}",
        rf"(?:trong\s+)?quý\s+(?:IV|I{{1,3}}|[1-4]){_YEAR}",
    )
]
_REPORTED = [
    re.compile(rf"báo cáo[^.;]*?\b({words})", re.IGNORECASE)
    for words in ("(?:h[àằ]ng|mỗi) tháng", "(?:h[àằ]ng|mỗi) quý|định kỳ quý", "(?:6|sáu) tháng(?: một lần)?")
]
_EVERY = (Recurrence.MONTHLY, Recurrence.QUARTERLY, Recurrence.HALF_YEARLY)
_CALENDAR = WorkingCalendar()


@dataclass(frozen=True)
class Deadline:
    """`last_day` is "MM-DD", the last day on time of each year; `date` the last day of a single deadline.

    `recurrence`: a value of `Recurrence`.
    """

    wording: str
    recurrence: str
    last_day: str | None = None
    date: datetime.date | None = None


def find_deadline(text: str) -> Deadline | None:
    """The deadline that a text names, or None. "Trước ngày 20/11" is 19/11: the day itself is too late.

    Planning words ("kế hoạch hằng năm") and target years of indicators ("vào năm 2025") are not deadlines. One that
    is refused (31/2, "trước ngày 1/1 hằng năm") is found without a day, which the import then warns of.
    """
    refused: Deadline | None = None
    for pattern in _DATED:
        if found := pattern.search(text):
            deadline = _dated(found[0])
            if deadline.last_day or deadline.date:
                return deadline
            refused = refused or deadline
    for pattern, recurrence in zip(_REPORTED, _EVERY, strict=True):
        if found := pattern.search(text):
            return Deadline(found[1], recurrence.value)
    return refused


def _dated(wording: str) -> Deadline:
    try:
        # The year is written, or every year is meant: neither the day of issue nor the year decides.
        read = read_deadline(wording, issued_on=datetime.date(2024, 1, 1), year=2024, calendar=_CALENDAR)
    except Invalid:
        return Deadline(wording, (Recurrence.ONCE if wording[-1].isdigit() else Recurrence.YEARLY).value)
    last_day = read.rule.in_year if isinstance(read.rule, Rule) else None
    return Deadline(wording, read.recurrence.value, last_day, None if last_day else read.last_day)
