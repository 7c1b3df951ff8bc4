"""The search page, saved filters and the calendar with its feed, as people use them."""

import re
from datetime import date, datetime

import pytest
from flask import Flask
from icalendar import Calendar

from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting


@pytest.fixture
def head(app: Flask) -> Browser:
    return Browser(app.test_client(), HEAD)


def test_search_marks_what_it_found_and_bears_anything(head: Browser) -> None:
    page = head.get("/search?q=cham+soc")
    assert "<mark>chăm</mark>" in page
    for typed in ("", "%", "'", "a" * 10_000, "%00", "&|!", "\u202eabc", '"'):
        head.client.get("/search", query_string={"q": typed})
        assert head.client.get("/search", query_string={"q": typed}).status_code == 200
    assert "Không tìm thấy" in head.get("/search?q=zzzzqqqq")
    assert "&lt;script" not in head.get("/search?q=tre").split("<main")[0]


def test_a_filter_is_kept_shared_and_deleted(app: Flask, head: Browser) -> None:
    with app.app_context(), acting() as ctx:
        unit = ctx.session.connection().exec_driver_sql("SELECT id FROM units WHERE code = 'p-yte'").scalar_one()
    at = "/assignments?class=overdue"
    page = head.post("/filters", at=at, filter_name="Việc chậm", query="class=overdue&evil=1", unit_id=unit)
    assert "Việc chậm" in page
    assert "evil" not in page
    officer = Browser(app.test_client(), "canbo.p-yte")
    assert "Việc chậm" in officer.get("/assignments")
    assert "Việc chậm" not in Browser(app.test_client(), OFFICE).get("/assignments")
    with app.app_context(), acting() as ctx:
        row = ctx.session.connection().exec_driver_sql("SELECT id FROM saved_filters").scalar_one()
    officer.post(f"/filters/{row}/delete", at=at, status=404)
    assert "Việc chậm" not in head.post(f"/filters/{row}/delete", at=at)
    for name, query in (("", "class=overdue"), ("x", "nothing=1")):
        assert "alert" in head.post("/filters", at=at, filter_name=name, query=query)
    head.post("/filters", at=at, status=404, filter_name="x", query="class=overdue", unit_id=1_000_000)


def test_a_band_is_of_what_is_overdue(app: Flask) -> None:
    """Its number is that of its rows, whatever else the address says; without "overdue" there is none."""
    office = Browser(app.test_client(), OFFICE)
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET state = 'completed', submitted_on = due_on WHERE mod(id, 3) = 0"
        )
    pages = [
        office.get(f"/assignments?year=2026&{more}") for more in ("class=overdue&band=1", "band=1", "class=done&band=1")
    ]
    counts = {(re.findall(r"<p>(\d+) nhiệm vụ</p>", page)[0], page.count('<li class="row')) for page in pages}
    assert len(counts) == 1
    assert 'href="/assignments?year=2026">Quá hạn' in pages[0]


def test_the_month(head: Browser, app: Flask) -> None:
    page = head.get("/calendar/?month=2026-11")
    assert 'datetime="2026-11-19"' in page
    assert page.count("<strong>Quá hạn</strong>") == page.count('class="due work late"') > 0
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET state = 'submitted', submitted_on = due_on"
            " WHERE state IN ('assigned', 'in_progress')"
        )
    page = head.get("/calendar/?month=2026-11")
    assert page.count("Chờ xác nhận · ") == page.count('class="due work waits"') > 0
    assert "và " in page
    for month in ("2026-13", "x", "9999-12", "0001-01"):
        head.get(f"/calendar/?month={month}")
    assert "Báo cáo kết quả" in head.get("/calendar/?month=2026-11&view=list")
    assert "Cả chương trình" in Browser(head.client.application.test_client(), OFFICE).get("/calendar/?month=2026-11")


def test_saved_filters_are_in_the_audit(app: Flask, head: Browser) -> None:
    at = "/assignments?class=overdue"
    for query in ("class=overdue", "class=due_soon"):
        head.post("/filters", at=at, filter_name="Việc chậm", query=query)
    with app.app_context(), acting() as ctx:
        row = ctx.session.connection().exec_driver_sql("SELECT id FROM saved_filters").scalar_one()
    head.post(f"/filters/{row}/delete", at=at)
    with app.app_context(), acting() as ctx:
        events = ctx.session.connection().exec_driver_sql(
            "SELECT verb, subject_id, data->>'name', data->>'query', login FROM audit_events JOIN users"
            " ON users.id = actor_id WHERE subject_type = 'saved_filter' ORDER BY audit_events.id"
        )
        assert [tuple(event) for event in events] == [
            ("save_filter", row, "Việc chậm", "class=overdue", HEAD),
            ("save_filter", row, "Việc chậm", "class=due_soon", HEAD),
            ("delete_filter", row, "Việc chậm", "class=due_soon", HEAD),
        ]


def test_a_personal_feed_has_only_what_the_person_still_may_see(app: Flask, head: Browser) -> None:
    one = _first(app)
    page = head.post("/calendar/feeds", at="/calendar/")
    address = page.split('value="http://127.0.0.1:8000')[1].split('"')[0]
    mark, stranger = f"work-{one}@".encode(), app.test_client()

    def sql(statement: str) -> None:
        with app.app_context(), acting() as ctx:
            ctx.session.connection().exec_driver_sql(statement, (HEAD,))

    mine = "(SELECT id FROM users WHERE login = %s)"
    sql(f"UPDATE assignments SET owner_id = {mine} WHERE id = {one}")
    assert mark in stranger.get(address).data
    assert f"/assignments/{one}" in head.get("/calendar/?month=2026-11&whose=mine&view=list")
    sql(f"INSERT INTO posts (user_id, unit_id, role, valid_from) SELECT {mine}, id, 'officer', '2021-01-01'"
        " FROM units WHERE code = 'p-tuphap'")  # fmt: skip
    assert mark in stranger.get(address).data
    sql(f"UPDATE posts SET valid_to = '2022-01-01' WHERE role = 'head' AND user_id = {mine}")
    answer = stranger.get(address)
    assert answer.status_code == 200
    assert b"VEVENT" not in answer.data
    assert f"/assignments/{one}" not in head.get("/calendar/?month=2026-11&whose=mine&view=list")
    sql(f"UPDATE posts SET valid_to = '2022-01-01' WHERE user_id = {mine}")
    assert b"VEVENT" not in stranger.get(address).data


def test_a_feed_is_a_calendar_until_it_is_revoked(app: Flask, head: Browser) -> None:
    one = _first(app)
    with app.app_context(), acting() as ctx:
        unit = ctx.session.connection().exec_driver_sql("SELECT id FROM units WHERE code = 'p-yte'").scalar_one()
    page = head.post("/calendar/feeds", at="/calendar/", unit_id=unit)
    address = page.split('value="http://127.0.0.1:8000')[1].split('"')[0]
    stranger = app.test_client()
    answer = stranger.get(address)
    assert answer.mimetype == "text/calendar"
    for line in answer.data.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
    feed = Calendar.from_ical(answer.data)
    events = {str(event["uid"]): event for event in feed.walk("VEVENT")}
    event = events[f"work-{one}@127.0.0.1"]
    assert event.decoded("dtstart") == date(2026, 11, 19)
    assert isinstance(event.decoded("dtstamp"), datetime)
    assert event["transp"] == "TRANSPARENT"
    assert "Phòng Y tế" in event["summary"]
    again = stranger.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    number, sign = address.removeprefix("/calendar/feed/").removesuffix(".ics").split("-")
    for wrong in (f"{number}-{'0' * 64}", f"99-{sign}", f"{number}-é", f"{number}-%ff%ed%a0%80"):
        assert stranger.get(f"/calendar/feed/{wrong}.ics").status_code == 404
    Browser(app.test_client(), OFFICE).post(f"/calendar/feeds/{number}/revoke", at="/calendar/", status=404)
    with app.app_context(), acting() as ctx:  # who has left the unit no longer reads its calendar
        sql = ctx.session.connection().exec_driver_sql
        sql("UPDATE posts SET valid_to = '2022-01-01' WHERE user_id = (SELECT id FROM users WHERE login = %s)", (HEAD,))
    assert stranger.get(address).status_code == 404
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE posts SET valid_to = NULL")
    assert stranger.get(address).status_code == 200
    head.post(f"/calendar/feeds/{number}/revoke", at="/calendar/")
    assert stranger.get(address).status_code == 404
    head.post("/calendar/feeds", at="/calendar/", status=404, unit_id=1_000_000)
