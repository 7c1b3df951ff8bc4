"""A file from outside into text: refused by content, with one clear sentence, before anything is stored."""

import codecs
from pathlib import Path

from tracker.importing.errors import BadDocument
from tracker.rules.text import nfc
from tracker.rules.words import N_

MAX_BYTES = 5_000_000
SUFFIXES = (".md", ".txt")
# Vietnamese text has a mark on roughly every fourth letter; a stripped one has none.
LEAST_MARKED = 0.04
_MARKED = set("àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ")


def read_document(path: Path) -> str:
    """The NFC text of an .md or .txt file, with "\\n" line ends. Raises BadDocument."""
    return _checked(_decoded(_read(path, SUFFIXES), path.name), path.name)


def read_table(path: Path) -> str:
    """The NFC text of a .csv file. Raises BadDocument."""
    return nfc(_decoded(_read(path, (".csv",)), path.name))


def _read(path: Path, suffixes: tuple[str, ...]) -> bytes:
    name = path.name
    try:
        if path.is_dir():
            raise BadDocument(N_("“%(name)s” là một thư mục, không phải tệp văn bản."), name=name)
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadDocument(N_("Không tìm thấy tệp “%(name)s”."), name=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadDocument(N_("Không mở được tệp “%(name)s”."), name=str(path)) from error
    if path.suffix.lower() not in suffixes:
        raise BadDocument(
            N_("Tệp “%(name)s” không phải loại %(suffixes)s; hãy lưu lại dưới dạng văn bản thuần."),
            name=name,
            suffixes=", ".join(suffixes),
        )
    if size > MAX_BYTES:
        raise BadDocument(
            N_("Tệp “%(name)s” quá lớn (%(size)s MB); giới hạn là %(limit)s MB."),
            name=name,
            size=size // 1_000_000,
            limit=MAX_BYTES // 1_000_000,
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadDocument(N_("Không mở được tệp “%(name)s”."), name=str(path)) from error


def _decoded(raw: bytes, name: str) -> str:
    if not raw.strip():
        raise BadDocument(N_("Tệp “%(name)s” rỗng."), name=name)
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not utf16 and b"\x00" in raw:
        raise BadDocument(N_("Tệp “%(name)s” là tệp nhị phân, không phải văn bản."), name=name)
    try:
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDocument(
            N_("Tệp “%(name)s” không dùng bảng mã UTF-8; hãy lưu lại với bảng mã UTF-8."), name=name
        ) from error


def _checked(text: str, name: str) -> str:
    text = nfc(text.replace("\r\n", "\n").replace("\r", "\n"))
    letters = [char for char in text.lower() if char.isalpha()]
    if any(ord(char) < 32 and char not in "\n\t\f\v" for char in text):
        raise BadDocument(N_("Tệp “%(name)s” là tệp nhị phân, không phải văn bản."), name=name)
    if not letters:
        raise BadDocument(N_("Tệp “%(name)s” không có chữ nào."), name=name)
    question_marks = sum(text[i - 1].isalpha() and text[i + 1].isalpha() for i in _inner(text, "?"))
    if "\ufffd" in text or question_marks > max(3, len(letters) // 500):
        raise BadDocument(N_("Dấu tiếng Việt trong tệp “%(name)s” đã bị hỏng; hãy xuất lại từ bản gốc."), name=name)
    if len(letters) > 200 and sum(char in _MARKED for char in letters) < LEAST_MARKED * len(letters):
        raise BadDocument(N_("Văn bản trong tệp “%(name)s” không có dấu tiếng Việt."), name=name)
    return text


def _inner(text: str, mark: str) -> list[int]:
    return [i for i, char in enumerate(text) if char == mark and 0 < i < len(text) - 1]
