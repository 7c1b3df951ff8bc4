"""What a ladder will send: thousands at once, equal to the sweep's rule run day by day."""

from collections.abc import Sequence
from datetime import date, timedelta
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.test_ladder import CALENDAR, DUE, LADDERS
from tracker.rules.ladder import DEFAULT_LADDER, LadderRole, Step, due_steps
from tracker.rules.simulation import Reminder, Subject, day_by_day, past, reminders

DAY = timedelta(days=1)
NEAR = st.integers(-60, 60).map(lambda n: n * DAY)
TOLD = st.frozensets(st.tuples(st.integers(-20, 30), st.sampled_from([str(role) for role in LadderRole])), max_size=5)


@st.composite
def windows(draw: st.DrawFn) -> tuple[list[Subject], date, date]:
    middle = draw(DUE)
    subjects = [
        Subject(
            number,
            middle + draw(NEAR),
            draw(TOLD),
            draw(st.none() | NEAR.map(lambda away: middle + away)),
            draw(st.none() | NEAR.map(lambda away: middle + away)),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    first = middle + draw(NEAR)
    return subjects, first, first + draw(st.integers(-1, 90)) * DAY


@given(LADDERS, windows())
def test_all_at_once_is_the_sum_of_day_by_day(ladder: Sequence[Step], window: tuple[list[Subject], date, date]) -> None:
    subjects, first, last = window
    slowly = [one for subject in subjects for one in day_by_day(ladder, subject, first, last, CALENDAR)]
    order = {role: n for n, role in enumerate(LadderRole)}
    slowly.sort(key=lambda one: (one.on, one.subject_id, order[one.role]))
    assert reminders(ladder, subjects, first, last, CALENDAR) == slowly


def test_day_by_day_is_the_sweep() -> None:
    """Due Thursday 19/11/2026, seen from Monday 16/11 with the steps of that day sent."""
    told = frozenset({(-3, "owner"), (-3, "head")})
    found = list(
        day_by_day(
            DEFAULT_LADDER, Subject(1, date(2026, 11, 19), told), date(2026, 11, 16), date(2026, 12, 16), CALENDAR
        )
    )
    assert [(f"{one.on:%d/%m}", one.offset, str(one.role)) for one in found] == [
        ("19/11", 0, "owner"), ("19/11", 0, "head"),
        ("20/11", 1, "owner"), ("20/11", 1, "head"),
        ("24/11", 3, "head"), ("24/11", 3, "standing_office"),
        ("26/11", 5, "standing_office"), ("26/11", 5, "deputy_leader"),
        ("03/12", 10, "leader"),
    ]  # fmt: skip


def test_what_was_missed_comes_on_the_first_day() -> None:
    subject = Subject(7, date(2026, 1, 15))
    found = reminders(DEFAULT_LADDER, [subject], date(2026, 11, 21), date(2026, 11, 30), CALENDAR)
    assert {one.on for one in found} == {date(2026, 11, 23)}  # 21/11 is a Saturday
    assert [(one.offset, one.role) for one in found] == due_steps(
        DEFAULT_LADDER, subject.due_on, date(2026, 11, 23), CALENDAR, ()
    )


def test_nothing_after_the_work_is_handed_in() -> None:
    done = Subject(1, date(2026, 11, 19), until=date(2026, 11, 19))
    found = reminders(DEFAULT_LADDER, [done], date(2026, 11, 1), date(2026, 12, 31), CALENDAR)
    assert max(one.offset for one in found) == 0
    assert Reminder(date(2026, 11, 19), 1, 0, LadderRole.HEAD) in found


def test_an_extended_assignment_is_told_of_its_first_deadline_until_that_passed() -> None:
    subjects = past(1, original_due_on=date(2026, 6, 10), due_on=date(2026, 9, 10), until=None)
    found = reminders(DEFAULT_LADDER, subjects, date(2026, 1, 1), date(2026, 12, 31), CALENDAR)
    owner = [f"{one.on:%d/%m}" for one in found if one.role == LadderRole.OWNER]
    assert owner == ["27/05", "05/06", "10/06", "24/08", "07/09", "10/09", "11/09"]
    assert past(1, original_due_on=date(2026, 6, 10), due_on=date(2026, 6, 10), until=None) == [
        Subject(1, date(2026, 6, 10))
    ]
    handed_in = past(1, original_due_on=date(2026, 6, 10), due_on=date(2026, 9, 10), until=date(2026, 5, 28))
    found = reminders(DEFAULT_LADDER, handed_in, date(2026, 1, 1), date(2026, 12, 31), CALENDAR)
    assert [f"{one.on:%d/%m}" for one in found] == ["27/05"]


def test_two_thousand_in_less_than_a_second() -> None:
    """Of this process: others may take the machine meanwhile."""
    start = date(2026, 1, 1)
    ladder = (*DEFAULT_LADDER[:-1], Step(10, ("head", "leader"), every=5, times=60))
    subjects = [Subject(n, start + timedelta(days=n % 365)) for n in range(2000)]
    reminders(ladder, subjects[:1], start, start + DAY, CALENDAR)  # the calendar counts its years once
    began = process_time()
    found = reminders(ladder, subjects, start, start + 364 * DAY, CALENDAR)
    assert process_time() - began < 1
    assert len(found) > 20_000
