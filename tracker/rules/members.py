"""What a zip may hold, and a .docx or .xlsx, which are zips too: sizes, names, and what hides in a document."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.rules.errors import Invalid
from tracker.rules.files import MB, clean_name, refused
from tracker.rules.words import N_

# Read from its directory before anything is unpacked.
MAX_TOTAL = 50 * MB
MAX_MEMBER = 30 * MB
MAX_MEMBERS = 2000
# What a double click runs, on Windows above all, whatever the file holds.
RUNS = frozenset(
    """
    ade adp app appref-ms appx bat chm cmd com cpl desktop diagcab dll dmg exe gadget hlp hta inf ins iso img isp jar
    jnlp js jse ksh lnk mde msc msh msi msix msp mst msu ocx pif ps1 ps1xml ps2 psc1 psd1 psm1 reg scf scr sct
    settingcontent-ms sh shb shs sys url vb vbe vbs vbscript vhd vhdx website ws wsc wsf wsh xbap xll xnk
    """.split()  # noqa: SIM905  # one to a line would be two pages
)
# Relations of an Office document by the end of their type: what it fetches as soon as it is opened.
FETCHED = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument", "afchunk"})
MACRO_RELATION = "vbaproject"


@dataclass(frozen=True)
class Member:
    """An entry of a zip's directory."""

    name: str
    size: int
    encrypted: bool = False
    # Stored or deflated: what every program can unpack, and the only two whose reading can be bounded.
    plain_method: bool = True
    link: bool = False


def check_members(name: str, members: Iterable[Member]) -> None:
    """The rules of a zip that its directory can answer. Raises Invalid."""
    all_ = list(members)
    if len(all_) > MAX_MEMBERS:
        raise refused(name, N_("Tệp “%(name)s” chứa quá %(limit)s tệp con."), limit=MAX_MEMBERS)
    if any(one.encrypted for one in all_):
        raise refused(name, N_("Tệp “%(name)s” có mật khẩu; hãy bỏ mật khẩu rồi gửi lại."))
    if any(_leads_out(one.name) or one.link for one in all_):
        raise refused(name, N_("Tệp “%(name)s” chứa tệp con có đường dẫn không an toàn."))
    if any(not one.plain_method for one in all_):
        raise refused(name, N_("Tệp “%(name)s” được nén theo cách không phổ biến; hãy nén lại bằng ZIP thông thường."))
    if any(one.size > MAX_MEMBER for one in all_) or sum(one.size for one in all_) > MAX_TOTAL:
        raise too_large_inside(name)
    if any(_is_macro(one.name) for one in all_):
        raise has_macro(name)
    for one in all_:
        if runs(one.name):
            raise refused(
                name,
                N_("Tệp “%(name)s” chứa “%(member)s”, loại tệp chạy được như chương trình; hãy bỏ ra rồi gửi lại."),
                member=clean_name(one.name),
            )


def _leads_out(name: str) -> bool:
    return bool(re.match(r"[/\\]|[A-Za-z]:", name)) or "\x00" in name or ".." in re.split(r"[/\\]", name)


def _is_macro(name: str) -> bool:
    folded = name.lower().replace("\\", "/")
    return folded.endswith(("vbaproject.bin", ".docm", ".xlsm", ".pptm", ".dotm", ".xltm")) or "/macrosheets/" in folded


def runs(name: str) -> bool:
    """Whether a file of this name runs when it is opened; Windows drops spaces and points at the end, as this does."""
    last = re.split(r"[/\\]", name)[-1]
    # A name that is all extension runs too.
    _stem, point, suffix = clean_name(f"x{last}").casefold().rpartition(".")
    return bool(point) and suffix in RUNS


def check_relation(name: str, member: str, kind: str, target: str, *, external: bool) -> None:
    """One line of a document's *.rels. Raises Invalid for macros, and for what would be fetched from another machine;
    a template on the writer's own disk, which Word always names, is nowhere else found."""
    last = kind.rpartition("/")[2].casefold()
    if last == MACRO_RELATION:
        raise has_macro(name)
    if external and last in FETCHED and not (last == "attachedtemplate" and _on_a_disk(target)):
        raise refused(
            name,
            N_("Tệp “%(name)s” mở thêm nội dung từ nơi khác (%(member)s: %(target)s); hãy bỏ liên kết rồi gửi lại."),
            member=clean_name(member),
            target=target[:100],
        )


def _on_a_disk(target: str) -> bool:
    """ "file:///C:\\…", "C:\\…", "Normal.dotm": neither an address nor another machine's folder."""
    path = re.sub(r"^file:/{3}(?=[A-Za-z]:)", "", target.strip(), flags=re.IGNORECASE)
    return bool(re.match(r"([A-Za-z]:[/\\])?[^:]*$", path)) and not path.startswith(("/", "\\"))


def has_object(name: str, member: str) -> Invalid:
    return refused(
        name,
        N_("Tệp “%(name)s” có đối tượng nhúng (OLE) “%(member)s”; hãy đổi thành ảnh hoặc bỏ ra rồi gửi lại."),
        member=clean_name(member),
    )


def has_macro(name: str) -> Invalid:
    return refused(name, N_("Tệp “%(name)s” có macro; hãy lưu lại dưới dạng không có macro rồi gửi lại."))


def too_large_inside(name: str) -> Invalid:
    return refused(
        name,
        N_("Tệp “%(name)s” quá lớn khi giải nén; giới hạn là %(total)s MB, mỗi tệp con %(member)s MB."),
        total=MAX_TOTAL // MB,
        member=MAX_MEMBER // MB,
    )
