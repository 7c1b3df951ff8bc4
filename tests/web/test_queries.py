"""A page's number of queries does not grow with its rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from tests.web.test_pages import HEAD, OFFICE, Browser
from tracker.extensions import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("login", "path", "most"),
    [(HEAD, "/my-work", 22), (OFFICE, "/monitor", 30), (OFFICE, "/assignments", 26), (OFFICE, "/programmes/1", 30)],
)
def test_queries_of_a_page(app: Flask, login: str, path: str, most: int) -> None:
    browser = Browser(app.test_client(), login)
    with counted(app) as seen:
        browser.get(path)
    assert len(seen) <= most, "\n".join(statement[:150] for statement in seen)
