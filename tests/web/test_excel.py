"""Lists as Excel files, and updates by Excel from the download to the second upload."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from werkzeug.test import TestResponse

from tests.helpers.filing import actor_named, unit_named
from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting
from tracker.exports.update_sheet import COLUMNS, FILLED
from tracker.services import cycle as cycles
from tracker.services.cycle_opening import open_cycle
from tracker.store import unit_report


@pytest.fixture
def head(app: Flask) -> Browser:
    return Browser(app.test_client(), HEAD)


def book_of(answer: TestResponse) -> Any:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return load_workbook(BytesIO(answer.data))


def test_a_list_as_a_workbook(app: Flask, head: Browser) -> None:
    one = _first(app)
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET text = %s WHERE id = %s", ('=HYPERLINK("http://x")\x0b', one)
        )
    book = book_of(head.client.get("/assignments.xlsx?class=open&year=2026"))
    first, sheet = book.worksheets
    assert (first.title, sheet.title) == ("Điều kiện lọc", "Nhiệm vụ")
    facts = {row[0].value: row[1] for row in first.iter_rows(min_row=3)}
    assert "Năm 2026" in facts["Điều kiện lọc"].value
    assert facts["Chương trình"].value.startswith("Chương trình hành động vì trẻ em")
    assert "Dữ liệu mẫu" in facts["Lưu ý"].value
    assert {cell.alignment.horizontal for cell in facts.values()} <= {"left", None}
    assert facts["Số nhiệm vụ"].alignment.horizontal == "left"
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == facts["Số nhiệm vụ"].value > 3
    (row,) = [cells for cells in rows if cells[1].value == one]
    assert (row[3].value, row[3].data_type) == ('=HYPERLINK("http://x")', "s")
    assert row[12].value == "Năm 2026"
    assert row[6].is_date
    assert (row[0].alignment.horizontal, row[11].number_format) == ("center", "General")
    assert sheet.print_area == f"'Nhiệm vụ'!$A$1:$J${len(rows) + 1}"
    assert (first.page_setup.paperSize, first.page_setup.fitToHeight) == (9, 0)
    assert {cells[4].value for cells in rows} == {"Phòng Y tế"}
    office = book_of(Browser(app.test_client(), OFFICE).client.get("/assignments.xlsx"))
    assert office.worksheets[0]["B5"].value == 164


def sheet_of(head: Browser) -> Any:
    return book_of(head.client.get("/my-work/sheet/download.xlsx"))


def upload(head: Browser, book: Any, name: str = "cap-nhat.xlsx") -> TestResponse:
    if isinstance(book, bytes):
        content = book
    else:
        out = BytesIO()
        book.save(out)
        content = out.getvalue()
    token = head.client.get("/my-work/sheet/").text.split('csrf_token" value="')[1].split('"')[0]
    return head.client.post(
        "/my-work/sheet/", data={"csrf_token": token, "file": (BytesIO(content), name)}, follow_redirects=True
    )


def fill(book: Any, row: int, *values: object) -> None:
    sheet = book["Cập nhật"]
    names = [cell.value for cell in sheet[1]]
    for name, value in zip(FILLED, values, strict=True):
        sheet.cell(row=row, column=names.index(name) + 1).value = value


def save(head: Browser, page: str) -> str:
    token = page.split('name="token" value="')[1].split('"')[0]
    return head.post("/my-work/sheet/save", at="/my-work/sheet/", token=token)


def percent_of(app: Flask, id_: int) -> tuple[int, str]:
    with app.app_context(), acting() as ctx:
        row = ctx.session.connection().exec_driver_sql("SELECT percent, state FROM assignments WHERE id = %s", (id_,))
        return tuple(row.one())  # type: ignore[return-value]


def test_the_whole_way(app: Flask, head: Browser) -> None:
    book = sheet_of(head)
    sheet = book["Cập nhật"]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet.protection.sheet
    longest = max(sheet.iter_rows(min_row=2), key=lambda cells: len(cells[3].value or ""))[3]
    assert sheet.row_dimensions[longest.row].height >= 15 * len(longest.value) / 60
    assert sheet.cell(row=2, column=1).protection.locked
    assert not sheet.cell(row=2, column=8).protection.locked
    ids = [sheet.cell(row=row, column=1).value for row in (2, 3, 4)]
    fill(book, 2, "Đúng tiến độ", "", "35%")
    fill(book, 3, "Đã xong", "", 101)
    fill(book, 4, "Không biết", "Chữ", None)
    page = upload(head, book).text
    assert "3 ô cần sửa" in page
    for said in ("dòng 3, cột Nội dung cập nhật", "dòng 3, cột Tỷ lệ, %", "dòng 4, cột Tình hình"):
        assert said in page
    assert percent_of(app, ids[0]) == (0, "assigned")  # nothing is saved while anything is wrong
    fill(book, 3, "Đã xong", "Đã cấp thẻ", None)
    fill(book, 4, "", "", None)
    page = upload(head, book).text
    assert "Xem trước: 2 cập nhật" in page
    assert percent_of(app, ids[0]) == (0, "assigned")
    assert "Đã lưu 2 cập nhật" in save(head, page)
    assert percent_of(app, ids[0]) == (35, "in_progress")
    assert percent_of(app, ids[1]) == (100, "submitted")
    again = upload(head, book).text
    assert again.count("đã được cập nhật từ tệp này") == 2
    assert "Không có gì mới để lưu" in again


def test_what_a_report_fulfils_is_not_done_by_a_row(app: Flask, head: Browser) -> None:
    with app.app_context(), acting(actor_named(OFFICE)) as ctx:
        cycle = cycles.plan(ctx, programme_id=1, kind="annual", period="2026")
        ctx.session.flush()
        open_cycle(ctx, cycle.id, told=False)
        report = unit_report.of_unit(ctx.session, cycle.id, unit_named(ctx.session, "p-yte").id)
        assert report is not None
        of_report = report.assignment_id
    sheet = sheet_of(head)["Cập nhật"]
    lists = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    offered = {cell.min_row: one.formula1 for one in lists for cell in one.sqref.ranges}
    rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    assert offered.pop(rows.pop(of_report)) == '"Đúng tiến độ,Có vướng mắc"'
    assert {offered[row] for row in rows.values()} == {'"Đúng tiến độ,Có vướng mắc,Đã xong"'}


def test_what_somebody_changed_meanwhile_is_not_overwritten(app: Flask, head: Browser) -> None:
    book = sheet_of(head)
    id_ = book["Cập nhật"].cell(row=2, column=1).value
    fill(book, 2, "Đúng tiến độ", "Từ tệp", 10)
    page = upload(head, book).text
    officer = Browser(app.test_client(), "canbo.p-yte")
    where = f"/assignments/{id_}"
    officer.post(f"{where}/update", at=where, version=1, signal="on_track", text="Trên trang", percent="70")
    assert "có người vừa thay đổi nhiệm vụ này" in save(head, page)  # changed between preview and saving
    assert percent_of(app, id_)[0] == 70
    assert "không ghi đè" in upload(head, book).text


def test_files_that_are_not_ours(app: Flask, head: Browser) -> None:
    foreign = Workbook()
    foreign.active.append(["Một", "Hai"])
    renamed = sheet_of(head)
    renamed["Cập nhật"].title = "Sheet1"
    fill_in = [cell.value for cell in renamed["Sheet1"][1]].index("Tình hình") + 1
    renamed["Sheet1"].cell(row=2, column=fill_in, value="dung tien do")
    assert "Xem trước: 1" in upload(head, renamed).text
    stranger = sheet_of(head)
    stranger["Cập nhật"].cell(row=2, column=1, value=_first(app, "p-tuphap"))
    fill(stranger, 2, "Đúng tiến độ", "x", None)
    page = upload(head, stranger).text
    assert "Không tìm thấy nhiệm vụ này" in page
    assert "Xem trước: 0" in page
    edited = sheet_of(head)
    edited["Cập nhật"].cell(row=2, column=2, value="x")
    fill(edited, 2, "Đúng tiến độ", "=1+1", None)
    fill(edited, 3, "Đúng tiến độ", "x" * 10_001, None)
    page = upload(head, edited).text
    for said in ("đã bị sửa", "là công thức", "dài quá 10000"):
        assert said in page
    for content, name in (
        (foreign, "a.xlsx"), (b"", "a.xlsx"), (b"PK\x03\x04rubbish", "a.xlsx"), (b"Ma;Ten", "a.csv"),
        (b"%PDF-1.7 x", "a.xlsx"), (sheet_of(head), "a.xlsx"),
    ):  # fmt: skip
        answer = upload(head, content, name)
        assert answer.status_code == 422, name
        assert "Chưa xem trước được" in answer.text  # nothing was to be saved yet
        assert "Chưa lưu được" not in answer.text
        assert "cap-nhat.xlsx" not in answer.text
    token = head.client.get("/my-work/sheet/").text.split('csrf_token" value="')[1].split('"')[0]
    assert head.client.post("/my-work/sheet/save", data={"csrf_token": token, "token": "x"}).status_code == 422
