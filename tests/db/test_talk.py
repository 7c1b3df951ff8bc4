"""Comments, chases and who has read them, explanations."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, mails
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.chase import Chase
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import explanation as explanations
from tracker.services.chase import chase, mark_read
from tracker.services.comment import comment
from tracker.services.form import first_time
from tracker.services.programme_settings import set_programme
from tracker.store.dossier import dossier
from tracker.store.timeline import timeline

LEADER = "truong.ubnd-huyen"
BY = date(2026, 2, 2)


def test_who_is_named_gets_a_mail_and_nobody_else(session: Session, act: Act, one: Assignment) -> None:
    people = {user.login: user.id for user in session.scalars(select(User))}
    office = session.scalars(select(Unit).where(Unit.code == "p-ldtbxh")).one()
    comment(act(HEAD), one.id, text="Nhờ xem giúp", users=[people[OFFICER]], units=[office.id])
    assert mails(session, "mentioned") == {
        "canbo.p-yte@example.vn", "truong.p-ldtbxh@example.vn", "canbo.p-ldtbxh@example.vn",
    }  # fmt: skip
    elsewhere = session.scalars(select(Unit).where(Unit.code == "p-tuphap")).one()
    for named in ({"units": [elsewhere.id]}, {"users": [people["truong.p-tuphap"]]}):
        with pytest.raises(Invalid, match="cùng tham gia"):
            comment(act(HEAD), one.id, text="x", **named)  # type: ignore[arg-type]
    for typed in (" ", "x" * 5001):
        with pytest.raises(Invalid):
            comment(act(HEAD), one.id, text=typed)
    with pytest.raises(NotFound):
        comment(act("truong.p-tuphap"), one.id, text="x")
    with pytest.raises(NotAllowed):
        comment(act("kiemtoan"), one.id, text="x")


@pytest.mark.parametrize(
    ("login", "told"),
    [
        (OFFICE, {"truong.p-yte@example.vn", "canbo.p-yte@example.vn"}),
        (LEADER, {"truong.p-yte@example.vn", "canbo.p-yte@example.vn"}),
        (HEAD, set()),
        (OFFICER, set()),
    ],
)
def test_what_comes_from_outside_reaches_head_and_owner(
    session: Session, act: Act, one: Assignment, login: str, told: set[str]
) -> None:
    people = {user.login: user.id for user in session.scalars(select(User))}
    verbs.accept(act(HEAD), one.id, owner_id=people[OFFICER])
    comment(act(login), one.id, text="Tiến độ đến đâu?")
    assert mails(session, "commented") == told
    assert mails(session, "mentioned") == set()


def test_whom_the_office_names_gets_one_mail_and_a_draft_tells_nobody(
    session: Session, act: Act, one: Assignment
) -> None:
    people = {user.login: user.id for user in session.scalars(select(User))}
    comment(act(OFFICE), one.id, text="Nhờ xem", users=[people[HEAD]])
    assert mails(session, "mentioned") == {"truong.p-yte@example.vn"}
    assert mails(session, "commented") == set()
    one.state = State.DRAFT
    session.flush()
    comment(act(OFFICE), one.id, text="Chưa giao")
    assert mails(session, "commented") == set()


def test_a_decision_stands_once_in_the_timeline(session: Session, act: Act, one: Assignment) -> None:
    """Also on a submission that was taken over from elsewhere, so that no event of ours tells of it."""
    verbs.accept(act(HEAD), one.id)
    verbs.submit(act(HEAD, at=AT + timedelta(hours=1)), one.id, result="Xong", done_on=AT.date())
    session.flush()
    session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
    session.execute(text("DELETE FROM audit_events WHERE verb = 'submit'"))
    verbs.confirm(act(OFFICE, at=AT + timedelta(hours=2)), one.id)
    session.flush()
    lines = [line.what for line in timeline(dossier(session, one.id, AT.date()))]
    assert lines.count("confirm") == lines.count("submit") == 1


def test_a_chase_knows_its_readers(session: Session, act: Act, one: Assignment) -> None:
    chase(act(LEADER), one.id, text="Báo cáo trước thứ Sáu")
    mark_read(act(OFFICER), one.id)  # it was not sent to them
    sent = session.scalars(select(Chase).where(Chase.assignment_id == one.id)).one()
    assert [reader.read_at for reader in sent.readers] == [None]
    mark_read(act(HEAD, at=AT + timedelta(hours=1)), one.id)
    mark_read(act(HEAD, at=AT + timedelta(hours=9)), one.id)
    session.expire_all()
    assert [reader.read_at for reader in sent.readers] == [AT + timedelta(hours=1)]
    with pytest.raises(NotAllowed):
        chase(act(HEAD), one.id, text="x")
    assert [line.what for line in timeline(dossier(session, one.id, AT.date()), "talk")] == ["chase"]


def test_a_chase_went_to_whom_a_mail_went(session: Session, act: Act, one: Assignment) -> None:
    head = session.scalars(select(User).where(User.login == HEAD)).one()
    head.email = None
    session.flush()
    with pytest.raises(Invalid, match="chưa có ai"):
        chase(act(LEADER), one.id, text="Báo cáo")


def test_nobody_explains_what_is_no_longer_theirs(session: Session, act: Act, one: Assignment) -> None:
    asked = explanations.ask(act(LEADER), one.id, question="Vì sao chậm?", due_on=AT.date() + timedelta(days=3))
    verbs.cancel(act(OFFICE), one.id, reason="Trùng")
    assert asked.state == "withdrawn"


def test_an_explanation_is_asked_answered_and_closed(session: Session, act: Act, one: Assignment) -> None:
    with pytest.raises(Invalid):
        explanations.ask(act(LEADER), one.id, question="Vì sao chậm?", due_on=AT.date() - timedelta(days=1))
    request = explanations.ask(act(LEADER), one.id, question="Vì sao chậm?", due_on=BY)
    assert mails(session, "explanation_asked") == {"truong.p-yte@example.vn"}
    with pytest.raises(NotAllowed):
        explanations.answer(act(OFFICE), request.id, text="x")
    with pytest.raises(Invalid):
        explanations.answer(act(HEAD), request.id, text="  ")
    explanations.answer(act(HEAD), request.id, text="Thiếu cán bộ")
    assert mails(session, "explanation_answered") == {"truong.ubnd-huyen@example.vn"}
    with pytest.raises(IllegalMove):
        explanations.answer(act(HEAD), request.id, text="Lần nữa")
    explanations.close(act(LEADER), request.id)
    assert request.state == "closed"
    with pytest.raises(NotFound):
        explanations.answer(act("truong.p-tuphap"), request.id, text="x")


def test_a_form_acts_once(act: Act) -> None:
    assert first_time(act(HEAD), "token")
    assert not first_time(act(HEAD), "token")


def test_comments_are_audited_without_their_text(session: Session, act: Act, one: Assignment) -> None:
    written = comment(act(HEAD), one.id, text="Riêng")
    session.flush()
    assert session.scalars(select(AuditEvent.data).where(AuditEvent.verb == "comment")).one() == {"comment": written.id}


def test_the_settings_of_a_programme(session: Session, act: Act, one: Assignment) -> None:
    values = {"extension_days": 5, "ranking_threshold": 4, "mail_hour": 7}
    with pytest.raises(NotAllowed):
        set_programme(act(HEAD), one.programme_id, **values)
    with pytest.raises(Invalid) as refused:
        set_programme(act(OFFICE), one.programme_id, **{**values, "mail_hour": 24})
    assert refused.value.field == "mail_hour"
    row = set_programme(act(OFFICE), one.programme_id, **values)
    assert (row.extension_days, row.ranking_threshold, row.mail_hour) == (5, 4, 7)
    session.flush()
    data = session.scalars(select(AuditEvent.data).where(AuditEvent.verb == "set_programme")).one()
    assert data["mail_hour"] == {"before": 8, "after": 7}
