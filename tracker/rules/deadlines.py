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


# What people read instead of "not due" or "no deadline" while work that was submitted in time lies with the office.
WAITING = "waiting"
DONE = frozenset({DeadlineClass.DONE_EARLY, DeadlineClass.DONE_ON_TIME, DeadlineClass.DONE_LATE})


class Clock(StrEnum):
    """Whose time passes: the unit's (running), the office's while it decides on a submission, or nobody's."""

    RUNNING = "running"
    OFFICE = "office"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Standing:
    """`working_days` is late by (overdue, done late) or left (not due, due soon, done early); 0 elsewhere.

    Late by 0 is possible: the day after a due Friday is late, but no working day has passed. `band` is 1–3 when late.
    """

    klass: DeadlineClass
    working_days: int = 0
    band: int | None = None
    clock: Clock = Clock.RUNNING


def effective_due(nominal: date, calendar: WorkingCalendar, shift: bool = True) -> date:
    """The day that counts: a nominal date on a day off moves to the next working day (Civil Code art. 148.5)."""
    return calendar.next_working(nominal) if shift else nominal


def standing(
    *,
    state: State,
    due_on: date | None,
    submitted_on: date | None,
    today: date,
    calendar: WorkingCalendar,
    due_soon_days: int = DUE_SOON_DAYS,
) -> Standing:
    """`submitted_on` is the day the round that stands was submitted; None when there is none or it was returned.

    - Completed: judged by `submitted_on`, whenever the office confirmed. Without a due date it is done on time.
    - Submitted: the clock is the office's, so the class no longer depends on today. Submitted in time is not due,
      however long it waits; submitted late is overdue by the days it was late, and will be done late by as many.
    - Draft, suspended, cancelled: the clock stands still; not due, or no deadline.
    - Declined: the clock runs on. The duty is still undone, and work that no unit has must not look well.

    Raises ValueError when a submitted or completed item has no `submitted_on`.
    """
    if state in (State.SUBMITTED, State.COMPLETED) and submitted_on is None:
        raise ValueError(f"a {state} assignment needs submitted_on")
    if state is State.COMPLETED and submitted_on is not None:
        return _finished(due_on, submitted_on, calendar)
    if state in (State.DRAFT, State.SUSPENDED, State.CANCELLED):
        return Standing(_waiting_class(due_on), clock=Clock.STOPPED)
    if due_on is None:
        clock = Clock.OFFICE if state is State.SUBMITTED else Clock.RUNNING
        return Standing(DeadlineClass.NO_DEADLINE, clock=clock)
    if state is State.SUBMITTED and submitted_on is not None:
        if submitted_on > due_on:
            return _late(DeadlineClass.OVERDUE, calendar.between(due_on, submitted_on), Clock.OFFICE)
        return Standing(DeadlineClass.NOT_DUE, calendar.between(submitted_on, due_on), clock=Clock.OFFICE)
    if today > due_on:
        return _late(DeadlineClass.OVERDUE, calendar.between(due_on, today), Clock.RUNNING)
    left = calendar.between(today, due_on)
    return Standing(DeadlineClass.DUE_SOON if left <= due_soon_days else DeadlineClass.NOT_DUE, left)


def _waiting_class(due_on: date | None) -> DeadlineClass:
    return DeadlineClass.NO_DEADLINE if due_on is None else DeadlineClass.NOT_DUE


def _finished(due_on: date | None, submitted_on: date, calendar: WorkingCalendar) -> Standing:
    if due_on is None or submitted_on == due_on:
        return Standing(DeadlineClass.DONE_ON_TIME, clock=Clock.STOPPED)
    if submitted_on < due_on:
        return Standing(DeadlineClass.DONE_EARLY, calendar.between(submitted_on, due_on), clock=Clock.STOPPED)
    return _late(DeadlineClass.DONE_LATE, calendar.between(due_on, submitted_on), Clock.STOPPED)


def _late(klass: DeadlineClass, days: int, clock: Clock) -> Standing:
    return Standing(klass, days, band_of(days), clock)


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


def soon_edge(today: date, calendar: WorkingCalendar, due_soon_days: int = DUE_SOON_DAYS) -> date:
    """The last due date that is still due soon."""
    return calendar.add(today, due_soon_days + 1) - timedelta(days=1)


def shown_class(stands: Standing) -> str:
    """The class as pages count and filter by it (`words.SHOWN_CLASSES`): the class itself, but WAITING for what was
    submitted in time. What was submitted late stays overdue. The official class knows no such thing."""
    waits = stands.clock is Clock.OFFICE and stands.klass is not DeadlineClass.OVERDUE
    return WAITING if waits else str(stands.klass)


def official_class(stands: Standing, state: State) -> str | None:
    """One of the four classes that the Government Office publishes (`words.OFFICIAL_CLASSES`).

    None for a draft and a cancelled assignment: the one is not given yet, the other no longer, so neither is counted.
    """
    if state in (State.DRAFT, State.CANCELLED):
        return None
    if stands.klass in DONE:
        return "done_late" if stands.klass is DeadlineClass.DONE_LATE else "done_on_time"
    return "open_overdue" if stands.klass is DeadlineClass.OVERDUE else "open_in_time"


def completion_rate(done: int, overdue: int) -> Fraction | None:
    """The state's own formula: done ÷ (done + overdue). None when there is nothing to judge yet."""
    return Fraction(done, done + overdue) if done + overdue else None


def is_stale(last_update: date, today: date, months: int = STALE_MONTHS) -> bool:
    """No deadline is not no tracking: more than `months` calendar months without a sign of life.

    A month that lacks the day ends on its last: 30/11 + 3 months is 28/2.
    """
    index = last_update.year * 12 + last_update.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return today > min(first + timedelta(days=last_update.day - 1), following - timedelta(days=1))


def stale_edge(today: date, months: int = STALE_MONTHS) -> date:
    """The first day of a sign of life that is not yet stale: `is_stale` turned round."""
    day = today - timedelta(days=31 * (months + 1))
    while is_stale(day, today, months):
        day += timedelta(days=1)
    return day


def describe(stands: Standing) -> tuple[str, dict[str, int]]:
    """Msgid and parameters of the standing in words; a colour never says it alone."""
    days = {"n": stands.working_days}
    match stands.klass:
        case DeadlineClass.NO_DEADLINE:
            return N_("đã nộp, chờ xác nhận") if stands.clock is Clock.OFFICE else N_("không có thời hạn"), {}
        case DeadlineClass.OVERDUE | DeadlineClass.DONE_LATE:
            return _describe_late(stands), days if stands.working_days else {}
        case DeadlineClass.DONE_EARLY if stands.working_days:
            return N_("xong sớm %(n)s ngày làm việc"), days
        case DeadlineClass.DONE_EARLY | DeadlineClass.DONE_ON_TIME:
            return N_("xong đúng hạn"), {}
        case _ if stands.clock is Clock.OFFICE:
            return N_("đã nộp trong hạn, chờ xác nhận"), {}
        case _ if stands.clock is Clock.STOPPED:
            return N_("không tính hạn"), {}
        case _ if stands.working_days:
            return N_("còn %(n)s ngày làm việc"), days
        case _:
            return N_("đến hạn hôm nay"), {}


def _describe_late(stands: Standing) -> str:
    """Late by 0 working days says so without a number."""
    counted = stands.working_days > 0
    if stands.klass is DeadlineClass.DONE_LATE:
        return N_("xong muộn %(n)s ngày làm việc") if counted else N_("xong muộn")
    if stands.clock is Clock.OFFICE:
        return N_("nộp muộn %(n)s ngày làm việc") if counted else N_("nộp muộn")
    return N_("quá hạn %(n)s ngày làm việc") if counted else N_("quá hạn")
