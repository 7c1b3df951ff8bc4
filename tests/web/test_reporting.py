"""Reporting as people meet it: the office plans and opens, a unit writes and files, the office returns and accepts; and
what a bad form, a stale page or a broken workbook says, with nothing typed lost."""

import re
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from flask import Flask

from tests.helpers.decree30 import Kind, check_document
from tests.web.test_pages import AUDITOR, HEAD, LEADER, OFFICE, Browse, Browser, browse  # noqa: F401
from tracker.acting import acting

OFFICER, OTHER, COMMUNE = "canbo.p-yte", "truong.p-tuphap", "truong.xa-cao-xa"


@pytest.fixture
def office(browse: Browse) -> Browser:  # noqa: F811
    return browse(OFFICE)


def sql(app: Flask, statement: str, *values: object) -> Any:
    with app.app_context(), acting() as ctx:
        return ctx.session.connection().exec_driver_sql(statement, values or None).all()


def planned(office: Browser) -> str:
    office.post("/cycles/", at="/cycles/", programme=1, kind="annual", period="2026")
    return "/cycles/1/plan"


def opened(office: Browser) -> None:
    where = planned(office)
    seen = re.search(r'name="seen" value="([^"]+)"', office.get(where))
    assert seen is not None
    page = office.post(f"{where}/open", at=where, seen=seen[1])
    assert "Đã mở kỳ: 42 đơn vị phải nộp" in page


def report_path(app: Flask, code: str = "p-yte") -> str:
    rows = sql(app, "SELECT r.id FROM unit_reports r JOIN units u ON u.id = r.unit_id WHERE u.code = %s", code)
    return f"/unit-reports/{rows[0][0]}"


def form_of(page: str, **changes: str) -> dict[str, str]:
    """The fields of the unit's form as a browser would send them, some of them changed."""
    form = page[page.index("data-report") : page.index("save-bar")]
    values = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            values[name[1]] = value[1] if value else ""
        elif name and " checked" in tag:
            values[name[1]] = "1"
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        values[name] = words
    unknown = {name for name in changes if name not in values and not name.endswith(("no_data", "estimate"))}
    assert unknown == set()
    values.pop("csrf_token")
    values.pop("once")
    return {**values, **changes}


def filled(browser: Browser, where: str) -> None:
    page = browser.get(where)
    changes = {name: f"Đã làm {name}" for name in re.findall(r'name="(text-[a-z_]+)"', page)}
    for id_ in re.findall(r'id="m(\d+)-numerator"', page):
        changes |= {f"m{id_}-numerator": "1", f"m{id_}-denominator": "100"}
    said = browser.post(f"{where}/save", at=where, **form_of(page, **changes))
    assert "Đã lưu" in said


def filed(browser: Browser, where: str) -> None:
    filled(browser, where)
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"{where}/check"))
    assert version is not None
    assert "Đã nộp báo cáo" in browser.post(f"{where}/submit", at=f"{where}/check", version=version[1])


def figure_stays(app: Flask, head: Browser, where: str) -> None:
    """What lies with the office is locked on the page of a figure as well, and nothing typed is lost."""
    rows = sql(app, "SELECT measure_id, unit_id FROM figures WHERE numerator IS NOT NULL LIMIT 1")
    at = "/indicators/{}/units/{}".format(*rows[0])
    page = head.get(f"{at}?period=2026")
    assert "đang chờ cơ quan thường trực xem, nên số liệu này đã khóa" in page
    assert f'href="{where}"' in page
    assert 'name="numerator"' not in page
    page = head.post(f"{at}?period=2026", at=where, status=409, numerator="77", denominator="100")
    assert 'value="77"' in page
    assert "số liệu này đã khóa" in page


def test_november(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    head = browse(HEAD)
    assert "Báo cáo năm 2026 – Phòng Y tế" in head.get("/cycles/")
    page = head.get(where)
    assert "0/15 phần đã điền" in page  # 5 sections that are required, 10 figures
    assert "nhiệm vụ được giao, đã có sẵn" in page
    check = head.get(f"{where}/check")
    assert "15 chỗ phải điền" in check
    assert f'href="{where}#highlights"' in check
    filed(head, where)
    figure_stays(app, head, where)
    page = office.get(where)
    assert "Tiếp nhận và khóa" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    page = office.post(f"{where}/return", at=where, version=version[1], **{"reason-plans": "Nêu rõ số liệu"})
    assert "Đã trả lại" in page
    page = head.get(where)
    assert "Nêu rõ số liệu" in page
    assert page.count("Phần này đã khóa") == 6
    head.post(f"{where}/save", at=where, **form_of(page, **{"text-plans": "Đã nêu"}))
    version = re.search(r'name="version" value="(\d+)"', head.get(f"{where}/check"))
    assert version is not None
    head.post(f"{where}/submit", at=f"{where}/check", version=version[1])
    page = office.get(where)
    assert "đã sửa so với lần nộp trước" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert "Đã tiếp nhận báo cáo" in office.post(f"{where}/accept", at=where, version=version[1])
    page = head.get(where)
    assert "data-report" not in page
    assert page.count("<strong>Lần ") == 2
    monitor = office.get("/cycles/1?view=accepted")
    assert "Phòng Y tế" in monitor
    assert "UBND xã Cao Xá" not in monitor.split('id="units"')[1]


def test_what_is_wrong_is_said_by_its_field_and_the_rest_is_saved(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    head = browse(HEAD)
    page = head.get(where)
    ids = re.findall(r'id="m(\d+)-numerator"', page)
    wrong = {
        "text-highlights": "Đã làm nhiều việc", "text-plans": "ệ" * 25_000, f"m{ids[0]}-numerator": "nhiều",
        f"m{ids[0]}-denominator": "200", f"m{ids[1]}-numerator": "300", f"m{ids[1]}-denominator": "200",
        f"m{ids[2]}-numerator": "19", f"m{ids[2]}-denominator": "2.000",
        f"m{ids[3]}-value": "0,95‰",
    }  # fmt: skip
    page = head.post(f"{where}/save", at=where, status=422, **form_of(page, **wrong))
    assert "<title>Lỗi: " in page
    for field in ("plans", f"m{ids[0]}-numerator", f"m{ids[1]}-numerator", f"m{ids[3]}-value"):
        assert f'href="#{field}"' in page
        assert page.count(f'id="{field}"') == 1
    said = page.split("data-summary")[1].split("</ul>")[0]
    for field, number in ((f"m{ids[0]}-numerator", 0), (f"m{ids[1]}-numerator", 1)):
        name = re.search(rf'id="m{ids[number]}">\s*<legend><span class="ref">(\d+)\.', page)
        assert name is not None
        assert re.search(rf'href="#{field}">Chỉ tiêu {name[1]}, ', said)
    assert re.search(r'href="#plans">Phương hướng[^<]*: ', said)
    assert "ệ" * 25_000 in page
    assert 'value="nhiều"' in page
    assert "Đã lưu 2 phần" in page
    assert sql(app, "SELECT text FROM report_sections") == [("Đã làm nhiều việc",)]
    assert [tuple(map(int, row)) for row in sql(app, "SELECT numerator, denominator FROM figures")] == [(19, 2000)]


def test_ten_megabytes_come_back_with_a_word_at_their_field(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    head = browse(HEAD)
    page = head.get(where)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    text = "a" * (10 * 1024 * 1024)
    form = {**form_of(page, **{"text-plans": text, "text-highlights": "Giữ"}), "csrf_token": token[1]}
    answer = head.client.post(f"{where}/save", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'id="text-plans-error"' in answer.text
    assert text in answer.text
    assert sql(app, "SELECT key FROM report_sections") == [("highlights",)]


def test_a_stale_form_shows_both_texts(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    head, officer = browse(HEAD), browse(OFFICER)
    page = head.get(where)
    officer.post(f"{where}/save", at=where, **form_of(officer.get(where), **{"text-plans": "Của cán bộ"}))
    page = head.post(f"{where}/save", at=where, status=409, **form_of(page, **{"text-plans": "Của trưởng phòng"}))
    assert "Của trưởng phòng</textarea>" in page
    assert "Của cán bộ</div>" in page
    assert "Bản đang lưu, của Cán bộ Phòng Y tế" in page
    # Sent again, it is saved: the person has seen both.
    head.post(f"{where}/save", at=where, **form_of(page, **{"text-plans": "Ghép cả hai"}))
    assert sql(app, "SELECT text, version FROM report_sections") == [("Ghép cả hai", 2)]


@pytest.mark.parametrize("login", [OTHER, COMMUNE])
def test_another_units_report_looks_like_none(app: Flask, browse: Browse, office: Browser, login: str) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    browser = browse(login)
    for path in ("", "/check", "/report.docx", "/excel", "/excel/mau.xlsx"):
        browser.get(where + path, 404)
    for path in ("/save", "/submit", "/withdraw", "/accept", "/return", "/excel", "/excel/save"):
        browser.post(where + path, at="/my-work", status=404, version=1)
    browser.get("/cycles/1", 404)


@pytest.mark.parametrize("login", [LEADER, AUDITOR])
def test_who_oversees_reads_and_changes_nothing(app: Flask, browse: Browse, office: Browser, login: str) -> None:  # noqa: F811
    opened(office)
    where = report_path(app)
    browser = browse(login)
    assert "data-report" not in browser.get(where)
    assert "Theo cấp" in browser.get("/cycles/1")
    browser.post(f"{where}/save", at="/cycles/", status=403)
    browser.post(f"{where}/accept", at="/cycles/", status=403, version=1)
    for path in ("", "/open", "/days", "/exempt", "/close"):
        browser.post(f"/cycles/1/plan{path}", at="/cycles/", status=403)
    browser.get("/cycles/1/plan", 403)


@pytest.mark.parametrize(
    ("kind", "period", "said"),
    [("annual", "2040", "nằm ngoài giai đoạn"), ("annual", "abc", "Hãy chọn năm"), ("x", "2026", "loại báo cáo")],
)
def test_a_wrong_year_is_said_by_its_field(office: Browser, kind: str, period: str, said: str) -> None:
    page = office.post("/cycles/", at="/cycles/", status=422, programme=1, kind=kind, period=period)
    assert said in page
    assert 'class="summary"' in page


def plan_form(page: str, **changes: object) -> dict[str, object]:
    """The one form of a plan as a browser would send it, some of it changed."""
    form = page[page.index('name="then"') : page.rindex('name="then"')]
    values: dict[str, object] = {"measures": re.findall(r'value="(\d+)" checked', form), "measures_shown": "1"}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or (" checked" in tag and name[1] != "measures")):
            values[name[1]] = value[1]
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    return {**values, "seen": seen[1], **changes}


def test_the_plan_is_edited_and_errors_keep_what_was_typed(app: Flask, office: Browser) -> None:
    where = planned(office)
    before = office.get(where)
    wrong = {"due_commune_on": "2026-11-01", "title-0": "Đang gõ"}
    page = office.post(where, at=where, status=422, **plan_form(before, **wrong))
    assert 'id="due_commune_on-error"' in page
    assert 'value="2026-11-01"' in page
    assert 'value="Đang gõ"' in page
    office.post(where, at=where, **plan_form(before, due_commune_on="2026-11-17"))
    assert "vừa thay đổi kỳ báo cáo" in office.post(where, at=where, status=409, **plan_form(before))
    page = office.get(where)
    assert "Hãy ghi lý do miễn" in office.post(where, at=where, status=422, **plan_form(page, then="exempt", unit_id=4))
    same = {"title-1": "Kết quả nổi bật", "title-0": "Kết quả nổi bật"}
    assert "Đã có mục tên" in office.post(where, at=where, status=422, **plan_form(page, **same))
    assert "sau hôm nay" in office.post(where, at=where, status=422, **plan_form(page, opens_on="2026-01-05"))


def test_whichever_button_is_pressed_everything_typed_is_kept(app: Flask, office: Browser) -> None:
    where = planned(office)
    typed = {"due_office_on": "2026-12-30", "title-0": "Mục sửa", "then": "exempt", "unit_id": 4, "reason": "Giải thể"}
    page = office.post(where, at=where, **plan_form(office.get(where), **typed))
    assert "Giải thể" in page
    for nobody in ("expect-", "expect-x", f"expect-{'9' * 25}"):
        page = office.post(where, at=where, **plan_form(page, then=nobody))
        assert "Giải thể" in page
    page = office.post(where, at=where, **plan_form(page, then="expect-4", **{"title-1": "Mục hai"}))
    assert "Giải thể" not in page
    page = office.post(where, at=where, **plan_form(page, then="open", due_commune_on="2026-11-17"))
    assert "Mở kỳ báo cáo này?" in page
    assert "hạn nộp 17/11/2026" in page
    ((days, form, opened_at),) = sql(app, "SELECT due_office_on::text, form, opened_at FROM report_cycles")
    assert (days, opened_at) == ("2026-12-30", None)  # asked, not opened
    assert [one["title"] for one in form["sections"][:2]] == ["Mục sửa", "Mục hai"]
    assert form["exempt"] == {}


def test_chasing_who_is_behind_in_one_action(app: Flask, browse: Browse, office: Browser) -> None:  # noqa: F811
    opened(office)
    filed(browse(HEAD), report_path(app))
    page = office.get("/cycles/1/chase")
    assert "41 đơn vị chưa nộp" in page
    assert "Phòng Y tế" not in page
    ids = re.findall(r'name="reports" value="(\d+)"', page)
    page = office.post("/cycles/1/chase", at="/cycles/1/chase", status=422, reports=ids, chase=" ")
    assert "Hãy ghi nội dung" in page
    office.post("/cycles/1/chase", at="/cycles/1/chase", status=422, reports=["x", "9" * 5000], chase="x")
    assert page.count(" checked") == 41
    page = office.post("/cycles/1/chase", at="/cycles/1/chase", reports=ids, chase="Khẩn trương")
    # The office itself has not filed either, and needs no mail from itself.
    assert "Đã gửi đôn đốc đến 40 đơn vị" in page
    assert "Không gửi được đến Phòng Lao động - Thương binh và Xã hội: Người nhận thư đôn đốc là chính anh/chị" in page
    assert sql(app, "SELECT count(*) FROM chases WHERE text = 'Khẩn trương'") == [(40,)]
    assert sql(app, "SELECT count(*) FROM outbox WHERE kind = 'chased'") == [(40,)]
    content = office.client.get("/cycles/1/don-doc.docx").data
    assert check_document(content, Kind("", "")) == []
    document = Document(BytesIO(content))
    names = [row.cells[1].text for row in document.tables[-1].rows[1:]]
    assert len(names) == 40  # nor does it write to itself
    assert "UBND xã Cao Xá" in names
    assert not {"Phòng Y tế", "Phòng Lao động - Thương binh và Xã hội"} & set(names)
    said = "\n".join(one.text for one in document.paragraphs)
    assert "đã có 01/41 cơ quan, đơn vị nộp báo cáo; còn 40 đơn vị chưa nộp" in said
    communes = Document(BytesIO(office.client.get("/cycles/1/don-doc.docx?level=commune").data))
    said = "\n".join(one.text for one in communes.paragraphs)
    assert f"chưa có xã, thị trấn nào nộp báo cáo; còn {len(communes.tables[-1].rows) - 1:02} đơn vị" in said
    assert office.client.get("/cycles/1/don-doc.docx?level=office").status_code == 422
    browse(HEAD).get("/cycles/1/chase", 404)
