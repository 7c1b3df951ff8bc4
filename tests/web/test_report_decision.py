"""The office's decision on a unit's report: what was typed for one decision is not lost by the other."""

import re

import pytest
from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browse, Browser, browse  # noqa: F401
from tests.web.test_reporting import filed, office, opened, report_path  # noqa: F401


@pytest.fixture
def where(app: Flask, browse: Browse, office: Browser) -> str:  # noqa: F811
    opened(office)
    found = report_path(app)
    filed(browse(HEAD), found)
    return found


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_accepting_with_a_reason_written_keeps_the_reason(where: str, office: Browser) -> None:  # noqa: F811
    page = office.get(where)
    form = page[page.index('id="give-back"') : page.index("Trả lại các phần có lý do")]
    # Without a script the same form sends the reasons with either decision.
    assert f'formaction="{where}/accept"' in form
    assert 'name="reason-plans"' in form
    sent = {"version": version_in(page), "reason-plans": "Nêu rõ số liệu", "reason-highlights": " "}
    page = office.post(f"{where}/accept", at=where, status=422, **sent)
    assert 'href="#reason-plans"' in page
    assert 'id="reason-plans-error"' in page
    assert "hãy trả lại, hoặc xóa lý do rồi tiếp nhận" in page
    assert "Nêu rõ số liệu</textarea>" in page
    assert "Tiếp nhận và khóa" in page
    assert "Đã tiếp nhận báo cáo" in office.post(f"{where}/accept", at=where, **{**sent, "reason-plans": " "})


def test_shares_are_written_as_vietnamese_does(where: str, office: Browser) -> None:  # noqa: F811
    shares = re.findall(r"(\d+) <span class=\"small soft\">([^<]*)</span>", office.get("/cycles/"))
    assert ("1", "(2,4%)") in shares
    assert "2,4%" in office.get("/cycles/1")
    assert "(2.4%)" in office.post("/language/en", at="/cycles/", next="/cycles/")
