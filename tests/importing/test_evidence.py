"""What may be attached is told by content; each refusal says what the file really is."""

import tracemalloc
import zipfile
import zlib
from hashlib import sha256
from io import BytesIO
from time import perf_counter

import docx as python_docx
import pytest
import xlsxwriter

from tests.helpers.files import JPG, OLD_WORD, PDF, PNG, docx, xlsx, zipped
from tracker.importing.evidence import inspect
from tracker.rules.errors import Invalid
from tracker.rules.files import MAX_NAME, MB, clean_name, spoken_size

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def said(name: str, content: bytes, limit: int = 25 * MB) -> str:
    with pytest.raises(Invalid) as refused:
        inspect(name, BytesIO(content), limit)
    assert refused.value.field == "files"
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Báo cáo.PDF", PDF, "application/pdf"),
        ("ảnh.jpeg", JPG, "image/jpeg"),
        ("ảnh.png", PNG, "image/png"),
        ("kế hoạch.docx", docx(), WORD),
        ("phụ lục.xlsx", xlsx(), EXCEL),
        ("hồ sơ.zip", zipped({"ảnh/1.jpg": JPG, "báo cáo.docx": docx(), "cũ.doc": OLD_WORD}), "application/zip"),
        # Word keeps a workbook behind each chart, and gzipped drawings.
        ("biểu đồ.docx", docx({"word/embeddings/a.xlsx": xlsx(), "word/media/a.emz": b"\x1f\x8b\x08"}), WORD),
    ],
)
def test_what_comes_in(name: str, content: bytes, media_type: str) -> None:
    stream = BytesIO(content)
    found = inspect(name, stream, 25 * MB)
    assert (found.name, found.media_type, found.size) == (name, media_type, len(content))
    assert found.sha256 == sha256(content).hexdigest()
    assert stream.tell() == 0  # ready to be stored


def test_documents_of_real_programs() -> None:
    word, excel = BytesIO(), BytesIO()
    document = python_docx.Document()
    document.add_paragraph("Đã tổ chức 12 lớp tập huấn")
    document.save(word)
    with xlsxwriter.Workbook(excel) as book:
        sheet = book.add_worksheet()
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$3"})
        sheet.insert_chart("C1", chart)
    assert inspect("a.docx", word, MB).media_type == WORD
    assert inspect("a.xlsx", excel, MB).media_type == EXCEL


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"", "rỗng"),
        ("a.pdf", b"<html><script>", "trang web"),
        ("a.pdf", b"MZ\x90\x00", "chương trình máy tính"),
        ("a.docx", OLD_WORD, "kiểu cũ, hoặc có mật khẩu"),
        ("a.zip", b"Rar!\x1a\x07\x00", "RAR"),
        ("IMG.jpg", b"\x00\x00\x00\x18ftypheic\x00", "ảnh HEIC"),
        ("a.mp4", b"\x00\x00\x00\x18ftypisom\x00", "phim"),
        ("a.txt", "Kết quả: đạt".encode(), "văn bản thuần"),
        ("a.pptx", zipped({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "PowerPoint"),
        ("a.bin", b"\x00\x01\x02\x03", "không nhận ra"),
        # The name contradicts the content.
        ("a.pdf", docx(), "thực ra là văn bản Word (.docx), không đúng với phần đuôi"),
        ("a.docx", xlsx(), "thực ra là bảng tính Excel"),
        ("a.docx", zipped({"a.pdf": PDF}), "thực ra là tệp nén ZIP"),
        ("a.html", PDF, "thực ra là PDF"),
        ("a.exe", PNG, "thực ra là ảnh PNG"),
    ],
)
def test_what_stays_out(name: str, content: bytes, words: str) -> None:
    assert words in said(name, content)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.zip": zipped({"b.txt": b"x"})}, "tệp nén bên trong"),
        ({"a.jpg": zipped({"b.txt": b"x"})}, "tệp nén bên trong"),
        ({"a.7z": b"7z\xbc\xaf\x27\x1c"}, "tệp nén bên trong"),
        ({"a.gz": b"\x1f\x8b\x08"}, "tệp nén bên trong"),
        ({"a.docx": docx({"word/embeddings/a.xlsx": xlsx({"xl/embeddings/b.docx": docx()})})}, "tệp nén bên trong"),
        ({"a.txt": b"MZ\x90"}, "chương trình máy tính"),
        ({"../a.pdf": PDF}, "đường dẫn không an toàn"),
        ({"/etc/a.pdf": PDF}, "đường dẫn không an toàn"),
        ({"C:\\a.pdf": PDF}, "đường dẫn không an toàn"),
        ({"x\\..\\a.pdf": PDF}, "đường dẫn không an toàn"),
        ({"a.docm": docx()}, "macro"),
        ({"a.docx": docx({"word/vbaProject.bin": b"x"})}, "macro"),
        ({"cũ.doc": OLD_WORD + "_VBA_PROJECT".encode("utf-16-le")}, "macro"),
        ({f"{n}.txt": b"" for n in range(2001)}, "quá 2000 tệp con"),
        ({"a.bin": b"\x00" * (31 * MB)}, "quá lớn khi giải nén"),
        ({"a.bin": b"\x00" * (26 * MB), "b.bin": b"\x00" * (26 * MB)}, "quá lớn khi giải nén"),
        ({}, "rỗng"),
    ],
    ids=lambda value: next(iter(value), "nothing") if isinstance(value, dict) else "",
)
def test_what_a_zip_must_not_hold(members: dict[str, bytes], words: str) -> None:
    assert words in said("a.zip", zipped(members))


def test_macros_in_a_document() -> None:
    assert "macro" in said("a.docx", docx({"word/vbaProject.bin": b"x"}))
    assert "macro" in said("a.xlsx", xlsx({"xl/macrosheets/sheet1.xml": b"x"}))


def test_an_encrypted_zip_and_an_odd_method() -> None:
    content = bytearray(zipped({"a.pdf": PDF}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "mật khẩu" in said("a.zip", bytes(content))
    assert "không phổ biến" in said("a.zip", zipped({"a.pdf": PDF}, zipfile.ZIP_LZMA))


def test_a_directory_that_lies_about_sizes() -> None:
    """The directory says 10 bytes with their right checksum; the member unpacks to 40 MB."""
    content = bytearray(zipped({"a.txt": b"0" * (40 * MB)}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 16 : entry + 20] = zlib.crc32(b"0" * 10).to_bytes(4, "little")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    with zipfile.ZipFile(BytesIO(bytes(content))) as fooled:
        assert fooled.read("a.txt") == b"0" * 10  # so reading it in the plain way finds nothing wrong
    assert "bị hỏng" in said("a.zip", bytes(content))


def test_broken_and_cut_files() -> None:
    whole = zipped({"a.pdf": PDF * 100})
    assert "bị hỏng" in said("a.zip", whole[:-30])
    assert "bị hỏng" in said("a.docx", docx()[:60])
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    assert "bị hỏng" in said("a.zip", bytes(flipped))


@pytest.mark.parametrize("nested", [False, True])
def test_a_crowded_directory_costs_no_memory(nested: bool) -> None:
    """300,000 entries, all the same member: an object of each would take hundreds of MB."""
    one = zipped({"a": b""})
    entry, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    crowd = one[:entry] + one[entry:end] * 300_000
    tail = bytearray(one[end:])
    tail[12:16] = (len(crowd) - entry).to_bytes(4, "little")
    content = crowd + bytes(tail)
    tracemalloc.start()
    assert "quá 2000" in said("a.zip", zipped({"b.docx": content}) if nested else content)
    assert tracemalloc.get_traced_memory()[1] < 70 * MB
    tracemalloc.stop()


def test_the_limit_of_a_file_and_what_the_largest_costs() -> None:
    assert "tối đa 1 MB" in said("a.pdf", PDF + b"0" * MB, MB)
    content = zipped({"a.txt": b"0" * (25 * MB), "b.txt": b"1" * (24 * MB)})
    started = perf_counter()
    inspect("a.zip", BytesIO(content), 25 * MB)
    assert perf_counter() - started < 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Báo cáo quý I – thôn Đông (bản 2).pdf", "Báo cáo quý I – thôn Đông (bản 2).pdf"),
        ("Ba\u0301o ca\u0301o.pdf", "Báo cáo.pdf"),
        ("C:\\Users\\me\\Báo cáo.pdf", "Báo cáo.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("bao\u202efdp.exe", "baofdp.exe"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        (" . ", "tep"),
        ("a.pdf. ", "a.pdf"),
        ("ả" * 300 + ".pdf", "ả" * (MAX_NAME - 4) + ".pdf"),
    ],
)
def test_names(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_name_without_extension_gets_its_own() -> None:
    assert inspect("Công văn số 12.2026", BytesIO(PDF), MB).name == "Công văn số 12.2026.pdf"


def test_sizes_in_words() -> None:
    sizes = (1, 812_000, MB - 1, MB, 26_000_000)
    assert [spoken_size(n) for n in sizes] == ["1 KB", "793 KB", "1023 KB", "1 MB", "24,8 MB"]


@pytest.mark.parametrize(
    "member",
    [
        "hình.png.EXE", "a.js", "a.vbs", "a.ps1", "a.lnk", "a.hta", "a.bat", "a.cmd", "a.scr", "a.msi", "a.jar",
        "thư mục/a.js. ", "a.js\u202e", "a.url", "a.iso", "a.xll", "a.settingcontent-ms", ".js",
    ],
)  # fmt: skip
def test_a_zip_holds_nothing_that_runs(member: str) -> None:
    words = said("a.zip", zipped({"a.pdf": PDF, member: b"text"}))
    assert "chạy được như chương trình" in words
    assert clean_name(member) in words
    assert "chạy được" in said("b.zip", zipped({"a.docx": docx({f"word/{member}": b"text"})}))


def test_a_zip_of_honest_names() -> None:
    names = ["số 12.2026", "cmd", "báo cáo.js.pdf", "exe.txt", "ảnh.jpg", "com/a.txt"]
    inspect("a.zip", BytesIO(zipped(dict.fromkeys(names, b"x"))), MB)


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> bytes:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="{target}"{mode}/></Relationships>'
    ).encode()


RELS = "word/_rels/settings.xml.rels"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "http://x.example/a.dotm"), ("attachedTemplate", "file://x.example/a/b.dotm"),
        ("attachedTemplate", "\\\\x.example\\a\\b.dotm"), ("attachedTemplate", "file:///\\\\x.example\\b.dotm"),
        ("attachedTemplate", "//x.example/b.dotm"), ("ATTACHEDTEMPLATE", "https://x.example"),
        ("attachedTemplate", "file:////x.example/b.dotm"), ("oleObject", "mhtml:http://x.example!x-usc:http://x"),
        ("frame", "http://x.example"), ("subDocument", "file:///C:\\a.docx"), ("aFChunk", "http://x.example"),
    ],
)  # fmt: skip
def test_a_document_fetches_nothing_when_it_is_opened(kind: str, target: str, encoding: str) -> None:
    rels = relation(f"{_RELATIONS}/{kind}", target).decode().encode(encoding)
    words = said("a.docx", docx({RELS: rels}))
    assert "mở thêm nội dung từ nơi khác" in words
    assert "settings.xml.rels" in words
    assert "mở thêm" in said("a.zip", zipped({"a.docx": docx({RELS: rels})}))


@pytest.mark.parametrize(
    ("kind", "target", "mode"),
    [
        ("hyperlink", "https://tanyen.example.gov.vn", ' TargetMode="External"'),
        # Word names the template on the writer's own disk.
        ("attachedTemplate", "file:///C:\\Users\\VP\\Mau.dotm", ' TargetMode="External"'),
        ("attachedTemplate", "D:\\Mau\\Mau.dotm", ' TargetMode="External"'),
        ("attachedTemplate", "Normal.dotm", ' TargetMode="External"'),
        ("frame", "frame1.xml", ""),
    ],
)
def test_honest_relations(kind: str, target: str, mode: str) -> None:
    inspect("a.docx", BytesIO(docx({RELS: relation(f"{_RELATIONS}/{kind}", target, mode)})), MB)


@pytest.mark.parametrize(
    "more",
    [
        {"word/_rels/document.xml.rels": relation("http://schemas.microsoft.com/office/2006/relationships/vbaProject",
            "media/a.png", "")},
        {"[Content_Types].xml": b'<Types><Override ContentType="application/vnd.ms-office.vbaProject"/></Types>'},
        {"[Content_Types].xml": "<Types ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/>"
            .encode("utf-16")},
    ],
)  # fmt: skip
def test_macros_under_another_name(more: dict[str, bytes]) -> None:
    assert "macro" in said("a.docx", docx(more))
    assert "macro" in said("a.xlsx", xlsx(more))


def test_objects_of_other_programs() -> None:
    words = said("a.docx", docx({"word/embeddings/oleObject1.bin": OLD_WORD}))
    assert "OLE" in words
    assert "oleObject1.bin" in words
    assert "OLE" in said("a.xlsx", xlsx({"xl/media/anh.png": OLD_WORD}))
    assert "bị hỏng" in said("a.docx", docx({RELS: b"<Relationships"}))
