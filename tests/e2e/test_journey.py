"""The whole path in a real browser: document → assignment → update → return → confirm → sweep → mail → report."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, sync_playwright

from tests.helpers.browser import ARGUMENTS
from tests.helpers.decree30 import check_document
from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack, until
from tests.helpers.world import DATA
from tracker.local.process import free_port
from tracker.local.valkey import ValkeyServer
from tracker.rules.calendar import LOCAL, WorkingCalendar

pytestmark = pytest.mark.e2e

PEOPLE = {
    # login: (name, unit, role)
    "truongyte": ("Trưởng phòng Y tế", "p-yte", "head"),
    "truongldtbxh": ("Trưởng phòng LĐTBXH", "p-ldtbxh", "head"),
    "chutich": ("Chủ tịch UBND huyện", "ubnd-huyen", "head"),
}
FIRST, OWN = "mot-hai-ba-bon", "cau-mat-khau-cua-rieng-toi"
YEAR = min(max(date.today().year, 2026), 2030)


@pytest.fixture
def stack(empty_database_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[tuple[Stack, Postman, str]]:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    with Postman() as postman, Stack(tmp_path, empty_database_url, valkey.url(), postman.url, BASE_URL=site) as stack:
        stack.tracker("units", "import", str(DATA / "units.csv"))
        stack.tracker("import", str(DATA / "programme.md"))
        for login, (name, unit, role) in PEOPLE.items():
            stack.tracker(
                "user", "add", login, "--name", name, "--email", f"{login}@example.vn", "--unit", unit,
                "--role", role, "--password", FIRST,
            )  # fmt: skip
        stack.tracker("assignments", "open", str(YEAR))
        stack.start("web", "--bind", f"127.0.0.1:{port}")
        stack.start("worker")
        stack.start("quiet-beat")
        assert until(lambda: "ready" in stack.log("worker").read_text(), 30), stack.logs()
        yield stack, postman, site


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        page.set_default_timeout(20_000)
        yield page
        browser.close()


def enter(page: Page, site: str, login: str, password: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{site}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main button.button")


def test_from_the_document_to_the_report(stack: tuple[Stack, Postman, str], page: Page) -> None:
    running, postman, site = stack
    for login in PEOPLE:
        enter(page, site, login, FIRST)
        assert page.url == f"{site}/password"  # nothing else opens before the first password is changed
        page.goto(f"{site}/monitor")
        assert page.url == f"{site}/password"
        page.fill("#old", FIRST)
        page.fill("#new", OWN)
        page.fill("#again", OWN)
        page.click("main button.button")
        page.wait_for_selector("text=Đã đổi mật khẩu")

    # The head finds the unit's work, updates it in place, and reports it done.
    enter(page, site, "truongyte", OWN)
    page.wait_for_url(f"{site}/my-work")
    row = page.locator("li.row", has_text="Thực hiện các giải pháp, chương trình, đề án về chăm sóc sức khỏe")
    row.locator("summary").click()
    row.get_by_label("Đúng tiến độ").check()
    row.locator("input[name=text]").fill("Đã khám sức khỏe cho trẻ tại 12 trạm y tế")
    row.locator("input[name=percent]").fill("60")
    row.locator("button").click()
    page.wait_for_selector("text=Đã lưu cập nhật")
    row.locator("a").click()
    page.wait_for_selector("text=Đã khám sức khỏe cho trẻ tại 12 trạm y tế")
    where = page.url
    page.click("summary:has-text('Báo cáo hoàn thành')")
    page.fill("#result-submit", "Đã hoàn thành; còn thiếu số liệu của hai xã")
    page.click("form[action$='/submit'] button")
    page.wait_for_selector("text=chờ cơ quan thường trực xác nhận")

    # The office returns it with a reason; without one it is not sent.
    enter(page, site, "truongldtbxh", OWN)
    page.goto(where)
    page.click("summary:has-text('Trả lại')")
    page.click("form[action$='/return'] button")
    page.wait_for_selector(".summary:has-text('Hãy ghi lý do')")
    page.fill("#reason-return", "Đề nghị bổ sung số liệu của hai xã còn thiếu")
    page.click("form[action$='/return'] button")
    page.wait_for_selector("text=Đã trả lại kèm lý do")

    # The head sees the reason on top, submits again, and the office confirms.
    enter(page, site, "truongyte", OWN)
    page.goto(f"{site}/my-work")
    assert "Đề nghị bổ sung số liệu của hai xã còn thiếu" in page.locator("section").first.inner_text()
    page.goto(where)
    page.click("summary:has-text('Báo cáo hoàn thành')")
    page.fill("#result-submit", "Đã hoàn thành, đủ số liệu 22 xã, thị trấn")
    page.click("form[action$='/submit'] button")
    page.wait_for_selector("text=chờ cơ quan thường trực xác nhận")
    enter(page, site, "truongldtbxh", OWN)
    page.goto(where)
    page.click("form[action$='/confirm'] button")
    page.wait_for_selector("text=Đã xác nhận hoàn thành")
    assert until(lambda: _got(postman, "truongyte", "Đã xác nhận hoàn thành"))

    # Another assignment passes its due date: the sweep escalates, the worker sends, the monitor shows who was told.
    due = running.value("SELECT to_char(min(due_on), 'YYYYMMDD') FROM assignments WHERE state = 'assigned'")
    moment = _ten_working_days_after(datetime.strptime(str(due), "%Y%m%d").date())
    said = running.tracker("sweep", "--at", f"{moment:%Y-%m-%dT%H:%M}").stdout
    assert "thư" in said
    assert until(lambda: _got(postman, "chutich", "quá hạn")), running.logs()
    assert until(lambda: _got(postman, "truongldtbxh", "quá hạn"))
    assert until(lambda: _got(postman, "truongyte", "quá hạn"))
    leader = _mail(postman, "chutich", "quá hạn")
    assert "Kính đề nghị đồng chí chỉ đạo các đơn vị" in leader
    assert "quá hạn 10 ngày làm việc" in leader
    assert re.search(r"và \d+ việc khác của đơn vị này", leader), leader
    assert re.search(r"Còn \d+ việc khác của \d+ đơn vị khác", leader)
    assert f"{site}/assignments?programme=1&class=overdue" in leader
    page.goto(f"{site}/assignments?year={YEAR}&unit={_unit(running, 'p-yte')}")
    assert "Chủ tịch UBND huyện" in page.locator("main").inner_text()
    page.goto(f"{site}/mail/")
    assert "Đã gửi" in page.locator("table").inner_text()

    # The worker builds the report; it is what it should be.
    page.goto(f"{site}/reports/")
    page.select_option("main select[name=year]", str(YEAR))
    page.click("main button:has-text('Lập báo cáo')")
    page.wait_for_selector("a:has-text('Word (.docx)')", timeout=60_000)
    with page.expect_download() as download:
        page.click("a:has-text('Word (.docx)')")
    content = Path(download.value.path()).read_bytes()
    assert check_document(content) == []
    document = Document(BytesIO(content))
    text = " ".join(" ".join(paragraph.text for paragraph in document.paragraphs).split())
    assert f"Kết quả thực hiện Chương trình hành động vì trẻ em huyện Tân Yên giai đoạn 2021 - 2030, năm {YEAR}" in text
    assert "164 nhiệm vụ" in text
    measures, work = document.tables[-2:]
    assert sum(row.cells[0].text[:1].isdigit() for row in measures.rows) == 35
    assert "đủ số liệu 22 xã, thị trấn" in "\n".join(cell.text for row in work.rows for cell in row.cells)


def _got(postman: Postman, login: str, word: str) -> bool:
    return any(f"{login}@" in str(letter["To"]) and word in str(letter["Subject"]) for letter in list(postman.letters))


def _mail(postman: Postman, login: str, word: str) -> str:
    letter = next(one for one in postman.letters if f"{login}@" in str(one["To"]) and word in str(one["Subject"]))
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _unit(running: Stack, code: str) -> int:
    return running.value(f"SELECT id FROM units WHERE code = '{code}'")


def _ten_working_days_after(due: date) -> datetime:
    """No overrides are stored in this database, so the calendar is the library's."""
    day = WorkingCalendar().add(due, 10)
    return datetime(day.year, day.month, day.day, 8, 30, tzinfo=LOCAL)
