"""Migrations go both ways and give the models; the constraints that hold the invariants refuse what breaks them."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.helpers.world import make_settings
from tracker.app import create_app
from tracker.extensions import db
from tracker.models.base import Base


def test_up_down_up_and_the_head_is_the_models(database_url: str) -> None:
    """With the whole world in it."""
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with app.app_context():
        downgrade(revision="base")
        with db.engine.connect() as connection:
            left = connection.execute(
                text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
            )
            assert left.scalar() == 1  # alembic's own
        upgrade()
        db.engine.dispose()
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata) == []
        )
    engine.dispose()


REFUSED = {
    "ck_assignments_state": "UPDATE assignments SET state = 'overdue'",
    "ck_assignments_percent": "UPDATE assignments SET percent = 101",
    "ck_assignments_in_progress_has_owner": "UPDATE assignments SET state = 'in_progress', owner_id = NULL",
    "ck_assignments_suspended_from": "UPDATE assignments SET state = 'suspended'",
    "ck_assignments_submitted_on": "UPDATE assignments SET state = 'completed'",
    "ck_assignments_due_dates_together": "UPDATE assignments SET due_on = NULL",
    "uq_assignments_duty_id_lead_unit_id_year": "INSERT INTO assignments (programme_id, duty_id, lead_unit_id, year,"
    " text, expected_result, state, created_at) SELECT programme_id, duty_id, lead_unit_id, year, text,"
    " expected_result, state, created_at FROM assignments LIMIT 1",
    "ck_duties_one_addressee": "UPDATE duties SET unit_id = NULL, class_id = NULL",
    "ck_targets_range_has_upper": "UPDATE targets SET comparator = 'range' WHERE upper IS NULL",
    "ck_targets_comparator": "UPDATE targets SET comparator = '~'",
    "ck_measures_per_positive": "UPDATE measures SET per = 0",
    "ck_units_dates_in_order": "UPDATE units SET valid_to = valid_from - 1",
    "ck_ladder_steps_has_roles": "UPDATE ladder_steps SET roles = '{}'",
    "ck_programmes_mail_hour": "UPDATE programmes SET mail_hour = 24",
    "audit_events is append-only": "UPDATE audit_events SET verb = 'x'",
    "audit_events is append-only ": "DELETE FROM audit_events",
    "audit_events is append-only  ": "TRUNCATE audit_events",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_row_is_refused_by_name(session: Session, name: str) -> None:
    with pytest.raises(DBAPIError, match=name.strip()), session.begin_nested():
        session.execute(text(REFUSED[name]))


def test_an_escalation_cannot_be_recorded_twice(session: Session) -> None:
    insert = text(
        "INSERT INTO escalations (assignment_id, due_on, step_offset, role, recipient_id, fired_at)"
        " SELECT id, due_on, 3, 'head', NULL, now() FROM assignments ORDER BY id LIMIT 1"
    )
    session.execute(insert)
    with pytest.raises(DBAPIError, match="uq_escalations_once"), session.begin_nested():
        session.execute(insert)
