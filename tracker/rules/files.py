"""Which files may prove that work was done: their kinds by content, their names, and the limits of a zip.

Sizes are in bytes; 1 MB is 1024 × 1024 of them, as the file windows of people's computers count.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from tracker.rules.errors import Invalid
from tracker.rules.text import nfc
from tracker.rules.words import N_

FIELD = "files"
MB = 1024 * 1024
MAX_FILES = 10
MAX_NAME = 200
# How long the person who added a file may take it back, as with the update it came with.
REMOVABLE_FOR = timedelta(minutes=10)

# What makes a zip an Office document.
CONTENT_TYPES = "[Content_Types].xml"


@dataclass(frozen=True)
class Upload:
    """A file as a person sends it; `stream` can be sought and is read from its start."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True)
class Kind:
    media_type: str
    suffixes: tuple[str, ...]
    word: str


PDF = Kind("application/pdf", (".pdf",), "PDF")
JPG = Kind("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), N_("ảnh JPG"))
PNG = Kind("image/png", (".png",), N_("ảnh PNG"))
ZIP = Kind("application/zip", (".zip",), N_("tệp nén ZIP"))
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = Kind(f"{_OFFICE}wordprocessingml.document", (".docx",), N_("văn bản Word (.docx)"))
XLSX = Kind(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), N_("bảng tính Excel (.xlsx)"))
KINDS = (PDF, DOCX, XLSX, JPG, PNG, ZIP)

# The first bytes of what may come in; "zip" still has to be told apart from .docx and .xlsx.
_HEADS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
)
OLD_OFFICE = N_("văn bản Word hoặc bảng tính Excel kiểu cũ, hoặc có mật khẩu")
ARCHIVE = N_("tệp nén RAR, 7z hoặc loại khác")
PROGRAM = N_("chương trình máy tính")
# (offset, bytes, what it is): enough to tell a person what they really chose.
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (0, b"Rar!", ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (0, b"\x1f\x8b", ARCHIVE),
    (0, b"BZh", ARCHIVE),
    (0, b"\xfd7zXZ", ARCHIVE),
    (0, b"MSCF", ARCHIVE),
    (257, b"ustar", ARCHIVE),
    (0, b"MZ", PROGRAM),
    (0, b"\x7fELF", PROGRAM),
    (0, b"#!", PROGRAM),
    (4, b"ftyphei", N_("ảnh HEIC của điện thoại")),
    (4, b"ftypmif1", N_("ảnh HEIC của điện thoại")),
    (4, b"ftyp", N_("phim")),
    (0, b"GIF8", N_("ảnh GIF")),
    (0, b"BM", N_("ảnh BMP")),
    (0, b"II*\x00", N_("ảnh TIFF")),
    (0, b"MM\x00*", N_("ảnh TIFF")),
    (8, b"WEBP", N_("ảnh WebP")),
    (0, b"PK", N_("tài liệu Office loại khác, ví dụ PowerPoint")),
    (0, b"{\\rtf", N_("văn bản RTF")),
)
_MARKUP = re.compile(rb"<(!doctype|html|svg|\?xml|script|head|body)", re.IGNORECASE)


def kind_of_head(head: bytes) -> Kind | None:
    """From the first bytes; ZIP also for a .docx or .xlsx, which only its directory tells."""
    return next((kind for start, kind in _HEADS if head.startswith(start)), None)


def other_of_head(head: bytes) -> str:
    """A msgid that says what a file is that may not come in (512 bytes are enough)."""
    for offset, mark, word in _OTHERS:
        if head[offset : offset + len(mark)] == mark:
            return word
    if _MARKUP.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")):
        return N_("trang web hoặc XML")
    # A letter of several bytes may be cut at the end; that makes the file no less a text.
    if b"\x00" not in head and "\ufffd" not in head.decode("utf-8", "replace")[:-1]:
        return N_("văn bản thuần")
    return N_("loại tệp không nhận ra")


def clean_name(name: str) -> str:
    """The name as the person gave it, in NFC, without folders, control marks or marks that turn the direction of
    writing (they make "exe.pdf" of "fdp.exe"); at most 200 characters, the extension kept."""
    plain = "".join(" " if char in "\t\r\n" else char for char in nfc(name))
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    plain = re.split(r"[/\\]", plain)[-1]
    plain = " ".join(plain.split()).strip(" .")
    if len(plain) > MAX_NAME:
        suffix = suffix_of(plain)
        plain = plain[: MAX_NAME - len(suffix)].rstrip(" .") + suffix
    return plain or "tep"


def suffix_of(name: str) -> str:
    """ ".pdf" of "Báo cáo.PDF"; "" where what follows the last point is no extension ("số 12.2026")."""
    found = re.search(r"\.([A-Za-z][A-Za-z0-9]{1,4})$", name)
    return found[0] if found else ""


def named_as(name: str, kind: Kind) -> str:
    """The name for a file of this kind; one without extension gets its own. Raises Invalid when the name lies."""
    suffix = suffix_of(name)
    if not suffix:
        return f"{name[: MAX_NAME - 5]}{kind.suffixes[0]}"
    if suffix.lower() not in kind.suffixes:
        raise Invalid(
            N_("Tệp “%(name)s” thực ra là %(kind)s, không đúng với phần đuôi tên tệp. Hãy chọn lại đúng tệp."),
            field=FIELD,
            name=name,
            kind=kind.word,
        )
    return name


def office_kind(names: Iterable[str]) -> Kind | None:
    """DOCX or XLSX from the names in a zip's directory; None for any other document."""
    all_ = set(names)
    if "word/document.xml" in all_:
        return DOCX
    return XLSX if "xl/workbook.xml" in all_ else None


def refused(name: str, message: str, **params: object) -> Invalid:
    return Invalid(message, field=FIELD, name=name, **params)


def spoken_size(size: int) -> str:
    """“640 KB”, “1,2 MB”: at least 1 KB, a decimal comma."""
    if size < MB:
        return f"{min(1023, max(1, round(size / 1024)))} KB"
    return f"{size / MB:.1f} MB".replace(".", ",").replace(",0 ", " ")
