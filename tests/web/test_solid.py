"""Sessions that end with their password, addresses of forms opened as pages, and a database that is away."""

import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from time import monotonic

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from tests.helpers.world import make_settings
from tests.web.test_pages import HEAD, OFFICE, PASSWORD, Browser, _first
from tracker.acting import acting
from tracker.app import create_app
from tracker.extensions import db
from tracker.local.postgres import UNSAFE_BUT_FAST, PostgresServer
from tracker.local.valkey import ValkeyServer
from tracker.services.identity import deactivate, reset_password
from tracker.store.outage import database_down
from tracker.web.limits import A_MINUTE

NEW = "Mot-mat-khau-khac-2026"


def change(browser: Browser, old: str, status: int = 200) -> str:
    return browser.post("/password", at="/password", status=status, old=old, new=NEW, again=NEW)


def test_a_changed_password_signs_out_everywhere_else(app: Flask) -> None:
    here, there, other = (Browser(app.test_client(), login) for login in (HEAD, HEAD, OFFICE))
    there.get("/my-work")
    change(here, PASSWORD)
    assert here.client.get("/my-work").status_code == 200
    assert there.client.get("/my-work").status_code == 302
    assert other.client.get("/my-work").status_code == 200


@pytest.mark.parametrize("verb", ["reset", "deactivate"])
def test_so_does_an_administrator(app: Flask, verb: str) -> None:
    here, other = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)
    with app.app_context(), acting() as ctx:
        if verb == "reset":
            reset_password(ctx, HEAD, NEW)
        else:
            deactivate(ctx, HEAD)
    if verb == "deactivate":  # an account that comes back does not bring its sessions back
        with app.app_context(), acting() as ctx:
            ctx.session.connection().exec_driver_sql("UPDATE users SET active = true")
    assert here.client.get("/my-work").status_code == 302
    assert other.client.get("/my-work").status_code == 200


def test_wrong_old_passwords_lock_like_the_sign_in(app: Flask) -> None:
    browser = Browser(app.test_client(), HEAD)
    for _ in range(5):
        assert "không đúng" in change(browser, "sai", 422)
    assert "tạm khóa" in change(browser, PASSWORD, 422)  # right, but locked
    stranger = Browser(app.test_client())
    stranger.post("/sign-in", at="/sign-in", status=422, login=HEAD, password=PASSWORD)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/assignments/%s/update", "/assignments/%s"),
        ("/assignments/%s/confirm", "/assignments/%s"),
        ("/delegations/3/end", "/delegations/"),
        ("/bulk/undo/5", "/bulk/"),
        ("/working-days/apply", "/working-days"),
        ("/evidence/1/remove", "/"),
        ("/sign-out", "/"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(app: Flask, address: str, page: str) -> None:
    one = _first(app)
    browser = Browser(app.test_client(), HEAD)
    where, there = (text % one if "%s" in text else text for text in (address, page))
    answer = browser.client.get(where)
    assert (answer.status_code, answer.headers["Location"]) == (303, there)
    assert "chưa có gì được gửi đi" in browser.client.get("/my-work").text
    assert browser.client.put(where).status_code == 405


def test_a_failed_quick_update_stays_on_the_list(app: Flask) -> None:
    one = _first(app)
    browser = Browser(app.test_client(), HEAD)
    form = {"version": 1, "back": "my-work", "signal": "on_track", "text": "Đã họp <hai> lần", "percent": "900"}
    page = browser.post(f"/assignments/{one}/update", at="/my-work", status=422, **form)
    assert "<h1>Việc của tôi</h1>" in page
    row = page.partition('<details class="act" open>')[2].partition("</details>")[0]
    assert f'action="/assignments/{one}/update"' in row
    assert 'value="Đã họp &lt;hai&gt; lần"' in row
    assert 'class="error-text"' in row
    assert re.search(r'value="on_track"[^>]* checked', row)
    assert page.count("Đã họp &lt;hai&gt; lần") == 1
    assert 'href="#percent"' in page
    # Taken by others meanwhile: only the work's own page shows both changes.
    stale = {**form, "percent": "", "version": 0}
    assert "<h1>Việc của tôi</h1>" not in browser.post(f"/assignments/{one}/update", at="/my-work", status=409, **stale)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log", token_hex(8), UNSAFE_BUT_FAST)
    server.start()
    yield server
    server.stop()


def test_without_its_database_every_page_says_so_and_the_first_one_after_works(
    server: PostgresServer, tmp_path: Path
) -> None:
    app = create_app(make_settings(server.url(), "redis://127.0.0.1:1/0", (tmp_path / "mail").as_uri()))
    with app.app_context():
        upgrade()
    client = app.test_client()
    assert client.get("/sign-in").status_code == 200
    server.stop()
    for path in ("/sign-in", "/nothing", "/calendar/feed/1-x.ics"):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert answer.headers["Retry-After"]
        assert answer.text.index("tạm gián đoạn") < answer.text.index("Temporarily unavailable")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["down"]) == (503, ["database"])
    assert client.get("/healthz").status_code == 200
    server.start()
    assert client.get("/sign-in").status_code == 200
    assert client.get("/readyz").status_code == 200
    server.stop()  # once more, and nobody asks meanwhile: the pool still holds the connection of before
    server.start()
    assert client.get("/sign-in").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_a_signed_in_person_meets_the_same_page_and_nothing_half(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection ends within the request: on the next one everything is as it was before."""
    one = _first(app)
    browser = Browser(app.test_client(), HEAD)
    name = database_url.rpartition("/")[2]
    with psycopg.connect(database_url.replace(name, "postgres"), autocommit=True) as admin:

        def gone(*_: object, **__: object) -> None:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

        with monkeypatch.context() as patched:
            patched.setattr("tracker.services.update.record", gone)
            token = re.search(r'csrf_token" value="([^"]+)"', browser.client.get("/my-work").text)
            assert token is not None
            form = {"version": 1, "signal": "on_track", "text": "Đã họp", "csrf_token": token[1]}
            assert browser.client.post(f"/assignments/{one}/update", data=form).status_code == 503
    page = browser.get(f"/assignments/{one}")
    assert "Đã họp" not in page
    assert 'name="version" value="1"' in page


def test_a_failed_statement_is_no_outage(app: Flask) -> None:
    with app.app_context(), pytest.raises(OperationalError) as failed:
        db.session.execute(db.text("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$"))
    assert not database_down(failed.value)
    assert not database_down(ValueError())


def test_a_frozen_broker_holds_up_no_update(database_url: str, tmp_path: Path) -> None:
    broker = ValkeyServer(tmp_path / "valkey", tmp_path / "valkey.log", token_hex(8))
    broker.start()
    app = create_app(make_settings(database_url, broker.url(), (tmp_path / "mail").as_uri()))
    one = _first(app)
    browser, office = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)
    assert broker.process is not None
    broker.process.send_signal(signal.SIGSTOP)
    try:
        began = monotonic()
        for version, action in enumerate(("accept", "submit"), start=1):
            form = {"result": "Xong", "done_on": "2026-01-05"} if action == "submit" else {}
            browser.post(f"/assignments/{one}/{action}", at=f"/assignments/{one}", version=version, **form)
        assert "Xong" in office.get(f"/assignments/{one}")
        with psycopg.connect(database_url) as connection:
            kinds = {row[0] for row in connection.execute("SELECT kind FROM outbox WHERE sent_at IS NULL")}
        assert "submitted" in kinds
        assert monotonic() - began < 5
    finally:
        broker.process.send_signal(signal.SIGCONT)
        broker.stop()
    with app.app_context():
        db.engine.dispose()


def test_who_asks_too_often_is_asked_to_wait(app: Flask) -> None:
    """The broker of this site is off: the counters are the process's own, and pages go on."""
    head, office = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)
    answers = [head.client.get("/assignments.xlsx") for _ in range(A_MINUTE["exports.listing"] + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
    assert "Quá nhiều yêu cầu" in answers[-1].text
    assert office.client.get("/assignments.xlsx").status_code == 200  # another person, from the same address
    assert head.client.get("/my-work").status_code == 200


def test_the_limits_can_be_switched_off(database_url: str, tmp_path: Path) -> None:
    mail = (tmp_path / "mail").as_uri()
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", mail, rate_limits=False))
    head = Browser(app.test_client(), HEAD)
    for _ in range(A_MINUTE["exports.listing"] + 1):
        assert head.client.get("/assignments.xlsx").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_an_address_cannot_try_password_after_password(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    here, there = app.test_client(), app.test_client()
    status = [
        here.post("/sign-in", data={"login": f"khong-co-{n}", "password": "x"}).status_code
        for n in range(A_MINUTE["auth.do_sign_in"] + 1)
    ]
    assert (set(status[:-1]), status[-1]) == ({422}, 429)
    other = there.post("/sign-in", data={"login": "x", "password": "x"}, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert other.status_code == 422


def test_every_limit_names_a_route_and_counts_in_the_broker(database_url: str, tmp_path: Path) -> None:
    """Two processes count together; frozen, the broker holds up no limited page either."""
    broker = ValkeyServer(tmp_path / "valkey", tmp_path / "valkey.log", token_hex(8))
    broker.start()
    assert broker.process is not None
    try:
        mail = (tmp_path / "mail").as_uri()
        one, two = (create_app(make_settings(database_url, broker.url(), mail)) for _ in range(2))
        assert set(A_MINUTE) <= set(one.view_functions)
        first, second = Browser(one.test_client(), HEAD), Browser(two.test_client(), HEAD)
        for _ in range(A_MINUTE["exports.listing"]):
            assert first.client.get("/assignments.xlsx").status_code == 200
        assert second.client.get("/assignments.xlsx").status_code == 429
        broker.process.send_signal(signal.SIGSTOP)
        began = monotonic()
        assert second.client.get("/assignments.xlsx").status_code == 200
        assert second.client.get("/search?q=tre").status_code == 200
        assert monotonic() - began < 5
        for app in (one, two):
            with app.app_context():
                db.engine.dispose()
    finally:
        broker.process.send_signal(signal.SIGCONT)
        broker.stop()


def test_a_page_without_a_limit_looks_at_no_counter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the broker is away the library asks it now and then whether it is back: not at other pages' expense."""
    head = Browser(app.test_client(), HEAD)
    (limiter,) = app.extensions["limiter"]
    asked: list[str] = []
    monkeypatch.setattr(limiter, "_storage_dead", True)
    monkeypatch.setattr(limiter, "_Limiter__should_check_backend", lambda: True)
    monkeypatch.setattr(limiter.storage, "check", lambda: asked.append("?"))
    head.get("/my-work")
    head.get("/assignments")
    assert asked == []
    head.get("/search?q=tre")
    assert asked


def test_a_silent_broker_is_tried_once(database_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        app = create_app(make_settings(database_url, url, (tmp_path / "mail").as_uri()))
        Browser(app.test_client(), HEAD)
        silent.setblocking(False)
        tries = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                tries += 1
        with app.app_context():
            db.engine.dispose()
    assert 1 <= tries <= 2  # to count, and to look whether it is back
