"""November with 39 units in a real browser: the cycle opens, units file, the office returns, accepts, chases who is
missing, consolidates, edits, rebuilds and issues; and the report says what was filed. Two units type in the browser,
the others file by the same services."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from tests.helpers.browser import OFFICE, signed_in
from tests.helpers.decree30 import Kind, check_document
from tests.helpers.november import (
    Filer,
    accept_by_service,
    correct_by_service,
    expected_rows,
    file_by_service,
    filers,
    read_report,
    write_what_is_owed,
)
from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack, until
from tracker.local.process import free_port
from tracker.local.valkey import ValkeyServer

pytestmark = pytest.mark.e2e

EXEMPT = {"ccb": "Hội Cựu chiến binh huyện", "ldld": "Liên đoàn Lao động huyện", "thanhtra": "Thanh tra huyện"}
# The second leads indicator 14: its figure is then what the communes add up to.
MISSING = ["p-tuphap", "huyendoan", "xa-viet-ngoc"]
COMMUNES_COUNT = ["đăng ký khai sinh", "tiêm chủng", "suy dinh dưỡng"]
TYPED = ["p-yte", "xa-cao-xa"]
EDITED = "Toàn huyện hoàn thành các chỉ tiêu chăm sóc sức khỏe (Phòng Y tế)."


@pytest.fixture
def site(database_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[tuple[str, Postman, Stack]]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with Postman() as postman, Stack(tmp_path, database_url, valkey.url(), postman.url, BASE_URL=address) as stack:
        stack.start("web", "--bind", f"127.0.0.1:{port}")
        stack.start("worker")
        stack.start("quiet-beat")
        assert until(lambda: "ready" in stack.log("worker").read_text(), 30), stack.logs()
        assert until(lambda: "Listening" in stack.log("web").read_text(), 30), stack.logs()
        yield address, postman, stack


def test_november(site: tuple[str, Postman, Stack], app: Flask, browser: Browser) -> None:
    address, postman, stack = site
    office = signed_in(browser, address, OFFICE, 1280)
    cycle = open_the_cycle(office, address)
    units = filers(app, cycle)
    assert len(units) == 39

    yte, _commune = (file_in_the_browser(browser, address, units[code]) for code in TYPED)
    others = [one for code, one in units.items() if code not in [*MISSING, *TYPED]]
    for one in others:
        file_by_service(app, one, accept=True)
    return_two_sections(office, address, units["p-yte"])
    correct_and_file_again(yte, units["p-yte"])
    accept_in_the_browser(office, address, units["p-yte"])
    accept_by_service(app, units["xa-cao-xa"])
    chase_the_missing(office, cycle, [units[code] for code in MISSING], postman, stack)

    write_in_the_browser(office, address, cycle, "Ưu điểm", "Các đơn vị chủ động, phối hợp tốt.")
    assert "Nhận xét về kinh phí" in write_what_is_owed(app, cycle)
    first = build(office, address, cycle)
    write_in_the_browser(office, address, cycle, "Kết quả nổi bật", EDITED)
    give_an_accepted_section_back(office, address, units["xa-cao-xa"], "highlights")
    correct_by_service(app, units["xa-cao-xa"], "highlights", "Xã sửa lại kết quả")
    see_what_changed_underneath(office, address, cycle)
    second = build(office, address, cycle)
    compare(office, first)

    issue(office, second)
    docx, pdf, xlsx = (download(office, name) for name in ("Word (.docx)", "PDF", "Phụ lục Excel (.xlsx)"))
    assert pdf.startswith(b"%PDF")
    filed = [units["p-yte"], units["xa-cao-xa"], *others]
    the_report_says_what_was_filed(docx, app, filed, [units[code] for code in MISSING])
    sheet = load_workbook(BytesIO(xlsx), read_only=True)["Chỉ tiêu"]
    assert sum(str(row[0])[:1].isdigit() for row in sheet.iter_rows(values_only=True)) == 35
    nothing_can_be_edited(office, address, cycle, docx)


def open_the_cycle(office: Page, address: str) -> int:
    office.goto(f"{address}/cycles/")
    office.select_option("#kind", "annual")
    office.select_option("#period", "2026")
    office.get_by_role("button", name="Lập kỳ").click()
    office.get_by_text("Đã lập kỳ báo cáo").wait_for()
    for name in EXEMPT.values():
        office.locator("summary", has_text="Miễn cho một đơn vị").click()
        office.select_option("#unit_id", label=name)
        office.fill("#reason", "Không được giao nhiệm vụ trong năm")
        office.get_by_role("button", name="Ghi miễn").click()
        office.locator("li.undo", has_text=name).wait_for()
    ask_communes_for(office, COMMUNES_COUNT)
    office.get_by_role("button", name="Lưu và xem trước khi mở").first.click()
    office.get_by_role("button", name="Mở kỳ báo cáo và gửi thư").click()
    office.get_by_text("Đã mở kỳ: 39 đơn vị phải nộp").wait_for()
    return int(office.url.split("?")[0].rstrip("/").split("/")[-1])


def ask_communes_for(office: Page, names: list[str]) -> None:
    """Of what they could count, these alone."""
    for box in office.locator("[name=measures]").all():
        box.uncheck()
    for name in names:
        office.locator("li", has_text=name).locator("[name=measures]").first.check()


def file_in_the_browser(browser: Browser, address: str, unit: Filer) -> Page:
    """Everything but one section; the check leads to what is missing; then it is filed."""
    page = signed_in(browser, address, unit.login, 1280)
    page.goto(f"{address}/cycles/")
    page.get_by_role("link", name=re.compile(f"Báo cáo năm 2026 – {unit.name}")).click()
    for area in page.locator("textarea[id^=text-]").all():
        title = page.locator(f"label[for={area.get_attribute('id')}]").inner_text()
        area.fill(unit.words(title.partition(". ")[2]))
    for measure in unit.measures:
        numerator, denominator = unit.sides(measure)
        one = page.locator(f"#m{measure}")
        if unit.measures[measure] == 1:
            one.locator(f"#m{measure}-value").fill(str(numerator))
        else:
            one.locator(f"#m{measure}-numerator").fill(str(numerator))
            one.locator(f"#m{measure}-denominator").fill(str(denominator))
    plans = page.locator("#text-plans").input_value()
    page.fill("#text-plans", "")
    page.get_by_role("button", name="Lưu và kiểm tra để nộp").click()
    page.get_by_text("1 chỗ phải điền").wait_for()
    page.get_by_role("link", name=re.compile("Phương hướng.*chưa có nội dung")).click()
    page.fill("#text-plans", plans)
    file(page)
    return page


def file(page: Page) -> None:
    page.get_by_role("button", name="Lưu và kiểm tra để nộp").click()
    page.get_by_text("Không còn chỗ nào thiếu").wait_for()
    page.get_by_role("button", name="Nộp báo cáo").click()
    page.get_by_text("Đã nộp báo cáo").wait_for()


def return_two_sections(office: Page, address: str, unit: Filer) -> None:
    office.goto(f"{address}/unit-reports/{unit.report_id}")
    for key in ("highlights", "plans"):
        _reason(office, key, f"Nêu rõ số liệu ở mục {key}")
    office.get_by_role("button", name="Trả lại các phần có lý do").click()
    office.get_by_text("Đã trả lại").first.wait_for()


def _reason(office: Page, key: str, why: str) -> None:
    section = office.locator(f"#{key}")
    section.locator("summary", has_text="Cần bổ sung").click()
    section.locator("textarea").fill(why)


def correct_and_file_again(page: Page, unit: Filer) -> None:
    page.goto(page.url)
    page.get_by_text("Cơ quan thường trực trả lại 2 phần.").wait_for()
    assert page.get_by_text("Nêu rõ số liệu ở mục plans").first.is_visible()
    assert page.locator("textarea[id^=text-]").count() == 2  # the others are locked
    page.fill("#text-highlights", unit.words("Kết quả nổi bật", "đã nêu số liệu"))
    page.fill("#text-plans", unit.words("Phương hướng", "đã nêu số liệu"))
    file(page)


def accept_in_the_browser(office: Page, address: str, unit: Filer) -> None:
    office.goto(f"{address}/unit-reports/{unit.report_id}")
    assert office.get_by_text("đã sửa so với lần nộp trước").count() == 2
    office.get_by_role("button", name="Tiếp nhận và khóa").click()
    office.get_by_text("Đã tiếp nhận báo cáo").wait_for()


def chase_the_missing(office: Page, cycle: int, missing: list[Filer], postman: Postman, stack: Stack) -> None:
    office.get_by_role("link", name="Kỳ báo cáo").click()
    assert office.locator("a.stat", has_text="trên 39 đơn vị phải nộp").inner_text().startswith("36")
    office.get_by_role("link", name="Đôn đốc đơn vị chưa nộp").click()
    with office.expect_download() as found:
        office.get_by_role("link", name="Tải công văn đôn đốc (Word)").click()
    letter = Path(found.value.path()).read_bytes()
    assert check_document(letter, Kind("", "")) == []
    listed = [row.cells[1].text for row in Document(BytesIO(letter)).tables[-1].rows[1:]]
    assert sorted(listed) == sorted(one.name for one in missing)
    for one in missing:  # late or not yet
        office.get_by_label(one.name).check()
    office.get_by_role("button", name="Đôn đốc các đơn vị đã chọn").click()
    office.get_by_text("Đã gửi đôn đốc đến 3 đơn vị").wait_for()

    def chased() -> set[str]:
        return {str(one["To"]) for one in list(postman.letters) if "Đôn đốc: " in str(one["Subject"])}

    wanted = {f"{one.login}@example.vn" for one in missing}
    assert until(lambda: {re.findall(r"[\w.-]+@[\w.-]+", to)[0] for to in chased()} >= wanted), stack.logs()
    assert {re.findall(r"[\w.-]+@[\w.-]+", to)[0] for to in chased()} == wanted


def write_in_the_browser(office: Page, address: str, cycle: int, title: str, text: str) -> None:
    office.goto(f"{address}/reports/cycles/{cycle}")
    office.get_by_role("link", name=title).first.click()
    office.fill("#text", text)
    office.get_by_role("button", name="Lưu", exact=True).click()
    office.get_by_text("Bản lập sau sẽ dùng nội dung này").wait_for()


def build(office: Page, address: str, cycle: int) -> str:
    """Asks for an edition and waits for the worker; its address."""
    office.goto(f"{address}/cycles/{cycle}")
    office.get_by_role("link", name="Tổng hợp", exact=True).click()
    office.get_by_role("button", name="Chụp số liệu và lập báo cáo").click()
    office.get_by_text("Đã lập xong lúc").wait_for(timeout=60_000)
    return office.url


def give_an_accepted_section_back(office: Page, address: str, unit: Filer, key: str) -> None:
    office.goto(f"{address}/unit-reports/{unit.report_id}")
    _reason(office, key, "Xem lại số liệu")
    office.get_by_role("button", name="Mở lại các phần có lý do").click()
    office.get_by_text("Đã trả lại").first.wait_for()


def see_what_changed_underneath(office: Page, address: str, cycle: int) -> None:
    office.goto(f"{address}/reports/cycles/{cycle}")
    office.get_by_text("1 mục đã sửa, nhưng báo cáo của đơn vị thay đổi sau đó").wait_for()
    office.get_by_role("link", name="Kết quả nổi bật").click()
    assert "Xã sửa lại kết quả (UBND xã Cao Xá)." in office.locator(".diff ins").inner_text()
    assert "Kết quả nổi bật theo kế hoạch" in office.locator(".diff del").inner_text()
    assert office.locator("#text").input_value() == EDITED


def compare(office: Page, first: str) -> None:
    """On the page of the newest edition."""
    office.select_option("#first", first.split("/")[-1])
    office.get_by_role("button", name="So sánh").click()
    assert EDITED in office.locator(".diff ins").inner_text()
    office.go_back()


def issue(office: Page, edition: str) -> None:
    office.goto(edition)
    office.fill("#number", "15")
    office.fill("#signer", "Người Ký Mẫu")
    office.get_by_label("Vẫn ban hành khi còn thiếu").check()
    office.get_by_role("button", name="Ban hành và khóa").click()
    office.get_by_text("Đã ban hành số 15/BC-LĐTBXH").wait_for(timeout=60_000)


def download(office: Page, name: str) -> bytes:
    with office.expect_download() as found:
        office.get_by_role("link", name=name).click()
    return Path(found.value.path()).read_bytes()


def the_report_says_what_was_filed(docx: bytes, app: Flask, filed: list[Filer], missing: list[Filer]) -> None:
    assert check_document(docx, Kind(issued=True)) == []
    read = read_report(docx)
    assert read.number == "Số: 15/BC-LĐTBXH"
    rows = expected_rows(app, filed)
    assert len(rows) == 35
    assert [(row[1], row[6]) for row in read.measures] == rows
    assert not any(value.startswith("Chưa có số liệu") for _name, value in rows if "khai sinh" in _name)
    for one in filed:
        assert f"{one.words('Tồn tại, hạn chế').rstrip('.')} ({one.name})." in read.paragraphs, one.name
    assert EDITED in read.paragraphs
    assert not any("Xã sửa lại kết quả" in line for line in read.paragraphs)
    names = "; ".join(one.name for one in sorted(missing, key=lambda one: one.unit_id))
    assert f"Các đơn vị chưa gửi báo cáo (03): {names}." in read.paragraphs
    assert {one.name for one in missing} == {name for name, row in read.filing.items() if row[5] == "Chưa gửi"}
    assert {name for name, row in read.filing.items() if row[5] == "Được miễn"} == set(EXEMPT.values())


def nothing_can_be_edited(office: Page, address: str, cycle: int, docx: bytes) -> None:
    """What the office still writes is of the next edition."""
    edition = office.url
    assert "Bản này đã khóa" in office.locator("main").inner_text()
    deeds = office.locator("main form").evaluate_all("(all) => all.map((one) => one.action.split('/').pop())")
    assert set(deeds) == {"other", "compare"}  # another edition of the same figures; looking
    write_in_the_browser(office, address, cycle, "Kết quả nổi bật", "Sửa sau khi ban hành")
    office.goto(edition)
    assert download(office, "Word (.docx)") == docx
