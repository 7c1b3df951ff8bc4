"""The page of a unit's report, for who writes it and for who decides: days, and what of it still moves."""

import re
from datetime import datetime

from flask import Flask

from tests.web.test_pages import HEAD, Browse, Browser, browse  # noqa: F401
from tests.web.test_reporting import OFFICER, filed, filled, form_of, office, opened, report_path, sql  # noqa: F401
from tracker.rules.calendar import LOCAL


def test_late_and_up_to_which_day_is_said(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    cut = sql(app, "SELECT cut_off_on FROM report_cycles")[0][0]
    up_to = f"Số liệu tính đến hết ngày {cut:%d/%m/%Y}."
    head = browse(HEAD)
    page = head.get(where)
    assert up_to in page[page.index('id="figures"') :]
    assert up_to in head.get(f"{where}/check")
    assert "mục bắt buộc, 0/" in page
    assert re.search(r"phần đã điền \(0/5 mục bắt buộc, 0/\d+ số liệu\)", head.get(f"{where}/check"))
    today = datetime.now(LOCAL).date()
    assert f"tính đến hôm nay, {today:%d/%m/%Y}" in page
    filed(head, where)
    id_ = where.rsplit("/", 1)[1]
    late = "UPDATE assignments SET due_on = current_date - 30 WHERE id = (SELECT assignment_id FROM unit_reports"
    sql(app, f"{late} WHERE id = %s) RETURNING id", id_)
    page = office.get(where)
    assert re.search(r"nộp muộn (19|2\d) ngày làm việc", page)
    assert up_to in page
    assert f"tính đến hôm nay, {today:%d/%m/%Y}" in page
    assert "không khóa cùng báo cáo đã nộp" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    office.post(f"{where}/accept", at=where, version=version[1])
    page = office.get(where)
    assert "Đã tiếp nhận" in page
    assert "nộp muộn" in page
    assert f"tính đến hôm nay, {today:%d/%m/%Y}" in page
    assert "/5 mục bắt buộc" in office.get("/cycles/1")


def test_a_locked_section_gives_the_text_back(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    """The head files while an officer still writes."""
    opened(office)
    where = report_path(app)
    head, officer = browse(HEAD), browse(OFFICER)
    filled(head, where)
    page = officer.get(where)
    version = re.search(r'name="version" value="(\d+)"', head.get(f"{where}/check"))
    assert version is not None
    head.post(f"{where}/submit", at=f"{where}/check", version=version[1])
    id_ = re.findall(r'id="m(\d+)-numerator"', page)[0]
    typed = {"text-plans": "Viết dở dang", f"m{id_}-numerator": "77", f"m{id_}-source": "Sổ mới"}
    page = officer.post(f"{where}/save", at=where, status=422, **form_of(page, **typed))
    assert "đã khóa" in page
    assert "Viết dở dang" in page
    assert "Tử số: 77\n" in page
    assert "Nguồn: Sổ mới\n" in page


def test_a_figure_that_nobody_touched_is_nobodys_conflict(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    """Before the period is over a figure is an estimate without a box for it; sent back as it was, it says nothing."""
    opened(office)
    where = report_path(app)
    head, officer = browse(HEAD), browse(OFFICER)
    number = re.search(r'id="(m\d+)-numerator"', head.get(where))
    assert number is not None
    one, fresh = number[1], {f"{number[1]}-numerator": "1", f"{number[1]}-denominator": "100"}
    head.post(f"{where}/save", at=where, **form_of(head.get(where), **fresh))
    page = head.get(where)
    officer.post(f"{where}/save", at=where, **form_of(officer.get(where), **{f"{one}-numerator": "2"}))
    said = head.post(f"{where}/save", at=where, **form_of(page, **{"text-plans": "Chỉ viết mục này"}))
    assert "Đã lưu 1 phần" in said
    assert [int(numerator) for (numerator,) in sql(app, "SELECT numerator FROM figures")] == [2]
