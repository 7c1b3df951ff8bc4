"""Periods of a recurring duty, and the nominal day that is due in each (design 3.2)."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.rules.words import N_


class Recurrence(StrEnum):
    """How often a duty comes back; the values are those of `Duty.recurrence`."""

    ONCE = "once"
    YEARLY = "yearly"
    HALF_YEARLY = "half_yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"


RECURRING = tuple(one for one in Recurrence if one is not Recurrence.ONCE)
# Months in a period, and what stands before the number of the period in its key.
_MONTHS = {Recurrence.YEARLY: 12, Recurrence.HALF_YEARLY: 6, Recurrence.QUARTERLY: 3, Recurrence.MONTHLY: 1}
_MARKS = {Recurrence.HALF_YEARLY: "-H", Recurrence.QUARTERLY: "-Q"}
_KEY = re.compile(r"(?P<year>[0-9]{4})(?:(?P<mark>-[HQ]?)(?P<number>[0-9]{1,2}))?")
_ONCE_KEY = "once"
ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, order=True)
class Period:
    """One turn of a duty: `first` and `last` both belong to it.

    `key` is "2026", "2026-H1", "2026-Q2" or "2026-05". Keys of one recurrence sort by time, and those of all sort by
    year. A single duty has one period, "once", that holds every day: whenever it is opened, it is the same period.
    """

    key: str
    first: date
    last: date

    @property
    def recurrence(self) -> Recurrence:
        if self.key == _ONCE_KEY:
            return Recurrence.ONCE
        kinds = {"-": Recurrence.MONTHLY, "-H": Recurrence.HALF_YEARLY, "-Q": Recurrence.QUARTERLY}
        return kinds.get(self.key[4:].rstrip("0123456789"), Recurrence.YEARLY)


@dataclass(frozen=True)
class Rule:
    """A day of each period: the `day` of the month that comes `months` after the first month of the period.

    Yearly 19/11 is (10, 19); the last day of a quarter (2, 31); the 5th of the month after a month (1, 5). Where the
    month is too short its last day holds (Civil Code art. 148.3), so 31 means the last day of any month.
    Raises ValueError for a day outside 1–31 or a month before the period.
    """

    months: int
    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 31 or self.months < 0:
            raise ValueError(f"no such day of a period: {self}")

    @classmethod
    def of_year(cls, text: str) -> "Rule":
        """From "MM-DD", as the columns `last_day` hold it; ValueError for anything else.

        The month is counted from the first one of the period: of a quarter, "04-05" is the 5th of the month after it.
        """
        month, day = (int(part) for part in text.split("-"))
        return cls(month - 1, day)

    @property
    def code(self) -> str:
        """What `of_year` reads, for any period."""
        return f"{self.months + 1:02}-{self.day:02}"

    @property
    def in_year(self) -> str:
        """ "MM-DD", for a yearly duty; 31 becomes the last day that the month can have."""
        return f"{self.months + 1:02}-{min(self.day, monthrange(2024, self.months + 1)[1]):02}"


def period_words(key: str) -> tuple[str, dict[str, str | int]]:
    """(msgid, parameters) of how an office names the period. ValueError for what is no key."""
    period = period_named(key)
    year, number = period.first.year, _number(period)
    match period.recurrence:
        case Recurrence.ONCE:
            return N_("Một lần"), {}
        case Recurrence.YEARLY:
            return N_("Năm %(year)s"), {"year": year}
        case Recurrence.HALF_YEARLY:
            return (N_("6 tháng đầu năm %(year)s") if number == 1 else N_("6 tháng cuối năm %(year)s")), {"year": year}
        case Recurrence.QUARTERLY:
            return N_("Quý %(quarter)s/%(year)s"), {"quarter": ROMAN[number - 1], "year": year}
        case Recurrence.MONTHLY:
            return N_("Tháng %(month)s/%(year)s"), {"month": number, "year": year}


def in_sentence(period: Period) -> str:
    """The period inside a Vietnamese sentence of a document: "năm 2026", "quý II năm 2026"; "" for a single duty."""
    year, number = period.first.year, _number(period)
    part = {
        Recurrence.HALF_YEARLY: f"6 tháng {'đầu' if number == 1 else 'cuối'} ",
        Recurrence.QUARTERLY: f"quý {ROMAN[number - 1]} " if number <= 4 else "",
        Recurrence.MONTHLY: f"tháng {number} ",
    }
    kind = period.recurrence
    return "" if kind is Recurrence.ONCE else f"{part.get(kind, '')}năm {year}"


def _number(period: Period) -> int:
    """Which of its year, from 1."""
    kind = period.recurrence
    return 1 if kind is Recurrence.ONCE else (period.first.month - 1) // _MONTHS[kind] + 1


def last_day_of(recurrence: Recurrence) -> Rule:
    """The rule of a duty whose wording names no day: the last day of the period. KeyError for ONCE."""
    return Rule(_MONTHS[recurrence] - 1, 31)


def period_of(day: date, recurrence: Recurrence) -> Period:
    """The period that holds `day`."""
    if recurrence is Recurrence.ONCE:
        return Period(_ONCE_KEY, date.min, date.max)
    return _period(recurrence, day.year, (day.month - 1) // _MONTHS[recurrence])


def period_named(key: str) -> Period:
    """The period whose key this is; ValueError when there is none."""
    if key == _ONCE_KEY:
        return period_of(date.min, Recurrence.ONCE)
    found = _KEY.fullmatch(key)
    recurrence = Period(key, date.min, date.min).recurrence
    if found:
        period = _period(recurrence, int(found["year"]), int(found["number"] or 1) - 1)
        if period.key == key:
            return period
    raise ValueError(f"no period has the key {key!r}")


def next_period(period: Period) -> Period:
    """The one that begins the day after; ValueError for "once", which has none."""
    if period.key == _ONCE_KEY:
        raise ValueError("a single duty has no next period")
    return period_of(period.last + timedelta(days=1), period.recurrence)


def periods_due(recurrence: Recurrence, from_: date, until: date) -> Iterator[Period]:
    """Every period with a day in `from_`–`until`, both included, in order: what a duty that binds then has to open.

    None when `until` is before `from_`. A single duty has its one period, whatever the days.
    """
    if until < from_:
        return
    period = period_of(from_, recurrence)
    yield period
    while period.last < until:
        period = next_period(period)
        yield period


def due_in(period: Period, rule: Rule | date | None) -> date | None:
    """The nominal last day on time for `period`; `effective_due` then moves it off a day off.

    A date is the deadline of a single duty and due only in the period that holds it. None: no deadline.
    ValueError for a rule in the period "once".
    """
    if rule is None:
        return None
    if isinstance(rule, date):
        return rule if period.first <= rule <= period.last else None
    if period.key == _ONCE_KEY:
        raise ValueError("a single duty is due on a date, not by a rule")
    index = period.first.year * 12 + period.first.month - 1 + rule.months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(rule.day, monthrange(year, month)[1]))


def _period(recurrence: Recurrence, year: int, number: int) -> Period:
    """`number` counts from 0. ValueError for a month or year that does not exist."""
    months = _MONTHS[recurrence]
    start, end = number * months + 1, (number + 1) * months
    first = date(year, start, 1)
    last = date(year, end, monthrange(year, end)[1])
    if recurrence is Recurrence.YEARLY:
        return Period(f"{year:04}", first, last)
    mark = _MARKS.get(recurrence)
    return Period(f"{year:04}{mark}{number + 1}" if mark else f"{year:04}-{start:02}", first, last)
