"""Money on its pages: who sees all, what one enters, forms that come back full."""

import re

import pytest
from flask import Flask

from tests.web.test_indicators import filled
from tests.web.test_pages import AUDITOR, HEAD, LEADER, OFFICE, Browse, browse
from tests.web.test_queries import asked

__all__ = ["browse", "filled"]

FINANCE = "truong.p-tckh"


def test_who_sees_all_of_it(browse: Browse, filled: dict[str, int]) -> None:
    for login in (OFFICE, LEADER, AUDITOR, FINANCE):
        page = browse(login).get("/budget/?year=2025")
        assert "Ngân sách trung ương" in page
        assert page.count("/budget/1/units/") > 39
    page = browse(HEAD).get("/budget/?year=2025")
    assert "Ngân sách trung ương" not in page
    assert set(re.findall(r"/budget/1/units/(\d+)", page)) == {str(filled["p-yte"])}
    own, other = f"/budget/1/units/{filled['p-yte']}?year=2025", f"/budget/1/units/{filled['congan']}?year=2025"
    browse(HEAD).get(own)
    browse(HEAD).get(other, 404)
    browse(FINANCE).get(other)
    browse(OFFICE).get("/budget/?programme=99", 404)
    browse(OFFICE).get("/budget/?year=1999")


def test_what_one_enters_in_millions(browse: Browse, filled: dict[str, int]) -> None:
    path = f"/budget/1/units/{filled['p-yte']}?year=2026"
    head = browse(HEAD)
    page = head.get(path)
    assert 'name="approved-district"' not in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    form = {"seen": seen[1], "estimate-province": "1.250,5", "estimate-district": "abc"}
    page = head.post(path, at=path, status=422, **form)
    assert '<a href="#estimate-district">' in page
    assert 'value="1.250,5"' in page
    page = head.post(path, at=path, status=422, **{**form, "estimate-district": "60%"})
    assert '<a href="#estimate-district">Ô này không tính bằng %; hãy chỉ ghi số.</a>' in page
    page = head.post(path, at=path, **{**form, "estimate-district": "60"})
    assert "Đã lưu kinh phí" in page
    assert 'value="1.250,5"' in page
    head.post(path.replace("2026", "1999"), at=path, status=404, **form)  # never into another year
    # A stale form shows both and loses neither.
    page = head.post(path, at=path, status=409, **{**form, "estimate-district": "70"})
    assert "Người khác vừa ghi kinh phí này" in page
    assert 'value="70"' in page
    assert "đang lưu: 60" in page
    assert head.client.post(path, data={"csrf_token": "x"}).status_code == 400
    finance = browse(FINANCE)
    seen = re.search(r'name="seen" value="([^"]*)"', finance.get(path))
    assert seen is not None
    money = {"seen": seen[1], "approved-district": "50", "spent-district": "51"}
    page = finance.post(path, at=path, status=422, **money)
    assert '<a href="#spent-district">Số đã chi không thể lớn hơn kinh phí được duyệt.</a>' in page
    page = finance.post(path, at=path, **{**money, "spent-district": "49"})
    assert 'value="49"' in page


@pytest.mark.parametrize("path", ["?year=2025", "1/units/{p-yte}?year=2025"])
def test_at_most_ten_statements(app: Flask, browse: Browse, filled: dict[str, int], path: str) -> None:
    browser = browse(OFFICE)
    with asked(app) as seen:
        browser.get("/budget/" + path.replace("{p-yte}", str(filled["p-yte"])))
    assert len(seen) <= 10, "\n".join(statement[:150] for statement, _values in seen)
