"""What people see in the product is the mail's own row, whether a mail goes out or not; muting changes the channel."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_fallback import mail_to, user
from tests.db.test_sweep import morning, told
from tracker.models.assignment import Assignment
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.user import User
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.register import Result
from tracker.services.chase import chase
from tracker.services.comment import comment
from tracker.services.escalation import sweep
from tracker.services.escalation_audit import audit
from tracker.services.notification import notifications, read, read_about, read_all
from tracker.services.outbox import resend
from tracker.store.outbox import oldest_due
from tracker.store.register import Asked, counts

HEAD, OFFICER, OFFICE = "truong.p-yte", "canbo.p-yte", "truong.p-ldtbxh"


def mute(session: Session, login: str, *topics: str) -> User:
    person = user(session, login)
    person.muted = list(topics)
    session.flush()
    return person


def seen(act: Act, login: str) -> list[str]:
    return [row.kind for row in notifications(act(login), 1).rows]


def test_what_is_mailed_is_shown_in_the_same_row(session: Session, act: Act, work: Assignment) -> None:
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    assert seen(act, HEAD) == ["chased"]
    assert seen(act, OFFICER) == ["chased"]
    assert seen(act, "truong.p-tuphap") == []
    row = mail_to(session, HEAD, "chased")
    assert (row.state, row.read_at, row.topic) == (MailState.QUEUED, None, None)
    again, fresh = read(act(HEAD), row.id)
    assert (again is row, fresh, row.read_at is not None) == (True, True, True)
    assert read(act(HEAD), row.id)[1] is False
    with pytest.raises(NotFound):
        read(act(OFFICER), row.id)


def test_reading_marks_ones_own_alone_and_not_what_came_later(session: Session, act: Act, work: Assignment) -> None:
    for n in range(3):
        chase(act(OFFICE), work.id, text=f"Lần {n}")
    newest = notifications(act(HEAD), 1).rows[0].id
    chase(act(OFFICE), work.id, text="Sau đó")
    assert read_all(act(HEAD), newest) == 3
    assert read_about(act(HEAD), work.id) == 1
    assert read_about(act(HEAD), work.id) == 0
    assert read_about(act(OFFICER), work.id) == 4


def test_an_own_reminder_that_is_muted_is_shown_and_not_sent(session: Session, act: Act, work: Assignment) -> None:
    mute(session, OFFICER, "reminder")
    swept = sweep(act(at=morning("2026-11-16")))
    officer, head = mail_to(session, OFFICER, "digest"), mail_to(session, HEAD, "digest")
    assert (officer.state, officer.topic, officer.text_body != "") == (MailState.MUTED, "reminder", True)
    assert (head.state, head.topic) == (MailState.QUEUED, "reminder")
    assert seen(act, OFFICER) == ["digest"]
    # It is told, by the person's own choice: recorded, and no alarm of the auditor; and no second one.
    assert sorted(told(session)) == [(-3, "head", HEAD), (-3, "owner", OFFICER)]
    assert swept.unreachable == 0
    assert audit(act(at=morning("2026-11-19", hour=20))).missed == 0
    assert sweep(act(at=morning("2026-11-16", hour=9))).mails == 0
    found = counts(session, Asked(work.programme_id, date(2026, 11, 16), date(2026, 11, 16)))
    assert (found[Result.MUTED], Result.FAILED in found) == (1, False)
    # Nobody sends what its recipient has switched off, and nothing waits for it.
    with pytest.raises(NotFound):
        resend(act(OFFICE), officer.id)
    session.execute(text("UPDATE outbox SET state = 'sent', sent_at = now() WHERE id = :id"), {"id": head.id})
    assert oldest_due(session, morning("2031-01-06")) is None


@pytest.mark.parametrize(("day", "login"), [("2026-11-19", OFFICER), ("2026-11-20", HEAD), ("2026-11-24", OFFICE)])
def test_no_escalation_is_muted(session: Session, act: Act, work: Assignment, day: str, login: str) -> None:
    """On the due day, after it, and to who oversees."""
    mute(session, login, *("reminder", "work", "office", "help", "extension", "talk", "absence"))
    sweep(act(at=morning(day)))
    row = mail_to(session, login, "digest")
    assert (row.state, row.topic) == (MailState.QUEUED, None)


def test_one_escalation_among_reminders_is_enough(session: Session, act: Act, one: Assignment) -> None:
    rows = session.scalars(
        select(Assignment).where(Assignment.lead_unit_id == one.lead_unit_id).order_by(Assignment.id)
    ).all()
    keep = [rows[0].id, rows[1].id]
    session.execute(text("UPDATE assignments SET state = 'cancelled' WHERE id <> ALL(:keep)"), {"keep": keep})
    session.execute(
        text("UPDATE assignments SET due_on = '2026-11-20', nominal_due_on = '2026-11-20' WHERE id = :id"),
        {"id": keep[1]},
    )
    mute(session, HEAD, "reminder")
    sweep(act(at=morning("2026-11-19")))
    assert mail_to(session, HEAD, "digest").state is MailState.QUEUED


def test_a_chase_is_never_muted_and_talk_is(session: Session, act: Act, work: Assignment) -> None:
    mute(session, HEAD, "talk", "work")
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    assert mail_to(session, HEAD, "chased").state is MailState.QUEUED
    comment(act(OFFICE), work.id, text="Xin ý kiến")
    said = mail_to(session, HEAD, "commented")
    assert (said.state, said.topic) == (MailState.MUTED, "talk")
    assert seen(act, HEAD) == ["commented", "chased"]


def test_who_has_no_address_sees_it_all_the_same(session: Session, act: Act, work: Assignment) -> None:
    user(session, HEAD).email = None
    session.flush()
    comment(act(OFFICE), work.id, text="Xin ý kiến")
    row = mail_to(session, HEAD, "commented")
    assert (row.state, row.to_address) == (MailState.UNADDRESSED, "")
    assert seen(act, HEAD) == ["commented"]


def test_a_chase_that_no_mail_carries_is_still_refused(session: Session, act: Act, work: Assignment) -> None:
    for login in (HEAD, OFFICER, "pho.p-yte"):
        if found := session.scalar(select(User).where(User.login == login)):
            found.email = None
    session.flush()
    with pytest.raises(Invalid):
        chase(act(OFFICE), work.id, text="Đề nghị báo cáo")


def test_a_step_that_goes_on_to_the_next_is_shown_to_whom_no_mail_reaches(
    session: Session, act: Act, work: Assignment
) -> None:
    """It is told to the next in line, as before; what is shown proves nothing and is put into no register."""
    officer = user(session, OFFICER)
    officer.dead_email = officer.email
    session.flush()
    for hour in (8, 9):
        sweep(act(at=morning("2026-11-16", hour=hour)))
    assert sorted(told(session)) == [(-3, "head", HEAD), (-3, "owner", HEAD)]
    assert seen(act, OFFICER) == ["digest"]
    row = mail_to(session, OFFICER, "digest")
    assert row.state is MailState.UNADDRESSED
    assert f"/assignments/{work.id}" in row.text_body
    sweep(act(at=morning("2026-11-20")))
    assert seen(act, OFFICER) == ["digest", "digest"]


def test_pages_begin_with_the_newest(session: Session, act: Act) -> None:
    person = user(session, HEAD)
    for n in range(60):
        facts = dict.fromkeys(("to_address", "to_name", "text_body", "html_body", "kind"), "x")
        key = f"n{n}"
        session.add(OutboxMail(dedupe_key=key, message_id=key, recipient_id=person.id, subject=str(n), **facts))
        session.flush()
    page = notifications(act(HEAD), 1)
    assert (len(page.rows), page.total, page.rows[0].subject) == (50, 60, "59")
    assert notifications(act(HEAD), 2).rows[-1].subject == "0"
