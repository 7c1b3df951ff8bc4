"""The office's pages of a consolidated report: its texts, editions for two recipients, issue, comparison."""

import re
from datetime import datetime

import pytest
from flask import Flask

from tests.helpers.filing import HEAD, OFFICE, accepted_cycle
from tests.web.test_pages import Browse, Browser, browse  # noqa: F401  (a fixture)
from tests.web.test_queries import asked
from tracker.acting import acting
from tracker.building import build_due
from tracker.rules.calendar import LOCAL

LEADER = "truong.ubnd-huyen"


@pytest.fixture
def cycle_id(app: Flask) -> int:
    return accepted_cycle(app)


def _build(app: Flask) -> None:
    with app.app_context():
        assert build_due(acting) > 0


def _write(browser: Browser, cycle_id: int, key: str, **form: object) -> str:
    at = f"/reports/cycles/{cycle_id}/{key}"
    seal = re.search(r'name="seal" value="([^"]+)"', browser.get(at))
    assert seal is not None
    return browser.post(at, at=at, **{"seal": seal[1], "deed": "save", **form})


def _write_all(browser: Browser, cycle_id: int) -> None:
    page = browser.get(f"/reports/cycles/{cycle_id}")
    for key in re.findall(rf'href="/reports/cycles/{cycle_id}/([\w-]+)"', page):
        _write(browser, cycle_id, key, text=f"Nội dung của {key}.")


def test_the_texts_with_their_sources(browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    page = office.get(f"/reports/cycles/{cycle_id}")
    assert re.search(r"\d+ mục chưa có nội dung", page)
    page = office.get(f"/reports/cycles/{cycle_id}/highlights")
    assert "Đã tiêm đủ 98% trẻ em (Phòng Y tế)." in page
    page = _write(office, cycle_id, "highlights", text="Toàn huyện tiêm đủ (Phòng Y tế).")
    assert "đã sửa, " in page
    # Who may only look sees the text and no form.
    leader = browse(LEADER).get(f"/reports/cycles/{cycle_id}/highlights")
    assert "Toàn huyện tiêm đủ" in leader
    assert "<textarea" not in leader
    browse(HEAD).get(f"/reports/cycles/{cycle_id}", 403)
    office.get(f"/reports/cycles/{cycle_id}/khong-co", 404)
    office.get("/reports/cycles/999", 404)


def test_nothing_typed_is_lost(browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    at = f"/reports/cycles/{cycle_id}/plans"
    page = office.post(at, at=at, status=409, seal="cũ", deed="save", text="Đã gõ rất lâu")
    assert "Đã gõ rất lâu</textarea>" in page
    assert "vừa được sửa" in page
    for deed, blank in (("save", "   "), ("save", "\u200b"), ("khác", "\u200b ")):
        page = office.post(at, at=at, status=422, seal="", deed=deed, text=blank)
        assert 'id="text-error"' in page
    office.post(f"/reports/cycles/{cycle_id}/a%00b", at=at, status=404, seal="", text="x")
    assert "x" * 3_000_000 in office.post(at, at=at, status=409, seal="cũ", text="x" * 3_000_000)
    seal = re.search(r'name="seal" value="([^"]+)"', office.get(at))
    assert seal is not None
    page = office.post(at, at=at, status=422, seal=seal[1], deed="save", text="x" * 100_001)
    assert "dài quá 100000 ký tự" in page
    page = _write(office, cycle_id, "plans", deed="empty")
    assert "để trống theo ý" in page
    page = _write(office, cycle_id, "plans", text="Cháu Nguyễn Văn An, học sinh lớp 5 trường Cao Xá, được giúp đỡ")
    assert "nêu tên một trẻ em" in page
    page = _write(office, cycle_id, "plans", deed="draw")
    assert "để trống theo ý" not in page


def test_arranging_saves_nothing(browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    page = _write(office, cycle_id, "highlights", deed="arrange", **{"use-0": "1", "place-0": "nan"})
    assert "Đã ghép, chưa lưu" in page
    assert "Đã tiêm đủ 98% trẻ em (Phòng Y tế).</textarea>" in page
    assert "lấy từ báo cáo" in office.get(f"/reports/cycles/{cycle_id}")
    typed = "Đã tiêm đủ 98% trẻ em (Phòng Y tế).\nCâu của cơ quan thường trực"
    page = _write(office, cycle_id, "highlights", deed="arrange", text=typed, **{"use-0": "1"})
    assert "Đã tiêm đủ 98% trẻ em (Phòng Y tế).\nCâu của cơ quan thường trực</textarea>" in page
    page = _write(office, cycle_id, "highlights", deed="arrange")
    assert "</textarea>" in page
    assert "(Phòng Y tế).</textarea>" not in page


def test_from_asking_to_issue(app: Flask, browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    _write_all(office, cycle_id)
    page = office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id, recipient=["committee", "agency"])
    found = re.findall(r'href="/reports/(\d+)"', page)
    assert len(found) == 2
    page = office.get(f"/reports/{found[0]}")
    assert 'http-equiv="refresh"' in page
    assert "Đang chờ máy xử lý" in page
    _build(app)
    one = min(found, key=int)
    page = office.get(f"/reports/{one}")
    assert "gửi UBND, bản 1" in page
    for form, begin in (("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = office.client.get(f"/reports/{one}.{form}")
        assert answer.status_code == 200
        assert answer.data.startswith(begin)
        assert re.fullmatch(
            rf"attachment; filename=bao-cao-\d+-ubnd-ban-1\.{form}", answer.headers["Content-Disposition"]
        )
        assert browse(HEAD).client.get(f"/reports/{one}.{form}").status_code == 403
    office.get(f"/reports/{one}.exe", 404)
    wrong = office.post(f"/reports/{one}/issue", at=f"/reports/{one}", status=422, number="mười lăm", day="2026-01-01")
    assert 'value="mười lăm"' in wrong
    assert "Lỗi" in wrong
    browse(LEADER).post(f"/reports/{one}/issue", at="/reports/", status=403, number="15", day="2026-01-01")
    today = datetime.now(LOCAL).date()
    form = {"number": "15", "day": today.isoformat(), "signer": "Mẫu"}
    page = office.post(f"/reports/{one}/issue", at=f"/reports/{one}", status=422, **form)
    assert 'href="#incomplete"' in page
    assert 'value="15"' in page
    assert re.search(r"1/42 đơn vị đã tiếp nhận; 41 chưa gửi", page)
    page = office.post(f"/reports/{one}/issue", at=f"/reports/{one}", incomplete="1", **form)
    assert "Đang điền số, ngày" in page
    assert f'href="/reports/{one}.docx"' in page
    # The page asks again and again meanwhile: nothing large is read for it.
    with asked(app) as seen:
        assert 'http-equiv="refresh"' in office.get(f"/reports/{one}")
    large = re.compile(r"consolidated_reports\.(document|snapshot|texts)(?! IS NOT NULL)\b")
    assert [statement for statement, _values in seen if large.search(statement)] == []
    _build(app)
    page = office.get(f"/reports/{one}")
    assert f"Đã ban hành số 15/BC-LĐTBXH ngày {today:%d/%m/%Y}" in page
    assert "Ban hành và khóa" not in page
    before = office.client.get(f"/reports/{one}.docx").data
    office.post(f"/reports/{one}/cancel", at="/reports/", status=200)
    office.post(f"/reports/{one}/retry", at="/reports/", status=200)
    with app.app_context():
        assert build_due(acting) == 0
    assert office.client.get(f"/reports/{one}.docx").data == before


def test_why_it_failed_is_said_in_plain_words(app: Flask, browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id)

    def change(statement: str, *values: object) -> None:
        with app.app_context(), acting() as ctx:
            ctx.session.connection().exec_driver_sql(f"UPDATE consolidated_reports SET {statement}", values or None)

    change("attempts = 3")  # its worker was lost each time
    with app.app_context():
        build_due(acting)
    page = office.get("/reports/1")
    assert "Chưa lập được báo cáo này" in page
    assert "Máy xử lý đã dừng giữa chừng 3 lần liền." in page
    assert "worker" not in page
    for error, said in (
        (
            "OperationalError: (psycopg.errors.AdminShutdown) terminating\n[SQL: SELECT 1]",
            "Mất kết nối với cơ sở dữ liệu",
        ),
        ("MemoryError: ", "không đủ bộ nhớ"),
        ("OSError: [Errno 28] No space left on device", "hết chỗ trống trên đĩa"),
        ("KeyError: 'above'", "KeyError: &#39;above&#39;"),  # for who runs the system
    ):
        change("error = %s", error)
        assert said in office.get("/reports/1")


def test_what_is_owed_is_left_empty_at_once(app: Flask, browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office, where = browse(OFFICE), f"/reports/cycles/{cycle_id}"
    office.post("/reports/", at=where, cycle=cycle_id)
    _build(app)
    page = office.get("/reports/1")
    linked = re.findall(rf'href="{where}/([\w-]+)"', page)
    keys = re.findall(r'name="key" value="([^"]+)"', page)
    assert len(linked) > 3
    assert keys == linked
    assert "highlights" not in keys  # a unit wrote it
    assert re.findall(r'name="key" value="([^"]+)"', office.get(where)) == keys
    assert "Bỏ trống các mục còn lại" not in browse(LEADER).get(where)
    browse(LEADER).post(f"{where}/sections/empty", at="/reports/", status=403, key=keys)
    _write(office, cycle_id, "plans", text="Đẩy mạnh truyền thông.")
    page = office.post(f"{where}/sections/empty", at="/reports/1", key=[*keys, "highlights", "a\0b"])
    assert f"Đã bỏ trống {len(keys) - 1} mục" in page
    assert "Mọi mục đã có nội dung" in page
    assert "Đẩy mạnh truyền thông." in office.get(f"{where}/plans")
    assert "vừa có nội dung" in office.post(f"{where}/sections/empty", at=where, key=keys)
    page = office.get("/reports/1")
    assert page.count("đã xong sau khi lập bản này") == len(keys)
    assert "Bỏ trống các mục còn lại" not in page


def test_the_other_recipient_and_what_differs(app: Flask, browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id)
    _build(app)
    _write(office, cycle_id, "plans", text="Đẩy mạnh truyền thông.")
    office.post("/reports/1/other", at="/reports/1", recipient="agency")
    office.post("/reports/1/other", at="/reports/1", status=422, recipient="everybody")
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE programmes SET report_to = '{}'")
    page = office.post("/reports/", at="/reports/", status=422, cycle=cycle_id, recipient=["committee", "agency"])
    assert "bản gửi Sở không có nơi nhận" in page
    assert "trang Chương trình, dòng Báo cáo" in page
    _build(app)
    page = office.get("/reports/compare?first=1&second=2")
    assert "Đẩy mạnh truyền thông." in page
    assert "<h2>Chỉ tiêu</h2>" not in page  # the same figures
    assert "Hai bản có cùng số liệu và nội dung" in office.get("/reports/compare?first=1&second=1")
    office.get("/reports/compare?first=1&second=99", 404)
    office.get("/reports/compare?first=x", 404)


def test_what_differs_in_rows_alone_is_not_called_the_same(app: Flask, browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id)
    _build(app)
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE assignments SET text = text || ' (sửa)' WHERE year = 2026")
    office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id)
    _build(app)
    page = office.get("/reports/compare?first=1&second=2")
    assert "Các dòng trong phụ lục" in page
    assert "Hai bản có cùng số liệu và nội dung" not in page


def test_cancel_on_the_page(app: Flask, browse: Browse, cycle_id: int) -> None:  # noqa: F811
    office = browse(OFFICE)
    office.post("/reports/", at=f"/reports/cycles/{cycle_id}", cycle=cycle_id)
    page = office.post("/reports/1/cancel", at="/reports/1")
    assert "Đã hủy việc lập bản này" in page
    with app.app_context():
        assert build_due(acting) == 0
    office.post("/reports/1/retry", at="/reports/1")
    _build(app)
    assert "Đã lập xong" in office.get("/reports/1")


def test_a_form_sent_twice_makes_one_edition(app: Flask, cycle_id: int) -> None:
    client = app.test_client()
    Browser(client, OFFICE)
    page = client.get(f"/reports/cycles/{cycle_id}").text
    form = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf_token", "once")}  # type: ignore[index]
    for _ in range(2):
        client.post("/reports/", data={**form, "cycle": cycle_id, "recipient": "committee"})
    with app.app_context(), acting() as ctx:
        assert ctx.session.connection().exec_driver_sql("SELECT count(*) FROM consolidated_reports").scalar() == 1
