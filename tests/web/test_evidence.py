"""Files through the site: sent in a form, listed, downloaded by those who may, refused with a sentence by the field."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.helpers.files import PDF, PNG, docx, zipped
from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting
from tracker.rules.files import MB
from tracker.web.evidence import attachment

STRANGER = "truong.p-tuphap"
NAME = "Biên bản “họp” 100%.pdf"


@pytest.fixture
def where(app: Flask) -> str:
    return f"/assignments/{_first(app)}/evidence"


@pytest.fixture
def head(app: Flask) -> Browser:
    return Browser(app.test_client(), HEAD)


def send(browser: Browser, where: str, *files: tuple[str, bytes], status: int = 200) -> str:
    return browser.post(where, at=where, status=status, files=[(BytesIO(content), name) for name, content in files])


def links(page: str) -> list[str]:
    return re.findall(r'href="(/evidence/\d+)"', page)


def stored(app: Flask) -> list[Path]:
    folder = Path(app.extensions["settings"].evidence_url.removeprefix("file://"))
    return list(folder.glob("*/*"))


def test_sent_listed_downloaded_and_taken_back(app: Flask, head: Browser, where: str) -> None:
    assert "Chưa có tài liệu nào" in head.get(where)
    page = send(head, where, (NAME, PDF), ("kế hoạch.docx", docx()))
    assert "Đã lưu tài liệu" in page
    assert re.search(r"1 KB · [^<·]*Y tế · \d\d/\d\d/20\d\d", page)
    (word, pdf) = links(page)
    answer = head.client.get(pdf)
    assert answer.data == PDF
    assert answer.content_type == "application/pdf"
    assert answer.content_length == len(PDF)
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Cache-Control"] == "no-store"
    assert head.client.get(word).data == docx()
    head.post(f"{pdf}/remove", at=where)
    assert links(head.get(where)) == [word]
    head.get(pdf, 404)
    assert head.client.get(f"{pdf}/remove").status_code == 303


def test_others_see_a_404_or_no_form(app: Flask, head: Browser, where: str) -> None:
    (file,) = links(send(head, where, ("a.pdf", PDF)))
    office, stranger = Browser(app.test_client(), OFFICE), Browser(app.test_client(), STRANGER)
    page = office.get(where)
    assert links(page) == [file]
    assert 'type="file"' not in page
    assert "/remove" not in page
    assert office.client.get(file).data == PDF
    stranger.get(where, 404)
    assert stranger.get(file, 404).count("Không tìm thấy tệp này") == stranger.get("/evidence/999999", 404).count(
        "Không tìm thấy tệp này"
    )
    stranger.post(where, at="/my-work", status=404, files=[(BytesIO(PDF), "a.pdf")])
    stranger.post(f"{file}/remove", at="/my-work", status=404)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a.pdf", b"<html>")], "thực ra là trang web"),
        ([("a.pdf", PDF), ("b.zip", zipped({"c.zip": zipped({"d": b""})}))], "tệp nén bên trong"),
        ([("a.pdf", PDF + b"0" * MB)], "mỗi tệp tối đa 1 MB"),
        ([("a.pdf", PDF)] * 11, "tối đa 10 tệp"),
        ([("", b"")], "ít nhất một tệp"),
    ],
)
def test_a_refusal_stands_by_the_field(
    app: Flask, head: Browser, where: str, files: list[tuple[str, bytes]], words: str
) -> None:
    _set(app, evidence_max_mb=1)
    page = send(head, where, *files, status=422)
    assert re.search(rf'id="files-error">[^<]*{words}', page)
    assert '<a href="#files">' in page
    assert "hãy chọn lại" in page
    assert stored(app) == []
    assert links(head.get(where)) == []


def test_large_bodies_only_where_files_are_taken(app: Flask, head: Browser, where: str) -> None:
    _set(app, evidence_max_mb=1)
    page = send(head, where, *[(f"{n}.pdf", PDF + b"0" * (MB - 100)) for n in range(10)])
    assert len(links(page)) == 10
    page = send(head, where, *[(f"{n}.pdf", PDF + b"0" * (MB - 100)) for n in range(13)], status=413)
    assert "mỗi tệp tối đa 1 MB, mỗi lần tối đa 10 tệp" in page
    big = {"text": "x", "files": [(BytesIO(b"0" * 3_000_000), "a.pdf")]}
    assert _raw(head, where.replace("evidence", "confirm"), big).status_code == 413
    # Nobody unknown makes the server read ten times as much.
    assert _raw(Browser(app.test_client()), where, {"files": [(BytesIO(b"0" * 3_000_000), "a.pdf")]}).status_code == 413


def test_what_is_no_file_stays_small_beside_files(app: Flask, head: Browser, where: str) -> None:
    """A body of 250 MB is for files: fields are held in memory."""
    update = where.replace("evidence", "update")
    token = re.search(r'name="csrf_token" value="([^"]+)"', head.get(where))
    assert token is not None

    def post(**more: object) -> TestResponse:
        fields = {"csrf_token": token[1], "version": 1, "signal": "on_track"}
        return _raw(head, update, {**fields, "files": [(BytesIO(PDF), "a.pdf")], **more})

    assert post(text="x" * 300_000).status_code == 413
    assert post(**{f"f{n}": "x" for n in range(60)}).status_code == 413
    assert _raw(head, update, {"csrf_token": token[1], "text": "x" * 2_100_000}).status_code == 413
    page = post(text="x" * 50_000)
    assert page.status_code == 422
    assert "dài quá 10000" in page.text
    assert links(head.get(where)) == []
    assert post(text="Đã họp").status_code == 302
    assert len(links(head.get(where))) == 1


def test_one_sheet_is_no_ten_files(app: Flask, head: Browser) -> None:
    big = {"file": (BytesIO(b"0" * 8_000_000), "a.xlsx")}
    answer = _raw(head, "/my-work/sheet/", big)
    assert answer.status_code == 413
    assert "tối đa 5 MB" in answer.text


def test_a_childs_name_warns_and_is_saved_all_the_same(head: Browser, where: str) -> None:
    page = send(head, where, ("Cháu Nguyễn Văn A lớp 3B Trường Tiểu học Cao Xá.png", PNG))
    assert 'class="flash warning"' in page
    assert "nêu tên một trẻ em" in page
    assert len(links(page)) == 1
    assert "flash warning" not in send(head, where, ("Trường Tiểu học Cao Xá.png", PNG))


def test_work_that_is_closed_takes_no_files(app: Flask, head: Browser, where: str) -> None:
    head.get(where)
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE assignments SET state = 'cancelled'")
    page = head.post(where, at="/my-work", status=409, files=[(BytesIO(PDF), "a.pdf")])
    assert "đang ở đơn vị chủ trì" in page


def test_the_name_survives_every_way_of_writing_it() -> None:
    assert attachment("Đề án “A”; 100%.pdf") == (
        "attachment; filename=\"De an A_ 100_.pdf\"; filename*=UTF-8''"
        "%C4%90%E1%BB%81%20%C3%A1n%20%E2%80%9CA%E2%80%9D%3B%20100%25.pdf"
    )
    assert "\n" not in attachment('a"\r\nX: y.pdf')


def _set(app: Flask, **values: object) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=values)


def _raw(browser: Browser, path: str, data: dict[str, object]) -> TestResponse:
    return browser.client.post(path, data=data)
