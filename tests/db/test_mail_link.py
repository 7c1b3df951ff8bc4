"""Links from their making to their end: in which mails, sent with the token, taken back, revoked, forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_act import SOON, answer, as_stored, choose, token
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, events, mails
from tests.db.test_sweep import morning
from tests.helpers.filing import LATER, opened, report_of
from tests.helpers.links import KEY, link_of
from tests.helpers.world import AT
from tracker.mail.link import fill, hash_of
from tracker.models.assignment import Assignment
from tracker.models.mail_link import MailLink
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.promise import Promise
from tracker.models.user import User
from tracker.rules.errors import Invalid
from tracker.rules.mail_link import Choice, Standing
from tracker.rules.promise import Outcome
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import delegation as delegations
from tracker.services.act import open_link, use
from tracker.services.chase import chase
from tracker.services.escalation import sweep
from tracker.services.identity import deactivate
from tracker.services.mail_link import ACTIONABLE, KEPT, forget_old
from tracker.services.outbox import claim, resend

# The outbox goes by the clock of the database.
NOW = datetime.now(UTC) + timedelta(days=1)
IN_TIME = SOON + timedelta(minutes=9)


@pytest.fixture
def under_way(session: Session, act: Act, one: Assignment) -> Assignment:
    """The officer's, and both have a mail about it."""
    verbs.accept(act(HEAD), one.id, owner_id=person(session, OFFICER))
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    return one


def person(session: Session, login: str) -> int:
    return session.scalars(select(User.id).where(User.login == login)).one()


def links(session: Session, login: str = HEAD) -> list[MailLink]:
    query = select(MailLink).where(MailLink.person_id == person(session, login)).order_by(MailLink.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def test_every_actionable_mail_is_about_the_version_it_leaves(session: Session, act: Act, one: Assignment) -> None:
    """A verb that changed the row after its mail would make every link of it stale."""
    verbs.hand_on(act(HEAD), one.id, owner_id=person(session, OFFICER))
    assert links(session, OFFICER)[-1].version == one.version
    verbs.submit(act(HEAD), one.id, result="Xong", done_on=AT.date())
    verbs.return_(act(OFFICE), one.id, reason="Thiếu")
    assert links(session)[-1].version == one.version
    chase(act(OFFICE), one.id, text="Nhanh lên")
    assert links(session)[-1].version == one.version
    verbs.reassign(act(OFFICE), one.id, lead_unit_id=one.lead_unit_id, reason="Làm lại")
    session.flush()
    assert links(session)[-1].version == one.version
    kinds = session.scalars(select(OutboxMail.kind).join(MailLink, MailLink.outbox_id == OutboxMail.id)).all()
    assert {*kinds} == {"handed_on", "returned", "chased", "assigned"} <= ACTIONABLE


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_a_digest_has_a_link_a_line_made_in_one_insert(session: Session, act: Act) -> None:
    with statements(session) as seen:
        swept = sweep(act(at=morning("2026-11-20")))
    assert swept.mails > 40
    inserts = [one for one in seen if "mail_links" in one]
    assert len(inserts) == 1
    rows = links(session)
    assert len(rows) > 3
    mail = session.get_one(OutboxMail, rows[0].outbox_id)
    letter = fill(mail.text_body, KEY, mail.message_id)
    assert "/act/~" not in letter
    assert letter.count("/act/") == len(rows)
    tokens = [link_of(session, HEAD, "digest", n=n) for n in range(len(rows))]
    assert [row.token_hash for row in rows] == [hash_of(token) for token in tokens]
    # The office and the leaders of another unit's work are told of it, and do not answer for it.
    office = {row.assignment_id for row in links(session, OFFICE)}
    unit = text("SELECT id FROM assignments WHERE lead_unit_id = (SELECT id FROM units WHERE code = 'p-ldtbxh')")
    assert office <= set(session.scalars(unit))


def test_every_try_and_every_resend_carries_the_same_link(session: Session, act: Act, under_way: Assignment) -> None:
    sent = {letter.to_address: letter for _id, letter in claim(act(at=NOW), 1_000_001, most=10)}
    letter = sent["truong.p-yte@example.vn"]
    link = token(session)
    assert letter.text.count(f"/act/{link}") == 1
    assert letter.html.count(f"/act/{link}") == 1
    row = session.scalars(select(OutboxMail).where(OutboxMail.message_id == letter.message_id)).one()
    row.state, row.sender = MailState.FAILED, None
    session.flush()
    resend(act(at=NOW), row.id)
    session.flush()
    again = {one.message_id: one for _id, one in claim(act(at=NOW), 1_000_001, most=10)}
    assert again[letter.message_id].text == letter.text


def test_the_person_takes_it_back_from_the_mail_about_it(session: Session, act: Act, under_way: Assignment) -> None:
    answer(session, act, choose("done", "Xong cả"))
    assert under_way.state is State.SUBMITTED
    assert mails(session, "answered_from_mail") == {"truong.p-yte@example.vn"}
    assert mails(session, "answer_told") == {"canbo.p-yte@example.vn"}
    undo = link_of(session, HEAD, "answered_from_mail")
    before = as_stored(session)
    opened = open_link(act(at=IN_TIME), undo)
    assert opened is not None
    assert (opened.standing, opened.is_undo, opened.choices) == (Standing.READY, True, ())
    with pytest.raises(Invalid):
        use(act(at=IN_TIME), undo, choose(""))
    with pytest.raises(Invalid):
        use(act(at=IN_TIME), undo, choose("blocked", "Khác"))
    assert as_stored(session) == before
    done = use(act(at=IN_TIME), undo, choose("undo"))
    assert done is not None
    assert done.undone_at == IN_TIME
    session.flush()
    assert under_way.state is State.IN_PROGRESS
    assert [verb for verb, _from, _to in events(session, under_way)][-3:] == ["withdraw", "undo", "undo_link"]
    # The office, which chased, had the report itself.
    assert mails(session, "undone_from_mail") == {"canbo.p-yte@example.vn", "truong.p-ldtbxh@example.vn"}
    # Neither link does anything more.
    before = as_stored(session)
    for spent, what in ((undo, choose("undo")), (token(session), choose("blocked", "Khác"))):
        found = use(act(at=IN_TIME), spent, what)
        assert found is not None
        assert (found.standing, found.undone_at) == (Standing.USED, IN_TIME)
    assert as_stored(session) == before


def test_ten_minutes_and_undecided(session: Session, act: Act, under_way: Assignment) -> None:
    answer(session, act, choose("done", "Xong cả"))
    undo = link_of(session, HEAD, "answered_from_mail")
    late = open_link(act(at=SOON + timedelta(minutes=10)), undo)
    assert late is not None
    assert late.standing is Standing.EXPIRED
    verbs.return_(act(OFFICE, at=SOON), under_way.id, reason="Thiếu")
    session.flush()
    decided = use(act(at=IN_TIME), undo, choose("undo"))
    assert decided is not None
    assert decided.standing is Standing.STALE
    assert under_way.state is State.IN_PROGRESS


def test_a_promise_is_taken_back_and_the_one_before_stands(session: Session, act: Act, under_way: Assignment) -> None:
    for n, day in ((1, date(2026, 11, 10)), (2, date(2026, 11, 12))):
        answer(session, act, choose("promise", day=day), at=SOON + timedelta(hours=n))
        chase(act(OFFICE, at=SOON + timedelta(hours=n)), under_way.id, text=f"Lần {n}")
        session.flush()
    first, second = session.scalars(select(Promise).order_by(Promise.id)).all()
    assert (first.outcome, second.outcome, second.replaces_id) == (Outcome.WITHDRAWN, Outcome.OPEN, first.id)
    undo = link_of(session, HEAD, "answered_from_mail")
    use(act(at=SOON + timedelta(hours=2, minutes=5)), undo, choose("undo"))
    session.flush()
    assert (first.outcome, second.outcome) == (Outcome.OPEN, Outcome.WITHDRAWN)


def test_what_nobody_takes_back_has_no_undo(session: Session, act: Act, one: Assignment) -> None:
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    answer(session, act, choose("not_ours", "Không đúng chức năng"))
    mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "answered_from_mail")).one()
    assert "/act/" not in mail.text_body + mail.html_body


def test_who_has_left_has_no_links_even_when_they_come_back(session: Session, act: Act, under_way: Assignment) -> None:
    deactivate(act("quantri"), HEAD)
    session.execute(text("UPDATE users SET active = true WHERE login = :login"), {"login": HEAD})
    session.expire_all()
    found = open_link(act(at=SOON), token(session))
    assert found is not None
    assert found.standing is Standing.REVOKED
    assert open_link(act(at=SOON), token(session, OFFICER)).standing is Standing.READY  # type: ignore[union-attr]


def test_with_the_delegation_its_links_end(session: Session, act: Act, one: Assignment) -> None:
    """Whether it is ended or its days are over."""
    row = delegations.delegate(
        act(HEAD), one.lead_unit_id, absent_id=person(session, HEAD), acting_id=person(session, OFFICER),
        valid_from=AT.date(), valid_to=AT.date() + timedelta(days=2),
    )  # fmt: skip
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    link = token(session, OFFICER)
    during, after = (open_link(act(at=AT + timedelta(days=n)), link) for n in (2, 3))
    assert during is not None
    assert after is not None
    assert "not_ours" in during.choices
    assert "not_ours" not in after.choices  # their own rights, as an officer of the unit, are left
    answer(session, act, choose("not_ours", "Không đúng chức năng"), login=OFFICER)
    (told,) = session.execute(text("SELECT on_behalf_of_id FROM audit_events WHERE verb = 'decline'")).one()
    assert told == person(session, HEAD)
    later = SOON + timedelta(minutes=1)
    verbs.reassign(act(OFFICE, at=later), one.id, lead_unit_id=one.lead_unit_id, reason="Vẫn của phòng")
    session.flush()
    delegations.end(act(HEAD, at=later), row.id)
    found = open_link(act(at=later), link_of(session, OFFICER, "assigned"))
    assert found is not None
    assert found.standing is Standing.REVOKED


def test_old_links_are_forgotten(session: Session, act: Act, under_way: Assignment) -> None:
    answer(session, act, choose("blocked", "Chờ"))
    forget_old(act(at=AT + KEPT))
    assert session.scalar(select(func.count()).select_from(MailLink)) == 3
    forget_old(act(at=AT + KEPT + timedelta(days=8)))
    assert session.scalar(select(func.count()).select_from(MailLink)) == 0
    assert "use_link" in {verb for verb, _from, _to in events(session, under_way)}


def test_what_is_done_by_filing_a_report_is_not_done_by_saying_so(session: Session, act: Act) -> None:
    report = report_of(session, opened(act), "p-yte")
    assert report.assignment_id is not None
    chase(act(OFFICE, at=LATER), report.assignment_id, text="Đề nghị nộp báo cáo")
    session.flush()
    found = open_link(act(at=LATER), link_of(session, HEAD, "chased"))
    assert found is not None
    assert found.report_id == report.id
    assert Choice.RECEIVED in found.choices
    assert Choice.DONE not in found.choices
