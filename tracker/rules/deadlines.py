"""Where an assignment stands against its deadline: always computed, never stored (design 3.2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.words import N_
from tracker.rules.workflow import State

DUE_SOON_DAYS = 5
BAND_LIMITS = (5, 20)
STALE_MONTHS = 3


class DeadlineClass(StrEnum):
    NO_DEADLINE = "no_deadline"
    NOT_DUE = "not_due"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    DONE_EARLY = "done_early"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"


DONE = frozenset({DeadlineClass.DONE_EARLY, DeadlineClass.DONE_ON_TIME, DeadlineClass.DONE_LATE})


@dataclass(frozen=True)
class Standing:
    """`working_days` is late by (overdue, done late) or left (not due, due soon); 0 elsewhere."""

    klass: DeadlineClass
    working_days: int = 0
    band: int | None = None


def effective_due(nominal: date, calendar: WorkingCalendar, *, shift: bool = True) -> date:
    """The day that counts: a nominal date on a day off moves to the next working day (Civil Code art. 148.5)."""
    return calendar.next_working(nominal) if shift else nominal


def standing(
    *, state: State, due_on: date | None, submitted_on: date | None, today: date, calendar: WorkingCalendar
) -> Standing:
    """On time is judged by the day the work was *submitted* in the round that stands.

    While an item is submitted the clock is the office's: it is judged by its submission, like a completed one, but
    is not done yet: late stays overdue by the days it was late, in time stays not due. A suspended, declined or
    cancelled item has no running clock: not due. A completed item without a deadline is done on time.
    """
    if state is State.COMPLETED:
        return _finished(due_on, submitted_on or today, calendar)
    if due_on is None:
        return Standing(DeadlineClass.NO_DEADLINE)
    if state in (State.SUSPENDED, State.CANCELLED, State.DRAFT):
        return Standing(DeadlineClass.NOT_DUE, max(calendar.between(today, due_on), 0))
    if state is State.SUBMITTED and submitted_on is not None:
        late = calendar.between(due_on, submitted_on)
        if submitted_on > due_on:
            return Standing(DeadlineClass.OVERDUE, max(late, 1), band_of(late))
        return Standing(DeadlineClass.NOT_DUE, max(calendar.between(today, due_on), 0))
    if today > due_on:
        late = calendar.between(due_on, today)
        return Standing(DeadlineClass.OVERDUE, late, band_of(late))
    left = calendar.between(today, due_on)
    return Standing(DeadlineClass.DUE_SOON if left <= DUE_SOON_DAYS else DeadlineClass.NOT_DUE, left)


def _finished(due_on: date | None, submitted_on: date, calendar: WorkingCalendar) -> Standing:
    if due_on is None or submitted_on == due_on:
        return Standing(DeadlineClass.DONE_ON_TIME)
    if submitted_on < due_on:
        return Standing(DeadlineClass.DONE_EARLY, calendar.between(submitted_on, due_on))
    late = calendar.between(due_on, submitted_on)
    return Standing(DeadlineClass.DONE_LATE, late, band_of(late))


def band_of(late: int) -> int:
    """1: up to 5 working days, 2: 6–20, 3: more."""
    return 1 + sum(late > limit for limit in BAND_LIMITS)


def band_edges(today: date, calendar: WorkingCalendar) -> tuple[date, date]:
    """Due dates before the first edge are in band 2 or more, before the second in band 3.

    The same rule as `band_of` turned round, so that a query can count without computing day by day.
    """
    tomorrow = today + timedelta(days=1)
    first, second = (calendar.add(tomorrow, -(limit + 1)) for limit in BAND_LIMITS)
    return first, second


def soon_edge(today: date, calendar: WorkingCalendar) -> date:
    """The last due date that is still due soon."""
    return calendar.add(today, DUE_SOON_DAYS + 1) - timedelta(days=1)


def official_class(state: State, stands: Standing) -> str:
    """The four classes that the Government Office publishes; see `words.OFFICIAL_CLASSES`."""
    if stands.klass in DONE:
        return "done_late" if stands.klass is DeadlineClass.DONE_LATE else "done_on_time"
    return "open_overdue" if stands.klass is DeadlineClass.OVERDUE else "open_in_time"


def completion_rate(done: int, overdue: int) -> Fraction | None:
    """The state's own formula: done ÷ (done + overdue). None when there is nothing to judge yet."""
    return Fraction(done, done + overdue) if done + overdue else None


def is_stale(last_sign: date, today: date) -> bool:
    """No deadline is not no tracking: no sign of life for three months."""
    month = last_sign.month - 1 + STALE_MONTHS
    year, month = last_sign.year + month // 12, month % 12 + 1
    last_of_month = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return today > date(year, month, min(last_sign.day, last_of_month))


def describe(stands: Standing, *, state: State) -> tuple[str, dict[str, int]]:
    """Msgid and parameters of the standing in words."""
    days = {"n": stands.working_days}
    match stands.klass:
        case DeadlineClass.OVERDUE if state is State.SUBMITTED:
            return N_("nộp muộn %(n)s ngày làm việc"), days
        case DeadlineClass.OVERDUE if stands.working_days == 0:
            return N_("quá hạn"), {}
        case DeadlineClass.OVERDUE:
            return N_("quá hạn %(n)s ngày làm việc"), days
        case DeadlineClass.DUE_SOON | DeadlineClass.NOT_DUE if stands.working_days == 0:
            return N_("đến hạn hôm nay"), {}
        case DeadlineClass.DUE_SOON | DeadlineClass.NOT_DUE:
            return N_("còn %(n)s ngày làm việc"), days
        case DeadlineClass.DONE_LATE:
            return N_("muộn %(n)s ngày làm việc"), days
        case DeadlineClass.DONE_EARLY if stands.working_days:
            return N_("sớm %(n)s ngày làm việc"), days
        case DeadlineClass.NO_DEADLINE:
            return N_("không có thời hạn"), {}
        case _:
            return N_("đúng hạn"), {}
