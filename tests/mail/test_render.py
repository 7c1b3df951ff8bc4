"""What people read: golden files of each kind (REGENERATE=1 writes them anew), and hostile text."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tracker.mail.link import Invitation
from tracker.mail.render import LETTERS, SUBJECTS, MailItem, Rendered, digest, event, letter

GOLDEN = Path(__file__).parent / "golden"
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
INVITED = replace(LATE, invited=Invitation(7, 3, LATE.due_on, "http://giaoviec.test", "n" * 43))
SOON = replace(LATE, clause_ref="I.2.a.4", title="Chỉ tiêu 4", due_on=date(2026, 11, 27), working_days=-3, told=())
TODAY = replace(SOON, clause_ref="V.2", title="Báo cáo năm", working_days=0)
PROMISED = replace(INVITED, due_on=None, working_days=0, promised_on=date(2026, 10, 12))


def a_digest(*items: MailItem, locale: str = "vi") -> Rendered:
    return digest(
        items, to_name="Trưởng phòng Y tế", today=date(2026, 11, 24), base_url="http://giaoviec.test", locale=locale,
        sample=False,
    )  # fmt: skip


def an_event(kind: str, item: MailItem = LATE, locale: str = "vi", what: str = "", day: date | None = None) -> Rendered:
    return event(
        kind, item, to_name="Trưởng phòng Y tế", actor_name="Trưởng phòng LĐTBXH", reason="Thiếu số liệu của hai xã.",
        base_url="http://giaoviec.test", locale=locale, sample=True, what=what, day=day,
    )  # fmt: skip


MAILS = {
    "digest-head": lambda: a_digest(SOON, INVITED, TODAY),
    "digest-promise": lambda: a_digest(INVITED, PROMISED, replace(PROMISED, role="standing_office", invited=None)),
    "digest-leader": lambda: a_digest(replace(LATE, role="leader", working_days=10)),
    "digest-request": lambda: a_digest(replace(LATE, is_request=True, unit_name="Hội Nông dân huyện")),
    "digest-en": lambda: a_digest(SOON, LATE, TODAY, locale="en"),
    "assigned": lambda: an_event("assigned", INVITED),
    "answered_from_mail": lambda: an_event(
        "answered_from_mail",
        replace(LATE, invited=replace(INVITED.invited, undoes_id=1)),
        what="Sẽ xong vào ngày",
        day=date(2026, 12, 4),
    ),
    "answer_told": lambda: an_event("answer_told", what="Có vướng mắc"),
    "undone_from_mail": lambda: an_event("undone_from_mail", what="Có vướng mắc"),
    "assigned-request": lambda: an_event("assigned", replace(LATE, is_request=True)),
    "returned": lambda: an_event("returned"),
    "declined": lambda: an_event("declined"),
    "submitted": lambda: an_event("submitted"),
    "confirmed": lambda: an_event("confirmed", replace(LATE, due_on=None)),
}
MAILS |= {
    kind: lambda kind=kind: letter(
        kind, to_name="Phó Trưởng phòng Y tế", base_url="http://giaoviec.test", locale="vi", sample=False,
        unit="Phòng Y tế", absent="Trưởng phòng Y tế", acting="Phó Trưởng phòng Y tế",
        valid_from=date(2026, 11, 2), valid_to=date(2026, 11, 13),
    )
    for kind in LETTERS
}  # fmt: skip
MAILS |= {kind: lambda kind=kind: an_event(kind) for kind in SUBJECTS if kind not in MAILS}


@pytest.mark.parametrize("name", MAILS)
def test_golden(name: str) -> None:
    mail = MAILS[name]()
    said = f"{mail.subject}\n\n{mail.text}"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGENERATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(said)
    assert said == path.read_text()


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
    assert a_digest(SOON, LATE).subject == "[Giao Việc] 1 việc quá hạn, 1 việc sắp đến hạn (24/11/2026)"


def test_a_long_digest_is_cut_and_says_so() -> None:
    invited = INVITED.invited
    assert invited is not None
    mail = a_digest(
        *[replace(LATE, clause_ref=f"IV.{n}", invited=replace(invited, nonce=f"{n:043}")) for n in range(100)]
    )
    assert len(mail.invitations) == len({one.nonce for one in mail.invitations}) == 60
    assert mail.text.count("/act/~") == mail.html.count("/act/~") == 60  # one link a line
    assert mail.subject.startswith("[Giao Việc] 100 việc quá hạn")
    assert mail.text.count("/assignments/7") == 60
    assert "Còn 40 việc khác" in mail.text
    assert len(mail.html) < 102_000


def test_names_stay_text() -> None:
    evil = replace(LATE, unit_name="<i>Phòng</i>", title="<b>x</b>")
    for kind in SUBJECTS:
        mail = event(
            kind, evil, to_name="<u>A</u>", actor_name="<img src=x>", reason="<s>lý do</s>", base_url="http://x.test",
            locale="vi", sample=False,
        )  # fmt: skip
        assert not [tag for tag in ("<i>", "<b>", "<u>", "<img", "<s>") if tag in mail.html]


def test_what_people_typed_stays_text() -> None:
    mail = a_digest(replace(LATE, title="<script>alert(1)</script> {{ 7*7 }} %(n)s 100%"))
    assert "<script>" not in mail.html
    assert "{{ 7*7 }} %(n)s 100%" in mail.text
