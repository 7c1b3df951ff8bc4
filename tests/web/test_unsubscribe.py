"""The link of List-Unsubscribe, met as mail programs, scanners and strangers meet it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.test_notifications import sql
from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.mail.link import key_of
from tracker.mail.unsubscribe import token_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MUTED = "SELECT muted FROM users WHERE login = 'truong.p-yte'"


@pytest.fixture
def link(app: Flask) -> str:
    """Of a mail to the head that may be muted."""
    one = _first(app)
    office = Browser(app.test_client(), OFFICE)
    office.post(f"/assignments/{one}/comment", at=f"/assignments/{one}", version=1, comment="Xin ý kiến")
    found = sql(
        app,
        "SELECT o.id, o.message_id FROM outbox o JOIN users u ON u.id = o.recipient_id"
        " WHERE o.kind = 'commented' AND u.login = 'truong.p-yte'",
    )
    mail_id, message_id = found[0]  # type: ignore[misc]
    return f"/unsubscribe/{token_of(key_of('test' * 10), mail_id, message_id)}"


def muted(app: Flask) -> object:
    return sql(app, MUTED)[0][0]  # type: ignore[index]


def test_looking_changes_nothing(app: Flask, client: FlaskClient, link: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(link, method=method)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in answer.headers
    assert 'name="List-Unsubscribe" value="One-Click"' in client.get(link).text
    assert muted(app) == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_without_session_and_token(app: Flask, client: FlaskClient, link: str, kind: str) -> None:
    """Both encodings of RFC 8058, 3.1; again changes nothing."""
    for _ in range(2):
        answer = client.post(link, data=ONE_CLICK, content_type=kind)
        assert answer.status_code == 200
        assert "Đã tắt loại thư này" in answer.text
    assert muted(app) == ["talk"]


def test_any_other_post_changes_nothing(app: Flask, client: FlaskClient, link: str) -> None:
    for form in ({}, {"List-Unsubscribe": "yes"}, {"choice": "One-Click"}):
        assert client.post(link, data=form).status_code == 400
    assert client.get(link + "?List-Unsubscribe=One-Click").status_code == 200
    assert muted(app) == []


def test_forged_ones_look_like_none(app: Flask, client: FlaskClient, link: str) -> None:
    number, _, seal = link.rpartition("/")[2].partition("-")
    pages = set()
    for forged in (f"{int(number) + 1}-{seal}", f"{number}-{'a' * 43}", "x", f"{number}-{seal}x"):
        answer = client.post(f"/unsubscribe/{forged}", data=ONE_CLICK)
        assert answer.status_code == 404
        pages.add(re.sub(r'nonce="[^"]*"', "", answer.text))
    assert len(pages) == 1
    assert muted(app) == []


def test_another_person_signed_in_here_changes_nothing(app: Flask, link: str) -> None:
    office = Browser(app.test_client(), OFFICE)
    answer = office.client.post(link, data=ONE_CLICK)
    assert answer.status_code == 403
    assert muted(app) == []
    assert sql(app, "SELECT count(*) FROM users WHERE muted <> '{}'") == [(0,)]
    assert Browser(app.test_client(), HEAD).client.post(link, data=ONE_CLICK).status_code == 200
    assert muted(app) == ["talk"]


def test_a_link_of_before_is_over(app: Flask, client: FlaskClient, link: str) -> None:
    client.post(link, data=ONE_CLICK)
    at = "/notifications/preferences/"
    Browser(app.test_client(), HEAD).post(at, at=at, mail=["talk"])
    assert client.post(link, data=ONE_CLICK).status_code == 410
    assert "talk" not in str(muted(app))
