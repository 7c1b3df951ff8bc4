"""Migrations go both ways and give the models; the constraints that hold the invariants refuse what breaks them."""

from datetime import datetime
from secrets import token_hex

import psycopg
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
from tracker.local.postgres import PostgresServer
from tracker.models.base import Base
from tracker.rules.calendar import LOCAL, local_date


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


def test_the_history_of_what_was_there_begins_today(database_url: str) -> None:
    """From the first version with work in it: nothing is made up about the days before."""
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with app.app_context():
        downgrade(revision="0001")
        upgrade()
        with db.engine.connect() as connection:
            days = connection.execute(text("SELECT DISTINCT since FROM past_standings")).scalars().all()
            rows = "SELECT (SELECT count(*) FROM past_standings), (SELECT count(*) FROM assignments)"
            assert len(set(connection.execute(text(rows)).one())) == 1
        db.engine.dispose()
    assert days == [local_date(datetime.now(LOCAL))]


# What autogenerate does not compare: every constraint and index as PostgreSQL itself writes it down.
DEFINITIONS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
    UNION SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


def test_the_migrations_make_each_constraint_of_the_models(postgres: PostgresServer, empty_database_url: str) -> None:
    name = f"models_{token_hex(6)}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    engine = create_engine(postgres.url(name).replace("postgresql://", "postgresql+psycopg://"))
    Base.metadata.create_all(engine)
    engine.dispose()
    found = []
    for url in (postgres.url(name), empty_database_url):
        with psycopg.connect(url) as connection:
            found.append(set(connection.execute(DEFINITIONS.encode())))
    of_models, of_migrations = found
    assert of_migrations - of_models == set()
    assert of_models - of_migrations == set()
    assert len(of_models) > 100


MAIL = (
    "INSERT INTO outbox (kind, to_address, to_name, subject, text_body, html_body, not_before, created_at,"
    " dedupe_key, message_id, state, sender) VALUES"
)
LETTER = "'x', 'x', 'x', 'x', 'x', 'x', now(), now()"
ROUND = (
    "INSERT INTO rounds (assignment_id, number, result, done_on, submitted_at, submitted_by_id, decision, decided_at)"
    " VALUES ((SELECT min(id) FROM assignments), 1, 'x', now(), now(), (SELECT min(id) FROM users)"
)
EXTENSION = (
    "INSERT INTO extension_requests (assignment_id, number, reason, asked_at, asked_by_id, decision_reason, state,"
    " due_before, asked_due_on) SELECT a.id, 1, 'x', now(), (SELECT min(id) FROM users), 'x'"
)
PROMISE = (
    "INSERT INTO promises (assignment_id, person_id, promised_on, made_at, version, outcome, settled_at)"
    " SELECT a.id, (SELECT min(id) FROM users), now(), now(), 1"
)
# token_hash, expires_at, undone_at, choice
LINK = (
    f"WITH mail AS ({MAIL} ({LETTER}, 'k', 'a', 'queued', NULL) RETURNING id)"
    " INSERT INTO mail_links (person_id, assignment_id, version, outbox_id, made_at, token_hash, expires_at, undone_at,"
    " choice) SELECT (SELECT min(id) FROM users), (SELECT min(id) FROM assignments), 1, mail.id, now(),"
)
# Of one assignment, twice: the second row breaks what is unique.
FIRST_TWO = "FROM (SELECT * FROM assignments ORDER BY id LIMIT 1) a, generate_series(1, 2)"
REFUSED = {
    "ck_assignments_state": "UPDATE assignments SET state = 'overdue'",
    "ck_assignments_percent": "UPDATE assignments SET percent = 101",
    "ck_assignments_in_progress_has_owner": "UPDATE assignments SET state = 'in_progress', owner_id = NULL",
    "ck_assignments_suspended_from": "UPDATE assignments SET state = 'suspended'",
    "ck_assignments_submitted_on": "UPDATE assignments SET state = 'completed'",
    "ck_assignments_due_dates_together": "UPDATE assignments SET due_on = NULL",
    "uq_assignments_duty_id_lead_unit_id_period": "INSERT INTO assignments (programme_id, duty_id, lead_unit_id, year,"
    " period, text, expected_result, state, created_at) SELECT programme_id, duty_id, lead_unit_id, year, period, text,"
    " expected_result, state, created_at FROM assignments LIMIT 1",
    # Given on to another unit meanwhile, it is not opened for the first one again.
    "uq_assignments_duty_id_opened_for_id_period": "INSERT INTO assignments (programme_id, duty_id, lead_unit_id,"
    " opened_for_id, year, period, text, expected_result, state, created_at) SELECT programme_id, duty_id,"
    " (SELECT max(id) FROM units), opened_for_id, year, period, text, expected_result, state, created_at"
    " FROM assignments ORDER BY id LIMIT 1",
    "ck_assignments_period": "UPDATE assignments SET period = '2027-Q1'",
    "ck_assignments_period ": "UPDATE assignments SET period = '2026-Q5'",
    "ck_assignments_carried_to": "UPDATE assignments SET carried_to = 2027",
    "ck_assignments_not_carried_from_itself": "UPDATE assignments SET carried_from_id = id",
    "ck_period_openings_recurs": "UPDATE period_openings SET period = 'once'",
    "pk_period_openings": "INSERT INTO period_openings SELECT * FROM period_openings LIMIT 1",
    "original due date of an assignment never changes": "UPDATE assignments SET original_due_on = original_due_on - 1",
    "ck_assignments_not_its_own_parent": "UPDATE assignments SET parent_id = id",
    "ck_programmes_extension_days": "UPDATE programmes SET extension_days = -1",
    "ck_programmes_ranking_threshold": "UPDATE programmes SET ranking_threshold = 0",
    "ck_coordinating_units_asked_with_date": "UPDATE coordinating_units SET state = 'asked'",
    "ck_coordinating_units_contributed_on": "UPDATE coordinating_units SET state = 'contributed'",
    "ck_extension_requests_later": f"{EXTENSION}, 'open', due_on, due_on {FIRST_TWO}",
    "uq_extension_requests_assignment_id_number": f"{EXTENSION}, 'refused', due_on, due_on + 1 {FIRST_TWO}",
    "ck_extension_requests_decided_date": f"{EXTENSION}, 'granted', due_on, due_on + 1 {FIRST_TWO}",
    "ck_delegations_two_people": "INSERT INTO delegations (unit_id, absent_id, acting_id, valid_from, valid_to,"
    " made_by_id, made_at) SELECT unit_id, user_id, user_id, now(), now(), user_id, now() FROM posts LIMIT 1",
    "ex_delegations_one_at_a_time": "INSERT INTO delegations (unit_id, absent_id, acting_id, valid_from, valid_to,"
    " made_by_id, made_at) SELECT a.unit_id, a.user_id, b.user_id, date '2026-11-02' + n, date '2026-11-09' + n,"
    " a.user_id, now() FROM posts a JOIN posts b ON b.id > a.id, generate_series(0, 7, 7) AS n"
    " WHERE a.id = (SELECT min(id) FROM posts) AND b.id = (SELECT max(id) FROM posts)",
    "ck_evidence_sha256": "INSERT INTO evidence (assignment_id, sha256, name, media_type, size, added_at, added_by_id)"
    " SELECT a.id, '../../etc/passwd', 'x', 'x', 1, now(), u.id FROM assignments a, users u LIMIT 1",
    "uq_outbox_dedupe_key": f"{MAIL} ({LETTER}, 'k', 'a', 'queued', NULL), ({LETTER}, 'k', 'b', 'queued', NULL)",
    "uq_outbox_message_id": f"{MAIL} ({LETTER}, 'k', 'a', 'queued', NULL), ({LETTER}, 'l', 'a', 'queued', NULL)",
    "ck_outbox_sender_while_sending": f"{MAIL} ({LETTER}, 'k', 'a', 'sending', NULL)",
    "ck_outbox_sent_at": f"{MAIL} ({LETTER}, 'k', 'a', 'sent', NULL)",
    "uq_mail_bounces_key": f"WITH one AS ({MAIL} ({LETTER}, 'k', 'a', 'queued', NULL) RETURNING id)"
    " INSERT INTO mail_bounces (outbox_id, key, at, action, recipient, status, diagnostic)"
    " SELECT id, 'k', now(), 'failed', '', '', '' FROM one, generate_series(1, 2)",
    "ck_outbox_state": f"{MAIL} ({LETTER}, 'k', 'a', 'lost', NULL)",
    "ck_outbox_channel": "INSERT INTO outbox (kind, to_address, to_name, subject, text_body, html_body, dedupe_key,"
    " message_id, state, channel) VALUES ('x', 'x', 'x', 'x', 'x', 'x', 'k', 'a', 'queued', 'fax')",
    "ck_outbox_mail_withheld": "INSERT INTO outbox (kind, to_address, to_name, subject, text_body, html_body,"
    " dedupe_key, message_id, state, channel) VALUES ('x', 'x', 'x', 'x', 'x', 'x', 'k', 'a', 'muted', 'chat')",
    "pk_chat_addresses": "INSERT INTO chat_addresses (user_id, address, scheme, by_admin, set_at)"
    " SELECT min(id), 'x', 'x', false, now() FROM users, generate_series(1, 2) AS n GROUP BY n",
    "ck_updates_text_not_blank": "INSERT INTO updates (assignment_id, author_id, signal, text, created_at)"
    " SELECT a.id, u.id, 'on_track', '  ', now() FROM assignments a, users u LIMIT 1",
    "ck_rounds_return_has_reason": f"{ROUND}, 'returned', now())",
    "ck_rounds_decided_together": f"{ROUND}, 'confirmed', NULL)",
    "ck_rounds_decision": f"{ROUND}, 'lost', now())",
    "uq_users_login": "UPDATE users SET login = 'x'",
    "uq_posts_user_id_unit_id_role_valid_from": "INSERT INTO posts (user_id, unit_id, role, valid_from)"
    " SELECT user_id, unit_id, role, valid_from FROM posts LIMIT 1",
    "uq_duties_programme_id_key": "UPDATE duties SET key = 'x'",
    "uq_programme_versions_programme_id_number": "INSERT INTO programme_versions SELECT (v).* FROM (SELECT"
    " jsonb_populate_record(v, '{\"id\": 99999}') v FROM programme_versions v) x",
    "ck_duties_one_addressee": "UPDATE duties SET unit_id = NULL, class_id = NULL",
    "ck_targets_range_has_upper": "UPDATE targets SET comparator = 'range' WHERE upper IS NULL",
    "ck_targets_comparator": "UPDATE targets SET comparator = '~'",
    "ck_measures_per_positive": "UPDATE measures SET per = 0",
    "ck_units_dates_in_order": "UPDATE units SET valid_to = valid_from - 1",
    "ck_ladder_steps_has_roles": "UPDATE ladder_steps SET roles = '{}'",
    "ck_programmes_mail_hour": "UPDATE programmes SET mail_hour = 24",
    "uq_promises_one_open": f"{PROMISE}, 'open', NULL {FIRST_TWO}",
    "ck_promises_settled_together": f"{PROMISE}, 'kept', NULL {FIRST_TWO}",
    "uq_promise_notices_once": f"WITH one AS ({PROMISE}, 'broken', now() {FIRST_TWO} LIMIT 1 RETURNING id) INSERT INTO"
    " promise_notices (promise_id, role, fired_at) SELECT id, 'head', now() FROM one, generate_series(1, 2)",
    "uq_mail_links_token_hash": f"{LINK} 'x', now() + interval '1 day', NULL, NULL FROM mail, generate_series(1, 2)",
    "ck_mail_links_expires_later": f"{LINK} 'x', now(), NULL, NULL FROM mail",
    "ck_mail_links_choice_when_used": f"{LINK} 'x', now() + interval '1 day', NULL, 'done' FROM mail",
    "ck_mail_links_undone_when_used": f"{LINK} 'x', now() + interval '1 day', now(), NULL FROM mail",
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
