"""The page of working days: for everybody to read, for the administrator to change after a look."""

import re
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook

from tests.web.test_pages import ADMIN, AUDITOR, HEAD, OFFICE, Browse, Browser
from tracker.acting import acting

AT = "/working-days?year=2026"
# These lie ahead of any clock that these tests run by.
DUE, DAY_AFTER = "2037-11-19", "20/11/2037"


@pytest.fixture
def browse(app: Flask) -> Browse:
    return lambda login=None: Browser(app.test_client(), login)


@pytest.fixture
def ahead(app: Flask) -> int:
    """Every assignment is due on a Thursday far ahead."""
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        sql("ALTER TABLE assignments DISABLE TRIGGER assignments_original_due_on")
        sql("UPDATE assignments SET due_on = %s, nominal_due_on = %s, original_due_on = %s", (DUE, DUE, DUE))
        sql("ALTER TABLE assignments ENABLE TRIGGER assignments_original_due_on")
        return int(sql("SELECT count(*) FROM assignments").scalar_one())


def dues(app: Flask) -> set[str]:
    with app.app_context(), acting() as ctx:
        rows = ctx.session.connection().exec_driver_sql("SELECT DISTINCT due_on::text FROM assignments")
        return set(rows.scalars())


def hidden(page: str) -> dict[str, str]:
    lines = re.search(r'<textarea name="lines" hidden>(.*?)</textarea>', page, re.DOTALL)
    fingerprint = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert lines is not None
    assert fingerprint is not None
    return {"lines": lines[1], "fingerprint": fingerprint[1]}


@pytest.mark.parametrize("login", [HEAD, OFFICE, AUDITOR, ADMIN])
def test_everybody_reads_and_the_administrator_changes(browse: Browse, login: str) -> None:
    page = browse(login).get(AT)
    assert page.count('<table class="days">') == 12
    assert "Nghỉ hoán đổi dịp Tết Dương lịch" in page
    assert "thay cho ngày 31/08/2026" in page
    assert "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)" in page
    assert "chuyển sang ngày làm việc tiếp theo" in page
    assert ("Nhập danh sách chính thức" in page) == (login == ADMIN)
    assert ('aria-label="Bỏ ngày 02/01/2026"' in page) == (login == ADMIN)


def test_odd_years(browse: Browse) -> None:
    browser = browse(HEAD)
    for year in ("", "x", "-1", "99999999999", "1999", "2101"):
        assert "Lịch làm việc năm 20" in browser.get(f"/working-days?year={year}")
    assert "Năm 1999" not in browser.get("/working-days?year=2000")
    assert "Năm 2101" not in browser.get("/working-days?year=2100")


def test_english_names_the_holidays(browse: Browse) -> None:
    browser = browse(HEAD)
    browser.post("/language/en", at=AT)
    assert "National Day" in browser.get(AT)


def test_one_day_looked_at_then_moved(app: Flask, browse: Browse, ahead: int) -> None:
    browser = browse(ADMIN)
    page = browser.post("/working-days/preview", at=AT, one=1, day=DUE, kind="off", note="Bão; số <9>")
    assert f"Hạn sẽ chuyển: {ahead} nhiệm vụ" in page
    assert DAY_AFTER in page
    assert dues(app) == {DUE}
    form = hidden(page)
    form["lines"] = form["lines"].replace("&lt;", "<").replace("&gt;", ">")
    page = browser.post("/working-days/apply", at=AT, status=422, **form)
    assert "Hãy chọn chuyển hạn theo lịch mới hay giữ nguyên" in page
    assert dues(app) == {DUE}
    page = browser.post("/working-days/apply", at=AT, deadlines="move", **form)
    assert f"chuyển hạn của {ahead} nhiệm vụ" in page
    assert "Bão; số &lt;9&gt;" in page
    assert dues(app) == {"2037-11-20"}
    with app.app_context(), acting() as ctx:
        id_ = ctx.session.connection().exec_driver_sql("SELECT min(id) FROM assignments").scalar_one()
    page = browser.get(f"/assignments/{id_}")
    assert "Chuyển hạn theo lịch làm việc" in page
    assert "chuyển theo lịch làm việc; hạn ban đầu 19/11/2037" in page
    assert "đã gia hạn" not in page


def test_kept_and_taken_away(app: Flask, browse: Browse, ahead: int) -> None:
    browser = browse(ADMIN)
    page = browser.post("/working-days/preview", at=AT, lines="19/11/2037; nghỉ; Bão")
    assert "giữ nguyên hạn đã giao của" in browser.post("/working-days/apply", at=AT, deadlines="keep", **hidden(page))
    assert dues(app) == {DUE}
    page = browser.post("/working-days/preview", at=AT, remove=DUE)
    assert "Không có hạn nào phải chuyển." in page
    page = browser.post("/working-days/apply", at=AT, remove=DUE, **hidden(page))
    assert "Đã lưu lịch làm việc." in page
    assert "Chưa có ngày nào đặt riêng" in browser.get("/working-days?year=2037")


def test_a_stale_preview_is_shown_again(app: Flask, browse: Browse, ahead: int) -> None:
    browser = browse(ADMIN)
    form = hidden(browser.post("/working-days/preview", at=AT, lines="19/11/2037; nghỉ; Bão"))
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET starred = true, version = version + 1 WHERE id = (SELECT min(id) FROM assignments)"
        )
    page = browser.post("/working-days/apply", at=AT, status=409, deadlines="move", **form)
    assert "vừa thay đổi sau khi anh/chị xem trước" in page
    assert dues(app) == {DUE}
    assert hidden(page)["fingerprint"] != form["fingerprint"]
    browser.post("/working-days/apply", at=AT, deadlines="move", **hidden(page))
    assert dues(app) == {"2037-11-20"}


def test_every_mistake_by_line(browse: Browse) -> None:
    page = browse(ADMIN).post(
        "/working-days/preview", at=AT, status=422,
        lines="x; nghỉ; a\n01/03/2027; gì; b\n02/03/2027; nghỉ\n04/03/2027; nghỉ; c\n04/03/2027; làm việc; d",
    )  # fmt: skip
    for said in ("Dòng 1: “x” không phải", "Dòng 2: “gì” phải là", "Dòng 3: thiếu ghi chú", "Dòng 5: ngày 04/03/2027"):
        assert said in page
    assert "4 chỗ cần sửa" in page
    assert "04/03/2027; làm việc; d" in page  # what was pasted is kept


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"one": 1}, "Hãy chọn ngày."),
        ({"one": 1, "day": "2037-11-19"}, "nghỉ hay làm việc"),
        ({"one": 1, "day": "2037-11-19", "kind": "off"}, "thiếu ghi chú"),
        ({"one": 1, "day": "1937-11-19", "kind": "off", "note": "x"}, "hãy ghi ngày từ 01/01/2000"),
        ({}, "Hãy dán danh sách ngày"),
        ({"remove": "hôm qua"}, "Hãy chọn ngày."),
        ({"lines": "02/01/2026; nghỉ; Nghỉ hoán đổi dịp Tết Dương lịch"}, "không làm thay đổi"),
    ],
)
def test_refused_in_words(browse: Browse, form: dict[str, object], said: str) -> None:
    assert said in browse(ADMIN).post("/working-days/preview", at=AT, status=422, **form)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_files(browse: Browse) -> None:
    from_excel = workbook(("Ngày", "Là ngày", "Ghi chú"), ("04/03/2037", "nghỉ", "Lễ hội"))
    browser = browse(ADMIN)
    for name, content, status, said in (
        ("ngay.csv", "\ufeffngày;là;ghi chú\r\n04/03/2037;nghỉ;Lễ hội\r\n".encode(), 200, "Lễ hội"),
        ("ngay.CSV", "04/03/2037;nghỉ;Lễ hội".encode("utf-16"), 200, "Lễ hội"),
        ("ngay.xlsx", from_excel, 200, "Lễ hội"),
        ("ngay.xlsx", workbook(("04/03/2037", "nghỉ", None), (None, "làm", "x")), 422, "Dòng 2"),
        ("ngay.xlsx", b"khong phai", 422, "Lỗi"),
        ("ngay.csv", "04/03/2037;ngh\xe9;x".encode("latin-1"), 422, "UTF-8"),
        ("ngay.csv", b"x" * (1024 * 1024 + 1), 422, "1 MB"),
    ):
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.client.get(AT).text)
        assert token is not None
        answer = browser.client.post(
            "/working-days/preview", data={"csrf_token": token[1], "file": (BytesIO(content), name)}
        )
        assert answer.status_code == status, (name, answer.text[-1500:])
        assert said in answer.text
