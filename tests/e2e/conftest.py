"""A browser, and the web server alone on a copy of the world with a request of each kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.helpers.browser import ARGUMENTS
from tests.helpers.filing import OFFICE, accepted_cycle, actor_named
from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack, until
from tests.helpers.world import make_settings
from tracker.acting import acting
from tracker.app import create_app
from tracker.building import build_due
from tracker.extensions import db
from tracker.local.process import free_port
from tracker.local.valkey import ValkeyServer
from tracker.mail.link import hash_of, key_of
from tracker.mail.unsubscribe import token_of
from tracker.services.report import request_report


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(database_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The web server alone on a copy of the world, with a request of each kind."""
    with psycopg.connect(database_url, autocommit=True) as connection:

        def one(statement: str, *values: object) -> int:
            return connection.execute(statement.encode(), values).fetchone()[0]  # type: ignore[index]

        row = one("SELECT a.id FROM assignments a JOIN units u ON u.id = a.lead_unit_id WHERE u.code = 'p-yte' LIMIT 1")
        ids: dict[str, Any] = {
            "one": row,
            "clause": one("SELECT min(clause_id) FROM duties"),
            "extension": one(
                "INSERT INTO extension_requests (assignment_id, number, reason, due_before, asked_due_on, asked_at,"
                " asked_by_id, state) SELECT %s, 1, 'Chờ kinh phí', '2026-11-19', '2026-12-01', now(), id, 'open'"
                " FROM users WHERE login = 'truong.p-yte' RETURNING id", row,
            ),
            "explanation": one(
                "INSERT INTO explanation_requests (assignment_id, question, due_on, asked_at, asked_by_id, state)"
                " SELECT %s, 'Vì sao chậm?', '2026-12-01', now(), id, 'open' FROM users"
                " WHERE login = 'truong.ubnd-huyen' RETURNING id", row,
            ),
        }  # fmt: skip
        connection.execute(
            "INSERT INTO coordinating_units (assignment_id, unit_id, state, question, asked_at, due_on)"
            " SELECT %s, id, 'asked', 'Số liệu', now(), '2026-03-01' FROM units WHERE code = 'congan'",
            (row,),
        )
        ids["measure"] = one("SELECT m.id FROM measures m JOIN indicators i ON i.id = m.indicator_id WHERE number = 5"
                             " ORDER BY m.id LIMIT 1")  # fmt: skip
        ids["unit"] = one("SELECT id FROM units WHERE code = 'p-yte'")
        for period, accepted in (("2025", "now()"), ("2026", "NULL")):
            connection.execute(
                "INSERT INTO figures (measure_id, unit_id, unit_name, period, round, numerator, denominator, value,"
                " reported_at, reported_by_id, accepted_at, accepted_by_id) SELECT %s, u.id, u.name, %s, 1, 96, 100,"
                f" 96, now(), p.id, {accepted}, CASE WHEN {accepted} IS NULL THEN NULL ELSE p.id END"
                " FROM units u, users p WHERE p.login = 'truong.p-yte' AND (u.code = 'p-yte' OR u.kind = 'commune')",
                (ids["measure"], period),
            )
        connection.execute(
            "INSERT INTO budget_lines (programme_id, unit_id, year, source, estimate, approved, edited_at,"
            " edited_by_id) SELECT 1, %s, 2026, 'district', 50000000, 40000000, now(), id"
            " FROM users WHERE login = 'truong.p-yte'",
            (ids["unit"],),
        )
        form = (
            '{"sections": [{"key": "plans", "title": "Phương hướng", "help": "Việc chính", "required": true}],'
            ' "commune_measures": [], "exempt": {}}'
        )
        for name, kind, since in (("cycle", "half_year", "now()"), ("planned", "mid_term", "NULL")):
            ids[name] = one(
                "INSERT INTO report_cycles (programme_id, kind, period, first_year, opens_on, cut_off_on,"
                " due_commune_on, due_department_on, due_office_on, form, created_at, opened_at) VALUES (1, %s, '2026',"
                f" 2026, '2026-10-19', '2026-11-14', '2026-11-16', '2026-11-19', '2026-11-26', %s, now(), {since})"
                " RETURNING id", kind, form,
            )  # fmt: skip
        ids["report"] = one(
            "INSERT INTO unit_reports (cycle_id, unit_id, unit_name, level, position, due_on, measure_ids, state,"
            " assignment_id) SELECT %s, lead_unit_id, 'Phòng Y tế', 'department', 1, '2026-11-19', ARRAY[%s], 'draft',"
            " id FROM assignments WHERE id = %s RETURNING id", ids["cycle"], ids["measure"], row,
        )  # fmt: skip
        ids["news"] = one(
            "WITH chat AS (INSERT INTO chat_addresses (user_id, address, scheme, by_admin, set_at) SELECT id, 'x', 'x',"
            " false, now() FROM users WHERE login = 'truong.p-yte' RETURNING user_id) INSERT INTO outbox (kind, topic,"
            " dedupe_key, message_id, recipient_id, to_address, to_name, subject, text_body, html_body, state)"
            " SELECT 'digest', 'reminder', 'n', 'n', user_id, 'x', 'x', 'x', 'x', 'x', 'failed' FROM chat RETURNING id"
        )
        ids["link"] = int("1" * 43)
        connection.execute(
            "WITH mail AS (INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body,"
            " html_body, state) VALUES ('chased', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'failed') RETURNING id)"
            " INSERT INTO mail_links (token_hash, person_id, assignment_id, version, outbox_id, made_at, expires_at)"
            " SELECT %s, u.id, a.id, a.version, mail.id, now(), now() + interval '1 day'"
            " FROM mail, users u, assignments a WHERE u.login = 'truong.p-yte' AND a.id = %s",
            (hash_of(str(ids["link"])), row),
        )
    ids["accepted"] = _two_editions(database_url)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with Postman() as postman, Stack(tmp_path, database_url, valkey.url(), postman.url, BASE_URL=address) as stack:
        stack.start("web", "--bind", f"127.0.0.1:{port}")
        assert until(lambda: "Listening" in stack.log("web").read_text(), 30), stack.logs()
        yield address, {**ids, "unsubscribe": token_of(key_of("test" * 10), ids["news"], "n")}


def _two_editions(database_url: str) -> int:
    """Built, of a cycle with one accepted report; the id of the cycle."""
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    cycle_id = accepted_cycle(app)
    with app.app_context():
        for recipient in ("committee", "agency"):
            with acting(actor_named(OFFICE)) as ctx:
                request_report(ctx, programme_id=0, year=0, cycle_id=cycle_id, recipient=recipient)
                ctx.nudges.clear()
        assert build_due(acting) == 2
        db.engine.dispose()
    return cycle_id
