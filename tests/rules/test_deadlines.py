"""Where an assignment stands, around the days where it changes."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.rules.calendar import SHIPPED_OVERRIDES, WorkingCalendar
from tracker.rules.deadlines import (
    BAND_LIMITS,
    DONE,
    DUE_SOON_DAYS,
    WAITING,
    Clock,
    DeadlineClass,
    Standing,
    band_edges,
    band_of,
    completion_rate,
    describe,
    effective_due,
    is_stale,
    official_class,
    shown_class,
    soon_edge,
    standing,
)
from tracker.rules.words import BANDS, CLASSES, OFFICIAL_CLASSES, SHOWN_CLASSES
from tracker.rules.workflow import State

CALENDAR = WorkingCalendar(SHIPPED_OVERRIDES)
DAY = timedelta(days=1)
DAYS = st.dates(date(2025, 6, 1), date(2028, 6, 1))
SPANS = st.integers(0, 120).map(lambda days: days * DAY)
RUNNING = st.sampled_from([State.ASSIGNED, State.IN_PROGRESS, State.DECLINED])
HAS_ROUND = (State.SUBMITTED, State.COMPLETED)
THURSDAY = date(2026, 11, 19)

# From good to bad; within a class more days late are worse, and more days left are better.
RANK = {
    DeadlineClass.DONE_EARLY: 0,
    DeadlineClass.DONE_ON_TIME: 1,
    DeadlineClass.DONE_LATE: 2,
    DeadlineClass.NO_DEADLINE: 0,
    DeadlineClass.NOT_DUE: 0,
    DeadlineClass.DUE_SOON: 1,
    DeadlineClass.OVERDUE: 2,
}


def badness(stands: Standing) -> tuple[int, int]:
    late = stands.band is not None
    return RANK[stands.klass], stands.working_days if late else -stands.working_days


def at(state: State, today: date, due_on: date | None = THURSDAY, submitted_on: date | None = None) -> Standing:
    return standing(state=state, due_on=due_on, submitted_on=submitted_on, today=today, calendar=CALENDAR)


def words(stands: Standing) -> str:
    message, params = describe(stands)
    return message % params


# Due Thursday 19/11/2026; a working day is Monday to Friday here.
@pytest.mark.parametrize(
    ("today", "klass", "days", "band", "text"),
    [
        (date(2026, 11, 11), "not_due", 6, None, "còn 6 ngày làm việc"),
        (date(2026, 11, 12), "due_soon", 5, None, "còn 5 ngày làm việc"),
        (date(2026, 11, 18), "due_soon", 1, None, "còn 1 ngày làm việc"),
        (date(2026, 11, 19), "due_soon", 0, None, "đến hạn hôm nay"),
        (date(2026, 11, 20), "overdue", 1, 1, "quá hạn 1 ngày làm việc"),
        (date(2026, 11, 22), "overdue", 1, 1, "quá hạn 1 ngày làm việc"),
        (date(2026, 11, 26), "overdue", 5, 1, "quá hạn 5 ngày làm việc"),
        (date(2026, 11, 27), "overdue", 6, 2, "quá hạn 6 ngày làm việc"),
        (date(2026, 12, 17), "overdue", 20, 2, "quá hạn 20 ngày làm việc"),
        (date(2026, 12, 18), "overdue", 21, 3, "quá hạn 21 ngày làm việc"),
    ],
)
def test_running_work_day_by_day(today: date, klass: str, days: int, band: int | None, text: str) -> None:
    stands = at(State.IN_PROGRESS, today)
    assert stands == Standing(DeadlineClass(klass), days, band, Clock.RUNNING)
    assert words(stands) == text


@pytest.mark.parametrize(
    ("submitted_on", "waiting", "confirmed"),
    [
        (date(2026, 11, 17), "đã nộp trong hạn, chờ xác nhận", "xong sớm 2 ngày làm việc"),
        (date(2026, 11, 19), "đã nộp trong hạn, chờ xác nhận", "xong đúng hạn"),
        (date(2026, 11, 20), "nộp muộn 1 ngày làm việc", "xong muộn 1 ngày làm việc"),
    ],
)
@given(wait=SPANS)
def test_submitted_work_is_judged_by_its_day_however_long_the_office_takes(
    submitted_on: date, waiting: str, confirmed: str, wait: timedelta
) -> None:
    today = submitted_on + wait
    submitted = at(State.SUBMITTED, today, submitted_on=submitted_on)
    completed = at(State.COMPLETED, today, submitted_on=submitted_on)
    assert (words(submitted), words(completed)) == (waiting, confirmed)
    assert (submitted.working_days, submitted.band) == (completed.working_days, completed.band)
    assert submitted.clock is Clock.OFFICE
    assert (submitted.klass is DeadlineClass.OVERDUE) == (completed.klass is DeadlineClass.DONE_LATE)


@given(DAYS, SPANS, SPANS)
def test_submitting_up_to_the_due_date_is_in_time_and_later_is_not(
    due: date, early: timedelta, late: timedelta
) -> None:
    assert at(State.COMPLETED, due + late, due, due).klass is DeadlineClass.DONE_ON_TIME
    assume(early and late)
    assert at(State.COMPLETED, due + late, due, due - early).klass is DeadlineClass.DONE_EARLY
    assert at(State.COMPLETED, due + late, due, due + late).klass is DeadlineClass.DONE_LATE


@given(st.sampled_from(State), st.none() | DAYS, DAYS, DAYS)
def test_there_is_always_one_class_in_words(state: State, due: date | None, submitted: date, today: date) -> None:
    stands = at(state, today, due, submitted if state in HAS_ROUND else None)
    assert (stands.klass in DONE) == (state is State.COMPLETED)
    assert (stands.klass is DeadlineClass.NO_DEADLINE) == (due is None and state is not State.COMPLETED)
    late = stands.klass in (DeadlineClass.OVERDUE, DeadlineClass.DONE_LATE)
    assert stands.band == (band_of(stands.working_days) if late else None)
    assert stands.working_days >= 0
    assert words(stands)
    official = official_class(stands, state)
    assert (official is None) == (state in (State.DRAFT, State.CANCELLED))
    assert official is None or official.startswith("done" if state is State.COMPLETED else "open")
    assert official is None or (official in ("done_late", "open_overdue")) == late
    shown = shown_class(stands)
    waits = state is State.SUBMITTED and not late
    assert shown == (WAITING if waits else stands.klass)
    assert shown in SHOWN_CLASSES


@given(RUNNING, DAYS, DAYS, SPANS)
def test_time_never_makes_running_work_better(state: State, due: date, today: date, span: timedelta) -> None:
    assert badness(at(state, today, due)) <= badness(at(state, today + span, due))


@given(st.sampled_from(State), DAYS, DAYS, DAYS, SPANS)
def test_an_extension_never_makes_it_later(
    state: State, due: date, submitted: date, today: date, span: timedelta
) -> None:
    round_day = submitted if state in HAS_ROUND else None
    assert badness(at(state, today, due + span, round_day)) <= badness(at(state, today, due, round_day))


@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED, State.CANCELLED])
@given(today=DAYS)
def test_a_clock_that_stands_still_makes_nothing_late(state: State, today: date) -> None:
    assert at(state, today) == Standing(DeadlineClass.NOT_DUE, clock=Clock.STOPPED)
    assert words(at(state, today)) == "không tính hạn"
    assert at(state, today, None).klass is DeadlineClass.NO_DEADLINE


def test_declined_work_stays_late_until_a_unit_takes_it() -> None:
    assert at(State.DECLINED, date(2026, 11, 23)) == at(State.ASSIGNED, date(2026, 11, 23))


@pytest.mark.parametrize("state", HAS_ROUND)
def test_a_round_without_a_day_is_a_fault(state: State) -> None:
    with pytest.raises(ValueError, match="submitted_on"):
        at(state, THURSDAY)


def test_late_on_a_weekend_is_late_by_no_working_day_yet() -> None:
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    assert words(at(State.IN_PROGRESS, saturday, friday)) == "quá hạn"
    assert words(at(State.SUBMITTED, saturday, friday, saturday)) == "nộp muộn"
    assert words(at(State.COMPLETED, saturday, friday, saturday)) == "xong muộn"
    assert at(State.IN_PROGRESS, saturday, friday).band == 1


@pytest.mark.parametrize(
    ("nominal", "moved"),
    [
        (date(2026, 11, 19), date(2026, 11, 19)),
        (date(2027, 11, 20), date(2027, 11, 22)),
        (date(2026, 1, 1), date(2026, 1, 5)),
        (date(2026, 2, 16), date(2026, 2, 23)),
    ],
)
def test_a_due_date_moves_off_a_day_off_unless_the_programme_says_no(nominal: date, moved: date) -> None:
    assert effective_due(nominal, CALENDAR) == moved
    assert effective_due(nominal, CALENDAR, shift=False) == nominal


@given(DAYS, st.integers(0, 15))
def test_edges_say_in_dates_what_the_class_says(today: date, soon: int) -> None:
    second, third = band_edges(today, CALENDAR)
    last_soon = soon_edge(today, CALENDAR, soon)
    for due in (today + n * DAY for n in range(-45, 40)):
        stands = standing(
            state=State.ASSIGNED, due_on=due, submitted_on=None, today=today, calendar=CALENDAR, due_soon_days=soon
        )
        assert stands.band == (1 + (due < second) + (due < third) if due < today else None)
        assert (stands.klass is DeadlineClass.DUE_SOON) == (today <= due <= last_soon)


def test_limits_are_those_of_the_design() -> None:
    assert (DUE_SOON_DAYS, BAND_LIMITS) == (5, (5, 20))
    assert set(CLASSES) == set(DeadlineClass)
    assert set(SHOWN_CLASSES) == {*DeadlineClass, WAITING}
    assert set(OFFICIAL_CLASSES) == {"done_on_time", "done_late", "open_in_time", "open_overdue"}
    assert set(BANDS) == {1, 2, 3}


def test_completion_rate_is_the_states_formula() -> None:
    assert completion_rate(0, 0) is None
    assert completion_rate(3, 1) == Fraction(3, 4)
    assert completion_rate(0, 2) == 0


@pytest.mark.parametrize(
    ("last", "last_fresh_day"),
    [
        (date(2026, 8, 23), date(2026, 11, 23)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 9, 15), date(2026, 12, 15)),
        (date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_three_months_without_a_word_is_stale(last: date, last_fresh_day: date) -> None:
    assert not is_stale(last, last_fresh_day)
    assert is_stale(last, last_fresh_day + DAY)


@given(DAYS, st.integers(0, 24), SPANS)
def test_stale_stays_stale(last: date, months: int, span: timedelta) -> None:
    today = last + 3 * span
    assert not is_stale(last, last, months)
    assert is_stale(last, today, months) <= is_stale(last, today + span, months)
    assert is_stale(last, today, months + 1) <= is_stale(last, today, months)
