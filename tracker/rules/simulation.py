"""What a ladder will send, or would have sent: `due_steps` run over the working days of a window.

`day_by_day` is the sweep's own rule, a day at a time. `reminders` says the same of thousands of assignments at once;
a property test holds the two equal.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.ladder import Ladder, LadderRole, due_steps, step_date

_RANK = {role: rank for rank, role in enumerate(LadderRole)}


@dataclass(frozen=True, slots=True)
class Subject:
    """A due date as the ladder sees it: `told` is recorded for it; open from `since` up to and including `until`."""

    id: int
    due_on: date
    told: frozenset[tuple[int, str]] = frozenset()
    since: date | None = None
    until: date | None = None


class Reminder(NamedTuple):
    on: date
    subject_id: int
    offset: int
    role: LadderRole


def day_by_day(
    ladder: Ladder, subject: Subject, first: date, last: date, calendar: WorkingCalendar
) -> Iterator[Reminder]:
    """As if the sweep ran on every working day of the window and nothing else changed."""
    told = set(subject.told)
    today, end = _window(subject, first, last)
    while today <= end:
        if calendar.is_working(today):
            fired = due_steps(ladder, subject.due_on, today, calendar, told)
            told.update(fired)
            yield from (Reminder(today, subject.id, offset, role) for offset, role in fired)
        today += timedelta(days=1)


def reminders(
    ladder: Ladder, subjects: Iterable[Subject], first: date, last: date, calendar: WorkingCalendar
) -> list[Reminder]:
    """Those of all subjects, by day. What was missed comes on the first day; each later step on its own date."""
    rungs = sorted({(offset, _RANK[LadderRole(role)]) for s in ladder for offset in s.offsets() for role in s.roles})
    offsets = [offset for offset, _rank in rungs]
    roles = list(LadderRole)
    dates: dict[tuple[date, int], date] = {}
    first_days: dict[tuple[date, date, frozenset[tuple[int, str]]], list[tuple[int, LadderRole]]] = {}
    found = []
    for subject in subjects:
        start, end = _window(subject, first, last)
        start = calendar.next_working(start)
        if start > end:
            continue
        due = subject.due_on
        at_once = first_days.get((due, start, subject.told))
        if at_once is None:
            at_once = due_steps(ladder, due, start, calendar, subject.told)
            first_days[due, start, subject.told] = at_once
        found += [Reminder(start, subject.id, offset, role) for offset, role in at_once]
        after = bisect_right(offsets, calendar.between(due, start))
        upto = bisect_right(offsets, calendar.between(due, end))
        for offset, rank in rungs[after:upto]:
            role = roles[rank]
            if subject.told and any(told == role and higher >= offset for higher, told in subject.told):
                continue
            day = dates.get((due, offset))
            if day is None:
                day = dates[due, offset] = step_date(due, offset, calendar)
            found.append(Reminder(day, subject.id, offset, role))
    return sorted(found, key=lambda one: (one.on, one.subject_id, _RANK[one.role]))


def past(id_: int, *, original_due_on: date, due_on: date, until: date | None) -> list[Subject]:
    """An assignment as history shows it, roughly: the first deadline counted until it passed, then the present one."""
    if original_due_on >= due_on:
        return [Subject(id_, due_on, until=until)]
    return [
        Subject(id_, original_due_on, until=min(original_due_on, until or original_due_on)),
        Subject(id_, due_on, since=original_due_on + timedelta(days=1), until=until),
    ]


def _window(subject: Subject, first: date, last: date) -> tuple[date, date]:
    return max(first, subject.since or first), min(last, subject.until or last)
