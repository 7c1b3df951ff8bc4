"""An answer to a chase reaches whoever chased: once, soon after, and nobody who knows it already."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_act import SOON, answer, choose
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, mails
from tests.db.test_fallback import user
from tests.helpers.links import link_of
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.chase import Chase
from tracker.models.outbox import OutboxMail
from tracker.models.user import Post
from tracker.services import assignment as verbs
from tracker.services.act import Answer, use
from tracker.services.chase import chase

CHAIR = "truong.ubnd-huyen"
PROMISE = choose("promise", "Đang hoàn thiện.", date(2026, 11, 10))
OFFICE_MAIL, CHAIR_MAIL, OFFICER_MAIL = (f"{login}@example.vn" for login in (OFFICE, CHAIR, OFFICER))


@pytest.fixture
def chased(session: Session, act: Act, one: Assignment) -> Assignment:
    verbs.accept(act(HEAD), one.id, owner_id=user(session, OFFICER).id)
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    return one


def test_whoever_chased_is_told_what_was_answered(session: Session, act: Act, chased: Assignment) -> None:
    chase(act(OFFICE, at=AT + timedelta(minutes=5)), chased.id, text="Lần nữa")
    session.flush()
    answer(session, act, PROMISE)
    query = select(OutboxMail).where(OutboxMail.recipient_id == user(session, OFFICE).id)
    (mail,) = session.scalars(query.where(OutboxMail.kind == "answer_told"))
    assert mail.subject.startswith("[Giao Việc] Phòng Y tế hẹn xong ngày 10/11/2026: Thực hiện")
    assert f"{user(session, HEAD).name} vừa trả lời: “Sẽ xong vào ngày 10/11/2026”." in mail.text_body
    assert "Ghi chú: Đang hoàn thiện." in mail.text_body
    assert mails(session, "answer_told") == {OFFICE_MAIL, OFFICER_MAIL}


def test_what_is_said_long_after_answers_no_chase(session: Session, act: Act, chased: Assignment) -> None:
    """The link is of a later mail."""
    later = AT + timedelta(days=15)
    chase(act(CHAIR, at=later), chased.id, text="Đề nghị báo cáo")
    session.flush()
    found = use(act(at=later), link_of(session, HEAD, "chased"), PROMISE)
    assert found is not None
    session.flush()
    assert mails(session, "answer_told") == {CHAIR_MAIL, OFFICER_MAIL}


def test_one_that_has_the_report_itself_is_not_told_again(session: Session, act: Act, chased: Assignment) -> None:
    chase(act(CHAIR), chased.id, text="Đề nghị báo cáo")
    session.flush()
    answer(session, act, choose("done", "Xong cả"))
    assert OFFICE_MAIL in mails(session, "submitted")
    assert mails(session, "answer_told") == {CHAIR_MAIL, OFFICER_MAIL}


def test_what_an_officer_says_is_done_waits_for_the_head(session: Session, act: Act, chased: Assignment) -> None:
    use(act(at=SOON), link_of(session, OFFICER, "chased"), Answer("done", None, "Xong cả"))
    session.flush()
    assert mails(session, "submitted") == set()
    query = select(OutboxMail.subject).where(OutboxMail.kind == "answer_told", OutboxMail.to_address == OFFICE_MAIL)
    assert "Phòng Y tế báo đã xong, chờ lãnh đạo đơn vị báo cáo hoàn thành: " in session.scalars(query).one()


def test_one_who_may_see_it_no_longer_is_not_told(session: Session, act: Act, chased: Assignment) -> None:
    for post in session.scalars(select(Post).where(Post.user_id == user(session, OFFICE).id)):
        post.valid_to = AT.date()
    session.flush()
    found = use(act(at=AT + timedelta(days=1)), link_of(session, HEAD, "chased"), PROMISE)
    assert found is not None
    session.flush()
    assert mails(session, "answer_told") == {OFFICER_MAIL}


def test_nobody_is_told_of_their_own_answer(session: Session, act: Act, chased: Assignment) -> None:
    session.add(Chase(assignment_id=chased.id, text="Gấp", sent_at=AT, sent_by_id=user(session, OFFICER).id))
    session.flush()
    use(act(at=SOON), link_of(session, OFFICER, "chased"), Answer("on_track", None, "Đang làm."))
    session.flush()
    assert mails(session, "answer_told") == {OFFICE_MAIL}
