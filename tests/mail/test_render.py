"""What people read: golden files of each kind (REGENERATE=1 writes them anew), and hostile text."""

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.golden import check_golden
from tracker.mail.digest import MOST_OTHERS, digest
from tracker.mail.item import MailItem
from tracker.mail.link import Invitation
from tracker.mail.render import (
    LETTERS,
    SUBJECTS,
    event,
    fallback,
    letter,
    opened,
)
from tracker.mail.template import Rendered

LATE = MailItem(
    url="http://giaoviec.test/assignments/7",
    title="Thực hiện các giải pháp, chương trình, đề án về chăm sóc sức khỏe, dinh dưỡng cho trẻ em",
    clause_ref="IV.3.1",
    unit_name="Phòng Y tế",
    due_on=date(2026, 11, 19),
    working_days=3,
    is_request=False,
    role="head",
    told=("Trưởng phòng LĐTBXH",),
)
LIST = "http://giaoviec.test/assignments?programme=1&class=overdue"
INVITED = replace(LATE, invited=Invitation(7, 3, LATE.due_on, "http://giaoviec.test", "n" * 43))
SOON = replace(LATE, clause_ref="I.2.a.4", title="Chỉ tiêu 4", due_on=date(2026, 11, 27), working_days=-3, told=())
TODAY = replace(SOON, clause_ref="V.2", title="Báo cáo năm", working_days=0)
PROMISED = replace(INVITED, due_on=None, working_days=0, promised_on=date(2026, 10, 12))


def a_digest(*items: MailItem, locale: str = "vi") -> Rendered:
    return digest(
        items, link=LIST, to_name="Trưởng phòng Y tế", today=date(2026, 11, 24), base_url="http://giaoviec.test",
        locale=locale, sample=False,
    )  # fmt: skip


def an_event(
    kind: str, item: MailItem = LATE, locale: str = "vi", choice: str = "", day: date | None = None, by_unit: str = ""
) -> Rendered:
    return event(
        kind, item, to_name="Trưởng phòng Y tế", actor_name="Trưởng phòng LĐTBXH", reason="Thiếu số liệu của hai xã.",
        base_url="http://giaoviec.test", locale=locale, sample=True, choice=choice, day=day,
        by_unit=by_unit,
    )  # fmt: skip


MAILS = {
    "digest-head": lambda: a_digest(SOON, INVITED, TODAY),
    "digest-promise": lambda: a_digest(INVITED, PROMISED, replace(PROMISED, role="standing_office", invited=None)),
    "digest-office": lambda: a_digest(
        replace(LATE, role="standing_office"),
        replace(LATE, role="standing_office", clause_ref="IV.3.2"),
        replace(LATE, role="standing_office", unit_name="UBND xã Cao Xá", working_days=12, told=("A", "B")),
    ),
    "digest-request": lambda: a_digest(replace(LATE, is_request=True, unit_name="Hội Nông dân huyện")),
    "digest-en": lambda: a_digest(SOON, LATE, TODAY, locale="en"),
    "assigned": lambda: an_event("assigned", INVITED),
    "answered_from_mail": lambda: an_event(
        "answered_from_mail",
        replace(LATE, invited=replace(INVITED.invited, undoes_id=1)),
        choice="promise",
        day=date(2026, 12, 4),
    ),
    "answer_told": lambda: an_event("answer_told", choice="promise", day=date(2026, 11, 26)),
    "undone_from_mail": lambda: an_event("undone_from_mail", choice="blocked"),
    "assigned-request": lambda: an_event("assigned", replace(LATE, is_request=True)),
    "returned": lambda: an_event("returned"),
    "declined": lambda: an_event("declined"),
    "submitted": lambda: an_event("submitted"),
    "confirmed": lambda: an_event("confirmed", replace(LATE, due_on=None)),
}
MAILS |= {
    kind: lambda kind=kind: letter(
        kind, to_name="Phó Trưởng phòng Y tế", base_url="http://giaoviec.test", locale="vi", sample=False,
        unit="Phòng Y tế", absent="Trưởng phòng Y tế", acting="Phó Trưởng phòng Y tế", is_acting=True,
        valid_from=date(2026, 11, 2), valid_to=date(2026, 11, 13),
    )
    for kind in LETTERS
}  # fmt: skip
OPENED = (
    replace(LATE, due_on=date(2027, 11, 19), period="2027", carried=True, working_days=-200, told=()),
    replace(SOON, due_on=date(2027, 4, 5), period="2027-Q1"),
    replace(TODAY, due_on=None, period="once", invited=INVITED.invited),
)


def an_opening(*items: MailItem, locale: str = "vi") -> Rendered:
    return opened(
        items, programme="Chương trình hành động vì trẻ em", to_name="Trưởng phòng Y tế",
        base_url="http://giaoviec.test", locale=locale, sample=False,
    )  # fmt: skip


MAILS |= {
    "opened": lambda: an_opening(*OPENED),
    "opened-request": lambda: an_opening(replace(OPENED[1], is_request=True)),
}
MAILS |= {kind: lambda kind=kind: an_event(kind, day=date(2026, 12, 4)) for kind in SUBJECTS if kind not in MAILS}


def a_fallback(*items: MailItem, subject: str = "", no_address: bool = True) -> Rendered:
    return fallback(
        items, to_name="Trưởng phòng Y tế", for_name="Cán bộ phòng Y tế", for_address="canbo@yte.example.vn",
        no_address=no_address, subject=subject, base_url="http://giaoviec.test", locale="vi", sample=False,
    )  # fmt: skip


MAILS |= {
    "fallback-digest": lambda: a_fallback(LATE, SOON),
    "fallback-leader": lambda: a_fallback(
        replace(LATE, role="leader", tried="24/11 đôn đốc lãnh đạo đơn vị"), no_address=False
    ),
    "fallback-event": lambda: a_fallback(replace(LATE, due_on=None), subject="[Giao Việc] Giao việc: Chỉ tiêu 4"),
}


@pytest.mark.parametrize("name", MAILS)
def test_golden(name: str) -> None:
    check_golden(name, MAILS[name]())


@pytest.mark.parametrize("name", MAILS)
def test_html_says_the_same_and_loads_nothing(name: str) -> None:
    mail = MAILS[name]()
    assert "<style" not in mail.html or "style=" in mail.html
    assert "src=" not in mail.html
    assert "@import" not in mail.html
    for link in ("http://giaoviec.test/delegations" if name in LETTERS else LATE.url,):
        assert link in mail.html
        assert link in mail.text


def test_most_urgent_first() -> None:
    text = a_digest(SOON, TODAY, LATE).text
    assert text.index("quá hạn 3") < text.index("đến hạn hôm nay") < text.index("còn 3")
    subject = a_digest(SOON, LATE, TODAY).subject
    assert subject == "[Giao Việc] Nhắc việc ngày 24/11: 1 việc quá hạn, 1 việc đến hạn hôm nay, 1 việc sắp đến hạn"


OFFICE = replace(LATE, role="standing_office")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (LATE, "Quá hạn 3 ngày làm việc: Thực"),
        (TODAY, "Đến hạn hôm nay: Báo cáo năm"),
        (SOON, "Sắp đến hạn 27/11: Chỉ tiêu 4"),
        (replace(PROMISED, title="Chỉ tiêu 4"), "Quá ngày hẹn 12/10, chưa xong: Chỉ tiêu 4"),
        (OFFICE, "Đôn đốc Phòng Y tế, quá hạn 3 ngày làm việc: Thực"),
        (replace(PROMISED, role="standing_office"), "Đôn đốc Phòng Y tế, đơn vị hẹn xong 12/10/2026, chưa xong: Thực"),
    ],
)
def test_the_subject_names_the_one_thing(item: MailItem, said: str) -> None:
    assert a_digest(item).subject.startswith(f"[Giao Việc] {said}")


def test_the_subject_counts_several() -> None:
    assert a_digest(PROMISED, PROMISED, PROMISED).subject.endswith(": 3 việc quá ngày hẹn, chưa xong")
    other = replace(OFFICE, unit_name="UBND xã Cao Xá", working_days=5)
    said = a_digest(OFFICE, other, replace(SOON, role="standing_office")).subject
    assert said.endswith(": 2 việc quá hạn của 2 đơn vị, lâu nhất 5 ngày làm việc; 1 việc sắp đến hạn")
    assert "2 việc quá hạn của Phòng Y tế, lâu nhất 3 ngày làm việc" in a_digest(OFFICE, OFFICE).subject


def test_one_is_asked_for_otherwise_than_several() -> None:
    other = replace(LATE, clause_ref="IV.3.2")
    assert "hoàn thành việc sau:" in a_digest(LATE).text
    assert "hoàn thành các việc sau:" in a_digest(LATE, other).text
    assert "các việc sau, việc gấp nhất ở trên:" in a_digest(LATE, SOON).text
    assert "Phòng Y tế · mục" not in a_digest(LATE, other).text
    assert a_digest(LATE, replace(other, unit_name="Phòng Nội vụ")).text.count("Phòng Y tế · mục") == 1
    assert "đôn đốc đơn vị sau:" in a_digest(OFFICE).text
    assert "Xem và đôn đốc" not in a_digest(LATE).text


def test_what_the_unit_has_said_stands_with_the_facts() -> None:
    item = replace(LATE, open_promise=date(2026, 11, 26), asked_due_on=date(2026, 12, 4))
    mail = a_digest(item)
    for said in ("đơn vị hẹn hoàn thành ngày 26/11/2026", "đang chờ quyết định gia hạn đến 04/12/2026"):
        assert f"hạn 19/11/2026 · {said}" in mail.text or f" · {said}\n" in mail.text
        assert f" · {said}" in mail.html
    assert "hẹn xong" not in a_digest(LATE).text


def test_in_whose_place_it_comes_is_said_once_a_unit() -> None:
    headless = replace(OFFICE, instead="head")
    mail = a_digest(headless, replace(headless, clause_ref="IV.3.2"), replace(OFFICE, clause_ref="IV.3.3"))
    said = "Đơn vị chưa có lãnh đạo nhận được thư nên hệ thống gửi cơ quan thường trực."
    assert mail.text.count(said) == mail.html.count(said) == 1
    silent = replace(headless, instead="unit")
    assert "Đơn vị chưa có ai nhận được thư, nên thư này gửi cấp kế tiếp." in a_digest(silent, silent).text
    assert "chưa có ai" not in a_digest(silent, headless).text


def test_subjects_to_the_office_name_the_unit() -> None:
    item = replace(LATE, unit_name="Phòng Lao động - Thương binh và Xã hội", unit_short="Phòng LĐTBXH")
    for kind in ("submitted", "declined", "contribution_asked", "extension_asked", "explanation_answered"):
        assert " – Phòng LĐTBXH: Thực hiện" in an_event(kind, item, day=date(2026, 12, 4)).subject
    assert " – Phòng Y tế: Thực hiện" in an_event("submitted").subject
    assert " – Công an huyện: Thực hiện" in an_event("contributed", item, by_unit="Công an huyện").subject


@pytest.mark.parametrize("kind", SUBJECTS)
def test_what_was_written_stands_where_the_sentence_ends(kind: str) -> None:
    """With its reason, or below the work that it is about."""
    text = an_event(kind, day=date(2026, 12, 4), choice="promise").text
    written, title = text.index("Thiếu số liệu"), text.index(LATE.title)
    below = kind in ("chased", "mentioned", "commented", "explanation_asked", "answered_from_mail", "answer_told")
    assert (written > title) == below


def test_of_a_granted_extension_the_work_is_opened_first() -> None:
    html = an_event("extension_granted", INVITED).html
    assert f'class="button" href="{LATE.url}"' in html
    assert "Cập nhật ngay, không cần mật khẩu" in html


def test_what_is_cut_ends_the_same() -> None:
    long = replace(LATE, title="dài " * 300, period="2027")
    for mail in (an_event("assigned", long), an_opening(long), a_fallback(long), a_digest(long)):
        assert "dài…" in mail.text
        assert "dài…" in mail.html
        assert "..." not in mail.text


def test_who_else_is_told_is_said_once_where_it_is_the_same() -> None:
    other = replace(LATE, clause_ref="IV.3.2")
    assert a_digest(LATE, other).text.count("Đồng gửi: Trưởng phòng LĐTBXH") == 1
    assert a_digest(LATE, replace(other, told=("Chủ tịch",))).text.count("Đồng gửi:") == 2


def test_of_other_units_so_many_are_shown_by_unit() -> None:
    office = replace(LATE, role="standing_office")
    items = [replace(office, clause_ref=f"IV.{n:02}", unit_name=f"Đơn vị {n % 7}") for n in range(60)]
    mail = a_digest(*items, replace(office, unit_name="Đơn vị cuối", working_days=9), INVITED)
    assert mail.text.count("/assignments/7") == MOST_OTHERS + 1
    said = "61 việc quá hạn của 8 đơn vị, lâu nhất 9 ngày làm việc; 1 việc của anh/chị"
    assert mail.subject == f"[Giao Việc] Đôn đốc ngày 24/11: {said}"
    assert f"Còn {61 - MOST_OTHERS} việc khác trong danh sách.\nXem và đôn đốc: {LIST}\n" in mail.text
    assert f"{61 - MOST_OTHERS} việc khác trong danh sách.</p>" in mail.html
    assert f'href="{LIST.replace("&", "&amp;")}"' in mail.html
    lines = mail.text.splitlines()
    units = [line for line in lines if line.startswith("Đơn vị")]
    assert units[0] == "Đơn vị cuối"
    assert len(units) == len(set(units))


def test_a_long_digest_is_cut_and_says_so() -> None:
    invited = INVITED.invited
    assert invited is not None
    mail = a_digest(
        *[replace(LATE, clause_ref=f"IV.{n}", invited=replace(invited, nonce=f"{n:043}")) for n in range(100)]
    )
    assert len(mail.invitations) == len({one.nonce for one in mail.invitations}) == 60
    assert mail.text.count("/act/~") == mail.html.count("/act/~") == 60  # one link a line
    assert mail.subject == "[Giao Việc] Nhắc việc ngày 24/11: 100 việc quá hạn"
    assert mail.text.count("/assignments/7") == 60
    assert "Còn 40 việc khác" in mail.text
    assert len(mail.html) < 102_000


def test_names_stay_text() -> None:
    evil = replace(LATE, unit_name="<i>Phòng</i>", title="<b>x</b>")
    for kind in SUBJECTS:
        day = date(2026, 12, 4)
        assert "<i>" not in a_fallback(evil, subject="<i>x</i>").html
        mail = event(
            kind, evil, to_name="<u>A</u>", actor_name="<img src=x>", reason="<s>lý do</s>", base_url="http://x.test",
            locale="vi", sample=False, day=day,
        )  # fmt: skip
        assert not [tag for tag in ("<i>", "<b>", "<u>", "<img", "<s>") if tag in mail.html]


def test_what_people_typed_stays_text() -> None:
    mail = a_digest(replace(LATE, title="<script>alert(1)</script> {{ 7*7 }} %(n)s 100%"))
    assert "<script>" not in mail.html
    assert "{{ 7*7 }} %(n)s 100%" in mail.text


def test_a_large_opening_names_the_first_and_counts_the_rest() -> None:
    mail = an_opening(*(replace(OPENED[0], period=f"2027-{month:02}") for month in range(1, 13) for _ in range(6)))
    assert "tháng 1/2027 – tháng 12/2027: 72 nhiệm vụ" in mail.subject
    assert "Còn 12 việc khác" in mail.text
    assert mail.text.count("http://giaoviec.test/assignments/7") == 60
