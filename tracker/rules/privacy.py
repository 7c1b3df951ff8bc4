"""Does a text or a file's name tell who a child is? A warning, never a block: the rule is meant to be cheap to ignore.

It looks for a child's name near an address, a school or a class, in the words of Vietnamese offices; where a text has
no marks at all (file names), in the same words without marks.
"""

import re
import unicodedata

from tracker.rules.text import fold, nfc
from tracker.rules.words import N_

WARNING = N_(
    "Có vẻ nội dung hoặc tên tệp vừa gửi nêu tên một trẻ em kèm nơi ở hoặc trường học. Chỉ gửi số liệu tổng hợp; "
    "nếu đúng là thông tin của một trẻ em, hãy gỡ ra và thay bằng số liệu."
)

# How far apart, in characters, the name and the place may stand.
NEAR = 120

_LISTED = """
Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Đinh Lâm Phùng Mai Tô
Hà Tạ Chu Thân Giáp Nông Lương Ong La Triệu Ninh Nghiêm Khổng Đồng Diêm Hứa Vi Lục Lã Lưu Cao Quách Thạch Kim Đàm
Tống Thái Từ Tăng Trương Văn Bạch Cù Doãn Kiều Ma Mạc Ngụy Nhữ Ngọ Phí Tiêu Thiều Trình Khương Lò Quàng Sùng Giàng
Thào Hầu Bế Leo Ngọc Hán Phó
"""
_SURNAMES = tuple(_LISTED.split())
_UPPER = "".join(char for char in map(chr, range(0x41, 0x1EFA)) if unicodedata.category(char) == "Lu")
_WORD = rf"[{_UPPER}]\w*"
_NAME = rf"(?:{'|'.join(one for name in _SURNAMES for one in (name, name.upper()))})(?:\s+{_WORD}){{1,4}}"
# Who is meant is a child: what one is called before the name. "trẻ em Hà Nội" and "anh em" are not one child.
_CALLED = (
    r"(?<!\w)(?i:cháu|bé|(?<!trẻ )(?<!anh )(?<!chị )em|trẻ|học sinh|hs)"
    r"(?i:\s+(?:trai|gái|nam|nữ))?(?i:\s+(?:tên|tên là|là))?\s*:?\s+"
)
_BORN = r"(?i:sinh\s+(?:ngày|năm)|sn)[^A-Za-z\d]{0,4}(?:\d{1,2}[/.-]\d{1,2}[/.-])?20[1-3]\d"
_CLASS = r"(?i:(?:là\s+)?(?:học sinh\s+|hs\s+)?(?:đang\s+)?(?:học\s+)?lớp\s+(?:\d|mẫu giáo|lá|chồi|mầm))"
_CHILD = re.compile(
    # Called a child; or with a birth date of these years, or with a class, directly behind the name.
    rf"(?:{_CALLED}{_NAME}(?!\w))|(?:(?<!\w){_NAME}\s*[,(;–-]?\s*(?:{_BORN}|{_CLASS}))"
)
_PLACE = re.compile(
    r"(?<!\w)(?:"
    rf"(?i:thôn|xóm|tổ dân phố|tdp|khu phố|số nhà|ngõ|ngách|đường|bản|ấp|xã|phường|thị trấn|tổ)\s+(?:{_WORD}|\d+)"
    r"|(?i:trú tại|thường trú|hộ khẩu|địa chỉ|nơi ở|nhà ở)"
    r"|(?i:trường|lớp\s+\d\w*|lớp mẫu giáo|tiểu học|mầm non|thcs|thpt|trung học)"
    r")(?!\w)"
)

# Without marks, as in "chau_nguyen_van_a_lop_3b.pdf".
_BARE_CHILD = re.compile(
    r"(?<!\w)(?:chau|be|(?<!tre )(?<!anh )(?<!chi )em|hoc sinh|hs)(?: (?:trai|gai|ten))? "
    rf"(?:{'|'.join(sorted({fold(name) for name in _SURNAMES}))}) [a-z]+"
)
_BARE_PLACE = re.compile(
    r"(?<!\w)(?:thon|xom|to dan pho|tdp|so nha|lop \d\w*|lop mau giao|truong|tieu hoc|mam non|th|thcs|thpt|dia chi|xa)"
    r"(?!\w)"
)


def looks_like_child(text: str) -> str:
    """The words that look like a child's name with a place or a school; "" where there are none."""
    plain = re.sub(r"[\s_]+", " ", nfc(text))
    if plain.isascii():
        return _near(fold(plain), _BARE_CHILD, _BARE_PLACE)
    return _near(plain, _CHILD, _PLACE)


def _near(text: str, child: re.Pattern[str], place: re.Pattern[str]) -> str:
    for who in child.finditer(text):
        # In capitals a name seems to go on into the place, so its own letters are searched as well.
        if place.search(text, max(0, who.start() - NEAR), who.end() + NEAR):
            return who[0].strip()
    return ""
