"""Migration 0009 with work in it: nothing is lost on the way down, and it stands as before when it comes up again."""

from datetime import date

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from tests.db.test_rollover import NEW_YEAR, at
from tests.db.test_single_duty import duty_like
from tracker.acting import acting
from tracker.extensions import db
from tracker.models.assignment import Assignment
from tracker.models.duty import Duty
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.services.assignment import reassign
from tracker.services.duty import set_duty, state_of
from tracker.services.identity import actor_of
from tracker.services.opening import open_year, roll_over
from tracker.store.user import by_login

ROWS = "SELECT id, duty_id, lead_unit_id, opened_for_id, year, period, carried_from_id, carried_to FROM assignments"
TALLIES = """
    SELECT programme_id, year, lead_unit_id, state, klass, due_on, carried, sum(n) FROM tallies
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
"""
COUNTED = """
    SELECT (SELECT sum(n) FROM tallies), (SELECT count(*) FROM assignments), (SELECT count(*) FROM duties),
        (SELECT string_agg(key, ',') FROM duties WHERE set_by_office)
"""


def rows(statement: str) -> list[tuple[object, ...]]:
    found = [tuple(row) for row in db.session.execute(text(statement))]
    db.session.rollback()
    return found


@pytest.fixture
def lived(app: Flask) -> Flask:
    """Yearly, quarterly and single duties, some carried, one given on to another unit."""
    with app.app_context():
        with acting(now=at(date(2026, 7, 6))) as ctx:
            quarterly = ctx.session.scalars(select(Duty).where(Duty.key == "IV.3.1")).one()
            office = by_login(ctx.session, "truong.p-ldtbxh")
            assert office is not None
            ctx.actor = actor_of(ctx.session, office, ctx.now)
            seen = state_of(quarterly)
            set_duty(ctx, quarterly.programme_id, quarterly.id, recurrence="quarterly", wording="", seen=seen)
            # As an earlier version had it: at once, beside what is given.
            quarterly.changes_on = quarterly.before_recurrence = None
            duty_like(ctx.session, "once", date(2027, 6, 30))
            programme = ctx.session.scalars(select(Programme)).one()
            open_year(ctx, programme, 2026)
            first = ctx.session.scalars(select(Assignment).where(Assignment.duty_id == quarterly.id + 1)).first()
            other = ctx.session.scalars(select(Unit).where(Unit.code == "p-tuphap")).one()
            assert first is not None
            reassign(ctx, first.id, lead_unit_id=other.id, reason="x")
            programme_id = programme.id
        with acting(now=NEW_YEAR) as ctx:
            roll_over(ctx, programme_id)
        db.session.remove()
    return app


def test_down_and_up_again(lived: Flask) -> None:
    with lived.app_context():
        before, tallies, counted = rows(ROWS + " ORDER BY id"), rows(TALLIES), rows(COUNTED)
        assert {row[5] for row in before} >= {"2026", "2026-Q3", "2026-Q4", "2027", "2027-Q1", "once"}
        assert any(row[6] for row in before)
        assert any(row[7] for row in before)
        assert any(row[2] != row[3] for row in before)
        db.session.remove()
        downgrade(revision="0006")
        # One a year for each unit again; what would be more stands on retired duties of its own.
        double = "SELECT 1 FROM assignments GROUP BY duty_id, lead_unit_id, year HAVING count(*) > 1"
        assert rows(double) == []
        down = rows("SELECT (SELECT sum(n) FROM tallies), (SELECT count(*) FROM assignments)")
        assert down == [(len(before), len(before))]
        apart = rows("SELECT key FROM duties WHERE key LIKE '%@%' AND retired_in IS NOT NULL ORDER BY key")
        assert [key for (key,) in apart] == [
            "IV.3.1@2026-Q2", "IV.3.1@2026-Q3", "IV.3.1@2026-Q4", "IV.3.1@2027-Q1", "once@once",
        ]  # fmt: skip
        db.session.remove()
        upgrade()
        assert rows(ROWS + " ORDER BY id") == before
        assert rows(TALLIES) == tallies
        assert rows(COUNTED) == counted
        assert {key for (key,) in rows("SELECT period FROM period_openings")} >= {"2026", "2026-Q3", "2027", "2027-Q1"}
        db.session.remove()


def test_from_a_version_that_knew_years_only(app: Flask) -> None:
    """A single duty that was opened year by year is one from now on; doubled ones do not stop the migration."""
    with app.app_context():
        downgrade(revision="0006")
        db.session.execute(text("UPDATE duties SET recurrence = 'once' WHERE key = 'IV.3.1'"))
        for year in (2025, 2027):
            db.session.execute(
                text(
                    "INSERT INTO assignments (programme_id, duty_id, lead_unit_id, year, text, expected_result, state,"
                    " created_at, due_on, nominal_due_on, original_due_on) SELECT programme_id, duty_id, lead_unit_id,"
                    f" {year}, text, expected_result, state, now(), NULL, NULL, NULL FROM assignments"
                    " WHERE duty_id = (SELECT id FROM duties WHERE key = 'IV.3.1') AND year = 2026"
                )
            )
        # Opened, given on to another unit, and opened again.
        db.session.execute(
            text(
                "WITH one AS (UPDATE assignments SET lead_unit_id = (SELECT id FROM units WHERE code = 'p-tuphap'),"
                " changed_on = changed_on + 1 WHERE duty_id = (SELECT id FROM duties WHERE key = 'IV.3.2') RETURNING *)"
                " INSERT INTO assignments (programme_id, duty_id, lead_unit_id, year, text, expected_result, state,"
                " created_at) SELECT programme_id, duty_id, (SELECT id FROM units WHERE code = 'p-yte'), year, text,"
                " expected_result, state, now() FROM one"
            )
        )
        db.session.commit()
        db.session.remove()
        upgrade()
        single = rows(
            "SELECT year, period, opened_for_id IS NULL FROM assignments"
            " WHERE duty_id = (SELECT id FROM duties WHERE key = 'IV.3.1') ORDER BY year"
        )
        assert single == [(2025, "2025", False), (2026, "once", False), (2027, "2027", False)]
        twice = rows(
            "SELECT opened_for_id = (SELECT id FROM units WHERE code = 'p-yte') FROM assignments"
            " WHERE duty_id = (SELECT id FROM duties WHERE key = 'IV.3.2') ORDER BY id"
        )
        assert twice == [(True,), (None,)]
        db.session.remove()
