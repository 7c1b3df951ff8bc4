"""Opening a year: every duty × lead unit × year once, due by the reporting rule in working days."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.models.assignment import Assignment
from tracker.models.duty import Duty
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.errors import Invalid
from tracker.services.opening import open_year


@pytest.fixture
def programme(session: Session) -> Programme:
    return session.scalars(select(Programme)).one()


def test_what_2026_holds(session: Session) -> None:
    rows = session.scalars(select(Assignment)).all()
    assert Counter(row.duty.kind.value for row in rows) == {
        # 20 clauses of eight units, one of six departments, one of six organisations, three of 22 communes
        "responsibility": 20 + 6 + 6 + 66,
        "indicator": 24,
        "report": 42,
    }
    assert {row.due_on for row in rows} == {date(2026, 11, 19)}
    assert {row.lead_unit.kind.value for row in rows if row.is_request} == {"organisation"}
    assert sum(row.is_request for row in rows) == 6
    shared = [row for row in rows if row.coordinating]
    assert [(row.text[:10], [unit.code for unit in row.coordinating]) for row in shared] == [("Chỉ tiêu 9", ["congan"])]


def test_twice_changes_nothing(session: Session, act: Act, programme: Programme) -> None:
    opened = open_year(act(), programme, 2026)
    assert (opened.created, opened.existing, opened.empty) == (0, 164, [])


def test_another_year_has_its_own_due_dates(session: Session, act: Act, programme: Programme) -> None:
    assert open_year(act(), programme, 2027).created == 164
    days = session.scalars(select(Assignment.due_on).where(Assignment.year == 2027).distinct()).all()
    assert days == [date(2027, 11, 19)]  # a Friday
    assert session.scalar(select(func.count()).where(Assignment.year == 2026)) == 164


def test_what_is_retired_binds_nobody_in_a_new_year(session: Session, act: Act, programme: Programme) -> None:
    retired = session.scalars(select(Duty).where(Duty.key == "IV.3.1")).one()
    retired.retired_in = 2
    session.flush()
    open_year(act(), programme, 2027)
    years = session.scalars(select(Assignment.year).where(Assignment.duty_id == retired.id)).all()
    assert years == [2026]  # what was given stays given


def test_a_due_date_on_a_day_off_moves_on_and_the_named_one_stays(
    session: Session, act: Act, programme: Programme
) -> None:
    open_year(act(), programme, 2028)  # 19/11/2028 is a Sunday
    days = session.execute(
        select(Assignment.nominal_due_on, Assignment.due_on, Assignment.original_due_on, func.count())
        .where(Assignment.year == 2028)
        .group_by(Assignment.nominal_due_on, Assignment.due_on, Assignment.original_due_on)
    ).all()
    assert [tuple(row) for row in days] == [(date(2028, 11, 19), date(2028, 11, 20), date(2028, 11, 20), 164)]


def test_a_programme_can_switch_the_moving_off(session: Session, act: Act, programme: Programme) -> None:
    programme.shift_days_off = False
    open_year(act(), programme, 2028)
    assert session.scalar(select(func.max(Assignment.due_on)).where(Assignment.year == 2028)) == date(2028, 11, 19)


def test_a_unit_that_has_ended_gets_nothing(session: Session, act: Act, programme: Programme) -> None:
    ended = session.scalars(select(Unit).where(Unit.code == "xa-cao-xa")).one()
    ended.valid_to = date(2027, 6, 30)
    session.flush()
    assert open_year(act(), programme, 2027).created == 160
    assert not session.scalar(select(func.count()).where(Assignment.year == 2027, Assignment.lead_unit_id == ended.id))


@pytest.mark.parametrize("year", [2020, 2031])
def test_a_year_outside_the_period_is_refused(session: Session, act: Act, programme: Programme, year: int) -> None:
    with pytest.raises(Invalid, match="2021–2030"):
        open_year(act(), programme, year)
