"""A year of a small programme, once swept every day and once with outages of scheduler and workers.

The second sends exactly what the first does, except the steps that a later one has replaced by the time the sweep is
back. `YEARS=1000` is the number of programmes; each is made from its number alone, so that a failure can be run again.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import pytest

from tests.rules.test_ladder import CALENDAR
from tracker.rules.ladder import DEFAULT_LADDER, Ladder, LadderRole, Step, due_steps, next_step_date

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
# No outage reaches the end: what is due by then must be out.
CALM = 12
YEARS = int(os.environ.get("YEARS", "1000"))
TOGETHER = 50


class Sent(NamedTuple):
    assignment: int
    due_on: date
    offset: int
    role: LadderRole
    on: date


@dataclass(frozen=True)
class Work:
    """An assignment: from which day which deadline holds, and the days between which it is in other hands."""

    id: int
    dues: tuple[tuple[date, date], ...]
    away: tuple[tuple[date, date], ...]

    def due_on(self, day: date) -> date | None:
        """None while there is nothing to chase."""
        if any(first <= day < last for first, last in self.away):
            return None
        return next((due for since, due in reversed(self.dues) if since <= day), None)


@dataclass(frozen=True)
class Year:
    ladder: Ladder
    works: list[Work]
    # Days on which no sweep runs, and days on which one runs and its worker is killed before the mail is gone.
    dark: frozenset[date]
    cut_off: frozenset[date]


def year(number: int) -> Year:
    chance = Random(number)
    offsets = sorted(chance.sample(range(-20, 26), chance.randint(1, 7)))
    own = tuple(
        Step(offset, tuple(r for r in LadderRole if chance.random() < 0.4) or (LadderRole.HEAD,), **_repeated(chance))
        for offset in offsets
    )
    works = [_work(id_, chance) for id_ in range(chance.randint(1, 5))]
    dark: set[date] = set()
    cut_off: set[date] = set()
    for _outages in range(chance.randint(0, 8)):  # of the scheduler and of the workers: without either nothing is swept
        start = chance.randrange(len(DAYS) - CALM - 10)
        length = chance.randint(0, 10)
        dark.update(DAYS[start : start + length])
        if chance.random() < 0.5:
            cut_off.add(DAYS[start + length])
    return Year(chance.choice([DEFAULT_LADDER, own]), works, frozenset(dark), frozenset(cut_off - dark))


def _repeated(chance: Random) -> dict[str, int]:
    return {"every": chance.randint(1, 10), "times": chance.randint(1, 3)} if chance.random() < 0.3 else {}


def _work(id_: int, chance: Random) -> Work:
    given, due = FIRST + timedelta(days=chance.randint(0, 200)), chance.randint(5, 120)
    dues = [(given, given + timedelta(days=due))]
    if chance.random() < 0.3:  # an extension, before the deadline or long after it
        moved = given + timedelta(days=chance.randint(1, due + 60))
        dues.append((moved, dues[0][1] + timedelta(days=chance.randint(3, 90))))
    away = []
    if chance.random() < 0.6:  # handed in, and perhaps returned
        day = given + timedelta(days=chance.randint(1, due + 40))
        back = day + timedelta(days=chance.randint(1, 40)) if chance.random() < 0.5 else date.max
        away.append((day, back))
    return Work(id_, tuple(dues), tuple(away))


def every_day(ladder: Ladder, works: Iterable[Work]) -> Iterator[Sent]:
    """The rule itself, asked on every working day."""
    for work in works:
        recorded: dict[date, set[tuple[int, str]]] = {}
        for day in DAYS:
            due = work.due_on(day)
            if due is None or not CALENDAR.is_working(day):
                continue
            told = recorded.setdefault(due, set())
            for offset, role in due_steps(ladder, due, day, CALENDAR, told):
                told.add((offset, role))
                yield Sent(work.id, due, offset, role, day)


@dataclass
class Rows:
    """What the database keeps: steps recorded, the day of the next look, mails that wait."""

    recorded: dict[tuple[int, date], set[tuple[int, str]]] = field(default_factory=dict)
    look_on: dict[int, tuple[date, date | None]] = field(default_factory=dict)
    outbox: list[Sent] = field(default_factory=list)


def with_outages(one: Year) -> Iterator[tuple[Sent, date]]:
    """(step, day on which its mail went out), as the product does it: only what has a step due is looked at."""
    rows = Rows()
    for day in DAYS:
        if day in one.dark:
            continue
        if CALENDAR.is_working(day):
            for work in one.works:
                _sweep(one.ladder, work, day, rows)
        if day not in one.cut_off:
            yield from ((sent, day) for sent in rows.outbox)
            rows.outbox.clear()


def _sweep(ladder: Ladder, work: Work, day: date, rows: Rows) -> None:
    due = work.due_on(day)
    if due is None:
        rows.look_on.pop(work.id, None)  # as the trigger does when work leaves the unit's hands
        return
    looked_at, look_on = rows.look_on.get(work.id, (None, date.min))
    if looked_at == due and (look_on is None or look_on > day):
        return
    told = rows.recorded.setdefault((work.id, due), set())
    for offset, role in due_steps(ladder, due, day, CALENDAR, told):
        told.add((offset, role))
        rows.outbox.append(Sent(work.id, due, offset, role, day))
    rows.look_on[work.id] = due, next_step_date(ladder, due, day, CALENDAR)


def expected(one: Year, uninterrupted: list[Sent]) -> set[Sent]:
    """Each step on the first day with a sweep, unless a later step of its role has come by then or its deadline, or the
    work, is no longer there to be chased."""
    works = {work.id: work for work in one.works}
    swept = [day for day in DAYS if day not in one.dark and CALENDAR.is_working(day)]
    found = set()
    for sent in uninterrupted:
        still: Callable[[date], bool] = lambda day, sent=sent: works[sent.assignment].due_on(day) == sent.due_on  # type: ignore[misc]  # noqa: E731
        day = next((day for day in swept if day >= sent.on and still(day)), None)
        replaced = day is not None and any(
            (later.assignment, later.due_on, later.role) == (sent.assignment, sent.due_on, sent.role)
            and later.offset > sent.offset
            and later.on <= day
            for later in uninterrupted
        )
        if day is not None and not replaced:
            found.add(sent._replace(on=day))
    return found


@pytest.mark.parametrize("first", range(0, YEARS, TOGETHER))
def test_a_year_with_outages_sends_what_a_year_without_does(first: int) -> None:
    for number in range(first, min(first + TOGETHER, YEARS)):
        one = year(number)
        uninterrupted = list(every_day(one.ladder, one.works))
        sent = list(with_outages(one))
        steps = [step for step, _day in sent]
        assert len(steps) == len(set(steps)), f"year {number}: twice"
        assert set(steps) == expected(one, uninterrupted), f"year {number}"
        for step, day in sent:  # recorded and cut off: the mail goes on the next day with a worker
            waited = {step.on + timedelta(days=n) for n in range((day - step.on).days)}
            assert waited <= one.dark | one.cut_off, f"year {number}: {step} waited until {day}"


def test_the_years_are_worth_living() -> None:
    """Outages do hold steps up, replace some, and cut mails off; or the test above would prove nothing."""
    late = replaced = cut_off = steps = 0
    for number in range(100):
        one = year(number)
        uninterrupted = list(every_day(one.ladder, one.works))
        wanted = expected(one, uninterrupted)
        steps += len(uninterrupted)
        replaced += len(uninterrupted) - len(wanted)
        late += len(wanted - set(uninterrupted))
        cut_off += sum(step.on < day for step, day in with_outages(one))
    assert min(late, replaced, cut_off) > 20, (steps, late, replaced, cut_off)
