"""Deadlines in the running text of a document."""

import datetime
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_YEARLY = r"(?:h[àằ]ng năm|mỗi năm|của năm|h[àằ]ng năm)"
_BEFORE = r"(?P<before>trước|chậm nhất(?: là)?|muộn nhất(?: là)?|đến hết|hết|trong)"
_DAY = r"(?:ngày\s+)?(?P<day>\d{1,2})\s*(?:/|-|\s+tháng\s+)\s*(?P<month>\d{1,2})"
_YEARLY_DAY = re.compile(rf"{_BEFORE}\s+{_DAY}\s*,?\s*(?:{_YEARLY})", re.IGNORECASE)
_ONE_DAY = re.compile(rf"{_BEFORE}\s+{_DAY}(?:\s*/\s*|\s*-\s*|\s+năm\s+)(?P<year>\d{{4}})", re.IGNORECASE)
_YEARLY_MONTH = re.compile(rf"(?:trong|{_BEFORE})\s+tháng\s+(?P<m>\d{{1,2}})\s+{_YEARLY}", re.IGNORECASE)
_ONE_MONTH = re.compile(r"trong tháng\s+(?P<m>\d{1,2})\s*(?:/|năm)\s*(?P<year>\d{4})", re.IGNORECASE)
_QUARTER = re.compile(r"(?:trong\s+)?quý\s+(?P<q>IV|I{1,3}|[1-4])\s*(?:/|-|năm)\s*(?P<year>\d{4})", re.IGNORECASE)
_EVERY_QUARTER = re.compile(r"báo cáo[^.;]*?\b(?P<w>h[àằ]ng quý|mỗi quý|định kỳ quý)", re.IGNORECASE)
_EVERY_HALF = re.compile(r"báo cáo[^.;]*?\b(?P<w>6 tháng(?: một lần)?|sáu tháng)", re.IGNORECASE)
_EVERY_MONTH = re.compile(r"báo cáo[^.;]*?\b(?P<w>h[àằ]ng tháng|mỗi tháng)", re.IGNORECASE)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}
# A year with 29 February, so that "trước ngày 01/3" is kept as the last of February in every year.
_LEAP = 2024


@dataclass(frozen=True)
class Deadline:
    """`last_day` is "MM-DD", the last day on time of each year; `date` the last day of a single deadline.

    `recurrence`: yearly, half_yearly, quarterly, monthly, once.
    """

    wording: str
    recurrence: str
    last_day: str | None = None
    date: datetime.date | None = None


def find_deadline(text: str) -> Deadline | None:
    """The deadline that a text names, or None. "Trước ngày 20/11" is 19/11: the day itself is too late.

    Planning words ("kế hoạch hằng năm") and target years of indicators ("vào năm 2025") are not deadlines.
    """
    if found := _ONE_DAY.search(text):
        day = _calendar_day(int(found["year"]), int(found["month"]), int(found["day"]), found["before"])
        if day:
            return Deadline(found[0], "once", date=day)
    if found := _YEARLY_DAY.search(text):
        day = _calendar_day(_LEAP, int(found["month"]), int(found["day"]), found["before"])
        if day:
            return Deadline(found[0], "yearly", last_day=f"{day:%m-%d}")
    if (found := _ONE_MONTH.search(text)) and (last := _month_end(int(found["year"]), int(found["m"]))):
        return Deadline(found[0], "once", date=last)
    if (found := _YEARLY_MONTH.search(text)) and (last := _month_end(_LEAP, int(found["m"]))):
        return Deadline(found[0], "yearly", last_day=f"{last:%m-%d}")
    if found := _QUARTER.search(text):
        last = _month_end(int(found["year"]), 3 * _ROMAN[found["q"].upper()])
        return Deadline(found[0], "once", date=last)
    for pattern, recurrence in (
        (_EVERY_MONTH, "monthly"),
        (_EVERY_QUARTER, "quarterly"),
        (_EVERY_HALF, "half_yearly"),
    ):
        if found := pattern.search(text):
            return Deadline(found["w"], recurrence)
    return None


def _calendar_day(year: int, month: int, day: int, before: str) -> date | None:
    try:
        named = date(year, month, day)
    except ValueError:
        return None
    return named - timedelta(days=1) if before.lower() == "trước" else named


def _month_end(year: int, month: int) -> date | None:
    return date(year, month, monthrange(year, month)[1]) if 1 <= month <= 12 else None
