"""A unit's report on paper and as a workbook, and the way to it from the duty."""

# ruff: noqa: F811  (fixtures of the other file)

import re
import unicodedata
from functools import partial
from io import BytesIO

from docx import Document
from flask import Flask
from openpyxl import Workbook, load_workbook

from tests.helpers.decree30 import Kind, check_document
from tests.web.test_pages import AUDITOR, HEAD, LEADER, OFFICE, Browse, Browser, browse  # noqa: F401
from tests.web.test_reporting import (  # noqa: F401
    COMMUNE,
    OFFICER,
    OTHER,
    filed,
    filled,
    form_of,
    office,
    opened,
    planned,
    report_path,
    sql,
)


def test_the_print_out_keeps_the_layout(app: Flask, browse: Browse, office: Browser) -> None:
    opened(office)
    for login, code in ((HEAD, "p-yte"), (COMMUNE, "xa-cao-xa"), ("truong.hnd", "hnd")):
        head, where = browse(login), report_path(app, code)
        draft = head.client.get(f"{where}/report.docx").data
        assert "BẢN NHÁP" in Document(BytesIO(draft)).sections[0].header.paragraphs[0].text
        filled(head, where)
        content = head.client.get(f"{where}/report.docx").data
        # Nothing stands above a People's Committee.
        assert check_document(content, Kind(parent=login != COMMUNE)) == []
        words = "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)
        assert "Đã làm text-plans" in words


def sends(browser: Browser, where: str, book: Workbook, status: int) -> str:
    """The workbook as the form sends it."""
    out = BytesIO()
    book.save(out)
    at = f"{where}/excel"
    return browser.post(at, at=at, status=status, file=(BytesIO(out.getvalue()), "x.xlsx"))


def test_excel_out_and_back(app: Flask, browse: Browse, office: Browser) -> None:
    opened(office)
    where = report_path(app)
    head = browse(HEAD)
    book = load_workbook(BytesIO(head.client.get(f"{where}/excel/mau.xlsx").data))
    texts, figures = book["Nội dung"], book["Số liệu"]
    heads = {cell.value: cell.column for cell in texts[1]}
    texts.cell(2, heads["Nội dung"]).value = "Điền bằng Excel"
    heads = {cell.value: cell.column for cell in figures[1]}
    figures.cell(2, heads["Tử số"]).value, figures.cell(2, heads["Mẫu số"]).value = 9.0, "1.250"
    figures.cell(3, heads["Tử số"]).value = "nhiều"
    figures.cell(4, heads["Tử số"]).value = "=1+1"

    sent = partial(sends, head, where, book)
    page = sent(422)
    assert "2 ô cần sửa" in page
    assert "Trang Số liệu, dòng 3, cột Tử số" in page
    assert "Trang Số liệu, dòng 4, cột Tử số" in page
    figures.cell(3, heads["Tử số"]).value, figures.cell(4, heads["Tử số"]).value = None, None
    page = sent(200)
    assert "2 phần sẽ được lưu" in page
    assert "7,2 (9/1.250)" in page
    assert sql(app, "SELECT count(*) FROM report_sections") == [(0,)]
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    assert "Đã lưu 2 phần" in head.post(f"{where}/excel/save", at=f"{where}/excel", token=token[1])
    assert sql(app, "SELECT text FROM report_sections") == [("Điền bằng Excel",)]
    # The same file again changes nothing, and undoes nothing that others wrote since.
    form = form_of(head.get(where), **{"text-plans": "Viết sau"})
    head.post(f"{where}/save", at=where, **form)
    assert "Không có gì mới" in sent(200)
    assert sql(app, "SELECT count(*) FROM report_sections") == [(2,)]


def test_what_excel_makes_of_a_cell(app: Flask, browse: Browse, office: Browser) -> None:
    """9,5% typed becomes 0.095 in a percent cell; a mark may be FALSE; texts may be decomposed; sheets get lost."""
    opened(office)
    where, head = report_path(app), browse(HEAD)
    book = load_workbook(BytesIO(head.client.get(f"{where}/excel/mau.xlsx").data))
    heads = {cell.value: cell.column for cell in book["Nội dung"][1]}
    book["Nội dung"].cell(2, heads["Nội dung"]).value = unicodedata.normalize("NFD", "Đã tổ chức")
    heads = {cell.value: cell.column for cell in book["Số liệu"][1]}
    rows = {cell.value: cell.row for cell in book["Số liệu"]["A"][1:]}
    of = {per: rows[id_] for id_, per in sql(app, "SELECT id, per FROM measures ORDER BY id DESC") if id_ in rows}
    row, other = of[100], of[1000]
    cell = book["Số liệu"].cell(row, heads["Tỷ lệ, số liệu"])
    cell.value, cell.number_format = 0.095, "0.0%"
    book["Số liệu"].cell(row, heads["Giải thích"]).value = "Sổ"
    book["Số liệu"].cell(row, heads["Không có số liệu"]).value = False

    sent = partial(sends, head, where, book)
    # Behind a number of another unit such a cell is refused, and so is the sign itself.
    wrong = book["Số liệu"].cell(other, heads["Tỷ lệ, số liệu"])
    for value, look in ((0.0095, "0.00%"), ("0,95%", "General")):
        wrong.value, wrong.number_format = value, look
        page = sent(422)
        assert "1 ô cần sửa" in page
        assert f"dòng {other}, cột Tỷ lệ, số liệu: Chỉ tiêu này tính bằng ‰, không phải %." in page
    wrong.value, wrong.number_format = None, "General"
    page = sent(200)
    assert "9,5" in page
    assert "không có số liệu" not in page
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    head.post(f"{where}/excel/save", at=f"{where}/excel", token=token[1])
    assert sql(app, "SELECT text FROM report_sections") == [("Đã tổ chức",)]
    book["Số liệu"].title = "Bảng"
    assert "không có trang “Số liệu”" in sent(422)


def without_its_mark(content: bytes) -> bytes:
    book = load_workbook(BytesIO(content))
    del book.custom_doc_props["report"]
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_a_file_of_another_report_or_a_broken_one(app: Flask, browse: Browse, office: Browser) -> None:
    opened(office)
    where, other = report_path(app), report_path(app, "p-tuphap")
    head = browse(HEAD)
    theirs = browse(OTHER).client.get(f"{other}/excel/mau.xlsx").data
    for content, said in (
        (theirs, "không phải mẫu"),
        (without_its_mark(theirs), "không phải mẫu"),
        (theirs[:900], "Tệp"),
        (b"PK\x03\x04nothing", "Tệp"),
        (b"", "Tệp"),
    ):
        page = head.post(
            f"{where}/excel", at=f"{where}/excel", status=422, file=(BytesIO(content), "bao-cao.xlsx")
        )  # fmt: skip
        assert said in page
    assert sql(app, "SELECT count(*) FROM report_sections") == [(0,)]


def test_the_duty_leads_to_the_report(app: Flask, browse: Browse, office: Browser) -> None:
    opened(office)
    where = report_path(app)
    id_ = sql(app, "SELECT assignment_id FROM unit_reports WHERE id = %s", int(where.rsplit("/", 1)[1]))[0][0]
    head = browse(HEAD)
    page = head.get(f"/assignments/{id_}")
    assert f'href="{where}"' in page
    assert f"/assignments/{id_}/submit" not in page
    page = head.post(
        f"/assignments/{id_}/update", at="/my-work", status=409, version=2, signal="done", text="Đã nộp bản giấy"
    )
    assert "Đã nộp bản giấy" in page


def test_a_report_in_english(browse: Browse, app: Flask, office: Browser) -> None:
    opened(office)
    head = browse(HEAD)
    head.post("/language/en", at="/my-work", next="/my-work")
    head.get(report_path(app))
    head.get(f"{report_path(app)}/check")
