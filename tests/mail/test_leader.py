"""The mail to a leader: by unit, the worst first, the register of each short, cut with a link."""

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.golden import check_golden
from tests.mail.test_render import LATE
from tracker.mail.item import MailItem
from tracker.mail.leader import MOST_READ, MOST_SHOWN, leader_mail, to_show
from tracker.mail.template import Rendered
from tracker.mail.tried import tried_text
from tracker.rules.register import Result
from tracker.rules.tried import Deed, Told, Tried, What

TODAY = date(2026, 11, 26)
LINK = "http://giaoviec.test/assignments?programme=1&class=overdue"
SENT = Result.DELIVERED


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def on(*told: tuple[int, Deed], earlier: int = 0, heard: bool = False) -> Tried:
    return Tried(tuple(Told((day(number),), (deed,)) for number, deed in told), earlier, heard)


URGED = Deed(What.URGED, ("owner", "head"), SENT)
TRIED = Tried(
    (
        Told((day(16),), (Deed(What.REMINDED, ("owner", "head"), SENT),)),
        Told((day(19), day(20)), (URGED,)),
        Told(
            (day(23),),
            (Deed(What.CHASED, ("Trưởng phòng LĐTBXH",), SENT), Deed(What.PROMISED, day=day(25), came="broken")),
        ),
        Told((day(24),), (Deed(What.URGED, ("head",), Result.BOUNCED),)),
    ),
    earlier=1,
)
ITEM = replace(LATE, role="deputy_leader", working_days=5)
OTHER = replace(ITEM, unit_name="UBND xã Cao Xá", clause_ref="IV.11.2", title="Xây dựng kế hoạch hằng năm")


def a_leader_mail(*items: tuple[MailItem, Tried], locale: str = "vi", link: str = LINK) -> Rendered:
    return leader_mail(
        {n: item for n, (item, _tried) in enumerate(items)}, {n: tried for n, (_item, tried) in enumerate(items)},
        link=link, to_name="Phó Chủ tịch UBND huyện", today=TODAY, base_url="http://giaoviec.test", locale=locale,
        sample=False,
    )  # fmt: skip


SEVERAL = (
    (ITEM, TRIED),
    (replace(ITEM, clause_ref="IV.3.2", title="Chỉ đạo các cơ sở y tế"), TRIED),
    (replace(OTHER, working_days=12, due_on=date(2026, 11, 10)), on((10, Deed(What.URGED, ("head",), SENT)))),
    (OTHER, Tried(TRIED.told[:2], heard=True)),
)


ASKED = replace(ITEM, is_request=True, unit_name="Hội Nông dân huyện")
BROKEN = replace(
    ITEM, working_days=-4, due_on=date(2026, 12, 2), promised_on=date(2026, 11, 25), wording="Báo cáo ngay."
)
MAILS = {
    "leader": lambda: a_leader_mail((ITEM, TRIED), link=ITEM.url),
    "leader-several": lambda: a_leader_mail(*SEVERAL),
    "leader-request": lambda: a_leader_mail((ASKED, Tried(TRIED.told[:1])), link=ITEM.url),
    "leader-promise": lambda: a_leader_mail((replace(BROKEN, instead="office"), TRIED), link=ITEM.url),
    "leader-en": lambda: a_leader_mail(*SEVERAL, locale="en"),
}


@pytest.mark.parametrize("name", MAILS)
def test_golden(name: str) -> None:
    check_golden(name, MAILS[name]())


def test_units_with_the_latest_work_first() -> None:
    mail = a_leader_mail(*SEVERAL)
    text = mail.text
    assert text.index("UBND xã Cao Xá") < text.index("quá hạn 12") < text.index("quá hạn 5") < text.index("Phòng Y tế")
    assert mail.subject == "[Giao Việc] Đề nghị chỉ đạo: 4 việc quá hạn của 2 đơn vị, lâu nhất 12 ngày làm việc"
    assert mail.invitations == ()


def test_what_is_the_same_is_said_once() -> None:
    text = a_leader_mail(*SEVERAL).text
    assert text.count("23/11 Trưởng phòng LĐTBXH đôn đốc, đơn vị hẹn xong 25/11") == 1
    assert text.count("Chỉ đạo các cơ sở y tế") == 1
    assert text.count("Diễn biến:") == 3


def test_one_link_and_every_row_short() -> None:
    mail = a_leader_mail(*SEVERAL)
    assert mail.text.count("http") == 2  # the link, and the site's address at the foot
    assert mail.text.count(LINK) == 1
    registers = [line for line in mail.text.splitlines() if "Diễn biến:" in line]
    assert all(len(line) < 310 for line in registers)  # three lines of a mail


def test_in_whose_place_it_comes_is_said_once_a_unit() -> None:
    headless = replace(ITEM, instead="head")
    mail = a_leader_mail((headless, TRIED), (replace(headless, clause_ref="IV.9.1", working_days=1), Tried()))
    said = "Đơn vị chưa có lãnh đạo nhận được thư nên hệ thống gửi phó chủ tịch phụ trách."
    assert mail.text.count(said) == mail.html.count(said) == 1


def test_a_long_one_is_cut_and_says_so() -> None:
    many = [(replace(ITEM, clause_ref=f"IV.{n}", unit_name=f"<Đơn vị> {n // 4:02}"), TRIED) for n in range(164)]
    mail = a_leader_mail(*many)
    assert "Còn 152 việc khác của 38 đơn vị khác.\n\nXem và xử lý:" in mail.text
    assert mail.text.count("và 1 việc khác của đơn vị này") == 2
    assert "và 2 việc khác của đơn vị này" in mail.text
    assert mail.text.count("mục IV.") == mail.html.count("mục IV.") == MOST_SHOWN
    assert "164 việc quá hạn của 41 đơn vị" in mail.subject
    assert len(mail.html) < 20_000
    assert LINK.replace("&", "&amp;") in mail.html


def test_one_unit_with_much_does_not_hide_the_others() -> None:
    many = [(replace(ITEM, clause_ref=f"IV.{n}"), TRIED) for n in range(20)]
    other = (replace(ITEM, unit_name="UBND xã Cao Xá", working_days=1), TRIED)
    mail = a_leader_mail(*many, other)
    assert "và 17 việc khác của đơn vị này" in mail.text
    assert "UBND xã Cao Xá" in mail.text
    assert "việc khác." not in mail.text
    alone = a_leader_mail(*many).text
    assert alone.count("mục IV.") == MOST_SHOWN
    assert "và 12 việc khác của đơn vị này" in alone


def test_the_worst_is_never_cut() -> None:
    items = {n: replace(ITEM, working_days=n % 37, unit_name=f"Đơn vị {n % 50}") for n in range(500)}
    shown = to_show(items)
    assert len(shown) == MOST_READ
    assert items[shown[0]].working_days == 36
    assert shown == to_show(dict(reversed(items.items())))
    mail = a_leader_mail(*((item, TRIED) for item in items.values()))
    assert "[quá hạn 36" in mail.text


def test_units_of_which_the_same_is_to_be_said_stand_together() -> None:
    """One report, forty communes: one row."""
    many = [(replace(ITEM, unit_name=f"UBND xã {n:02}"), TRIED) for n in range(40)]
    other = (replace(ITEM, unit_name="UBND xã Cao Xá"), on((16, Deed(What.UPDATED, percent=40)), heard=True))
    mail = a_leader_mail(*many, other)
    assert "UBND xã 00, UBND xã 01, UBND xã 02, UBND xã 03, UBND xã 04, UBND xã 05 và 34 đơn vị khác" in mail.text
    assert mail.text.count("Diễn biến:") == 2
    assert "việc khác" not in mail.text
    assert mail.html.count(f'href="{ITEM.url}"') == 1  # of a group the rows lead nowhere: each unit has its own


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (Deed(What.TOLD, ("standing_office",), Result.NOBODY), "báo cơ quan thường trực (không có ai nhận"),
        (Deed(What.PROMISED, day=day(30), came="open"), "16/11 đơn vị hẹn xong 30/11;"),
        (Deed(What.PROMISED, day=TODAY, came="open"), "16/11 đơn vị hẹn xong hôm nay (26/11);"),
        (Deed(What.PROMISED, day=day(20), came="broken"), "16/11 đơn vị hẹn xong 20/11 – không giữ hẹn"),
        (Deed(What.EXTENSION, day=date(2027, 1, 4), came="open"), "gia hạn đến 04/01/2027, chưa quyết định"),
        (Deed(What.EXPLANATION, day=day(20), came="open"), "giải trình, hạn 20/11 – chưa trả lời"),
        (Deed(What.RETURNED, came="returned"), "16/11 báo cáo hoàn thành bị trả lại"),
        (Deed(What.UPDATED, came="blocked", percent=40), "16/11 đơn vị báo có vướng mắc"),
        (Deed(What.UPDATED, came="on_track", percent=40), "16/11 đơn vị cập nhật: 40%"),
        (Deed(What.UPDATED, came="on_track"), "16/11 đơn vị cập nhật;"),
    ],
)
def test_each_deed_in_words(deed: Deed, said: str) -> None:
    assert said in tried_text(on((16, deed)), TODAY, "vi")
    assert "16" in tried_text(on((16, deed)), TODAY, "en")


def test_only_what_did_not_arrive_is_said() -> None:
    sent, failed = Deed(What.URGED, ("head",), SENT), Deed(What.URGED, ("head",), Result.FAILED)
    assert tried_text(on((16, sent), heard=True), TODAY, "vi") == "16/11 đôn đốc lãnh đạo đơn vị"
    said = tried_text(on((16, sent), (17, failed), heard=True), TODAY, "vi")
    assert said == "16/11 đôn đốc lãnh đạo đơn vị; 17/11 đôn đốc lãnh đạo đơn vị (thư không gửi được)"
    assert tried_text(on((16, Deed(What.RETURNED)), heard=True), TODAY, "vi").endswith("bị trả lại")


def test_one_day_is_named_once() -> None:
    same = (Deed(What.URGED, ("head",), SENT), Deed(What.TOLD, ("standing_office",), SENT))
    said = tried_text(Tried((Told((day(24),), same),), heard=True), TODAY, "vi")
    assert said == "24/11 đôn đốc lãnh đạo đơn vị, báo cơ quan thường trực"


def test_silence_is_said() -> None:
    assert tried_text(Tried(), TODAY, "vi") == "đơn vị chưa cập nhật lần nào"
    assert tried_text(Tried(heard=True), TODAY, "vi") == ""


def test_what_people_typed_stays_text() -> None:
    evil = replace(ITEM, title="<script>x</script> {{ 7*7 }}", unit_name="<i>P</i>", wording="<b>w</b>")
    chased = on((16, Deed(What.CHASED, ("<u>A</u>",), SENT)))
    html = a_leader_mail((evil, chased)).html
    assert not [tag for tag in ("<script>", "<i>", "<b>", "<u>") if tag in html]
    assert "{{ 7*7 }}" in html
