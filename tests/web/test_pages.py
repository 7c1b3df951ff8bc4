"""Every page for everybody: who may open what, errors that keep what was typed, links that lead somewhere."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tracker.acting import acting
from tracker.services.assignment import accept
from tracker.services.identity import actor_of
from tracker.store.user import by_login

PASSWORD = "Thu-nghiem-2026"
HEAD, OFFICE, LEADER, ADMIN, AUDITOR = "truong.p-yte", "truong.p-ldtbxh", "truong.ubnd-huyen", "quantri", "kiemtoan"


class Browser:
    """A client that carries the CSRF token and looks at each page it gets."""

    def __init__(self, client: FlaskClient, login: str | None = None) -> None:
        self.client = client
        if login:
            self.post("/sign-in", at="/sign-in", login=login, password=PASSWORD)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code)
        return self._look(answer)

    def post(self, path: str, at: str, status: int = 200, **form: object) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(at, follow_redirects=True).text)
        assert token is not None
        answer = self.client.post(path, data={**form, "csrf_token": token[1]}, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-2000:])
        return self._look(answer)

    @staticmethod
    def _look(answer: TestResponse) -> str:
        page = answer.text
        assert re.search(r"<title>\S", page)
        assert page.count("<h1>") + page.count("<h1 ") == 1
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1][:3]
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\bnonce=)", page)
        assert not re.search(r"\son[a-z]+=", page)
        assert page.count('method="post"') <= page.count('name="csrf_token"')
        assert "nonce-" in answer.headers["Content-Security-Policy"]
        return page


Browse = Callable[..., Browser]


@pytest.fixture
def browse(app: Flask) -> Browse:
    return lambda login=None: Browser(app.test_client(), login)


def _first(app: Flask, code: str = "p-yte") -> int:
    with app.app_context(), acting() as ctx:
        from_sql = ctx.session.connection().exec_driver_sql(
            "SELECT a.id FROM assignments a JOIN units u ON u.id = a.lead_unit_id WHERE u.code = %s ORDER BY a.id",
            (code,),
        )
        return int(from_sql.scalars().first() or 0)


PAGES = {
    "/my-work": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/assignments": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/assignments?class=overdue&band=2&state=assigned&page=9&year=2026&mine=1": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/assignments?class=nonsense&band=x&unit=-1&page=-5&clause=0": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/programmes/": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/monitor": {OFFICE, LEADER, ADMIN, AUDITOR},
    "/monitor?year=all": {OFFICE, LEADER, ADMIN, AUDITOR},
    "/reports/": {OFFICE, LEADER, ADMIN, AUDITOR},
    "/mail/": {OFFICE, ADMIN, AUDITOR},
    "/mail/?state=sent": {OFFICE, ADMIN, AUDITOR},
    "/mail/?kind=digest&person=1&day=2026-11-25": {OFFICE, ADMIN, AUDITOR},
    "/register/": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/notifications/": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/notifications/?page=9": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/notifications/preferences/": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
    "/password": {HEAD, OFFICE, LEADER, ADMIN, AUDITOR},
}


@pytest.mark.parametrize("login", [HEAD, OFFICE, LEADER, ADMIN, AUDITOR])
def test_who_opens_what(browse: Browse, login: str) -> None:
    browser = browse(login)
    for path, people in PAGES.items():
        browser.get(path, 200 if login in people else 403)
    browser.get("/", 200)
    hidden = {"/mail/999999": "/mail/", "/reports/999999": "/reports/"}
    for missing in ("/assignments/999999", "/programmes/99", "/nothing", *hidden):
        allowed = missing not in hidden or login in PAGES[hidden[missing]]
        browser.get(missing, 404 if allowed else 403)


def test_nothing_opens_without_signing_in(app: Flask) -> None:
    """Also holds for every page that is added later."""
    client = app.test_client()
    free = {
        "auth.sign_in",
        "auth.do_sign_in",
        "auth.language",
        "home.healthz",
        "home.readyz",
        "static",
        "calendar.feed",
        "hooks.bounces",
        "act.show",
        "act.do",
        "unsubscribe.show",
        "unsubscribe.do",
    }
    for rule in app.url_map.iter_rules():
        if rule.endpoint in free:
            continue
        if rule.endpoint.startswith("api."):
            continue  # by a key (tests/web/test_api.py)
        path = re.sub(r"<int:\w+>", "1", rule.rule).replace("<action>", "accept")
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        app.config["WTF_CSRF_ENABLED"] = False
        answer = client.open(path, method=method)
        assert answer.status_code == 302, rule
        assert answer.headers["Location"].startswith("/sign-in"), rule


def test_every_post_needs_the_token(app: Flask, browse: Browse) -> None:
    browser = browse(HEAD)
    one = _first(app)
    answer = browser.client.post(f"/assignments/{one}/accept", data={"version": 1})
    assert answer.status_code == 400
    assert "đã hết hạn" in answer.text


def test_sign_in_says_the_same_for_every_failure_and_locks_for_a_while(app: Flask, browse: Browse) -> None:
    browser = browse()
    said = set()
    for login in ("khong-co", HEAD):
        page = browser.post("/sign-in", at="/sign-in", status=422, login=login, password="sai")
        said.add(re.search(r'href="#login">([^<]+)', page)[1])  # type: ignore[index]
    assert len(said) == 1
    for _ in range(4):
        browser.post("/sign-in", at="/sign-in", status=422, login=HEAD, password="sai")
    browser.post("/sign-in", at="/sign-in", status=422, login=HEAD, password=PASSWORD)  # right, but locked


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_sends_nobody_elsewhere(app: Flask, target: str) -> None:
    browser = Browser(app.test_client())
    token = re.search(r'csrf_token" value="([^"]+)"', browser.client.get("/sign-in").text)
    assert token is not None
    form = {"login": HEAD, "password": PASSWORD, "next": target, "csrf_token": token[1]}
    assert browser.client.post("/sign-in", data=form).headers["Location"] == "/"


def test_sign_out_revokes_the_session_itself(app: Flask, browse: Browse) -> None:
    browser = browse(HEAD)
    cookie = browser.client.get_cookie("giaoviec")
    assert cookie is not None
    browser.post("/sign-out", at="/my-work")
    browser.client.set_cookie("giaoviec", cookie.value)  # a copy of the cookie kept elsewhere
    assert browser.client.get("/my-work").status_code == 302


def test_an_update_from_my_work(app: Flask, browse: Browse) -> None:
    browser = browse(HEAD)
    one = _first(app)
    page = browser.post(
        f"/assignments/{one}/update", at="/my-work", version=1, signal="blocked", text="Chờ kinh phí", percent="20",
        back="my-work",
    )  # fmt: skip
    assert "Đã lưu cập nhật" in page
    assert "Việc của tôi" in page


def test_an_error_keeps_what_was_typed(app: Flask, browse: Browse) -> None:
    browser = browse(HEAD)
    one = _first(app)
    where = f"/assignments/{one}"
    page = browser.post(
        f"{where}/update", at=where, status=422, version=1, signal="", text="Giữ lại giúp tôi", percent="40"
    )
    assert "Giữ lại giúp tôi" in page
    assert "<title>Lỗi: " in page
    page = browser.post(
        f"{where}/update", at=where, status=422, version=1, signal="on_track", text="x", percent="nhiều"
    )
    assert "số nguyên" in page
    browser.post(f"{where}/accept", at=where, version=1)
    page = browser.post(f"{where}/submit", at=where, status=422, version="", result="Có kết quả", done_on="30/02/2026")
    assert "Có kết quả" in page
    browser.post(f"{where}/nonsense", at=where, status=404)


def test_a_stale_form_shows_both_and_loses_neither(app: Flask, browse: Browse) -> None:
    one = _first(app)
    where = f"/assignments/{one}"
    browser = browse(HEAD)
    with app.app_context(), acting() as ctx:
        officer = by_login(ctx.session, "canbo.p-yte")
        assert officer is not None
        ctx.actor = actor_of(ctx.session, officer, ctx.now)
        accept(ctx, one)
    page = browser.post(
        f"{where}/update", at=where, status=409, version=1, signal="on_track", text="Phần của tôi", percent="5"
    )
    assert "Phần của tôi" in page
    assert "Người khác vừa thay đổi" in page
    assert "Nhận việc" in page  # what the other did


def test_other_peoples_ids(app: Flask, browse: Browse) -> None:
    browser = browse(HEAD)
    other = _first(app, "p-tuphap")
    browser.get(f"/assignments/{other}", 404)
    browser.post(f"/assignments/{other}/decline", at="/my-work", status=404, reason="x", version=1)
    browser.post("/reports/", at="/my-work", status=403, programme=1, year=2026)


def test_english(browse: Browse) -> None:
    browser = browse(OFFICE)
    page = browser.post("/language/en", at="/monitor", next="/monitor")
    assert 'lang="en"' in page
    assert "Monitor" in page
    assert "Theo dõi thực hiện" not in page
    assert "Theo dõi thực hiện" in browser.post("/language/vi", at="/monitor", next="/monitor")


def test_sample_data_is_said_on_every_page(browse: Browse) -> None:
    browser = browse(OFFICE)
    for path in ("/monitor", "/my-work", "/programmes/", "/nothing"):
        assert "Dữ liệu mẫu – không phải số liệu thật" in browser.client.get(path, follow_redirects=True).text
    assert "Dữ liệu mẫu" in Browser(browser.client.application.test_client()).get("/sign-in")


def test_the_programme_names_clauses_left_without_work(app: Flask, browse: Browse) -> None:
    browser = browse(OFFICE)
    assert "đều đã có nhiệm vụ trong năm 2026" in browser.get("/programmes/")
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET state = 'cancelled' WHERE duty_id = (SELECT id FROM duties WHERE key = 'IV.7.3')"
        )
    page = browser.get("/programmes/")
    assert "1 mục chưa có nhiệm vụ nào" in page
    assert "IV.7.3" in page


def test_health(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ok", "oldest_due_seconds": 0, "missed_steps": 0}
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body, html_body,"
            " state, not_before, created_at)"
            " VALUES ('x','x','x','x','x','x','x','x','queued', now() - interval '6 minutes', now())"
        )
    assert client.get("/readyz").status_code == 503
    office = Browser(client, OFFICE)
    assert "Có thư chờ gửi từ" in office.get("/monitor")
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE outbox SET not_before = now() + interval '1 day'")
        ctx.session.connection().exec_driver_sql(
            "INSERT INTO escalation_audits (at, checked, missed, oldest_due_on) VALUES (now(), 9, 2, '2026-11-19')"
        )
    assert client.get("/readyz").get_json() == {"status": "late", "oldest_due_seconds": 0, "missed_steps": 2}
    assert "2 bậc đôn đốc chưa gửi" in office.get("/monitor")


def test_a_form_sent_twice_acts_once(app: Flask, browse: Browse) -> None:
    one = _first(app)
    where = f"/assignments/{one}"
    browser = browse(HEAD)
    form = {"version": 1, "signal": "on_track", "text": "Một lần", "once": "token-of-this-form"}
    browser.post(f"{where}/update", at=where, **form)
    assert "đã xử lý một lần" in browser.post(f"{where}/update", at=where, **form)
    with app.app_context(), acting() as ctx:
        count = ctx.session.connection().exec_driver_sql("SELECT count(*) FROM updates WHERE text = 'Một lần'")
        assert count.scalar_one() == 1
    # A refused form is free to be sent again.
    version = re.search(r'name="version" value="(\d+)"', browser.get(where))
    assert version is not None
    wrong = {"version": version[1], "signal": "", "text": "Hai", "once": "another-form"}
    browser.post(f"{where}/update", at=where, status=422, **wrong)
    assert "Đã lưu" in browser.post(f"{where}/update", at=where, **{**wrong, "signal": "on_track"})


def test_a_second_copy_goes_back_to_a_page_that_answers(app: Flask, browse: Browse) -> None:
    """A form that came back with errors stands at an address that only takes POST."""
    head = browse(HEAD)
    id_ = _first(app)
    form = {"version": 1, "signal": "on_track", "text": "Một lần", "once": "again-and-again"}
    head.post(f"/assignments/{id_}/update", at=f"/assignments/{id_}", **form)
    token = re.search(r'name="csrf_token" value="([^"]+)"', head.get(f"/assignments/{id_}"))
    assert token is not None
    answer = head.client.post(
        f"/assignments/{id_}/update",
        data={**form, "csrf_token": token[1]},
        headers={"Referer": f"http://localhost/assignments/{id_}/update"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/assignments/{id_}")
