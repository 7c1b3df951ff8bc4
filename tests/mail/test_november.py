"""A month of the sample district: nobody is mailed more than they should be, and what a mail says is what was so."""

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.month import AWAY, BOUNCING, CHAIR, DEPUTY, FIRST, HEADLESS, LAST, OFFICE, Month, Posted
from tests.mail.november import lines_of, table
from tracker.models.escalation import Escalation
from tracker.rules.calendar import LOCAL
from tracker.services.escalation_audit import audit

SWEPT = ("digest", "leader")
TAG = re.compile(r'<span class="(?:late|soon)"[^>]*>([^<]+)</span>')
WORK = re.compile(r"/assignments/(\d+)")
LATE = re.compile(r"(?:quá hạn (?P<late>\d+)|còn (?P<left>\d+)) ngày làm việc|(?P<today>đến hạn hôm nay)")


@pytest.fixture
def month(session: Session, act: Act) -> Month:
    month = Month(session, act)
    month.live()
    return month


def said(one: Posted) -> list[tuple[str, set[int]]]:
    """(how late, the assignments that it is said of)."""
    rows = one.html.split('<td class="item"')[1:]
    return [(TAG.findall(row)[0].strip(), {int(id_) for id_ in WORK.findall(row)}) for row in rows]


def days_late(words: str) -> int | None:
    found = LATE.search(words)
    if found is None:
        return None
    return 0 if found["today"] else int(found["late"] or 0) - int(found["left"] or 0)


def test_a_month(session: Session, act: Act, month: Month) -> None:
    """One month is lived once; each part of it is looked at below."""
    calendar = act(at=datetime(2026, 11, 30, 9, tzinfo=LOCAL)).calendar
    posted = month.posted
    assert len(posted) > 300
    regular = [one for one in posted if one.kind in SWEPT]
    _one_a_day(regular)
    _quiet_days(posted, calendar)
    _late_as_the_rules_say(regular, calendar)
    _the_subject_counts(regular)
    _nothing_twice(regular)
    _leaders_have_no_digest(posted)
    _everything_happened(posted)
    _short(posted)
    _every_step_has_its_mail(session, regular)
    _one_is_away_and_one_is_not_reached(posted)
    _nobody_urges_themselves(posted)
    _what_the_unit_said_is_said(posted)
    assert table(posted).count("\n") == 5
    assert audit(act(at=datetime(2026, 11, 30, 17, tzinfo=LOCAL))).missed == 0


def _one_a_day(regular: list[Posted]) -> None:
    most = Counter((one.login, one.on, one.kind) for one in regular)
    assert max(most.values()) == 1


def _quiet_days(posted: list[Posted], calendar: object) -> None:
    quiet = {day for n in range(30) if not calendar.is_working(day := FIRST + timedelta(days=n))}  # type: ignore[attr-defined]
    assert len(quiet) == 9
    assert not [one for one in posted if one.on in quiet]
    assert {one.on for one in posted} <= {FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)}


def _late_as_the_rules_say(regular: list[Posted], calendar: object) -> None:
    checked = 0
    for one in regular:
        for words, works in said(one):
            late = days_late(words)
            for id_ in works:
                due = one.due[id_]
                assert due is not None
                if late is None:
                    assert "đơn vị hẹn xong" in words
                else:
                    assert late == calendar.between(due, one.on), (one.subject, id_)  # type: ignore[attr-defined]
                    checked += 1
    assert checked > 400


def _the_subject_counts(regular: list[Posted]) -> None:
    for one in regular:
        if one.kind == "digest":
            several = re.match(r"\[Giao Việc\] (?:Nhắc việc|Đôn đốc) ngày \d\d/\d\d: (.+)", one.subject)
            told = sum(int(n) for n in re.findall(r"(\d+) việc", several[1])) if several else 1
            left = re.search(r"Còn (\d+) việc khác", one.text)
            assert told == lines_of(one) + (int(left[1]) if left else 0), one.subject


def _nothing_twice(regular: list[Posted]) -> None:
    """Each line of each mail is news to its reader: nobody reads the same of the same work on two days, unless it has
    another deadline."""
    seen: dict[str, set[tuple[str, int, date | None]]] = defaultdict(set)
    for one in regular:
        lines = {(words, id_, one.due[id_]) for words, works in said(one) for id_ in works}
        assert not lines & seen[one.login], (one.login, one.on)
        seen[one.login] |= lines


def _leaders_have_no_digest(posted: list[Posted]) -> None:
    kinds = {one.kind for one in posted if one.login in (DEPUTY, CHAIR)}
    assert "leader" in kinds
    assert "digest" not in kinds
    assert {one.login for one in posted if one.kind == "leader"} == {DEPUTY, CHAIR}


def _everything_happened(posted: list[Posted]) -> None:
    assert {one.kind for one in posted} >= {
        "answer_told", "answered_from_mail", "chased", "commented", "confirmed", "contribution_asked", "declined",
        "delegation", "digest", "explanation_answered", "explanation_asked", "extension_asked", "extension_granted",
        "fallback", "leader", "mentioned", "opened", "submitted",
    }  # fmt: skip


def _short(posted: list[Posted]) -> None:
    for one in posted:
        assert len(one.subject) < 160
        assert len(one.html) < 102_000  # Gmail cuts off beyond that
        assert one.text.startswith("Dữ liệu mẫu – không phải số liệu thật.\n\nKính gửi ")
        if one.kind == "leader":
            assert len(one.text.splitlines()) <= 45
            assert all(len(line) <= 330 for line in one.text.splitlines() if "Diễn biến:" in line)
    longest = {one.login: max(lines_of(other) for other in posted if other.login == one.login) for one in posted}
    assert max(n for login, n in longest.items() if login != OFFICE) <= 25


def _every_step_has_its_mail(session: Session, regular: list[Posted]) -> None:
    mails = {one.id for one in regular}
    told = set(session.scalars(select(Escalation.outbox_id).where(Escalation.instead_of_id.is_(None))))
    assert told <= mails
    promises = text("SELECT outbox_id FROM promise_notices WHERE instead_of_id IS NULL")
    assert mails == told | set(session.scalars(promises))


def _one_is_away_and_one_is_not_reached(posted: list[Posted]) -> None:
    away = {one.on for one in posted if one.login == AWAY and one.kind == "digest"}
    assert not {day for day in away if date(2026, 11, 10) <= day <= date(2026, 11, 23)}
    assert len([one for one in posted if one.login == BOUNCING and one.kind == "digest"]) == 1
    assert not [one for one in posted if one.login == f"truong.{HEADLESS}"]
    to_office = [one.text for one in posted if one.login == OFFICE and one.kind == "digest"]
    assert any(
        "Đơn vị chưa có lãnh đạo nhận được thư nên hệ thống gửi cơ quan thường trực." in one for one in to_office
    )
    assert not [one for one in posted if "chưa có ai nhận được thư" in one.text]  # its officer is


def _nobody_urges_themselves(posted: list[Posted]) -> None:
    """Work that one signs for is asked of them, with the link to answer."""
    own = "Phòng Lao động - Thương binh và Xã hội"
    found = [one.text for one in posted if one.login == OFFICE and one.kind == "digest"]
    assert not [text for text in found if f"\n{own}\n" in text]
    assert [text for text in found if "/act/" in text and "Kính đề nghị anh/chị đôn đốc" in text]
    leaders = [one.text for one in posted if one.kind == "leader"]
    of_own = [text.split(f"\n{own}\n")[1].split("\n\n")[0] for text in leaders if f"\n{own}\n" in text]
    assert of_own
    assert not [text for text in of_own if "báo cơ quan thường trực" in text]


def _what_the_unit_said_is_said(posted: list[Posted]) -> None:
    digests = "".join(one.text for one in posted if one.kind == "digest")
    assert " · đơn vị hẹn hoàn thành ngày 26/11/2026" in digests
    assert " · đang chờ quyết định gia hạn đến 04/12/2026" in digests
    assert [one for one in posted if one.login == OFFICE and " hẹn xong ngày 26/11/2026: " in one.subject]
    for one in posted:
        for line in one.text.splitlines():
            assert not ("đơn vị hẹn xong" in line and "chưa cập nhật lần nào" in line)
