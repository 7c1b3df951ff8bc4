"""A file that somebody attaches: what it truly is, how large, and its SHA-256. Judged by content, not by name."""

import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO
from xml.etree.ElementTree import ParseError, iterparse

from tracker.rules.errors import Invalid
from tracker.rules.files import (
    ARCHIVE,
    CONTENT_TYPES,
    FIELD,
    MB,
    OLD_OFFICE,
    PROGRAM,
    ZIP,
    Kind,
    clean_name,
    kind_of_head,
    named_as,
    office_kind,
    other_of_head,
    refused,
    spoken_size,
)
from tracker.rules.members import (
    MAX_MEMBERS,
    Member,
    check_members,
    check_relation,
    has_macro,
    has_object,
    too_large_inside,
)
from tracker.rules.words import N_

CHUNK = 1 << 16
HEAD = 512
# A zip may hold a document, which may hold a workbook (each chart in Word does); nothing is deeper in honest files.
DEEPEST = 2
# The signature of an entry in a zip's directory: their number bounds what reading the directory can cost.
_ENTRY = b"PK\x01\x02"
# How an old Office file names the storage of its macros, in UTF-16.
_OLD_MACRO = "_VBA_PROJECT".encode("utf-16-le")
_MACRO_TYPE = re.compile(rb"vbaProject|macroEnabled", re.IGNORECASE)
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, KeyError)


@dataclass(frozen=True)
class Inspected:
    """`name` is cleaned and tells the truth about the kind; `size` in bytes; `sha256` in lower-case hex."""

    name: str
    media_type: str
    size: int
    sha256: str


OTHER_KIND = N_("Tệp “%(name)s” thực ra là %(kind)s; chỉ nhận PDF, Word (.docx), Excel (.xlsx), ảnh JPG, PNG và ZIP.")


def inspect(name: str, stream: IO[bytes], max_bytes: int, *, other_kind: str = OTHER_KIND) -> Inspected:
    """Reads the stream from its start and leaves it there. Raises Invalid with a sentence for field `files`; of what is
    none of the kinds that may come in, `other_kind` says which may."""
    name = clean_name(name)
    stream.seek(0)
    head = stream.read(HEAD)
    if not head:
        raise refused(name, N_("Tệp “%(name)s” rỗng."))
    size, digest = _measure(stream, max_bytes)
    if size > max_bytes:
        raise refused(name, N_("Tệp “%(name)s” quá lớn; mỗi tệp tối đa %(limit)s."), limit=spoken_size(max_bytes))
    kind = kind_of_head(head)
    if kind is ZIP:
        kind = _kind_of_zip(name, stream, Purse(), 0)
    if kind is None:
        raise Invalid(other_kind, field=FIELD, name=name, kind=other_of_head(head))
    stream.seek(0)
    return Inspected(named_as(name, kind), kind.media_type, size, digest)


def _measure(stream: IO[bytes], max_bytes: int) -> tuple[int, str]:
    """Size and SHA-256; both stop short once the file is too large."""
    stream.seek(0)
    size, digest = 0, sha256()
    while size <= max_bytes and (chunk := stream.read(CHUNK)):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _refuse_crowds(name: str, stream: IO[bytes]) -> None:
    """Counted before the directory is read, which would make an object of each of a million entries."""
    stream.seek(0)
    entries, tail = 0, b""
    while chunk := stream.read(CHUNK):
        entries += (tail + chunk).count(_ENTRY)
        tail = chunk[-len(_ENTRY) + 1 :]
    if entries > MAX_MEMBERS:
        raise refused(name, N_("Tệp “%(name)s” chứa quá %(limit)s tệp con."), limit=MAX_MEMBERS)


class Purse:
    """What unpacking one upload may still cost, over everything nested in it."""

    def __init__(self) -> None:
        self.bytes = 100 * MB
        self.members = MAX_MEMBERS

    def pay(self, name: str, size: int, members: int = 0) -> None:
        self.bytes -= size
        self.members -= members
        if self.bytes < 0 or self.members < 0:
            raise too_large_inside(name)


def _kind_of_zip(name: str, stream: IO[bytes], purse: Purse, depth: int) -> Kind | None:
    """DOCX, XLSX or ZIP; None for another Office document. Every member was unpacked once, within bounds."""
    _refuse_crowds(name, stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            if not infos:
                raise refused(name, N_("Tệp “%(name)s” rỗng."))
            check_members(name, (_member(info) for info in infos))
            purse.pay(name, 0, len(infos))
            is_document = CONTENT_TYPES in archive.namelist()
            for info in infos:
                _look_into(name, archive, info, purse, depth, is_document=is_document)
            return office_kind(archive.namelist()) if is_document else ZIP
    except Invalid:
        raise
    except _BROKEN as error:
        raise refused(name, N_("Tệp “%(name)s” bị hỏng hoặc chưa được gửi trọn vẹn.")) from error


def _member(info: zipfile.ZipInfo) -> Member:
    return Member(
        name=info.orig_filename,
        size=info.file_size,
        encrypted=bool(info.flag_bits & 0x41),
        plain_method=info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        link=stat.S_ISLNK(info.external_attr >> 16),
    )


def _look_into(
    name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, purse: Purse, depth: int, *, is_document: bool
) -> None:
    """Unpacks one member, never more than the directory promised, and refuses what hides in it."""
    promised = info.file_size
    purse.pay(name, promised)
    # Asking for one byte more shows a member that holds more than the directory says.
    info.file_size = promised + 1
    with archive.open(info) as member, SpooledTemporaryFile(max_size=MB) as spool:
        got = 0
        while chunk := member.read(CHUNK):
            got += len(chunk)
            if got > promised:
                break
            spool.write(chunk)
        if got != promised:
            raise refused(name, N_("Tệp “%(name)s” bị hỏng hoặc chưa được gửi trọn vẹn."))
        spool.seek(0)
        if is_document:
            _refuse_reaching_out(name, info.filename, spool)
        _refuse_hidden(name, info.filename, spool, purse, depth, is_document=is_document)


def _refuse_reaching_out(name: str, inner: str, member: IO[bytes]) -> None:
    """Macros under another name, and templates or objects that a document fetches when it is opened."""
    if inner == CONTENT_TYPES:
        if _MACRO_TYPE.search(member.read().replace(b"\x00", b"")):
            raise has_macro(name)
    elif inner.lower().endswith(".rels"):
        try:
            # The parts' own namespace is not asked for: Word reads two spellings of it.
            for _event, one in iterparse(member):
                kind, target = one.get("Type", ""), one.get("Target", "")
                check_relation(name, inner, kind, target, external=one.get("TargetMode", "").casefold() == "external")
        except ParseError as error:
            raise refused(name, N_("Tệp “%(name)s” bị hỏng hoặc chưa được gửi trọn vẹn.")) from error
    member.seek(0)


def _refuse_hidden(name: str, inner: str, member: IO[bytes], purse: Purse, depth: int, *, is_document: bool) -> None:
    head = member.read(HEAD)
    if kind_of_head(head) is ZIP:
        # Documents are zips too; a zip of documents, or a workbook behind a chart, is what people really send.
        if depth == DEEPEST or _kind_of_zip(name, member, purse, depth + 1) is ZIP:
            raise refused(name, N_("Tệp “%(name)s” chứa tệp nén bên trong; hãy giải nén rồi gửi từng tệp."))
        return
    what = other_of_head(head)
    # Word itself keeps some drawings gzipped (.emz).
    if what == ARCHIVE and not is_document:
        raise refused(name, N_("Tệp “%(name)s” chứa tệp nén bên trong; hãy giải nén rồi gửi từng tệp."))
    if what == PROGRAM:
        raise refused(name, N_("Tệp “%(name)s” chứa chương trình máy tính."))
    if what == OLD_OFFICE:
        member.seek(0)
        if _OLD_MACRO in member.read():
            raise has_macro(name)
        if is_document:
            raise has_object(name, inner)
