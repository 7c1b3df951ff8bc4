"""The mail log: found by what is asked, shown without running anything, sent again or not at all."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.db.test_bounce import about
from tests.web.test_pages import ADMIN, AUDITOR, HEAD, LEADER, OFFICE, PASSWORD, Browser, _first
from tracker.acting import acting
from tracker.mail.template import Rendered
from tracker.models.audit import AuditEvent
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.user import User
from tracker.services.bounce import record_bounce
from tracker.services.chase import chase
from tracker.services.identity import actor_of
from tracker.services.outbox import claim, enqueue
from tracker.store.user import by_login

EVIL = "<p style='color:red'>Chào</p><script>alert(1)</script><img src='http://evil.example/x.png'>"


@pytest.fixture
def mails(app: Flask) -> dict[str, int]:
    """A chase of the health department, and a letter of another kind to its officer."""
    one = _first(app)
    with app.app_context(), acting() as ctx:
        leader = by_login(ctx.session, LEADER)
        assert leader is not None
        ctx.actor = actor_of(ctx.session, leader, ctx.now)
        chase(ctx, one, text="Đề nghị báo cáo")
        officer = by_login(ctx.session, "canbo.p-yte")
        assert officer is not None
        other = enqueue(ctx, "delegation", "k", officer, Rendered("Thư kia", "chữ <b>", EVIL))
        assert other is not None
        chased = ctx.session.scalars(select(OutboxMail).where(OutboxMail.kind == "chased")).one()
        return {"chased": chased.id, "other": other.id}


def state(app: Flask, mail_id: int) -> str:
    with app.app_context(), acting() as ctx:
        return ctx.session.scalars(select(OutboxMail.state).where(OutboxMail.id == mail_id)).one()


def listed(page: str) -> set[int]:
    return {int(one) for one in re.findall(r'href="/mail/(\d+)"', page)}


def test_filters(app: Flask, mails: dict[str, int]) -> None:
    admin = Browser(app.test_client(), ADMIN)
    both, chased, other = set(mails.values()), {mails["chased"]}, {mails["other"]}
    with app.app_context(), acting() as ctx:
        officer = ctx.session.scalars(select(User.id).where(User.login == "canbo.p-yte")).one()
        today = ctx.today.isoformat()
    for query, found in {
        "": both,
        "state=queued": both,
        "state=sent": set(),
        "kind=chased": chased,
        f"person={officer}": other,
        f"assignment={_first(app)}": chased,
        f"assignment={_first(app, 'congan')}": set(),
        f"day={today}": both,
        f"day={today}&kind=chased&state=queued": chased,
        "day=2026-01-05": set(),
        "day=9999-12-31&kind=nonsense&state=x&person=y": both,
    }.items():
        assert listed(admin.get(f"/mail/?{query}")) == found, query
    admin.get("/mail/?assignment=999999", 404)


def test_from_the_assignment_and_to_the_person(app: Flask, mails: dict[str, int]) -> None:
    office, head = Browser(app.test_client(), OFFICE), Browser(app.test_client(), HEAD)
    one = _first(app)
    assert f'href="/mail/?assignment={one}"' in office.get(f"/assignments/{one}")
    assert "/mail/" not in head.get(f"/assignments/{one}")
    page = office.get(f"/mail/{mails['chased']}")
    assert f'href="/assignments/{one}"' in page
    assert re.search(r'href="/mail/\?person=\d+"', page)


def test_the_body_runs_and_loads_nothing(app: Flask, mails: dict[str, int]) -> None:
    browser = Browser(app.test_client(), ADMIN)
    page = browser.get(f"/mail/{mails['other']}")
    assert "chữ &lt;b&gt;" in page
    assert "alert(1)" not in page
    assert re.search(rf'<iframe[^>]* sandbox [^>]*src="/mail/{mails["other"]}/body"', page)
    answer = browser.client.get(f"/mail/{mails['other']}/body")
    assert answer.text == EVIL
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox;" in policy
    assert "allow-" not in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("login", [HEAD, LEADER])
def test_whose_business_it_is_not(app: Flask, mails: dict[str, int], login: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"login": login, "password": PASSWORD})
    at = f"/mail/{mails['chased']}"
    assert [client.get(path).status_code for path in ("/mail/", at, f"{at}/body")] == [403, 403, 403]
    assert [client.post(f"{at}/{verb}", data={"reason": "x"}).status_code for verb in ("skip", "resend")] == [403, 403]
    assert state(app, mails["chased"]) == "queued"


def test_an_auditor_reads_and_changes_nothing(app: Flask, mails: dict[str, int]) -> None:
    browser = Browser(app.test_client(), AUDITOR)
    at = f"/mail/{mails['chased']}"
    page = browser.get(at)
    assert "/skip" not in page
    app.config["WTF_CSRF_ENABLED"] = False
    assert browser.client.post(f"{at}/skip", data={"reason": "x"}).status_code == 403
    assert state(app, mails["chased"]) == "queued"


@pytest.mark.parametrize("login", [ADMIN, OFFICE])
def test_a_mail_that_is_not_to_go_out(app: Flask, mails: dict[str, int], login: str) -> None:
    browser = Browser(app.test_client(), login)
    at = f"/mail/{mails['chased']}"
    assert "Lỗi: Hãy ghi lý do không gửi." in browser.post(f"{at}/skip", at=at, status=422, reason=" \u200b")
    assert state(app, mails["chased"]) == "queued"
    page = browser.post(f"{at}/skip", at=at, reason="Đơn vị đã báo qua điện thoại")
    assert "Quyết định không gửi" in page
    assert "Đơn vị đã báo qua điện thoại" in page
    with app.app_context(), acting() as ctx:
        assert mails["chased"] not in {mail_id for mail_id, _letter in claim(ctx, 1, 100)}
        event = ctx.session.scalars(select(AuditEvent).where(AuditEvent.verb == "skip")).one()
        assert (event.from_state, event.to_state, event.data) == (
            "queued", "skipped", {"reason": "Đơn vị đã báo qua điện thoại"}
        )  # fmt: skip
        assert event.actor is not None
        assert event.actor.login == login
    assert listed(browser.get("/mail/?state=skipped")) == {mails["chased"]}
    assert "Chờ gửi" in browser.post(f"{at}/resend", at=at)


@pytest.mark.parametrize("held", [MailState.SENDING, MailState.SENT, MailState.UNCERTAIN, MailState.BOUNCED])
def test_what_has_left_is_not_called_back(app: Flask, mails: dict[str, int], held: MailState) -> None:
    with app.app_context(), acting() as ctx:
        row = ctx.session.get(OutboxMail, mails["chased"])
        assert row is not None
        row.state = held
        if held is MailState.SENDING:
            row.sender = 1
        if held is MailState.SENT:
            row.sent_at = ctx.now
    browser = Browser(app.test_client(), OFFICE)
    page = browser.post(f"/mail/{mails['chased']}/skip", at="/mail/", status=409, reason="Thôi")
    assert "Chỉ bỏ qua được thư đang chờ gửi" in page
    assert state(app, mails["chased"]) == held


def test_a_bounce_does_not_undo_the_decision(app: Flask, mails: dict[str, int]) -> None:
    Browser(app.test_client(), OFFICE).post(f"/mail/{mails['chased']}/skip", at="/mail/", reason="Thôi")
    with app.app_context(), acting() as ctx:
        row = ctx.session.get(OutboxMail, mails["chased"])
        assert row is not None
        record_bounce(ctx, about(row))
        assert (row.state, row.passed_on) == (MailState.SKIPPED, [])


def test_a_dead_address_is_told_of(app: Flask, mails: dict[str, int]) -> None:
    """On the monitor, on the list of the person's mails, and in the mail that went on."""
    with app.app_context(), acting() as ctx:
        row = ctx.session.get(OutboxMail, mails["chased"])
        assert row is not None
        row.state, row.sent_at = MailState.SENT, ctx.now
        ctx.session.flush()
        record_bounce(ctx, about(row))
        person, passed = row.recipient_id, [one.id for one in row.passed_on]
    office, leader = Browser(app.test_client(), OFFICE), Browser(app.test_client(), LEADER)
    page = office.get("/monitor")
    assert "người có chức vụ mà thư bị trả lại" in page
    assert f'<a href="/mail/?person={person}">Trưởng phòng Y tế</a> (Phòng Y tế)' in page
    # Nobody else signs for the unit, so nobody can be told there.
    assert "đơn vị không liên lạc được lãnh đạo" in page
    assert "Trưởng phòng Y tế (Phòng Y tế)" in leader.get("/monitor")
    assert "địa chỉ truong.p-yte@example.vn không tồn tại" in office.get(f"/mail/?person={person}")
    page = office.get(f"/mail/{mails['chased']}")
    assert {f'href="/mail/{one}"' in page for one in passed} == {True}
    assert f'href="/mail/{mails["chased"]}"' in office.get(f"/mail/{passed[0]}")
    with app.app_context(), acting() as ctx:
        head = ctx.session.get(User, person)
        assert head is not None
        head.email = "moi@example.vn"
    assert "thư bị trả lại" not in office.get("/monitor")
