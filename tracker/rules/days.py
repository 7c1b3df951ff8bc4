"""A day as somebody types it, and how far off a day may be."""

import re
from datetime import date

from tracker.rules.errors import Invalid
from tracker.rules.words import N_

# No programme in force is older. Working days are counted year by year: a deadline in the year 9999 is a slip of the
# finger that every page would pay for.
FIRST_YEAR, LAST_YEAR = 2000, 2100
YEARS_AHEAD = 30
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")
_LOCAL = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def read_day(text: str) -> date | None:
    """ "2026-11-19" or "19/11/2026"; None for anything else."""
    iso, local = _ISO.fullmatch(text), _LOCAL.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if local:
            return date(int(local[3]), int(local[2]), int(local[1]))
    except ValueError:
        pass
    return None


def check_day(day: date, today: date, *, field: str) -> date:
    """The day itself. Raises Invalid when it lies before the year 2000 or more than thirty years ahead."""
    first, last = date(FIRST_YEAR, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    if not first <= day <= last:
        raise Invalid(
            N_("Ngày %(day)s không hợp lý; hãy ghi ngày từ %(first)s đến %(last)s."),
            field=field,
            day=f"{day.day:02}/{day.month:02}/{day.year:04}",
            first=f"{first:%d/%m/%Y}",
            last=f"{last:%d/%m/%Y}",
        )
    return day
