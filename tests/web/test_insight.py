"""The ranking, the months and any past day, as pages."""

import pytest
from flask import Flask

from tests.web.test_pages import OFFICE, Browser


@pytest.fixture
def office(app: Flask) -> Browser:
    return Browser(app.test_client(), OFFICE)


def test_the_ranking_says_how(office: Browser) -> None:
    page = office.get("/monitor/ranking?year=2026")
    assert "Đúng hạn = xong đúng hoặc trước hạn ÷ (đã xong + quá hạn)" in page
    assert "đơn vị chưa đủ số lượng để xếp hạng" in page


def test_the_trend_has_its_table(office: Browser) -> None:
    page = office.get("/monitor/trend?year=2026")
    assert 'role="img"' in page
    assert "31/01/2026" in page
    assert "Chưa có lịch sử" in office.get("/monitor/trend?year=2025")


def test_a_past_day_and_its_rows(office: Browser) -> None:
    page = office.get("/monitor/as-of?day=2026-02-01&year=2026")
    assert "Số liệu tại ngày 01/02/2026" in page
    rows = office.get("/monitor/as-of?day=2026-02-01&year=2026&class=not_due&page=2")
    assert "nhiệm vụ</h2>" in rows
    for day, said in (("2999-01-01", "chưa đến"), ("2020-01-01", "Lịch sử bắt đầu"), ("x", "Ngày cần có dạng")):
        assert said in office.get(f"/monitor/as-of?day={day}", 422)
