"""Working days: Monday–Friday less holidays, overridden both ways by the administrator's table."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

# Known gaps of the library, shipped in the administrator's table: the swap of 2026 is the other way round,
# and no law seen confirms 24/11 (Ngày Văn hóa Việt Nam) as a day off.
SHIPPED_OVERRIDES: dict[date, tuple[bool, str]] = {
    date(2026, 1, 2): (False, "Nghỉ hoán đổi dịp Tết Dương lịch"),
    date(2026, 1, 10): (True, "Làm bù cho ngày 02/01/2026"),
    **{date(year, 11, 24): (True, "Chưa có quy định nghỉ ngày 24/11") for year in range(2026, 2031)},
}


def local_date(now: datetime) -> date:
    """The day it is in Vietnam; `now` must be aware."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    return now.astimezone(LOCAL).date()


@cache
def _official(year: int) -> frozenset[date]:
    """Days off of one year by the library; make-up Saturdays are the table's business."""
    return frozenset(holidays.country_holidays("VN", years=year).keys())


class WorkingCalendar:
    """`overrides`: day → is it a working day. Covers any year; each is computed once when asked for."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._years: dict[int, list[date]] = {}

    def is_working(self, day: date) -> bool:
        if day in self._overrides:
            return self._overrides[day]
        return day.weekday() < 5 and day not in _official(day.year)

    def next_working(self, day: date) -> date:
        """`day` itself if it is a working day, else the next one (Civil Code art. 148.5)."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def add(self, day: date, count: int) -> date:
        """The working day `count` working days after (before, if negative) `day`; the first day is not counted.

        `between(day, add(day, n)) == n` for n > 0; `add(day, 0)` is the day itself, working or not.
        """
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is before `start`."""
        if end < start:
            return -self.between(end, start)
        if start.year == end.year:
            days = self._days(start.year)
            return bisect_right(days, end) - bisect_right(days, start)
        first = self._days(start.year)
        last = self._days(end.year)
        full_years = sum(len(self._days(year)) for year in range(start.year + 1, end.year))
        return len(first) - bisect_right(first, start) + full_years + bisect_right(last, end)

    def _days(self, year: int) -> list[date]:
        if year not in self._years:
            first = date(year, 1, 1)
            span = (date(year + 1, 1, 1) - first).days
            self._years[year] = [day for n in range(span) if self.is_working(day := first + timedelta(days=n))]
        return self._years[year]
