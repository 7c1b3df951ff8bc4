"""Every day of ten years against a list written by hand; lines read and written; where deadlines go."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.calendar import SHIPPED_NOTES, SHIPPED_OVERRIDES, WorkingCalendar
from tracker.rules.deadlines import effective_due
from tracker.rules.text import plain
from tracker.rules.working_days import (
    Entry,
    Shift,
    after,
    calendar_from,
    cell_text,
    days_of,
    read_rows,
    shifted,
    specials,
    split_lines,
    write_lines,
)

DAY = timedelta(days=1)
FIXTURE = Path(__file__).parent / "data" / "working_days_2021_2030.txt"
SHIPPED = {day: Entry(day, works, SHIPPED_NOTES[day]) for day, works in SHIPPED_OVERRIDES.items()}


def by_hand() -> dict[date, bool]:
    rows = [line.split("; ") for line in FIXTURE.read_text().splitlines() if line and not line.startswith("#")]
    assert {kind for _day, kind, _why in rows} == {"off", "works"}
    found = {date.fromisoformat(day): kind == "works" for day, kind, _why in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("year", range(2021, 2031))
def test_every_day_of_ten_years(year: int) -> None:
    listed, calendar = by_hand(), WorkingCalendar(SHIPPED_OVERRIDES)
    day, wrong = date(year, 1, 1), []
    while day.year == year:
        if calendar.is_working(day) != listed.get(day, day.weekday() < 5):
            wrong.append((day.isoformat(), calendar.is_working(day)))
        day += DAY
    assert wrong == []


def test_the_list_says_only_what_differs_from_the_week() -> None:
    assert [day for day, works in by_hand().items() if works == (day.weekday() < 5)] == []
    off = [day.year for day, works in by_hand().items() if not works]
    assert {off.count(year) for year in range(2021, 2031)} <= {11, 12, 13}


GOOD = """Ngày; Là ngày; Ghi chú
01/01/2027; nghỉ; Tết Dương lịch; theo luật

2027-02-04\tNghỉ\tTết
9.1.2027, LÀM BÙ, "Bù, cho 4/1"
"""


def test_lines_in_three_hands() -> None:
    entries, wrong = read_rows(split_lines(GOOD))
    assert wrong == []
    assert entries == [
        Entry(date(2027, 1, 1), False, "Tết Dương lịch; theo luật"),
        Entry(date(2027, 2, 4), False, "Tết"),
        Entry(date(2027, 1, 9), True, "Bù, cho 4/1"),
    ]


def test_every_mistake_is_told_at_once() -> None:
    entries, wrong = read_rows(
        split_lines(
            "31/02/2027; nghỉ; Không có ngày này\n"
            "03/03/2027; có lẽ; Lễ\n"
            "04/03/2027; nghỉ\n"
            "03/03/2027; nghỉ; Lại lần nữa\n"
            "05/03/1999; làm việc; " + "x" * 301
        )
    )
    assert entries == []
    assert [(one.line, one.column) for one in wrong] == [
        (1, "day"), (2, "kind"), (3, "note"), (4, "day"), (5, "day"), (5, "note"),
    ]  # fmt: skip
    assert [one.message % one.params for one in wrong][3] == "ngày 03/03/2027 đã có ở dòng 2"


def test_a_list_without_end_is_cut() -> None:
    first = date(2021, 1, 1)
    _entries, wrong = read_rows((n, [(first + n * DAY).isoformat(), "nghỉ", "x"]) for n in range(5_000))
    assert [one.line for one in wrong] == [1_000]


# What can be read: marks that combine with nothing say nothing, and a row without a note is refused.
NOTES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=80).filter(
    lambda note: plain(note.replace(";", ""))
)


@given(st.dictionaries(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.tuples(st.booleans(), NOTES), max_size=20))
def test_what_is_written_is_read_back(table: dict[date, tuple[bool, str]]) -> None:
    entries, wrong = read_rows(split_lines(write_lines(Entry(day, *row) for day, row in table.items())))
    assert wrong == []
    assert [(one.day, one.is_working) for one in entries] == [(day, table[day][0]) for day in sorted(table)]


@given(st.text(max_size=400))
def test_any_text_gives_rows_or_mistakes(text: str) -> None:
    entries, wrong = read_rows(split_lines(text))
    assert not (entries and wrong)


def test_cells() -> None:
    assert [cell_text(one) for one in (datetime(2027, 1, 2), date(2027, 1, 2), None, 5, "a")] == [
        "02/01/2027", "02/01/2027", "", "5", "a",
    ]  # fmt: skip


def test_the_year_in_words() -> None:
    found = {one.day: one for one in specials(2026, SHIPPED)}
    swapped, made_up = found[date(2026, 8, 31)], found[date(2026, 8, 22)]
    assert (swapped.is_working, swapped.swap) == (False, made_up.day)
    assert (made_up.is_working, made_up.swap, made_up.at_weekend) == (True, swapped.day, True)
    assert (found[date(2026, 1, 2)].reason, found[date(2026, 1, 2)].by_table) == (SHIPPED_NOTES[date(2026, 1, 2)], True)
    assert found[date(2026, 4, 27)].reason == "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"
    assert (found[date(2026, 11, 24)].is_working, found[date(2026, 11, 24)].by_table) == (True, True)
    assert {one.day: one for one in specials(2026, SHIPPED, "en")}[date(2026, 9, 2)].reason == "National Day"
    for year in range(2021, 2031):
        calendar = calendar_from(SHIPPED)
        told = {one.day for one in specials(year, SHIPPED)}
        days = (date(year, 1, 1) + n * DAY for n in range(365))
        assert {day for day in days if calendar.is_working(day) != (day.weekday() < 5)} <= told
        assert all(one.reason or one.swap for one in specials(year, SHIPPED))


@pytest.mark.parametrize("month", range(1, 13))
def test_weeks_hold_each_day_once(month: int) -> None:
    weeks = days_of(2026, month)
    days = [day for week in weeks for day in week if day]
    assert days == sorted(set(days))
    assert (days[0].day, (days[-1] + DAY).day) == (1, 1)
    assert all(day is None or day.weekday() == at for week in weeks for at, day in enumerate(week))


PLAIN = WorkingCalendar()
FRIDAY, TODAY = date(2026, 11, 20), date(2026, 11, 2)


def test_a_new_day_off_moves_what_is_due_on_it() -> None:
    stormy = WorkingCalendar({FRIDAY: False})
    kwargs: Any = {"before": PLAIN, "after": stormy, "today": TODAY}
    assert shifted(FRIDAY, FRIDAY, shift=True, **kwargs) == Shift(date(2026, 11, 23))
    assert shifted(FRIDAY, FRIDAY, shift=False, **kwargs) == Shift(FRIDAY)
    # And back again; unless that day is gone.
    back: Any = {"before": stormy, "after": PLAIN}
    monday = date(2026, 11, 23)
    assert shifted(FRIDAY, monday, shift=True, today=TODAY, **back) == Shift(FRIDAY)
    assert shifted(FRIDAY, monday, shift=True, today=FRIDAY + DAY, **back) == Shift(monday, held=FRIDAY)


def test_a_deadline_that_was_kept_is_touched_only_by_its_own_days() -> None:
    stormy = WorkingCalendar({FRIDAY: False})
    other = WorkingCalendar({FRIDAY: False, date(2026, 12, 1): False})
    assert shifted(FRIDAY, FRIDAY, shift=True, before=stormy, after=other, today=TODAY) == Shift(FRIDAY)
    longer = WorkingCalendar({FRIDAY: False, date(2026, 11, 23): False, date(2026, 11, 24): True})
    assert shifted(FRIDAY, FRIDAY, shift=True, before=stormy, after=longer, today=TODAY) == Shift(date(2026, 11, 24))


TABLES = st.dictionaries(st.dates(date(2026, 10, 1), date(2026, 12, 31)), st.booleans(), max_size=25)
DUES = st.dates(date(2026, 10, 10), date(2026, 12, 20))


@given(TABLES, TABLES, DUES, DUES, DUES)
def test_a_part_is_never_due_after_its_whole_and_nobody_becomes_late(
    old: dict[date, bool], new: dict[date, bool], part: date, whole: date, today: date
) -> None:
    before, then = WorkingCalendar(old), WorkingCalendar(new)
    part = min(part, whole)
    whole_due = effective_due(whole, before)
    due = min(effective_due(part, before), whole_due)
    common: Any = {"shift": True, "before": before, "after": then, "today": today}
    whole_after = shifted(whole, whole_due, **common).due_on
    one = shifted(part, due, whole=(whole_due, whole_after), **common)
    assert one.due_on <= whole_after
    for was, now in ((whole_due, whole_after), (due, one.due_on)):
        assert now >= min(was, today)
    if whole_after == effective_due(whole, then) and one.held is None:
        assert one.due_on == min(effective_due(part, then), whole_after)


def test_rows_come_and_go() -> None:
    one = Entry(FRIDAY, False, "Bão")
    assert after(SHIPPED, {FRIDAY: one})[FRIDAY] == one
    assert after({FRIDAY: one}, {FRIDAY: None}) == {}
