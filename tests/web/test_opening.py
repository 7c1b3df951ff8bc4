"""The pages: how often a clause comes back, opening a period after a look, and what was carried on lists and pages."""

import re
from datetime import datetime

import pytest
from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browse, Browser
from tracker.acting import acting
from tracker.rules.calendar import LOCAL

OPENING = "/programmes/1/opening"


@pytest.fixture
def browse(app: Flask) -> Browse:
    return lambda login=None: Browser(app.test_client(), login)


def one(app: Flask, statement: str, *values: object) -> int:
    with app.app_context(), acting() as ctx:
        return int(ctx.session.connection().exec_driver_sql(statement, values).scalar_one())


def fingerprint(page: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_looked_at_then_opened(app: Flask, browse: Browse) -> None:
    office = browse(OFFICE)
    # A year that no clock of these tests has reached.
    page = office.get(f"{OPENING}?period=2030")
    assert "164 nhiệm vụ mới cho 42 đơn vị" in page
    assert "164 nhiệm vụ nối tiếp việc kỳ trước chưa xong" in page
    count = "SELECT count(*) FROM assignments WHERE year = 2030"
    assert one(app, count) == 0
    again = office.post(OPENING, at=OPENING, status=409, period="2030", fingerprint="0")
    assert "Những gì sẽ mở đã khác với bản vừa xem" in again
    assert one(app, count) == 0
    page = office.post(OPENING, at=OPENING, period="2030", fingerprint=fingerprint(page))
    assert "Đã mở năm 2030: 164 nhiệm vụ mới" in page
    assert one(app, count) == 164
    assert "Không còn gì để mở" in office.get(f"{OPENING}?period=2030")
    assert "Năm 2030 (đã mở)" in office.get(OPENING)
    for wrong in ("2031", "x", "once"):
        office.get(f"{OPENING}?period={wrong}", 422)


def test_a_quarter_on_the_page_and_in_lists(app: Flask, browse: Browse) -> None:
    clause = one(app, "SELECT clause_id FROM duties WHERE key = 'IV.3.1'")
    duty = one(app, "SELECT id FROM duties WHERE key = 'IV.3.1'")
    where = f"/programmes/1/clauses/{clause}"
    office = browse(OFFICE)
    assert f'href="{where}">Hằng năm</a>' in office.get("/programmes/1")
    form = {"duty_id": duty, "recurrence": "quarterly", "seen": "False|||"}
    page = office.post(where, at=where, status=422, **form, wording="trước ngày 25 hằng tháng")
    assert "là “Hằng tháng”, khác với định kỳ đã chọn là “Hằng quý”" in page
    assert 'value="trước ngày 25 hằng tháng"' in page
    page = office.post(where, at=where, **form, wording="hằng quý, chậm nhất ngày 5 tháng sau")
    assert "do cơ quan thường trực đặt" in page
    assert "Người khác vừa đặt định kỳ" in office.post(where, at=where, status=409, **form, wording="")
    page = office.get(f"{OPENING}?period=2030-Q2")
    office.post(OPENING, at=OPENING, period="2030-Q2", fingerprint=fingerprint(page))
    new = one(app, "SELECT id FROM assignments WHERE period = '2030-Q2'")
    old = one(app, "SELECT carried_from_id FROM assignments WHERE period = '2030-Q2'")
    head = browse(HEAD)
    assert "Quý II/2030 · chuyển tiếp từ kỳ trước · hạn 05/07/2030" in head.get("/assignments?year=2030")
    page = head.get(f"/assignments/{new}")
    assert "Quý II/2030" in page
    assert f'chuyển tiếp từ kỳ trước: <a href="/assignments/{old}">Năm 2026</a>, hạn 19/11/2026' in page
    page = head.get(f"/assignments/{old}")
    assert f'chuyển tiếp sang kỳ sau: <a href="/assignments/{new}">Quý II/2030</a>' in page
    assert "Chuyển tiếp sang kỳ sau</strong> · Quý II/2030" in page
    page = head.get(where)
    assert "Đặt định kỳ" not in page
    assert re.search(r"Quý II/2030</a></th><td[^>]*>1</td><td[^>]*>0</td><td[^>]*>1</td>", page)
    head.get(f"/programmes/1/clauses/{10**6}", 404)


def test_a_single_duty_owes_later_years_nothing(app: Flask, browse: Browse) -> None:
    """Done in its year, its clause is not among those without work in the next."""
    year = datetime.now(LOCAL).year + 1
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        sql("UPDATE duties SET recurrence = 'once' WHERE key = 'IV.3.1'")
        sql(
            "UPDATE assignments SET period = 'once' WHERE duty_id = (SELECT id FROM duties WHERE key = 'IV.3.1')"
            " AND year = 2026"
        )
    office = browse(OFFICE)
    page = office.get(f"{OPENING}?period={year + 1}")
    office.post(OPENING, at=OPENING, period=str(year + 1), fingerprint=fingerprint(page))
    page = office.get(f"/programmes/1?year={year + 1}")
    assert "Mọi mục giao việc và mọi chỉ tiêu đều đã có nhiệm vụ" in page
    assert "Một lần" in page


def test_another_recurrence_says_from_which_day(app: Flask, browse: Browse) -> None:
    """The year is given, so the quarters wait for its end: on the page of the clause and in the preview."""
    clause = one(app, "SELECT clause_id FROM duties WHERE key = 'IV.3.1'")
    duty = one(app, "SELECT id FROM duties WHERE key = 'IV.3.1'")
    with app.app_context(), acting() as ctx:
        this_year = ctx.today.year
    given = "UPDATE assignments SET year = %s, period = %s WHERE duty_id = %s RETURNING year"
    one(app, given, this_year, str(this_year), duty)
    where = f"/programmes/1/clauses/{clause}"
    office = browse(OFFICE)
    page = office.post(where, at=where, duty_id=duty, recurrence="quarterly", seen="False|||", wording="")
    day = f"01/01/{this_year + 1}"
    assert f"Đã lưu định kỳ; áp dụng từ ngày {day}" in page
    assert f"<dt>Từ ngày {day}</dt><dd>Hằng quý, " in page
    assert 'Hằng năm <span class="soft">(đến hết kỳ đã giao)' in page
    page = office.get(f"{OPENING}?period={this_year}-Q4")
    assert f"IV.3.1 (từ ngày {day}: hằng quý)" in page
    assert "Đổi định kỳ khi kỳ đã giao kết thúc" in page
