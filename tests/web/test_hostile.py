"""Whatever is sent, no page answers with a fault of its own."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.helpers.stack import until
from tests.helpers.world import AT
from tests.web.test_pages import ADMIN, HEAD, OFFICE, Browser, _first
from tracker.acting import acting
from tracker.models.saved_filter import SavedFilter
from tracker.services import saved_filter as filters
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.store.user import by_login

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
    (HEAD, "comment", {"comment": "x", "mention": ["p999999999999", "u" + "9" * 5000, "p٣", "p-1", "p"]}),
    (HEAD, "undo", {"update_id": HUGE}),
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
    told = {"signal": "on_track", "text": "x", "once": "a\x00b"}
    assert _send(browsers[HEAD], f"/assignments/{one}/update", f"/assignments/{one}", dict(told)) < 500
    for values in ({"programme": HUGE, "year": HUGE}, {"programme": "x", "year": ""}, {}):
        assert _send(office, "/reports/", "/reports/", dict(values)) < 500
    assert _send(office, f"/mail/{HUGE}/resend", "/mail/", {}) == 404
    stranger = Browser(app.test_client())
    assert _send(stranger, "/sign-in", "/sign-in", {"login": "a\x00", "password": "\x00"}) == 422
    assert _send(stranger, "/sign-in", "/sign-in", {"login": "a" * 100_000, "password": "b" * 100_000}) == 422


# What the pages know of, each with each of these.
NAMES = (
    "all", "band", "class", "clause", "day", "days", "kind", "late_help", "mine", "month", "next", "page", "programme",
    "q", "returned", "stale", "starred", "state", "topic", "unit", "unit_name", "units", "view", "whose", "year",
)  # fmt: skip
VALUES = (
    "", "-1", "0", "99999", "2000000000", "2147483648", "9223372036854775808", "9" * 5000, "1e300", "nan", "٣", "²",
    "0001-01-01", "9999-12-31", "9999-12", "0001-01", "2026-W10", "1/1/9999", "30/02/2026", "1/1/" + "9" * 30,
    "a\x00b", "\r\nX-Evil: 1", "\ud83d", "\u200b", "%", "'\"<script>", "//evil.example", "/\t/[", "every", "list",
)  # fmt: skip
LONG = "MACHINE_STEPS" in os.environ
IDS = ("0", "1", "2147483647", "2147483648", "9" * 30, "9" * 5000, "-1", "x", "%00", "%0d%0aX")


def test_every_page_with_every_value(app: Flask) -> None:
    """Each known parameter with a third of the values, on each page that answers GET; the next page has the next third.
    `make test-long` (MACHINE_STEPS): each with each."""
    app.config["WTF_CSRF_ENABLED"] = False
    one = str(_first(app))
    real, odd = set(), set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "auth.sign_in"):
            path = re.sub(r"<(?!int)[^>]+>", "x%E1%BA%A1", rule.rule)
            real |= {re.sub(r"<int:[^>]+>", id_, path) for id_ in ((one, "1") if LONG else (one,))}
            odd |= {re.sub(r"<int:[^>]+>", id_, path) for id_ in IDS}
    queries = [urlencode([(name, value) for name in NAMES], errors="surrogatepass") for value in VALUES]
    faults = []
    for login, asked in ((OFFICE, queries), (HEAD, queries[:1]), (ADMIN, queries[:1])):
        client = app.test_client()
        Browser(client, login)
        addresses = [
            f"{path}?{query}"
            for at, path in enumerate(sorted(real))
            for query in (asked if LONG or len(asked) == 1 else asked[at % 3 :: 3])
        ] + (list(odd) if login == OFFICE else [])
        for address in addresses:
            status = client.get(address, headers={"Referer": "http://["}).status_code
            # A probe may say that this site is not ready.
            if status >= 500 and not (status == 503 and address.startswith("/readyz")):
                faults.append((login, address[:120], status))
    assert faults == []


def test_redirects_lead_nowhere_else(office: Browser) -> None:
    for target in ("/a\r\nX-Evil: 1", "//evil.example", "/\t/evil.example", "/\\evil.example", "/x\u2028y", "http://["):
        for path, form in (
            ("/language/vi", {"next": target}),
            ("/filters", {"filter_name": "", "query": f"class=overdue{target}"}),
            ("/filters", {"filter_name": "x", "query": target, "unit_id": HUGE}),
        ):
            token = re.search(r'csrf_token" value="([^"]+)"', office.client.get("/assignments").text)
            assert token is not None
            answer = office.client.post(path, data={**form, "csrf_token": token[1]})
            assert answer.status_code == 302, (path, form)
            where = answer.headers["Location"]
            assert where.startswith("/")
            assert not where.startswith("//")
            assert "X-Evil" not in answer.headers


def test_nothing_is_cut_and_called_saved(app: Flask) -> None:
    head, where = Browser(app.test_client(), HEAD), f"/assignments/{_first(app)}"
    form = {"version": 1, "signal": "on_track"}
    page = head.post(f"{where}/update", at=where, status=422, **form, text="a" * 10_000 + "KẾT")
    assert re.search(r'id="text-error">[^<]*dài quá 10000', page)
    assert "aKẾT" in page  # all of it is kept
    # A browser counts a line break as one, and sends two.
    assert "Đã lưu" in head.post(f"{where}/update", at=where, **form, text="a\r\n" * 5_000)
    one = _first(app)
    page = head.post(
        "/my-work/grid", at="/my-work/grid", status=422, **{f"version-{one}": 1, f"text-{one}": "b" * 10_001}
    )
    assert "dài quá 10000" in page
    office = Browser(app.test_client(), OFFICE)
    at = "/programmes/1/ladder"
    page = office.post(f"{at}/preview", at=at, status=422, kind="every", version=1, ladder="c" * 10_001)
    assert "dài quá 10000" in page
    assert "c" * 10_001 in page


@pytest.mark.parametrize("version", [None, "", "x", "-1", "9999999999999", "\u200b"])
def test_a_form_that_lost_its_version_changes_nothing(app: Flask, office: Browser, version: str | None) -> None:
    head, one = Browser(app.test_client(), HEAD), _first(app)
    where = f"/assignments/{one}"
    lost = {} if version is None else {"version": version}
    page = head.post(f"{where}/update", at=where, status=422, **lost, signal="on_track", text="Đã họp ba lần")
    assert "Trang này đã cũ" in page
    assert 'value="Đã họp ba lần"' in page
    assert 'name="version" value="1"' in page  # sent again it is saved
    page = office.post(f"{where}/extend", at=where, status=422, **lost, due_on="2027-01-01", reason="Mưa lũ")
    assert "Trang này đã cũ" in page
    assert "Mưa lũ" in page
    row = {f"signal-{one}": "on_track", f"text-{one}": "Trong bảng"}
    row |= {} if version is None else {f"version-{one}": version}
    page = head.post("/my-work/grid", at="/my-work/grid", status=422, **row)
    assert "Trang này đã cũ" in page
    assert 'value="Trong bảng"' in page
    assert f'name="version-{one}" value="1"' in page
    ladder = "/programmes/1/ladder"
    typed = {"kind": "every", "ladder": "0 | head", "seen": "x"}
    for path in (f"{ladder}/preview", ladder):
        page = office.post(path, at=ladder, status=422, **lost, **typed)
        assert "Trang này đã cũ" in page or "Dòng 1" in page
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        assert sql("SELECT version FROM assignments WHERE id = %s", (one,)).scalar_one() == 1


@pytest.mark.parametrize("blank", ["\u200b\u200d", "\x07\x1b", "\u3164", " \u00a0 "])
def test_a_reason_that_nobody_sees_is_none(app: Flask, office: Browser, blank: str) -> None:
    where = f"/assignments/{_first(app)}"
    assert "Lý do" in office.post(f"{where}/suspend", at=where, status=422, version=1, reason=blank)
    page = office.post(f"{where}/chase", at=where, status=422, version=1, chase=blank)
    assert "Hãy ghi nội dung đôn đốc" in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1/1/9999", "1/1/" + "9" * 40, "31/12/1999"])
def test_days_that_nobody_can_mean(app: Flask, office: Browser, day: str) -> None:
    head, where = Browser(app.test_client(), HEAD), f"/assignments/{_first(app)}"
    for browser, action, form in (
        (head, "submit", {"result": "x", "done_on": day}),
        (head, "ask_extension", {"extension_reason": "x", "asked_due_on": day}),
        (head, "ask_contribution", {"question": "x", "contribute_by": day}),
        (office, "extend", {"reason": "x", "due_on": day}),
        (office, "ask_explanation", {"question": "x", "answer_by": day}),
        (office, "split", {"part_text": "x", "part_due_on": day}),
    ):
        page = browser.post(f"{where}/{action}", at=where, status=422, version=1, **form)
        assert "không hợp lý" in page or "cần có dạng 19/11/2026" in page, action
    form = {"unit_id": 1, "valid_from": day, "valid_to": day}
    page = head.post("/delegations/", at="/delegations/", status=422, **form)
    assert "không hợp lý" in page or "cần có dạng" in page


def test_the_same_filter_saved_twice_at_once(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with Session(engine) as first, Session(engine) as second, ThreadPoolExecutor(1) as pool:

        def as_(session: Session) -> Context:
            user = by_login(session, HEAD)
            assert user is not None
            return Context(session, actor_of(session, user, AT), AT, "test", "http://test", "giao-viec@example.vn")

        late_ctx = as_(second)
        filters.save(as_(first), name="Chậm", query="class=overdue")
        late = pool.submit(filters.save, late_ctx, name="Chậm", query="class=done")
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        until(lambda: late.done() or first.scalar(waiting) == 1, 10)
        first.commit()
        assert late.exception(10) is None
        second.commit()
        assert [one.query for one in first.scalars(select(SavedFilter))] == ["class=done"]
    engine.dispose()
