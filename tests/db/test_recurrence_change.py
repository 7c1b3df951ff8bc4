"""A duty that is to recur otherwise while a period of it runs: nothing given twice, nothing left out (ADR 18, 22)."""

from datetime import date, datetime
from itertools import pairwise

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import OFFICE
from tests.db.test_rollover import NEW_YEAR, at
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.duty import Duty
from tracker.models.programme import Programme
from tracker.rules.recurrence import Recurrence, period_named
from tracker.rules.rollover import ONCE
from tracker.rules.workflow import State
from tracker.services.duty import in_force, recurrence_of, set_duty, state_of
from tracker.services.opening import open_by_hand, preview, roll_over

KEY = "IV.3.1"
MAY = at(date(2026, 5, 11))
QUARTERS = "hằng quý, chậm nhất ngày 5 tháng sau"


@pytest.fixture
def programme(session: Session) -> Programme:
    return session.scalars(select(Programme)).one()


@pytest.fixture
def duty(session: Session) -> Duty:
    """The only one of the programme that is left."""
    found = session.scalars(select(Duty).where(Duty.key == KEY)).one()
    session.execute(update(Duty).where(Duty.id != found.id).values(retired_in=2))
    return found


def recur(act: Act, duty: Duty, recurrence: str, wording: str = "", when: datetime = MAY) -> Duty:
    seen = state_of(duty)
    return set_duty(act(OFFICE, at=when), duty.programme_id, duty.id, recurrence=recurrence, wording=wording, seen=seen)


def given(session: Session, duty: Duty) -> list[str]:
    rows = select(Assignment.period).where(Assignment.duty_id == duty.id, Assignment.state != State.CANCELLED)
    return sorted(session.scalars(rows))


def roll(act: Act, programme: Programme, *days: date) -> None:
    for day in days:
        roll_over(act(at=at(day)), programme.id)


def overlapping(periods: list[str]) -> list[tuple[str, str]]:
    spans = [period_named(one) for one in periods if one != ONCE.key]
    return [(a.key, b.key) for a in spans for b in spans if a < b and a.first <= b.last and b.first <= a.last]


def test_from_years_to_quarters_next_year(session: Session, act: Act, programme: Programme, duty: Duty) -> None:
    recur(act, duty, "quarterly", QUARTERS)
    assert duty.changes_on == date(2027, 1, 1)
    assert (recurrence_of(duty, MAY.date()), recurrence_of(duty, date(2027, 1, 1))) == (
        Recurrence.YEARLY, Recurrence.QUARTERLY,
    )  # fmt: skip
    roll(act, programme, date(2026, 7, 1), date(2026, 10, 1))
    assert given(session, duty) == ["2026"]
    roll_over(act(at=NEW_YEAR), programme.id)
    roll(act, programme, date(2027, 4, 1))
    assert given(session, duty) == ["2026", "2027-Q1", "2027-Q2"]
    first = session.scalars(select(Assignment).where(Assignment.period == "2027-Q1")).one()
    assert first.due_on == date(2027, 4, 5)
    before = session.get_one(Assignment, first.carried_from_id)
    assert before.period == "2026"  # unfinished: it goes on beside, and says so


def test_from_quarters_to_years_nothing_is_left_out(
    session: Session, act: Act, programme: Programme, duty: Duty
) -> None:
    session.execute(update(Assignment).where(Assignment.duty_id == duty.id).values(state=State.CANCELLED))
    recur(act, duty, "quarterly", QUARTERS, at(date(2026, 1, 5)))
    assert duty.changes_on is None
    roll(act, programme, date(2026, 4, 1))
    recur(act, duty, "yearly")
    assert duty.changes_on == date(2027, 1, 1)
    roll(act, programme, date(2026, 7, 1), date(2026, 10, 1))
    roll_over(act(at=NEW_YEAR), programme.id)
    roll(act, programme, date(2027, 4, 1))
    assert given(session, duty) == ["2026-Q2", "2026-Q3", "2026-Q4", "2027"]
    third = session.scalars(select(Assignment).where(Assignment.period == "2026-Q3")).one()
    assert third.due_on == date(2026, 10, 5)  # by the day of before


def test_a_year_opened_ahead_runs_to_its_end(session: Session, act: Act, programme: Programme, duty: Duty) -> None:
    december = at(date(2026, 12, 14))
    plan = preview(act(OFFICE, at=december), programme.id, "2027")
    open_by_hand(act(OFFICE, at=december), programme.id, "2027", fingerprint=plan.fingerprint)
    recur(act, duty, "monthly", when=december)
    assert duty.changes_on == date(2028, 1, 1)
    roll_over(act(at=NEW_YEAR), programme.id)
    roll(act, programme, date(2027, 6, 1), date(2028, 1, 4))
    assert given(session, duty) == ["2026", "2027", "2028-01"]


def test_what_was_cancelled_stands_in_nobodys_way(session: Session, act: Act, programme: Programme, duty: Duty) -> None:
    session.execute(update(Assignment).where(Assignment.duty_id == duty.id).values(state=State.CANCELLED))
    roll(act, programme, date(2026, 4, 1))
    recur(act, duty, "quarterly")
    assert duty.changes_on is None
    roll(act, programme, date(2026, 7, 1))
    assert given(session, duty) == ["2026-Q3"]


def test_changing_ones_mind(session: Session, act: Act, duty: Duty) -> None:
    """Until it takes effect, what holds is what held before the first change."""
    recur(act, duty, "quarterly")
    recur(act, duty, "monthly")
    assert (recurrence_of(duty, MAY.date()), duty.changes_on) == (Recurrence.YEARLY, date(2027, 1, 1))
    recur(act, duty, "yearly", "trước ngày 25/12 hằng năm")
    assert (duty.changes_on, duty.before_recurrence) == (None, None)
    recur(act, duty, "")
    assert (duty.recurrence, duty.changes_on) == (None, None)


def test_another_day_of_the_same_recurrence_waits_for_nothing(session: Session, act: Act, duty: Duty) -> None:
    recur(act, duty, "yearly", "trước ngày 25/12 hằng năm")
    assert duty.changes_on is None
    assert in_force(duty, MAY.date()).last_day == "12-24"


def test_once_and_back(session: Session, act: Act, programme: Programme, duty: Duty) -> None:
    recur(act, duty, "once")
    assert duty.changes_on == date(2027, 1, 1)
    roll_over(act(at=NEW_YEAR), programme.id)
    assert given(session, duty) == ["2026"]  # it was given; a single duty is not given again
    session.execute(update(Assignment).where(Assignment.duty_id == duty.id).values(period=ONCE.key))
    recur(act, duty, "quarterly", when=NEW_YEAR)
    assert duty.changes_on == date(2027, 4, 1)
    roll(act, programme, date(2027, 4, 1))
    assert given(session, duty) == ["2027-Q2", "once"]


@pytest.mark.parametrize("first", ["yearly", "half_yearly", "quarterly", "monthly"])
@pytest.mark.parametrize("then", ["yearly", "half_yearly", "quarterly", "monthly"])
@pytest.mark.parametrize("month", [5, 12])
def test_each_day_is_given_once(
    session: Session, act: Act, programme: Programme, duty: Duty, first: str, then: str, month: int
) -> None:
    """Whatever it was and becomes, and whenever: two years without a gap and without two at once."""
    session.execute(update(Assignment).where(Assignment.duty_id == duty.id).values(state=State.CANCELLED))
    if first == "yearly":
        session.execute(update(Assignment).where(Assignment.duty_id == duty.id).values(state=State.ASSIGNED))
    else:
        recur(act, duty, first, when=at(date(2026, 1, 5)))
    calendar = act().calendar
    for day in [date(2026, n, 1) for n in range(2, 13)] + [date(2027, n, 1) for n in range(1, 13)]:
        roll(act, programme, calendar.next_working(day))
        if (day.year, day.month) == (2026, month):
            recur(act, duty, then, when=at(date(2026, month, 16)))
    periods = given(session, duty)
    assert overlapping(periods) == []
    spans = sorted((period_named(one) for one in periods), key=lambda one: one.first)
    for one, following in pairwise(spans):
        assert (following.first - one.last).days == 1
    assert spans[-1].last == date(2027, 12, 31)
    assert {one.recurrence for one in spans if one.first.year == 2027} == {Recurrence(then)}


def test_the_preview_and_the_audit_say_so(session: Session, act: Act, programme: Programme, duty: Duty) -> None:
    recur(act, duty, "quarterly", QUARTERS)
    for key in ("2026", "2026-Q3"):
        assert [one.id for one in preview(act(OFFICE, at=MAY), programme.id, key).later] == [duty.id]
    ahead = preview(act(OFFICE, at=MAY), programme.id, "2027-Q1")
    assert ahead.later == []
    assert [(one.duty.id, one.period.key) for one in ahead.new if one.duty.id == duty.id] == [(duty.id, "2027-Q1")]
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "set_duty")).one()
    assert event.data["after"]["from"] == "2027-01-01"
