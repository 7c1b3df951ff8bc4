"""The register as a page and as files, for whom it is."""

from datetime import datetime
from io import BytesIO

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from tests.helpers.decree30 import check_document
from tests.web.test_pages import ADMIN, AUDITOR, HEAD, LEADER, OFFICE, Browser
from tracker.acting import acting
from tracker.rules.calendar import LOCAL
from tracker.services.escalation import sweep
from tracker.web import register

NOVEMBER = "from=2026-11-01&to=2026-11-30"
FILES = ("register.docx", "register.xlsx")


@pytest.fixture
def told(app: Flask) -> Flask:
    with app.app_context(), acting(now=datetime(2026, 11, 25, 8, 30, tzinfo=LOCAL)) as ctx:
        sweep(ctx)
    return app


@pytest.mark.parametrize("login", [OFFICE, LEADER, ADMIN, AUDITOR])
def test_the_whole(told: Flask, login: str) -> None:
    browser = Browser(told.test_client(), login)
    page = browser.get(f"/register/?{NOVEMBER}")
    assert "Phòng Tư pháp" in page
    assert "3 ngày làm việc sau hạn" in page
    assert ("/mail/" in page.partition("<main")[2]) is (login != LEADER)
    assert {browser.client.get(f"/register/{one}?{NOVEMBER}").status_code for one in FILES} == {200}
    assert 'href="/register/' in browser.get("/monitor")


def test_a_head_sees_the_own_units_part(told: Flask) -> None:
    browser = Browser(told.test_client(), HEAD)
    assert 'href="/register/"' in browser.get("/my-work")
    for path in (f"/register/?{NOVEMBER}", f"/register/?{NOVEMBER}&programme=1"):
        main = browser.get(path).partition("<main")[2]
        assert "Phòng Y tế" in main
        assert "Phòng Tư pháp" not in main
        assert "/mail/" not in main
        assert "/monitor" not in main
    content = browser.client.get(f"/register/register.docx?{NOVEMBER}").data
    rows = Document(BytesIO(content)).tables[-1].rows
    assert {row.cells[2].text for row in rows[1:]} == {"Phòng Y tế"}
    with told.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        other = sql("SELECT id FROM units WHERE code = 'p-tuphap'").scalar_one()
    for path in ("", *FILES):
        assert browser.client.get(f"/register/{path}?{NOVEMBER}&unit={other}").status_code == 403


def test_officers_do_not(told: Flask) -> None:
    browser = Browser(told.test_client(), "canbo.p-yte")
    assert "/register/" not in browser.get("/my-work")
    for path in ("", *FILES):
        assert browser.client.get(f"/register/{path}?{NOVEMBER}").status_code == 403
        assert browser.client.get(f"/register/{path}?programme=1").status_code == 403


def test_one_unit_and_the_files_say_the_same(told: Flask) -> None:
    browser = Browser(told.test_client(), OFFICE)
    with told.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        unit = sql("SELECT id FROM units WHERE code = 'p-tuphap'").scalar_one()
        n = sql("SELECT count(*) FROM escalations WHERE lead_unit_id = %s", (unit,)).scalar_one()
    query = f"{NOVEMBER}&unit={unit}"
    assert n
    assert f"{n} lượt, mỗi người nhận" in browser.get(f"/register/?{query}")
    content = browser.client.get(f"/register/register.docx?{query}").data
    assert check_document(content, "SỔ THEO DÕI ĐÔN ĐỐC THỰC HIỆN NHIỆM VỤ", "", addressed=False) == []
    assert len(Document(BytesIO(content)).tables[-1].rows) == n + 1
    answer = browser.client.get(f"/register/register.xlsx?{query}")
    assert "so-don-doc-2026-11-01-2026-11-30.xlsx" in answer.headers["Content-Disposition"]
    first, sheet = load_workbook(BytesIO(answer.data)).worksheets
    assert sheet.max_row == n + 1
    assert first["B4"].value == "Phòng Tư pháp"


def test_what_is_typed_wrong(told: Flask) -> None:
    browser = Browser(told.test_client(), OFFICE)
    for query in ("from=2026-12-01&to=2026-11-01", "from=hôm qua", "to=0001-01-01&from=0001-01-01"):
        assert "Lỗi" in browser.get(f"/register/?{query}", 422)
        assert {browser.client.get(f"/register/{one}?{query}").status_code for one in FILES} == {422}
    browser.get("/register/?programme=99", 404)
    assert "không có lượt đôn đốc nào" in browser.get("/register/?from=2021-01-01&to=2021-01-31")
    assert browser.client.get("/register/register.docx?from=2021-01-01&to=2021-01-31").status_code == 200


def test_too_much_for_a_document(told: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "MOST_LINES", 5)
    browser = Browser(told.test_client(), OFFICE)
    page = browser.get(f"/register/?{NOVEMBER}")
    assert "/register/register.docx" not in page
    assert "/register/register.xlsx" in page
    assert "tải Excel" in browser.get(f"/register/register.docx?{NOVEMBER}", 422)
