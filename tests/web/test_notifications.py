"""Notifications and their choices as pages: who sees what, what a page marks, what it never shows."""

import re

import pytest
from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tests.web.test_queries import asked
from tracker.acting import acting

PREFERENCES = "/notifications/preferences/"
TELEGRAM = "tgram://123456789:matkhau_hijklmnop/12315544/"


@pytest.fixture
def one(app: Flask) -> int:
    """The head's, who was chased twice about it."""
    id_ = _first(app)
    office = Browser(app.test_client(), OFFICE)
    for n in range(2):
        office.post(f"/assignments/{id_}/chase", at=f"/assignments/{id_}", version=1, chase=f"Đề nghị báo cáo {n}")
    return id_


def sql(app: Flask, statement: str) -> list[object]:
    with app.app_context(), acting() as ctx:
        return [tuple(row) for row in ctx.session.connection().exec_driver_sql(statement)]


def count(page: str) -> str:
    found = re.search(r'class="bell".*?class="count">(\d+\+?)<', page)
    return found[1] if found else ""


def test_the_header_counts_and_the_line_leads_to_the_work(app: Flask, one: int) -> None:
    head = Browser(app.test_client(), HEAD)
    page = head.get("/notifications/")
    assert count(page) == "2"
    assert page.count("Đôn đốc: ") >= 2
    assert "[Giao Việc]" not in page
    assert f'href="/assignments/{one}"' in page
    assert count(head.get("/my-work")) == "2"
    assert count(head.get(f"/assignments/{one}")) == ""  # opening the work is reading about it
    assert count(head.get("/notifications/")) == ""
    assert count(Browser(app.test_client(), "truong.p-tuphap").get("/notifications/")) == ""


def test_one_and_all_as_read(app: Flask, one: int) -> None:
    head = Browser(app.test_client(), HEAD)
    page = head.get("/notifications/")
    first, second = re.findall(r'action="/notifications/(\d+)/read"', page)
    assert count(head.post(f"/notifications/{first}/read", at="/notifications/")) == "1"
    officer = Browser(app.test_client(), "canbo.p-yte")
    officer.post(f"/notifications/{second}/read", at="/notifications/", status=404)
    officer.get(f"/notifications/{second}", 404)
    page = head.post("/notifications/read", at="/notifications/", up_to=first)
    assert count(page) == ""
    assert "Đánh dấu tất cả" not in page


def test_the_text_as_mailed_without_links_that_act(app: Flask, one: int) -> None:
    head = Browser(app.test_client(), HEAD)
    number = re.findall(r'action="/notifications/(\d+)/read"', head.get("/notifications/"))[0]
    page = head.get(f"/notifications/{number}")
    assert "Đề nghị báo cáo 1" in page
    assert f'<a href="http://127.0.0.1:8000/assignments/{one}">' in page
    assert "Mở nhiệm vụ" in page
    for left_out in ("/act/", "không cần mật khẩu", "Liên kết trả lời", "Thư tự động"):
        assert left_out not in page
    assert count(page) == "1"  # this one is read


def test_what_is_written_into_a_mail_is_text_on_the_page(app: Flask, one: int) -> None:
    office = Browser(app.test_client(), OFFICE)
    office.post(
        f"/assignments/{one}/chase", at=f"/assignments/{one}", version=1,
        chase='<script>alert(1)</script> http://127.0.0.1:8000/"><img src=x>',
    )  # fmt: skip
    head = Browser(app.test_client(), HEAD)
    number = re.findall(r'action="/notifications/(\d+)/read"', head.get("/notifications/"))[0]
    page = head.get(f"/notifications/{number}")
    assert "<script>alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize("path", ["/my-work", "/assignments", "/search?q=tre+em"])
def test_the_count_costs_no_statement_of_its_own(app: Flask, one: int, path: str) -> None:
    head = Browser(app.test_client(), HEAD)
    with asked(app) as with_news:
        assert count(head.get(path)) == "2"
    head.post("/notifications/read", at="/notifications/", up_to=2**31 - 1)
    with asked(app) as without:
        assert count(head.get(path)) == ""
    assert len(with_news) == len(without)


def test_more_than_ninety_nine(app: Flask) -> None:
    sql(
        app,
        "INSERT INTO outbox (kind, dedupe_key, message_id, recipient_id, to_address, to_name, subject, text_body,"
        " html_body, state) SELECT 'commented', n::text, n::text, u.id, 'x', 'x', 'x', 'x', 'x', 'failed' FROM users u,"
        " generate_series(1, 120) n WHERE u.login = 'truong.p-yte' RETURNING id",
    )
    head = Browser(app.test_client(), HEAD)
    assert count(head.get("/my-work")) == "99+"
    assert "Trang 2 trên 3" in head.get("/notifications/?page=2")


def test_choices_are_kept_and_said(app: Flask) -> None:
    head = Browser(app.test_client(), HEAD)
    page = head.get(PREFERENCES)
    assert "Luôn gửi" in page
    assert page.count('name="mail"') == page.count("checked") == 7
    assert 'name="chat"' not in page
    page = head.post(PREFERENCES, at=PREFERENCES, mail=["work", "reminder", "digest"])
    assert set(re.findall(r'name="mail" value="(\w+)" checked', page)) == {"work", "reminder"}


def test_an_address_is_never_shown_again(app: Flask) -> None:
    head = Browser(app.test_client(), HEAD)
    for address in ("json://matkhau@10.0.0.1/", "tgram://matkhau", "matkhau", TELEGRAM + "?verify=no"):
        page = head.post(PREFERENCES + "chat", at=PREFERENCES, status=422, address=address)
        assert "Lỗi:" in page
        assert "matkhau" not in page
    page = head.post(PREFERENCES + "chat", at=PREFERENCES, address=TELEGRAM)
    assert "tgram://…" in page
    assert "chờ gửi" in page
    page += head.get(PREFERENCES) + Browser(app.test_client(), "quantri").get("/mail/")
    assert "Nối kênh chat" in page
    assert "matkhau" not in page
    page = head.post(PREFERENCES + "chat/forget", at=PREFERENCES)
    assert "tgram://…" not in page
    head.post(PREFERENCES + "chat/forget", at=PREFERENCES, status=404)


def test_the_office_sees_what_was_muted_as_such(app: Flask, one: int) -> None:
    head = Browser(app.test_client(), HEAD)
    head.post(PREFERENCES, at=PREFERENCES)
    office = Browser(app.test_client(), OFFICE)
    office.post(f"/assignments/{one}/comment", at=f"/assignments/{one}", version=1, comment="Xin ý kiến")
    page = office.get("/mail/?state=muted")
    assert page.count("Người nhận đã tắt") > 1
    number = re.findall(r'href="/mail/(\d+)"', page)[0]
    page = office.get(f"/mail/{number}")
    assert "Gửi lại" not in page
    assert "Không gửi thư này" not in page
