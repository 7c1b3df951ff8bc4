"""Taking back, handing on, correcting: what people do every day, each with its trace."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, LATER, OFFICE, OFFICER, events, mails
from tests.helpers.world import AT
from tracker.models.assignment import Assignment, Round
from tracker.models.audit import AuditEvent
from tracker.models.history import PastStanding
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import coordination
from tracker.services import update as updates
from tracker.store.beside import beside


def test_on_track_needs_no_words(act: Act, one: Assignment) -> None:
    assert updates.update(act(HEAD), one.id, signal="on_track", text="").text == "Đúng tiến độ"


def test_undo_within_ten_minutes(session: Session, act: Act, one: Assignment) -> None:
    first = updates.update(act(HEAD), one.id, signal="on_track", text="Một", percent=20)
    second = updates.update(act(HEAD, at=AT + timedelta(minutes=1)), one.id, signal="blocked", text="Hai", percent=60)
    with pytest.raises(NotFound):
        updates.undo(act(HEAD), one.id, first.id)
    with pytest.raises(NotAllowed):
        updates.undo(act(OFFICER), one.id, second.id)
    with pytest.raises(Invalid, match="10 phút"):
        updates.undo(act(HEAD, at=AT + timedelta(minutes=12)), one.id, second.id)
    updates.undo(act(HEAD, at=AT + timedelta(minutes=10)), one.id, second.id)
    assert (one.percent, one.last_update_at) == (20, AT)
    session.flush()
    assert ("undo", None, None) in events(session, one)
    assert session.scalars(select(AuditEvent.data["text"].astext).where(AuditEvent.verb == "undo")).one() == "Hai"


def test_undoing_done_takes_the_submission_back(session: Session, act: Act, one: Assignment) -> None:
    written = updates.update_or_submit(act(HEAD), one.id, signal="done", text="Nhầm")
    assert one.state is State.SUBMITTED
    updates.undo(act(HEAD), one.id, written.id)
    assert (one.state, one.submitted_on) == (State.IN_PROGRESS, None)
    assert session.scalars(select(Round.decision).where(Round.assignment_id == one.id)).all() == ["withdrawn"]
    assert beside(session, [one.id], []).reasons == {}


def test_what_the_office_decided_is_not_undone(act: Act, one: Assignment) -> None:
    written = updates.update_or_submit(act(HEAD), one.id, signal="done", text="Xong")
    verbs.return_(act(OFFICE), one.id, reason="Thiếu số liệu")
    with pytest.raises(Invalid, match="đã xử lý"):
        updates.undo(act(HEAD), one.id, written.id)


def test_what_went_on_since_is_not_undone(session: Session, act: Act, one: Assignment) -> None:
    """Neither a confirmed result nor the work of another unit loses its percent by a late undo."""
    written = updates.update(act(HEAD), one.id, signal="on_track", text="Một", percent=40)
    verbs.submit(act(HEAD, at=AT + timedelta(seconds=30)), one.id, result="Xong", done_on=AT.date())
    for state in (State.SUBMITTED, State.COMPLETED):
        with pytest.raises(Invalid, match="chuyển bước"):
            updates.undo(act(HEAD), one.id, written.id)
        assert (one.state, one.percent) == (state, 100)
        if state is State.SUBMITTED:
            verbs.confirm(act(OFFICE, at=AT + timedelta(seconds=40)), one.id)
    verbs.reopen(act(OFFICE, at=AT + timedelta(minutes=1)), one.id, reason="Kiểm tra lại")
    with pytest.raises(Invalid, match="chuyển bước"):
        updates.undo(act(HEAD, at=AT + timedelta(minutes=2)), one.id, written.id)


def test_undoing_a_note_leaves_the_work_alone(session: Session, act: Act, one: Assignment) -> None:
    police = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    updates.update(act(HEAD), one.id, signal="on_track", text="Một", percent=40)
    updates.update(act(HEAD), one.id, signal="on_track", text="Hai")
    asked = coordination.ask(act(HEAD), one.id, police.id, question="Số liệu", due_on=date(2026, 3, 2))
    updates.note(act("truong.congan"), one.id, text="12 vụ")
    second = updates.note(act("truong.congan", at=AT + timedelta(minutes=1)), one.id, text="13 vụ")
    updates.undo(act("truong.congan", at=AT + timedelta(minutes=2)), one.id, second.id)
    assert (one.percent, asked.state, asked.contributed_on) == (40, "contributed", AT.date())
    verbs.cancel(act(OFFICE), one.id, reason="Trùng")
    with pytest.raises(IllegalMove):
        updates.note(act("truong.congan"), one.id, text="14 vụ")


def test_withdraw(act: Act, one: Assignment) -> None:
    verbs.accept(act(HEAD), one.id)
    verbs.submit(act(HEAD), one.id, result="Xong", done_on=AT.date())
    with pytest.raises(NotAllowed):
        verbs.withdraw(act(OFFICER), one.id)
    verbs.withdraw(act(HEAD), one.id)
    assert one.state is State.IN_PROGRESS


def test_hand_on(session: Session, act: Act, one: Assignment) -> None:
    people = {user.login: user.id for user in session.scalars(select(User))}
    verbs.hand_on(act(HEAD), one.id, owner_id=people[OFFICER], text="Làm trước 15/3")
    assert (one.state, one.owner_id) == (State.IN_PROGRESS, people[OFFICER])
    assert mails(session, "handed_on") == {"canbo.p-yte@example.vn"}
    session.flush()
    said = session.scalars(select(AuditEvent.data).where(AuditEvent.verb == "hand_on")).one()
    assert said["reason"] == "Làm trước 15/3"
    with pytest.raises(Invalid, match="đang thực hiện"):
        verbs.hand_on(act(HEAD), one.id, owner_id=people[OFFICER])
    with pytest.raises(Invalid, match="đơn vị chủ trì"):
        verbs.hand_on(act(HEAD), one.id, owner_id=people["canbo.p-tuphap"])
    verbs.hand_on(act(OFFICER), one.id, owner_id=people[HEAD])  # an owner may give it back
    with pytest.raises(NotAllowed):
        verbs.hand_on(act(OFFICER), one.id, owner_id=people[OFFICER])


def test_the_day_it_was_done_is_corrected_with_proof_and_trace(session: Session, act: Act, one: Assignment) -> None:
    verbs.accept(act(HEAD), one.id)
    verbs.submit(act(HEAD, at=LATER), one.id, result="Xong", done_on=date(2026, 11, 17))
    verbs.confirm(act(OFFICE, at=LATER), one.id)
    for reason, day in ((" ", date(2026, 11, 16)), ("Biên bản 12", None), ("Biên bản 12", date(2026, 11, 19))):
        with pytest.raises(Invalid):
            verbs.correct_done_on(act(OFFICE, at=LATER), one.id, done_on=day, reason=reason)
    with pytest.raises(NotAllowed):
        verbs.correct_done_on(act(HEAD, at=LATER), one.id, done_on=date(2026, 11, 16), reason="x")
    verbs.correct_done_on(act(OFFICE, at=LATER), one.id, done_on=date(2026, 11, 16), reason="Biên bản số 12")
    session.flush()
    data = session.scalars(select(AuditEvent.data).where(AuditEvent.verb == "correct_done_on")).one()
    assert data == {"done_before": "2026-11-17", "done_on": "2026-11-16", "reason": "Biên bản số 12"}


def test_the_history_is_kept_by_day(session: Session, act: Act, one: Assignment) -> None:
    verbs.accept(act(HEAD, at=AT + timedelta(days=1)), one.id)
    verbs.submit(act(HEAD, at=LATER), one.id, result="Xong", done_on=date(2026, 11, 17))
    session.flush()
    verbs.return_(act(OFFICE, at=LATER), one.id, reason="x")  # the same day: its end counts
    session.flush()
    rows = session.execute(
        select(PastStanding.since, PastStanding.state)
        .where(PastStanding.assignment_id == one.id)
        .order_by(PastStanding.since)
    )
    assert [tuple(row) for row in rows] == [
        (date(2026, 1, 5), "assigned"),
        (date(2026, 1, 6), "in_progress"),
        (date(2026, 11, 18), "in_progress"),
    ]


def test_a_clock_that_jumps_back_does_not_rewrite_the_past(session: Session, act: Act, one: Assignment) -> None:
    verbs.accept(act(HEAD, at=LATER), one.id)
    session.flush()
    verbs.suspend(act(OFFICE, at=datetime.fromisoformat("2026-03-01T09:00+07:00")), one.id, reason="x")
    session.flush()
    newest = session.scalars(
        select(PastStanding).where(PastStanding.assignment_id == one.id).order_by(PastStanding.since.desc())
    ).first()
    assert newest is not None
    assert (newest.since, newest.state) == (LATER.date(), "suspended")
