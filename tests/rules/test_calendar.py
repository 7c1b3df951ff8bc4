"""Working days against a plain count, day by day, and against dates that are known."""

from datetime import UTC, date, datetime, timedelta
from time import process_time

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.calendar import SHIPPED_NOTES, SHIPPED_OVERRIDES, WorkingCalendar, local_date

SHIPPED = WorkingCalendar(SHIPPED_OVERRIDES)
DAY = timedelta(days=1)
DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=30).map(
    lambda overrides: WorkingCalendar(SHIPPED_OVERRIDES | overrides)
)


def counted(calendar: WorkingCalendar, start: date, end: date) -> int:
    """Working days after `start` up to `end`, the slow way."""
    return sum(calendar.is_working(start + n * DAY) for n in range(1, (end - start).days + 1))


@given(CALENDARS, DAYS, st.integers(0, 800))
def test_between_counts_the_days(calendar: WorkingCalendar, start: date, span: int) -> None:
    end = start + span * DAY
    assert calendar.between(start, end) == counted(calendar, start, end)
    assert calendar.between(end, start) == -calendar.between(start, end)


@given(CALENDARS, DAYS, DAYS, DAYS)
def test_between_adds_up_and_never_falls(calendar: WorkingCalendar, a: date, b: date, c: date) -> None:
    a, b, c = sorted((a, b, c))
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert 0 <= calendar.between(a, b) <= calendar.between(a, c)


@given(CALENDARS, DAYS, st.integers(-60, 60))
def test_add_is_the_inverse_of_between(calendar: WorkingCalendar, day: date, count: int) -> None:
    found = calendar.add(day, count)
    assert count == 0 or calendar.is_working(found)
    # Going back from a day off, the day off itself was no working day to count.
    lost = 1 if count < 0 and not calendar.is_working(day) else 0
    assert calendar.between(day, found) == count + lost


@given(CALENDARS, DAYS, st.integers(-40, 40))
def test_add_rises_with_the_count(calendar: WorkingCalendar, day: date, count: int) -> None:
    assert calendar.add(day, count) < calendar.add(day, count + 1)


@given(CALENDARS, DAYS)
def test_next_working_is_the_first_one(calendar: WorkingCalendar, day: date) -> None:
    found = calendar.next_working(day)
    assert calendar.is_working(found)
    assert found >= day
    assert counted(calendar, day - DAY, found) == 1


@given(DAYS, st.booleans())
def test_the_table_has_the_last_word_both_ways(day: date, works: bool) -> None:
    calendar = WorkingCalendar({day: works})
    assert calendar.is_working(day) is works
    assert calendar.between(day - DAY, day) == int(works)
    others = (day + n * DAY for n in (-7, -1, 1, 7))
    assert all(calendar.is_working(other) == WorkingCalendar().is_working(other) for other in others)


def test_a_table_that_changes_later_does_not_change_the_calendar() -> None:
    table = {date(2026, 11, 20): False}
    calendar = WorkingCalendar(table)
    table.clear()
    assert not calendar.is_working(date(2026, 11, 20))


@pytest.mark.parametrize(("year", "weekday"), [(2026, 4), (2027, 5), (2028, 0), (2029, 1), (2030, 2)])
def test_20_11_falls_on(year: int, weekday: int) -> None:
    assert date(year, 11, 20).weekday() == weekday
    assert SHIPPED.is_working(date(year, 11, 20)) == (weekday < 5)


def test_19_11_is_moved_only_off_a_day_off() -> None:
    moved = {year: SHIPPED.next_working(date(year, 11, 19)).day for year in range(2021, 2031)}
    assert moved == {2021: 19, 2022: 21, 2023: 20, 2024: 19, 2025: 19, 2026: 19, 2027: 19, 2028: 20, 2029: 19, 2030: 19}


# The first day of the lunar year.
TET = ["2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29"]
TET += ["2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03"]


@pytest.mark.parametrize("first", [date.fromisoformat(day) for day in TET])
def test_holidays_of_ten_years_are_off(first: date) -> None:
    year = first.year
    off = [first + n * DAY for n in range(-1, 4)]
    off += [date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 2)]
    assert not [day for day in off if SHIPPED.is_working(day)]
    # 52 weeks of five days less some eleven holidays.
    assert 245 <= SHIPPED.between(date(year - 1, 12, 31), date(year, 12, 31)) <= 252


def test_days_in_lieu_and_make_up_saturdays_of_the_library() -> None:
    assert not SHIPPED.is_working(date(2026, 4, 27))  # for Hùng Kings' Day on a Sunday
    assert not SHIPPED.is_working(date(2026, 8, 31))  # swapped for Saturday 22/8
    assert SHIPPED.is_working(date(2026, 8, 22))
    assert not SHIPPED.is_working(date(2026, 8, 29))  # a Saturday like any other


def test_shipped_overrides_mend_the_library() -> None:
    assert not SHIPPED.is_working(date(2026, 1, 2))
    assert SHIPPED.is_working(date(2026, 1, 10))
    # 24/11 takes no working day, neither itself nor the Monday in lieu of it; a weekend stays a weekend.
    for year in range(2026, 2036):
        week = [date(year, 11, 24) + n * DAY for n in range(-3, 4)]
        assert [SHIPPED.is_working(day) for day in week] == [day.weekday() < 5 for day in week]
    assert set(SHIPPED_NOTES) == set(SHIPPED_OVERRIDES)


def test_each_shipped_override_still_differs_from_the_library() -> None:
    """When the library learns better, the row can go."""
    plain = WorkingCalendar()
    assert [day for day, works in SHIPPED_OVERRIDES.items() if plain.is_working(day) is works] == []
    assert date(2026, 1, 2) not in holidays.country_holidays("VN", years=2026)


def test_years_beyond_the_lunar_tables_still_count() -> None:
    assert SHIPPED.between(date(2199, 12, 31), date(2200, 12, 31)) > 240


def test_the_day_turns_at_midnight_in_vietnam() -> None:
    assert local_date(datetime(2026, 11, 19, 16, 59, 59, tzinfo=UTC)) == date(2026, 11, 19)
    assert local_date(datetime(2026, 11, 19, 17, 0, tzinfo=UTC)) == date(2026, 11, 20)
    with pytest.raises(ValueError, match="aware"):
        local_date(datetime(2026, 11, 19))


def test_a_hundred_thousand_counts_take_less_than_a_second() -> None:
    calendar = WorkingCalendar(SHIPPED_OVERRIDES)
    first, today = date(2021, 1, 1), date(2026, 11, 23)
    started = process_time()
    for n in range(100_000):
        calendar.between(first + timedelta(days=n % 3650), today)
    assert process_time() - started < 1
