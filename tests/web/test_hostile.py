"""Whatever is sent, no page answers with a fault of its own."""

import re

import pytest
from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browser, _first

HUGE = "9" * 25
ADDRESSES = [
    f"/assignments?year={HUGE}",
    f"/assignments?unit={HUGE}",
    "/assignments?clause=-99999999999",
    f"/assignments?page={HUGE}",
    "/assignments?page=-1",
    "/assignments?state=%00",
    f"/assignments/{HUGE}",
    f"/monitor?programme={HUGE}",
    f"/programmes/{HUGE}",
    f"/programmes/1?year={HUGE}",
    f"/reports/{HUGE}",
    f"/reports/{HUGE}.docx",
    f"/mail/{HUGE}",
    "/mail/?page=0",
    "/sign-in?next=%0d%0aX",
]
FORMS: list[tuple[str, str, dict[str, object]]] = [
    (HEAD, "update", {"version": 1, "signal": "on_track", "text": "a\x00b", "percent": "5"}),
    (HEAD, "update", {"version": HUGE, "signal": "on_track", "text": "x", "percent": HUGE}),
    (HEAD, "update", {"version": "", "signal": "on_track", "text": "😀" * 20_000}),
    (HEAD, "accept", {"owner_id": HUGE}),
    (HEAD, "submit", {"result": "x" * 100_000, "done_on": "0001-01-01"}),
    (HEAD, "submit", {"result": "x", "done_on": "1/1/99999"}),
    (OFFICE, "reassign", {"lead_unit_id": HUGE, "reason": "x"}),
]


@pytest.fixture
def office(app: Flask) -> Browser:
    return Browser(app.test_client(), OFFICE)


def _send(browser: Browser, path: str, at: str, form: dict[str, object]) -> int:
    token = re.search(r'csrf_token" value="([^"]+)"', browser.client.get(at, follow_redirects=True).text)
    assert token is not None
    return browser.client.post(path, data={**form, "csrf_token": token[1]}, follow_redirects=True).status_code


def test_addresses(office: Browser) -> None:
    answers = {path: office.client.get(path, follow_redirects=True).status_code for path in ADDRESSES}
    assert {path: status for path, status in answers.items() if status >= 500} == {}


def test_forms(app: Flask, office: Browser) -> None:
    one = _first(app)
    browsers = {HEAD: Browser(app.test_client(), HEAD), OFFICE: office}
    for login, action, form in FORMS:
        where = f"/assignments/{one}"
        assert _send(browsers[login], f"{where}/{action}", where, form) < 500, (action, form)
    for values in ({"programme": HUGE, "year": HUGE}, {"programme": "x", "year": ""}, {}):
        assert _send(office, "/reports/", "/reports/", dict(values)) < 500
    assert _send(office, f"/mail/{HUGE}/resend", "/mail/", {}) == 404
    stranger = Browser(app.test_client())
    assert _send(stranger, "/sign-in", "/sign-in", {"login": "a\x00", "password": "\x00"}) == 422
    assert _send(stranger, "/sign-in", "/sign-in", {"login": "a" * 100_000, "password": "b" * 100_000}) == 422
