"""One notion of what a mail was about: for the mail log, the register and the passing on, promises and openings too."""

import re
from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICER
from tests.db.test_bounce import about as notification
from tests.db.test_fallback import GONE, mail_to, passed_on, try_once, user
from tests.db.test_rollover import NEW_YEAR
from tests.db.test_sweep import morning
from tests.helpers.links import link_of
from tracker.mail.answer import Outcome
from tracker.models.assignment import Assignment
from tracker.models.mail_link import MailLink
from tracker.models.outbox import OutboxMail
from tracker.models.programme import Programme
from tracker.models.promise import Promise, PromiseNotice
from tracker.models.user import Post, PostRole
from tracker.rules.mail_link import Standing
from tracker.rules.register import Result
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import promise as promises
from tracker.services.act import Answer, open_link, use
from tracker.services.bounce import record_bounce
from tracker.services.escalation import sweep
from tracker.services.opening import roll_over
from tracker.services.register import in_words
from tracker.store.mail_log import MailFilters, about
from tracker.store.outbox import mails
from tracker.store.register import Asked, counts, entries

PROMISED = date(2026, 10, 12)
TOLD = "2026-10-13"
OFFICE_PEOPLE = {"truong.p-ldtbxh", "canbo.p-ldtbxh"}


@pytest.fixture
def broken(session: Session, act: Act, one: Assignment) -> Assignment:
    """The officer has promised and not kept; the head's digest is about that alone."""
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.CANCELLED))
    verbs.accept(act(HEAD), one.id, owner_id=user(session, OFFICER).id)
    promises.promise(act(OFFICER), one.id, promised_on=PROMISED)
    session.execute(delete(OutboxMail))
    sweep(act(at=morning(TOLD)))
    return one


def bounce(session: Session, act: Act, login: str = HEAD, kind: str = "digest") -> OutboxMail:
    row = mail_to(session, login, kind)
    try_once(act, row, Outcome.SENT, "250", at=morning(TOLD))
    record_bounce(act(at=morning(TOLD, hour=10)), notification(row))
    return row


def test_a_digest_of_a_broken_promise_goes_on(session: Session, act: Act, broken: Assignment) -> None:
    row = bounce(session, act)
    found = passed_on(session, row)
    assert set(found) == OFFICE_PEOPLE
    for mail in found.values():
        assert "đơn vị hẹn xong 12/10/2026, chưa xong" in mail.text_body
        notice = session.scalars(select(PromiseNotice).where(PromiseNotice.outbox_id == mail.id)).one()
        assert (notice.role, notice.recipient_id, notice.instead_of_id) == (
            "standing_office",
            mail.recipient_id,
            row.id,
        )
        assert (notice.lead_unit_id, notice.due_on) == (broken.lead_unit_id, broken.due_on)


def test_nobody_is_told_of_themselves_in_anothers_place(session: Session, act: Act, broken: Assignment) -> None:
    """The officer who promised has become the head of the standing office."""
    (notice,) = session.scalars(select(PromiseNotice))
    promise = session.get_one(Promise, notice.promise_id)
    promise.person_id = user(session, "truong.p-ldtbxh").id
    session.flush()
    assert set(passed_on(session, bounce(session, act))) == {"canbo.p-ldtbxh"}


def test_a_promise_of_work_that_is_done_is_left_out(session: Session, act: Act, broken: Assignment) -> None:
    head = act(HEAD, at=morning(TOLD))
    verbs.submit(head, broken.id, result="Xong", done_on=head.today)
    assert passed_on(session, bounce(session, act)) == {}


def test_the_log_knows_what_it_was_about(session: Session, act: Act, broken: Assignment) -> None:
    row = bounce(session, act)
    mine = MailFilters(assignment_id=broken.id)
    for mail in (row, *passed_on(session, row).values()):
        assert [one.id for one in about(session, mail.id)] == [broken.id]
        assert mail.id in {one.id for one in mails(session, mine, 1).rows}
    assert mails(session, MailFilters(assignment_id=broken.id + 1), 1).total == 0


def test_the_register_has_it_too(session: Session, act: Act, broken: Assignment) -> None:
    row = bounce(session, act)
    asked = Asked(broken.programme_id, date(2026, 10, 13), date(2026, 10, 13))
    first, *instead = entries(session, asked)
    assert (first.to_name, first.promised_on, first.result) == (row.to_name, PROMISED, Result.BOUNCED)
    assert (first.role, first.step_offset, first.chased_by, first.due_on) == ("head", None, None, broken.due_on)
    assert {(one.instead_of, one.promised_on, one.result) for one in instead} == {
        (row.to_name, PROMISED, Result.WAITING)
    }
    assert counts(session, asked) == {Result.BOUNCED: 1, Result.WAITING: 2}
    lines = [line.by for line in in_words([first])]
    assert lines == ["Hẹn xong ngày 12/10/2026, chưa xong (lãnh đạo đơn vị)"]
    # As it was then, whatever the deadline and the lead are today.
    session.execute(update(Assignment).where(Assignment.id == broken.id).values(due_on=date(2026, 12, 31)))
    assert next(entries(session, asked)) == first


@pytest.fixture
def opened(session: Session, act: Act) -> list[Assignment]:
    """What the new year gave to the health department."""
    programme = session.scalars(select(Programme)).one()
    roll_over(act(at=NEW_YEAR), programme.id)
    unit = user(session, HEAD)
    mail = mail_to(session, HEAD, "opened")
    assert mail.recipient_id == unit.id
    return [session.get_one(Assignment, one.id) for one in about(session, mail.id)]


def test_the_mail_of_an_opening_is_about_what_it_gave(session: Session, opened: list[Assignment]) -> None:
    assert len(opened) > 5
    assert {one.period for one in opened} == {"2027"}
    assert len({one.lead_unit_id for one in opened}) == 1
    mail = mail_to(session, HEAD, "opened")
    assert mail.id in {one.id for one in mails(session, MailFilters(assignment_id=opened[0].id), 1).rows}


def test_an_opening_that_does_not_arrive_goes_to_the_office(
    session: Session, act: Act, opened: list[Assignment]
) -> None:
    taken = opened[0]
    verbs.decline(act(HEAD, at=NEW_YEAR), taken.id, reason="Không đúng chức năng")
    row = mail_to(session, HEAD, "opened")
    try_once(act, row, Outcome.FAILED, GONE, at=NEW_YEAR)
    found = passed_on(session, row)
    assert set(found) == OFFICE_PEOPLE
    for mail in found.values():
        left = {one.id for one in opened} - {taken.id}
        assert {one.id for one in about(session, mail.id)} == left
        assert {int(n) for n in re.findall(r"/assignments/(\d+)", mail.text_body)} == left
        assert "Giao việc năm 2027" in mail.subject


def test_what_is_given_is_answered_from_the_mail(session: Session, act: Act, opened: list[Assignment]) -> None:
    mail = mail_to(session, HEAD, "opened")
    links = session.scalars(select(MailLink).where(MailLink.outbox_id == mail.id)).all()
    assert {(one.assignment_id, one.version) for one in links} == {(one.id, one.version) for one in opened}
    assert {one.person_id for one in links} == {mail.recipient_id}
    assert mail.text_body.count("/act/~") == mail.html_body.count("/act/~") == len(opened)
    token = link_of(session, HEAD, "opened", n=0)
    found = open_link(act(at=NEW_YEAR), token)
    assert found is not None
    assert found.standing is Standing.READY
    assert {"received", "not_ours"} <= {str(one) for one in found.choices}
    assert found.row is not None
    before = found.row.id
    use(act(at=NEW_YEAR), token, Answer("received", None, ""))
    assert session.get_one(Assignment, before).state is State.IN_PROGRESS
    again = open_link(act(at=NEW_YEAR), token)
    assert again is not None
    assert again.standing is not Standing.READY


def test_only_who_signs_for_the_unit_has_such_links(session: Session, opened: list[Assignment]) -> None:
    rows = session.execute(
        select(MailLink.person_id, Assignment.lead_unit_id).join(Assignment, Assignment.id == MailLink.assignment_id)
    )
    held = {tuple(row) for row in session.execute(select(Post.user_id, Post.unit_id).where(Post.role == PostRole.HEAD))}
    found = {tuple(row) for row in rows}
    assert len(found) == 42
    assert found <= held
