"""Any sequence of runs opens each period once; what is unfinished is carried and never copied."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.calendar import LOCAL, SHIPPED_OVERRIDES, WorkingCalendar
from tracker.rules.recurrence import RECURRING, Recurrence, period_named, period_of, periods_due
from tracker.rules.rollover import (
    ONCE,
    Earlier,
    carried_from,
    carried_to,
    next_to_open,
    opened_by_hand,
    opens_single_duty,
    periods_to_open,
    unfinished,
)
from tracker.rules.workflow import State

CALENDAR = WorkingCalendar(SHIPPED_OVERRIDES)
SINCE, LAST = date(2026, 1, 1), 2028
HOUR = 8
MOMENTS = st.datetimes(datetime(2025, 11, 1), datetime(2029, 3, 31)).map(lambda at: at.replace(tzinfo=LOCAL))
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
STATES = st.sampled_from(State)


def to_open(opened: set[str], now: datetime, since: date | None = SINCE) -> list[str]:
    found = periods_to_open(since, opened, now=now, hour=HOUR, last_year=LAST, calendar=CALENDAR)
    return [one.key for one in found]


def begun(now: datetime) -> set[str]:
    """Every period, by a count of its own, whose first working day has reached the hour by `now`."""
    found = set()
    for year in range(SINCE.year, LAST + 1):
        for months in (12, 6, 3, 1):
            for n in range(12 // months):
                first = date(year, n * months + 1, 1)
                opens = datetime.combine(CALENDAR.next_working(first), time(HOUR), LOCAL)
                if opens <= now:
                    mark = {12: "", 6: f"-H{n + 1}", 3: f"-Q{n + 1}", 1: f"-{n + 1:02}"}[months]
                    found.add(f"{year}{mark}")
    return found


@given(st.lists(MOMENTS, max_size=30).map(sorted))
def test_any_runs_with_gaps_open_each_period_once(runs: list[datetime]) -> None:
    opened: set[str] = set()
    last = datetime(2029, 4, 2, 9, tzinfo=LOCAL)
    for now in [*runs, last]:
        found = to_open(opened, now)
        assert not opened & set(found)
        assert len(found) == len(set(found))
        assert set(found) <= begun(now)
        opened |= set(found)
        assert not to_open(opened, now)  # a second beat has nothing to do
        if CALENDAR.is_working(now.date()) and now.hour >= HOUR:
            assert opened == begun(now)  # and a run at work has caught up
    assert opened == begun(last)


@given(MOMENTS)
def test_quiet_on_days_off_before_the_hour_and_before_the_first_opening(now: datetime) -> None:
    assert to_open(set(), now, since=None) == []
    if not CALENDAR.is_working(now.date()) or now.hour < HOUR:
        assert to_open(set(), now) == []


def test_the_new_year_opens_on_its_first_working_day() -> None:
    opened = begun(datetime(2026, 12, 31, 23, tzinfo=LOCAL))
    # 1 January 2027 is off, and 2 and 3 are a weekend.
    for day in (1, 2, 3):
        assert to_open(opened, datetime(2027, 1, day, 9, tzinfo=LOCAL)) == []
    assert to_open(opened, datetime(2027, 1, 4, 7, 59, tzinfo=LOCAL)) == []
    assert to_open(opened, datetime(2027, 1, 4, 8, tzinfo=LOCAL)) == ["2027", "2027-H1", "2027-Q1", "2027-01"]
    following = next_to_open(
        SINCE, date(2026, 12, 1), {Recurrence.YEARLY, Recurrence.QUARTERLY}, last_year=LAST, calendar=CALENDAR
    )
    assert following == (period_named("2027"), date(2027, 1, 4))
    assert next_to_open(SINCE, date(2028, 2, 1), {Recurrence.YEARLY}, last_year=LAST, calendar=CALENDAR) is None
    assert next_to_open(None, date(2026, 2, 1), {Recurrence.YEARLY}, last_year=LAST, calendar=CALENDAR) is None


@given(DAYS, st.sampled_from(RECURRING), DAYS)
def test_by_hand_the_period_itself_and_what_of_it_is_now(day: date, recurrence: Recurrence, today: date) -> None:
    chosen = period_of(day, recurrence)
    found = opened_by_hand(chosen, today)
    assert found[0] == chosen
    assert len(found) == len({one.key for one in found})
    over = chosen.last < today
    for kind in RECURRING:
        for one in periods_due(kind, chosen.first, chosen.last):
            inside = chosen.first <= one.first and one.last <= chosen.last
            now = one.first <= today <= one.last or (chosen.first > today and one.first == chosen.first)
            assert (one in found) == (inside and (over or now))
    assert [one.first for one in found] == sorted(one.first for one in found)


EARLIER = st.builds(
    lambda id_, day, kind, state: Earlier(id_, period_of(day, kind).key, state),
    st.integers(1, 9), DAYS, st.sampled_from(Recurrence), STATES,
)  # fmt: skip


@given(DAYS, st.sampled_from(Recurrence), st.lists(EARLIER, max_size=6))
def test_carried_is_the_newest_unfinished_one_that_is_over(
    day: date, recurrence: Recurrence, others: list[Earlier]
) -> None:
    period = period_of(day, recurrence)
    found = carried_from(period, others)
    fit = [
        one for one in others if unfinished(one.state) and one.period != ONCE.key
        and period_named(one.period).last < period.first
    ]  # fmt: skip
    if period == ONCE or not fit:
        assert found is None
    else:
        assert found in fit
        assert period_named(found.period).last == max(period_named(one.period).last for one in fit)


def test_what_counts_as_unfinished() -> None:
    ended = {State.COMPLETED, State.CANCELLED, State.DRAFT}
    assert {state for state in State if not unfinished(state)} == ended


@given(
    st.lists(st.tuples(st.integers(0, 1400), STATES), min_size=1, max_size=8, unique_by=lambda one: one[0]),
    st.lists(st.dates(date(2026, 1, 1), date(2029, 12, 31)), min_size=1, max_size=6).map(sorted),
)
def test_a_single_duty_goes_into_each_year_that_found_it_unfinished(
    changes: list[tuple[int, State]], runs: list[date]
) -> None:
    """Whenever the runs are, the last one knows what every one before would have said."""
    standings = sorted((date(2026, 1, 1) + timedelta(n), state) for n, state in changes)
    found = [carried_to(2026, standings, today, LAST) for today in runs]
    years = [
        year for year in range(2027, min(runs[-1].year, LAST) + 1)
        if unfinished([state for since, state in standings if since < date(year, 1, 1) or since == standings[0][0]][-1])
    ]  # fmt: skip
    assert found[-1] == (max(years) if years else None)
    kept = [one for one in found if one]
    assert kept == sorted(kept)


def test_a_single_duty_whose_deadline_is_over_is_not_given() -> None:
    year = period_named("2026")
    assert opens_single_duty(year, None)
    assert opens_single_duty(year, date(2026, 1, 1))
    assert opens_single_duty(year, date(2030, 1, 1))
    assert not opens_single_duty(year, date(2025, 12, 31))
