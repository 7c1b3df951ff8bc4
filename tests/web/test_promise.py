"""A promised day on the pages of who has signed in."""

from datetime import date, timedelta

import pytest
from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting

SOON = date.today() + timedelta(days=20)


@pytest.fixture
def head(app: Flask) -> Browser:
    return Browser(app.test_client(), HEAD)


def test_promised_shown_and_taken_back(app: Flask, head: Browser) -> None:
    one = _first(app)
    at = f"/assignments/{one}"
    page = head.post(f"{at}/promise", at=at, status=422, version=1, promised_on="", promise_note="Chờ số liệu")
    assert "Hãy chọn ngày hẹn xong" in page
    assert "Chờ số liệu" in page
    page = head.post(f"{at}/promise", at=at, version=1, promised_on=f"{SOON}", promise_note="Chờ số liệu")
    assert "Đã ghi ngày hẹn xong." in page
    assert page.count(f"{SOON:%d/%m/%Y}") >= 3  # the facts, the timeline, the notice that takes it back
    assert f"Đã hẹn xong ngày {SOON:%d/%m/%Y}" in head.get("/my-work")
    office = Browser(app.test_client(), OFFICE).get(at)
    assert "Đang hẹn" in office
    assert "/promise" not in office
    with app.app_context(), acting() as ctx:
        made = ctx.session.connection().exec_driver_sql("SELECT id FROM promises").scalar_one()
    assert "Đã hoàn tác lời hẹn." in head.post(f"{at}/undo_promise", at=at, promise_id=made)
    assert "Đã hẹn xong" not in head.get("/my-work")


def test_a_broken_one_says_so(app: Flask, head: Browser) -> None:
    one = _first(app)
    head.post(f"/assignments/{one}/promise", at=f"/assignments/{one}", version=1, promised_on=f"{SOON}")
    with app.app_context(), acting() as ctx:
        run = ctx.session.connection().exec_driver_sql
        run("UPDATE promises SET promised_on = '2026-01-05', outcome = 'broken', settled_at = now()")
        run(
            "INSERT INTO promise_notices (promise_id, role, recipient_id, fired_at)"
            " SELECT p.id, 'standing_office', u.id, now() FROM promises p, users u WHERE u.login = %s",
            (OFFICE,),
        )
    assert "đã hẹn xong ngày 05/01/2026, chưa xong" in head.get("/my-work")
    page = head.get(f"/assignments/{one}")
    assert "Lỡ hẹn" in page
    assert "Đã quá ngày hẹn, chưa xong" in page
    assert "Đã báo: Trưởng phòng LĐTBXH" in page
