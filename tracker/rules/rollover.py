"""When a programme opens its next periods, and what becomes of work that the period before has left unfinished.

Pure. What was opened is told by keys of periods; that a key is opened once is the database's to hold.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.rules.calendar import LOCAL, WorkingCalendar
from tracker.rules.recurrence import RECURRING, Period, Recurrence, next_period, period_named, period_of, periods_due
from tracker.rules.workflow import CLOSED, State

ONCE = period_of(date.min, Recurrence.ONCE)


def periods_to_open(
    since: date | None,
    opened: Collection[str],
    *,
    now: datetime,
    hour: int,
    last_year: int,
    calendar: WorkingCalendar,
) -> list[Period]:
    """Every period that has begun since `since` and is not opened, in order; a missed run loses none.

    Quiet on days off and before the programme's hour, as reminders are, so a period opens on its first working day.
    `since` None: the office has opened nothing yet, and nothing opens by itself. None begins after `last_year`.
    """
    local = now.astimezone(LOCAL)
    today = local.date()
    if since is None or local.hour < hour or not calendar.is_working(today):
        return []
    return in_order(
        period for period in _beginning(since, min(today, date(last_year, 12, 31))) if period.key not in opened
    )


def next_to_open(
    since: date | None, today: date, kinds: Collection[Recurrence], *, last_year: int, calendar: WorkingCalendar
) -> tuple[Period, date] | None:
    """The next period of these kinds, and the day on which it opens by itself; None where none will."""
    if since is None:
        return None
    following = in_order(next_period(period_of(max(today, since), kind)) for kind in kinds)
    if not following or following[0].first.year > last_year:
        return None
    return following[0], calendar.next_working(following[0].first)


def opened_by_hand(chosen: Period, today: date) -> list[Period]:
    """What opening `chosen` opens, in order: itself, and the shorter periods within it: of one that is over all, of one
    to come those that begin with it, else those of today. What was over when work began is nobody's debt."""
    within = [one for one in _beginning(chosen.first, chosen.last) if one.last <= chosen.last]
    if chosen.last < today:
        return in_order(within)
    day = max(chosen.first, today)
    return in_order(one for one in within if one.first <= day <= one.last)


def in_order(periods: Iterable[Period]) -> list[Period]:
    """By their first day, of several that begin together the longest first."""
    return sorted(periods, key=lambda one: (one.first, -one.last.toordinal()))


def _beginning(since: date, until: date) -> Iterable[Period]:
    for recurrence in RECURRING:
        for period in periods_due(recurrence, since, until):
            if since <= period.first <= until:
                yield period


def changes_from(
    before: Recurrence, after: Recurrence, given: Collection[tuple[str, State]], today: date
) -> date | None:
    """The day from which a duty recurs otherwise, `given` being its assignments (period, state). None: at once.

    Until then it goes on as before, so that no period is given beside another one that holds the same days, and none
    is left out. What was cancelled stands in nobody's way, nor does a single duty's once it has ended.
    """
    if before is after:
        return None
    periods = [period_named(key) for key, state in given if state is not State.CANCELLED]
    kinds = [kind for kind in (before, after) if kind is not Recurrence.ONCE]
    begun = min(period_of(today, kind).first for kind in kinds)
    running = [one for one in periods if one != ONCE and one.last >= begun]
    single = any(key == ONCE.key and unfinished(state) for key, state in given)
    if not running and not single:
        return None
    day = max([today, *(one.last for one in running)])
    return max(period_of(day, kind).last for kind in kinds) + timedelta(days=1)


def opens_single_duty(year: Period, deadline: date | None) -> bool:
    """Whether a single duty is given with this year: not when its deadline had passed before the year began."""
    return deadline is None or deadline >= year.first


@dataclass(frozen=True)
class Earlier:
    """An assignment of the same duty and unit, of an earlier or later period."""

    id: int
    period: str
    state: State


def unfinished(state: State) -> bool:
    """Given, and not ended: what waits for the office's confirmation is not ended yet."""
    return state not in CLOSED and state is not State.DRAFT


def carried_from(period: Period, others: Sequence[Earlier]) -> Earlier | None:
    """The newest unfinished assignment of a period that ended before this one begins: it keeps its own deadline, state
    and history, and the new one names it. A single duty is never carried into another row."""
    if period == ONCE:
        return None
    before = [one for one in others if unfinished(one.state) and period_named(one.period).last < period.first]
    return max(before, key=lambda one: (period_named(one.period).last, one.id), default=None)


def carried_to(year: int, standings: Sequence[tuple[date, State]], today: date, last_year: int) -> int | None:
    """The last year, up to today's, into whose lists a single duty is carried: it was unfinished when the year before
    ended. `standings`: (since when, state) in order of time; what has no standing so early counts as it first stood.
    """
    found = None
    for following in range(year + 1, min(today.year, last_year) + 1):
        first = date(following, 1, 1)
        state = next((one for since, one in reversed(standings) if since < first), standings[0][1])
        if unfinished(state):
            found = following
    return found
