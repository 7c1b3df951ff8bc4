"""The year of working days as people read and write it: what is special of each day, and lines that say so."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import holidays

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.days import FIRST_YEAR, LAST_YEAR, read_day
from tracker.rules.deadlines import effective_due
from tracker.rules.text import fold, plain
from tracker.rules.words import N_

MOST_LINES = 1_000
LONGEST_NOTE = 300
_SATURDAY = 5
_SWAPPED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORKED = {fold(word) for word in ("làm việc", "làm bù", "đi làm", "làm việc bù")}
_OFF = {fold(word) for word in ("nghỉ", "nghỉ bù", "nghỉ lễ", "nghỉ làm việc", "nghỉ hoán đổi")}


@dataclass(frozen=True)
class Entry:
    """A row of the administrator's table."""

    day: date
    is_working: bool
    note: str


Overrides = Mapping[date, Entry]
# Day → its new row; None takes the row away, so that the law alone says what the day is.
Changes = Mapping[date, Entry | None]


@dataclass(frozen=True)
class Wrong:
    """`line` counts from 1; `column` is day, kind or note; the edge translates the message."""

    line: int
    column: str
    message: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Special:
    """A day that is not simply a weekday at work or a weekend off.

    `swap`: the other day of a switch that the holidays library knows; a switch in the table says it in its note.
    """

    day: date
    is_working: bool
    reason: str
    swap: date | None
    by_table: bool

    @property
    def at_weekend(self) -> bool:
        return self.day.weekday() >= _SATURDAY


def after(overrides: Overrides, changes: Changes) -> dict[date, Entry]:
    return {day: entry for day, entry in {**overrides, **changes}.items() if entry is not None}


def calendar_from(overrides: Overrides) -> WorkingCalendar:
    return WorkingCalendar({day: entry.is_working for day, entry in overrides.items()})


def specials(year: int, overrides: Overrides, language: str = "vi") -> list[Special]:
    """In the order of the year. `language` is of the holidays' names; a note stays as it was written."""
    named, swaps = _named(year, language), _swaps(year)
    table = {day: entry for day, entry in overrides.items() if day.year == year}
    calendar = calendar_from(overrides)
    found = []
    for day in sorted({*named, *swaps, *table}):
        if day.year != year:
            continue
        entry = table.get(day)
        reason = entry.note if entry else "" if day in swaps else named[day]
        found.append(
            Special(day, calendar.is_working(day), reason, None if entry else swaps.get(day), entry is not None)
        )
    return found


@cache
def _named(year: int, language: str) -> dict[date, str]:
    official = holidays.country_holidays("VN", years=year, language="vi" if language == "vi" else "en_US")
    return {day: name for day, name in official.items() if day.year == year}


@cache
def _swaps(year: int) -> dict[date, date]:
    """Both days of each switch that the library knows, each with the other."""
    found: dict[date, date] = {}
    for day, name in holidays.country_holidays("VN", years=[year, year + 1], language="vi").items():
        match = _SWAPPED.search(name)
        if match:
            other = date(int(match[3]), int(match[2]), int(match[1]))
            found[day], found[other] = other, day
    return {day: other for day, other in found.items() if day.year == year}


def read_rows(rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[list[Entry], list[Wrong]]:
    """(line, cells) in; either every row is good, or each mistake is told. A first row of headings is passed over."""
    entries: dict[date, tuple[int, Entry]] = {}
    wrong: list[Wrong] = []
    first = True
    for line, cells in rows:
        given = [" ".join(plain(cell).split()) for cell in cells]
        if not any(given):
            continue
        heading, first = first and bool(given) and fold(given[0]) == "ngay", False
        if heading:
            continue
        given = [*given, "", ""][: max(3, len(given))]
        note = "; ".join(part for part in given[2:] if part)
        day, is_working, mistakes = read_day(given[0]), _read_kind(given[1]), len(wrong)
        if day is None:
            wrong.append(Wrong(line, "day", N_("“%(text)s” không phải là ngày dạng 02/01/2026"), {"text": given[0]}))
        elif not FIRST_YEAR <= day.year <= LAST_YEAR:
            message = N_("năm phải từ %(first)s đến %(last)s")
            wrong.append(Wrong(line, "day", message, {"first": FIRST_YEAR, "last": LAST_YEAR}))
        elif day in entries:
            message = N_("ngày %(day)s đã có ở dòng %(line)s")
            wrong.append(Wrong(line, "day", message, {"day": f"{day:%d/%m/%Y}", "line": entries[day][0]}))
        if is_working is None:
            message = N_("“%(text)s” phải là “nghỉ” hoặc “làm việc”")
            wrong.append(Wrong(line, "kind", message, {"text": given[1]}))
        if not note:
            wrong.append(Wrong(line, "note", N_("thiếu ghi chú: hãy ghi lý do hoặc văn bản quy định")))
        elif len(note) > LONGEST_NOTE:
            wrong.append(Wrong(line, "note", N_("ghi chú dài quá %(n)s ký tự"), {"n": LONGEST_NOTE}))
        if day is not None:
            entries.setdefault(day, (line, Entry(day, bool(is_working), note)))
        if len(wrong) == mistakes and len(entries) > MOST_LINES:
            wrong.append(Wrong(line, "day", N_("danh sách dài quá %(n)s ngày"), {"n": MOST_LINES}))
            break
    return ([] if wrong else [entry for _line, entry in entries.values()]), wrong


def split_lines(text: str) -> list[tuple[int, list[str]]]:
    """Cells are parted by semicolons; by tabs where copied from a sheet; by commas in a plain .csv."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        mark = next((one for one in (";", "\t", ",") if one in line), ";")
        found.append((number, [_unquoted(cell) for cell in line.split(mark, 2)]))
    return found


def _unquoted(cell: str) -> str:
    """A .csv puts quotes round a cell that holds its separator."""
    cell = cell.strip()
    while len(cell) > 2 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].strip()
    return cell


def write_lines(entries: Iterable[Entry]) -> str:
    """What `split_lines` and `read_rows` read back."""
    return "\n".join(
        f"{one.day:%d/%m/%Y}; {'làm việc' if one.is_working else 'nghỉ'}; {one.note}"
        for one in sorted(entries, key=lambda one: one.day)
    )


def _read_kind(text: str) -> bool | None:
    folded = fold(text)
    return True if folded in _WORKED else False if folded in _OFF else None


def cell_text(value: object) -> str:
    """A cell of a sheet as somebody would type it."""
    if isinstance(value, datetime):
        value = value.date()
    return "" if value is None else f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Shift:
    """Where a deadline goes; `held` is the day that has passed, to which the rule alone would have set it back."""

    due_on: date
    held: date | None = None


def shifted(
    nominal: date,
    due_on: date,
    *,
    shift: bool,
    before: WorkingCalendar,
    after: WorkingCalendar,
    today: date,
    whole: tuple[date, date] | None = None,
) -> Shift:
    """What a change of the calendar makes of a deadline: only what the change itself touches is touched.

    `whole`: the deadline of the assignment that this one is a part of, before and after; a part is never due later.
    A deadline that was left where it was when its day changed before stays there. Nobody becomes late by a change of
    the calendar: a deadline does not move to a day that has passed.
    """
    was, now = effective_due(nominal, before, shift), effective_due(nominal, after, shift)
    if whole is not None:
        was, now = min(was, whole[0]), min(now, whole[1])
    if was == now:
        return Shift(due_on)
    if now < due_on and now < today:
        if whole is not None and whole[1] < due_on:
            return Shift(whole[1])
        return Shift(due_on, held=now)
    return Shift(now)


def days_of(year: int, month: int) -> list[list[date | None]]:
    """Weeks from Monday on; None where another month's days would stand."""
    first = date(year, month, 1)
    start = first - timedelta(days=first.weekday())
    weeks: list[list[date | None]] = []
    while start <= first or start.month == month:
        week = [start + timedelta(days=n) for n in range(7)]
        weeks.append([day if day.month == month else None for day in week])
        start += timedelta(days=7)
    return weeks
