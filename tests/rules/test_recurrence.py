"""Periods tile the years; the day due in each follows the rule."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.rules.recurrence import (
    Period,
    Recurrence,
    Rule,
    due_in,
    in_sentence,
    last_day_of,
    next_period,
    period_named,
    period_of,
    period_words,
    periods_due,
)

DAY = timedelta(days=1)
DAYS = st.dates(date(1990, 1, 1), date(2050, 12, 31))
RECURRING = [one for one in Recurrence if one is not Recurrence.ONCE]
PER_YEAR = {Recurrence.YEARLY: 1, Recurrence.HALF_YEARLY: 2, Recurrence.QUARTERLY: 4, Recurrence.MONTHLY: 12}


@given(DAYS, st.sampled_from(Recurrence))
def test_a_day_is_in_its_period_and_every_day_of_it_says_the_same(day: date, recurrence: Recurrence) -> None:
    period = period_of(day, recurrence)
    assert period.first <= day <= period.last
    assert period.recurrence is recurrence
    assert period_of(period.first, recurrence) == period_of(period.last, recurrence) == period
    assert period_named(period.key) == period


@given(st.integers(1990, 2050), st.integers(0, 6), st.sampled_from(RECURRING))
def test_periods_tile_the_years(year: int, more: int, recurrence: Recurrence) -> None:
    found = list(periods_due(recurrence, date(year, 1, 1), date(year + more, 12, 31)))
    assert found[0].first == date(year, 1, 1)
    assert found[-1].last == date(year + more, 12, 31)
    assert all(after.first == before.last + DAY for before, after in pairwise(found))
    assert all(next_period(before) == after for before, after in pairwise(found))
    assert len(found) == (more + 1) * PER_YEAR[recurrence]


@given(DAYS, st.integers(-40, 1500), st.sampled_from(Recurrence))
def test_periods_due_are_those_that_share_a_day(from_: date, span: int, recurrence: Recurrence) -> None:
    until = from_ + span * DAY
    days = (from_ + n * DAY for n in range(span + 1))
    assert list(periods_due(recurrence, from_, until)) == list(
        dict.fromkeys(period_of(day, recurrence) for day in days)
    )


@given(DAYS, DAYS, st.sampled_from(Recurrence))
def test_keys_sort_by_time(a: date, b: date, recurrence: Recurrence) -> None:
    one, other = period_of(a, recurrence), period_of(b, recurrence)
    assert (one.key < other.key) == (one.first < other.first)
    assert (one < other) == (one.first < other.first)


@given(DAYS, DAYS, st.sampled_from(RECURRING), st.sampled_from(RECURRING))
def test_keys_of_all_recurrences_sort_by_year(a: date, b: date, one: Recurrence, other: Recurrence) -> None:
    assume(a.year < b.year)
    assert period_of(a, one).key < period_of(b, other).key


@given(DAYS, st.sampled_from(RECURRING))
def test_the_last_day_of_a_period_is_due_on_it(day: date, recurrence: Recurrence) -> None:
    period = period_of(day, recurrence)
    assert due_in(period, last_day_of(recurrence)) == period.last


@given(DAYS, st.sampled_from(RECURRING), st.integers(0, 14), st.integers(1, 31))
def test_a_rule_names_one_day_per_period_in_order(day: date, recurrence: Recurrence, months: int, of: int) -> None:
    rule, period = Rule(months, of), period_of(day, recurrence)
    due, later = due_in(period, rule), due_in(next_period(period), rule)
    assert due is not None
    assert later is not None
    assert period.first <= due < later
    # The day that is named, or the last of a month that is too short.
    assert due.day == of or (due.day < of and (due + DAY).day == 1)


@given(DAYS, DAYS, st.sampled_from(Recurrence))
def test_a_date_is_due_in_the_period_that_holds_it(due: date, day: date, recurrence: Recurrence) -> None:
    period = period_of(day, recurrence)
    assert due_in(period, due) == (due if period_of(due, recurrence) == period else None)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("once", date.min, date.max),
    ],
)
def test_keys(key: str, first: date, last: date) -> None:
    assert period_named(key) == Period(key, first, last)


@pytest.mark.parametrize(
    "key", ["", "26", "2026-", "2026-5", "2026-13", "2026-00", "2026-H3", "2026-Q0", "2026-Q5", "2026-Q01", "0000", "x"]
)
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match=r"no period|month|year|day"):
        period_named(key)


@pytest.mark.parametrize(
    ("key", "rule", "due"),
    [
        ("2026", Rule(10, 19), date(2026, 11, 19)),
        ("2027", Rule(1, 31), date(2027, 2, 28)),
        ("2028", Rule(1, 31), date(2028, 2, 29)),
        ("2026-Q1", Rule(2, 31), date(2026, 3, 31)),
        ("2026-Q4", Rule(3, 5), date(2027, 1, 5)),
        ("2026-H2", Rule(5, 15), date(2026, 12, 15)),
        ("2026-01", Rule(1, 30), date(2026, 2, 28)),
        ("2026-12", Rule(1, 5), date(2027, 1, 5)),
        ("2026", date(2026, 12, 31), date(2026, 12, 31)),
        ("2026", date(2027, 1, 1), None),
        ("once", date(2027, 1, 1), date(2027, 1, 1)),
        ("once", None, None),
        ("2026-05", None, None),
    ],
)
def test_the_day_due(key: str, rule: Rule | date | None, due: date | None) -> None:
    assert due_in(period_named(key), rule) == due


def test_a_single_duty_has_one_period() -> None:
    once = period_of(date(2026, 5, 1), Recurrence.ONCE)
    assert list(periods_due(Recurrence.ONCE, date(2021, 1, 1), date(2030, 12, 31))) == [once]
    assert list(periods_due(Recurrence.ONCE, date(2021, 1, 2), date(2021, 1, 1))) == []
    with pytest.raises(ValueError, match="no next"):
        next_period(once)
    with pytest.raises(ValueError, match="not by a rule"):
        due_in(once, Rule(0, 1))


@pytest.mark.parametrize(("months", "day"), [(0, 0), (0, 32), (-1, 31)])
def test_what_is_no_rule(months: int, day: int) -> None:
    with pytest.raises(ValueError, match="no such day"):
        Rule(months, day)


@given(st.dates(date(2024, 1, 1), date(2024, 12, 31)))
def test_the_rule_of_a_year_as_it_is_stored(day: date) -> None:
    rule = Rule.of_year(f"{day:%m-%d}")
    assert rule.in_year == f"{day:%m-%d}"
    assert due_in(period_named("2024"), rule) == day


@given(st.integers(0, 14), st.integers(1, 31))
def test_the_rule_as_it_is_stored_for_any_period(months: int, day: int) -> None:
    assert Rule.of_year(Rule(months, day).code) == Rule(months, day)


@pytest.mark.parametrize(
    ("key", "words", "sentence"),
    [
        ("2026", "Năm 2026", "năm 2026"),
        ("2026-H1", "6 tháng đầu năm 2026", "6 tháng đầu năm 2026"),
        ("2026-H2", "6 tháng cuối năm 2026", "6 tháng cuối năm 2026"),
        ("2026-Q2", "Quý II/2026", "quý II năm 2026"),
        ("2026-Q4", "Quý IV/2026", "quý IV năm 2026"),
        ("2026-03", "Tháng 3/2026", "tháng 3 năm 2026"),
        ("2026-12", "Tháng 12/2026", "tháng 12 năm 2026"),
        ("once", "Một lần", ""),
    ],
)
def test_how_an_office_names_it(key: str, words: str, sentence: str) -> None:
    message, params = period_words(key)
    assert message % params == words
    assert in_sentence(period_named(key)) == sentence
