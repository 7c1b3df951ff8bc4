"""The page behind a link in a mail, met as scanners, strangers and people in a hurry meet it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import sleep
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.helpers.links import link_of
from tests.helpers.stack import Stack, until
from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting
from tracker.local.process import free_port
from tracker.mail.link import key_of
from tracker.web.limits import A_MINUTE

OFFICER = "canbo.p-yte"
KEY = key_of("test" * 10)


@pytest.fixture
def one(app: Flask) -> int:
    """The head's, who has been told of it by mail."""
    id_ = _first(app)
    Browser(app.test_client(), OFFICE).post(
        f"/assignments/{id_}/chase", at=f"/assignments/{id_}", version=1, chase="Đề nghị báo cáo"
    )
    return id_


@contextmanager
def sql(app: Flask) -> Iterator[object]:
    with app.app_context(), acting() as ctx:
        yield ctx.session


def link(app: Flask, login: str = HEAD, kind: str = "chased") -> str:
    with sql(app) as session:
        return f"/act/{link_of(session, login, kind, key=KEY)}"


def stored(app: Flask) -> list[object]:
    """All that an answer could change."""
    with app.app_context(), acting() as ctx:
        run = ctx.session.connection().exec_driver_sql
        found: list[object] = [
            run(f"SELECT count(*) FROM {name}").scalar()
            for name in ("audit_events", "updates", "promises", "rounds", "outbox", "used_forms", "login_sessions")
        ]
        found += [tuple(row) for row in run("SELECT id, state, version FROM assignments ORDER BY id")]
        return found + [tuple(row) for row in run("SELECT * FROM mail_links ORDER BY id")]


def look(answer: TestResponse) -> str:
    """What holds of every answer at such an address."""
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    page = answer.text
    assert "csrf_token" not in page
    assert "<script" not in page
    if answer.mimetype == "text/html" and "<main" in page:
        assert 'name="referrer" content="no-referrer"' in page
        assert 'content="noindex, nofollow"' in page
        assert page.count("<h1") == 1
        assert re.search("(?i)đăng nhập", page)
    return page


def test_looking_changes_and_spends_nothing(app: Flask, client: FlaskClient, one: int) -> None:
    address, before = link(app), stored(app)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "GET"):
        answer = client.open(address, method=method)
        assert answer.status_code == 200
        look(answer)
    page = client.get(address).text
    assert "Phòng Y tế" in page
    assert "hạn" in page
    assert "checked" not in page
    # No people, no files.
    for hidden in ("Trưởng", "Cán bộ", "/evidence/", "Đề nghị báo cáo"):
        assert hidden not in page
    assert stored(app) == before


@pytest.mark.parametrize(
    "form", [{}, {"choice": ""}, {"choice": "confirm"}, {"note": "x"}, {"day": "2026-12-01", "note": ""}]
)
def test_a_scanner_that_sends_the_form_changes_nothing(
    app: Flask, client: FlaskClient, one: int, form: dict[str, str]
) -> None:
    address, before = link(app), stored(app)
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    page = look(answer)
    assert "Lỗi: Hãy chọn một mục." in page
    assert form.get("note", "") in page
    assert stored(app) == before
    assert client.post(address, data={"choice": "received"}).status_code == 303


def test_one_answer_then_what_was_done(app: Flask, client: FlaskClient, one: int) -> None:
    address = link(app)
    missing = client.post(address, data={"choice": "blocked", "note": " ", "day": ""})
    assert (missing.status_code, missing.text.count("Lỗi: Hãy ghi nội dung")) == (422, 1)
    answer = client.post(address, data={"choice": "blocked", "note": "Chờ kinh phí", "day": "chưa biết"})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    look(answer)
    page = look(client.get(address))
    assert "Đã ghi nhận trả lời" in page
    assert "“Có vướng mắc”" in page
    assert "<form" not in page
    before = stored(app)
    again = client.post(address, data={"choice": "received"})
    assert again.status_code == 409
    assert "“Có vướng mắc”" in look(again)
    assert stored(app) == before
    shown = Browser(app.test_client(), HEAD).get(f"/assignments/{one}")
    assert "Trả lời từ thư" in shown
    assert "Chờ kinh phí" in shown


def test_undone_from_the_mail_about_it(app: Flask, client: FlaskClient, one: int) -> None:
    address = link(app)
    client.post(address, data={"choice": "promise", "day": "2099-01-01"}, follow_redirects=True)
    page = client.post(address, data={"choice": "promise", "day": "30/02/2026"}).text
    assert "19/11/2026" in page  # how a day is written
    client.post(address, data={"choice": "blocked", "note": "Chờ"})
    undo = link(app, HEAD, "answered_from_mail")
    before = stored(app)
    assert "Hoàn tác trả lời này" in look(client.get(undo))
    assert client.post(undo).status_code == 422
    assert stored(app) == before
    assert client.post(undo, data={"choice": "undo"}).status_code == 303
    assert "Đã hoàn tác" in look(client.get(undo))
    assert "Đã hoàn tác" in look(client.get(address))
    assert "đã hoàn tác" in Browser(app.test_client(), HEAD).get(f"/assignments/{one}")


def test_every_unknown_token_gets_the_same_answer(app: Flask, client: FlaskClient, one: int) -> None:
    before, real = stored(app), link(app)
    guesses = ["x", "x" * 43, real[5:-1], real[5:] + "A", real[5:].swapcase(), "~" + real[5:], "x" * 5_000, "%00", "1"]
    answers = [client.open(f"/act/{guess}", method=method, data={"choice": "received"} if method == "POST" else None)
               for guess in guesses for method in ("GET", "POST")]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({look(answer) for answer in answers}) == 1
    with_day = client.post("/act/x", data={"choice": "promise", "day": "x", "note": "y" * 20_000})
    assert (with_day.status_code, with_day.text) == (404, answers[0].text)
    assert stored(app) == before


def test_errors_at_such_an_address_are_as_bare(app: Flask, client: FlaskClient, one: int) -> None:
    for method, path, status in (("PUT", link(app), 405), ("DELETE", link(app), 405), ("GET", "/act/", 404),
                                 ("GET", "/act/a/b", 404), ("POST", "/act/", 404)):  # fmt: skip
        answer = client.open(path, method=method)
        assert answer.status_code == status
        look(answer)
    assert client.post(link(app), data={"note": "x" * 3_000_000}).status_code == 413


SPOILED = {
    "expired": (
        "UPDATE mail_links SET made_at = now() - interval '9 days', expires_at = now() - interval '1 day'",
        410,
    ),
    "revoked": ("UPDATE mail_links SET revoked_at = now()", 410),
    "left": ("UPDATE users SET active = false WHERE login = 'truong.p-yte'", 410),
    "stale": ("UPDATE assignments SET version = version + 1", 409),
    "closed": ("UPDATE assignments SET state = 'cancelled'", 409),
    "another unit": ("UPDATE assignments SET lead_unit_id = (SELECT id FROM units WHERE code = 'p-tuphap')", 410),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_so_is_said_and_nothing_changes(app: Flask, client: FlaskClient, one: int, name: str) -> None:
    address = link(app)
    spoil, status = SPOILED[name]
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(spoil + (f" WHERE id = {one}" if "assignments" in spoil else ""))
    before = stored(app)
    for answer in (client.get(address), client.post(address, data={"choice": "received"})):
        assert answer.status_code == status
        page = look(answer)
        assert "Chưa có gì được thay đổi" in page
        assert "<form" not in page
        assert ("Phòng Y tế" in page) == (name in ("expired", "stale", "closed"))
    assert stored(app) == before


def test_signed_in_as_somebody_else(app: Flask, one: int) -> None:
    address = link(app)
    other, owner = Browser(app.test_client(), OFFICER), Browser(app.test_client(), HEAD)
    before = stored(app)
    for answer in (other.client.get(address), other.client.post(address, data={"choice": "received"})):
        assert answer.status_code == 403
        assert "Liên kết này gửi cho người khác" in look(answer)
        assert "Trưởng" not in answer.text
    assert stored(app) == before
    assert owner.client.post(address, data={"choice": "received"}).status_code == 303


def test_a_link_opens_nothing_else(app: Flask, client: FlaskClient, one: int) -> None:
    client.get(link(app))
    client.post(link(app), data={"choice": "received"})
    for path in (f"/assignments/{one}", "/my-work", "/assignments", "/search?q=a"):
        assert client.get(path).headers["Location"].startswith("/sign-in")
    assert client.get_cookie("giaoviec") is None


def test_a_first_password_is_no_hindrance(app: Flask, client: FlaskClient, one: int) -> None:
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE users SET must_change_password = true")
    browser = app.test_client()
    browser.post("/sign-in", data={"login": HEAD})
    assert browser.get(link(app)).status_code == 200
    assert client.post(link(app), data={"choice": "received"}).status_code == 303


def test_two_at_once_are_one_answer(app: Flask, one: int) -> None:
    """With answers that leave the assignment's version as it is: only the link itself can tell."""
    Browser(app.test_client(), HEAD).post(f"/assignments/{one}/accept", at=f"/assignments/{one}", version=1)
    Browser(app.test_client(), OFFICE).post(
        f"/assignments/{one}/chase", at=f"/assignments/{one}", version=2, chase="Lần hai"
    )
    address = link(app)
    with ThreadPoolExecutor(4) as pool:
        forms = [{"choice": "promise", "day": f"{date.today() + timedelta(days=n)}"} for n in range(2, 6)]
        sent = [pool.submit(app.test_client().post, address, data=form) for form in forms]
        assert sorted(answer.result().status_code for answer in sent) == [303, 409, 409, 409]
    with app.app_context(), acting() as ctx:
        assert ctx.session.connection().exec_driver_sql("SELECT count(*) FROM promises").scalar_one() == 1


def test_the_page_speaks_its_readers_language(app: Flask, client: FlaskClient, one: int) -> None:
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE users SET locale = 'en' WHERE login = %s", (HEAD,))
    assert '<html lang="en">' in client.get(link(app)).text
    assert '<html lang="vi">' in client.get("/act/x").text


def test_guessing_is_slowed_down_by_address(app: Flask, one: int) -> None:
    """Signed in or not: the person counts for nothing here."""
    head = Browser(app.test_client(), HEAD)
    tries = [head.client.post("/act/x") for _ in range(A_MINUTE["act.do"] + 1)]
    assert ({answer.status_code for answer in tries[:-1]}, tries[-1].status_code) == ({404}, 429)
    look(tries[-1])
    stranger = app.test_client()
    assert stranger.post(link(app), data={"choice": "received"}).status_code == 429
    there = stranger.post(link(app), data={"choice": "received"}, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert there.status_code == 303


def test_the_mail_log_shows_no_link(app: Flask, one: int) -> None:
    office = Browser(app.test_client(), OFFICE)
    with app.app_context(), acting() as ctx:
        row = ctx.session.connection().exec_driver_sql("SELECT id, text_body FROM outbox WHERE kind = 'chased'").first()
    assert row is not None
    nonce = re.findall("/act/~([A-Za-z0-9_-]{43})", row[1])[0]
    page = office.get(f"/mail/{row[0]}")
    assert "/act/…" in page
    assert nonce not in page


def test_no_log_has_a_token(app: Flask, database_url: str, tmp_path: Path, one: int) -> None:
    """Through gunicorn, with its log of requests: what is looked at, sent, refused, and what fails."""
    token, port = link(app)[5:], free_port()
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("ALTER TABLE promises RENAME TO gone")
    with Stack(tmp_path, database_url, "redis://127.0.0.1:1/0", (tmp_path / "mail").as_uri()) as stack:
        stack.start("web", "--bind", f"127.0.0.1:{port}", "--access-logfile", "-")
        assert until(lambda: "Listening" in stack.log("web").read_text(), 30), stack.logs()
        for path, data, status in ((f"/act/{token}", None, 500), (f"/%61ct/{token}?x={token}", None, 500),
                                   (f"/act/{token}x", b"choice=received", 404), ("/healthz", None, 200)):  # fmt: skip
            try:
                answered = urlopen(Request(f"http://127.0.0.1:{port}{path}", data=data)).status
            except HTTPError as error:
                answered = error.code
            assert answered == status
        assert until(lambda: "/healthz" in stack.log("web").read_text())
        sleep(0.1)
        log = stack.log("web").read_text()
    assert log.count("/act/-") == 3
    assert "unexpected" in log
    assert token not in log
