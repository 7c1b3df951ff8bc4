"""A day by which a unit says that work will be done: what it may be, when it is broken, and who is told then.

A promise moves no deadline and quiets no reminder; it is followed up beside them.
"""

from datetime import date, timedelta
from enum import StrEnum

from tracker.rules.days import check_day
from tracker.rules.errors import Invalid
from tracker.rules.ladder import NEXT_IN_LINE, LadderRole
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT, State

FARTHEST = timedelta(days=366)


class Outcome(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    # Taken back, replaced by another day, or the work was declined, given to another unit or cancelled.
    WITHDRAWN = "withdrawn"


def check_promise(on: date | None, today: date, *, field: str) -> date:
    """Raises Invalid unless the day is today or later, within a year."""
    if on is None:
        raise Invalid(N_("Hãy chọn ngày hẹn xong."), field=field)
    check_day(on, today, field=field)
    if on < today:
        raise Invalid(N_("Ngày hẹn không thể ở trước hôm nay."), field=field)
    if on > today + FARTHEST:
        raise Invalid(N_("Ngày hẹn không được quá một năm kể từ hôm nay."), field=field)
    return on


def is_broken(promised_on: date, state: State, today: date) -> bool:
    """From the day after, while the unit still has the work. While it is suspended nobody waits for it."""
    return state in WITH_UNIT and today > promised_on


def outcome_of(promised_on: date, submitted_on: date) -> Outcome:
    """The day of the submission decides, as it does for the deadline; not the day on which the office confirms."""
    return Outcome.KEPT if submitted_on <= promised_on else Outcome.BROKEN


def told_of_broken(*, by_head: bool) -> LadderRole:
    """The next role up the ladder from whoever promised."""
    return NEXT_IN_LINE[LadderRole.HEAD if by_head else LadderRole.OWNER]
