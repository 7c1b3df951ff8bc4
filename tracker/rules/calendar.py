"""Working days: Monday–Friday less holidays, overridden both ways by the administrator's table (design 3.2)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
_DAY = timedelta(days=1)


def _culture_days(years: range) -> list[date]:
    """The working days that 24/11 would take: the day itself, or the Monday in lieu of a Saturday or Sunday."""
    days = [date(year, 11, 24) for year in years]
    return [day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday()) for day in days]


# Known gaps of the library, shipped as rows of the administrator's table: the swap of 2026 is the other way round,
# and it assumes that 24/11 (Ngày Văn hóa Việt Nam) is off, which no law seen confirms: a row is the switch of a year.
_CULTURE_DAYS = _culture_days(range(2026, 2036))
SHIPPED_OVERRIDES: dict[date, bool] = {
    date(2026, 1, 2): False,
    date(2026, 1, 10): True,
    **dict.fromkeys(_CULTURE_DAYS, True),
}
SHIPPED_NOTES: dict[date, str] = {
    date(2026, 1, 2): "Nghỉ hoán đổi dịp Tết Dương lịch",
    date(2026, 1, 10): "Làm bù cho ngày 02/01/2026",
    **dict.fromkeys(_CULTURE_DAYS, "Chưa có quy định nghỉ Ngày Văn hóa Việt Nam (24/11)"),
}


def local_date(now: datetime) -> date:
    """The day it is in Vietnam; `now` must be aware."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    return now.astimezone(LOCAL).date()


@cache
def _working_by_library(year: int) -> frozenset[date]:
    """Working days of one year before overrides; in-lieu days and the make-up Saturdays it knows are in."""
    official = holidays.country_holidays("VN", years=year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
    return frozenset(day for day in days if official.is_working_day(day))


@lru_cache(maxsize=16)
def calendar_of(overrides: frozenset[tuple[date, bool]]) -> "WorkingCalendar":
    """One calendar, with the years that it has counted, for all who have the same table of overrides."""
    return WorkingCalendar(dict(overrides))


class WorkingCalendar:
    """`overrides`: day → is it a working day. Covers any year; each is computed once when it is asked for."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})
        # Year → (ordinal of 1 January, working days from there up to and including each day).
        self._years: dict[int, tuple[int, list[int]]] = {}

    def is_working(self, day: date) -> bool:
        if day in self._overrides:
            return self._overrides[day]
        return day in _working_by_library(day.year)

    def next_working(self, day: date) -> date:
        """`day` itself if it is a working day, else the next one (Civil Code art. 148.5)."""
        while not self.is_working(day):
            day += _DAY
        return day

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, if negative), whether or not `day` is one itself.

        `day` is not counted (Civil Code art. 147.2); `add(day, 0)` is `day`. So `between(day, add(day, n)) == n` for
        n ≥ 0, and for n < 0 too when `day` is a working day; from a day off, going back n reaches one day less.
        """
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; `-between(end, start)` when `end` is before `start`."""
        if end < start:
            return -self.between(end, start)
        first, upto = self._year(start.year)
        before = upto[start.toordinal() - first]
        if start.year == end.year:
            return upto[end.toordinal() - first] - before
        total = upto[-1] - before + sum(self._year(year)[1][-1] for year in range(start.year + 1, end.year))
        first, upto = self._year(end.year)
        return total + upto[end.toordinal() - first]

    def _year(self, year: int) -> tuple[int, list[int]]:
        found = self._years.get(year)
        if found is None:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            days = (date.fromordinal(n) for n in range(first, last + 1))
            found = self._years[year] = (first, list(accumulate(self.is_working(day) for day in days)))
        return found
