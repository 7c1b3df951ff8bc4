"""A page's number of queries does not grow with its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.bench.seed import seed
from tests.helpers import statements
from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting
from tracker.extensions import db


@contextmanager
def asked(app: Flask, about: str = "") -> Iterator[list[tuple[str, Any]]]:
    with app.app_context():
        engine = db.engine
    with statements.asked(engine, about) as seen:
        yield seen


def plans(app: Flask, statements: list[tuple[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(statement, how it was answered)"""
    with app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        for statement, values in statements:
            (plan,) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).scalar_one()
            yield statement, plan["Plan"]
    engine.dispose()


@pytest.mark.parametrize(
    ("login", "path", "most"),
    [
        (HEAD, "/my-work", 4),
        (OFFICE, "/monitor", 24),
        (OFFICE, "/assignments", 5),
        (OFFICE, "/programmes/1", 18),
        (OFFICE, "/monitor/trend?year=2026", 8),
        (HEAD, "/search?q=tre+em", 3),
        (HEAD, "/calendar/?month=2026-11", 7),
    ],
)
def test_queries_of_a_page(app: Flask, login: str, path: str, most: int) -> None:
    browser = Browser(app.test_client(), login)
    with asked(app) as seen:
        browser.get(path)
    assert len(seen) <= most, "\n".join(statement[:150] for statement, _values in seen)


@pytest.mark.parametrize("kind", ["extend", "chase", "star"])
def test_queries_of_many_at_once(app: Flask, kind: str) -> None:
    """What a preview asks for each further row: its savepoint, what it changes, its event and its mails."""
    browser = Browser(app.test_client(), OFFICE)
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        mine = "(SELECT id FROM units WHERE code = 'p-ldtbxh')"
        ids = list(sql(f"SELECT id FROM assignments WHERE lead_unit_id <> {mine} ORDER BY id").scalars())
    form = {"kind": kind, "text": "Mưa lũ", "due_on": "2027-12-01"}
    counts = []
    for n in (10, 40):
        with asked(app) as seen:
            page = browser.post("/bulk/preview", at="/assignments", ids=ids[:n], **form)
        counts.append(len(seen))
        assert "Không xử lý được" not in page
    assert (counts[1] - counts[0]) / 30 <= 8, (counts, "\n".join(statement[:150] for statement, _values in seen[-30:]))


def test_lists_find_their_rows_by_an_index(app: Flask, database_url: str) -> None:
    """At 20,000 assignments of 200 units no page reads the whole table."""
    seed(database_url, 20_000, 200, words=False)
    with psycopg.connect(database_url, autocommit=True) as connection:  # some are parts of others
        connection.execute("UPDATE assignments SET parent_id = id - 19 WHERE id % 20 = 0 AND id > 1000")
        connection.execute("UPDATE assignments SET blocked = true WHERE state = 'in_progress' AND id % 10 = 0")
        connection.execute("VACUUM ANALYZE assignments")
    one = _first(app)
    head, office = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)
    with asked(app, "assignments") as seen:
        for browser, path in (
            (head, "/my-work"), (head, "/assignments"), (office, "/assignments"), (office, "/monitor"),
            (office, "/assignments?class=overdue"),
            (office, "/assignments?year=2026&unit_name=Phong+Y+te"), (head, f"/assignments/{one}"),
            (office, "/assignments?stale=1"), (office, "/assignments?blocked=1"),
            (office, "/assignments?class=waiting"), (head, "/calendar/?month=2026-11"),
        ):  # fmt: skip
            browser.get(path)
    read = [one for one in seen if one[0].lstrip().startswith(("SELECT", "WITH"))]
    assert len(read) > 11
    assert [statement[:300] for statement, plan in plans(app, read) if reads_whole(plan, "assignments")] == []
    with asked(app, "year_tallies") as seen:
        office.get("/assignments?class=overdue&year=2026")
    ((statement, plan),) = plans(app, seen)
    assert rows_read(plan, "tallies") == 0, statement  # all are folded


@pytest.mark.parametrize("path", ["/assignments?class=overdue&year=2026", "/monitor?year=2026"])
def test_what_stands_first_is_read_in_order(app: Flask, database_url: str, path: str) -> None:
    """Fifty rows out of two thousand overdue ones of a year: the rest is not read to be put in order, whatever the
    planner's sample happens to hold."""
    seed(database_url, 20_000, 200, words=False)
    office = Browser(app.test_client(), OFFICE)
    with asked(app, "assignments.text") as seen:
        office.get(path)
    assert len(seen) == 1
    for _sample in range(8):
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE assignments")
        for statement, plan in plans(app, seen):
            assert 0 < rows_read(plan, "assignments") <= 300, statement


def test_the_past_of_one_year_is_read_by_itself(app: Flask, database_url: str) -> None:
    """Of ten years' history no page about one year goes through the other nine; the trend asks once for its months."""
    seed(database_url, 20_000, 200, words=False)
    office = Browser(app.test_client(), OFFICE)
    with asked(app, "past_standings") as seen:
        office.get("/monitor/trend?year=2020")
        assert len(seen) == 2  # where history begins, and the months
        office.get("/monitor/as-of?day=2026-06-30&year=2020&class=done_late")
    for statement, plan in plans(app, [one for one in seen if "min(" not in one[0]]):
        assert 0 < most_ordered(plan) < 5_000, statement


def reads_whole(plan: dict[str, Any], table: str) -> bool:
    own = plan["Node Type"] == "Seq Scan" and plan["Relation Name"] == table
    return own or any(reads_whole(one, table) for one in plan.get("Plans", []))


def rows_read(plan: dict[str, Any], table: str) -> float:
    """Rows of the table that were looked at, taken or not."""
    own = 0.0
    if plan.get("Relation Name") == table:
        own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(rows_read(one, table) for one in plan.get("Plans", []))


def most_ordered(plan: dict[str, Any]) -> float:
    """The most rows that one step of a plan put in order: what grows faster than the rows themselves."""
    own = plan["Actual Rows"] if plan["Node Type"] in ("Sort", "Incremental Sort", "Unique", "WindowAgg") else 0
    return max([own, *(most_ordered(one) for one in plan.get("Plans", []))])
