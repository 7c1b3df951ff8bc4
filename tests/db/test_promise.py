"""A promised day on real rows: made, kept, broken, told once to the next one up."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, events
from tests.db.test_sweep import morning
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.outbox import OutboxMail
from tracker.models.promise import Promise, PromiseNotice
from tracker.models.user import Post, User
from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.promise import Outcome
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import promise as promises
from tracker.services.access import open_dossier
from tracker.services.escalation import sweep
from tracker.store.beside import beside
from tracker.store.timeline import timeline

MONDAY = date(2026, 10, 12)


@pytest.fixture
def under_way(session: Session, act: Act, one: Assignment) -> Assignment:
    """The officer's; nothing else is open."""
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.CANCELLED))
    officer = session.scalars(select(User.id).where(User.login == OFFICER)).one()
    verbs.accept(act(HEAD), one.id, owner_id=officer)
    session.execute(delete(OutboxMail))
    return one


def make(act: Act, one: Assignment, login: str = OFFICER, on: date = MONDAY, at: datetime = AT) -> Promise:
    return promises.promise(act(login, at=at), one.id, promised_on=on)


def told(session: Session) -> list[tuple[str, str | None]]:
    query = (
        select(PromiseNotice.role, User.login)
        .outerjoin(User, User.id == PromiseNotice.recipient_id)
        .order_by(PromiseNotice.id)
    )
    return [tuple(row) for row in session.execute(query)]


def test_who_may_promise(session: Session, act: Act, one: Assignment) -> None:
    with pytest.raises(NotAllowed):
        make(act, one, OFFICE)
    with pytest.raises(NotAllowed):
        make(act, one, OFFICER)  # not the owner of what nobody has taken on
    with pytest.raises(NotFound):
        make(act, one, "truong.p-tuphap")
    with pytest.raises(Conflict):
        promises.promise(act(HEAD), one.id, promised_on=MONDAY, version=one.version - 1)
    made = make(act, one, HEAD)
    assert (one.state, made.version, made.outcome) == (State.IN_PROGRESS, one.version, Outcome.OPEN)
    assert [verb for verb, _from, _to in events(session, one)][-2:] == ["accept", "promise"]


def test_one_is_open_and_the_newest_counts(session: Session, act: Act, under_way: Assignment) -> None:
    first = make(act, under_way)
    with pytest.raises(Invalid):
        make(act, under_way)
    with pytest.raises(Invalid):
        make(act, under_way, on=AT.date() - timedelta(days=1))
    second = make(act, under_way, HEAD, MONDAY + timedelta(days=3), AT + timedelta(hours=1))
    assert (first.outcome, second.outcome) == (Outcome.WITHDRAWN, Outcome.OPEN)
    session.flush()
    assert beside(session, [under_way.id], []).promises == {under_way.id: (MONDAY + timedelta(days=3), Outcome.OPEN)}
    lines = [(one.what, one.facts.get("promised")) for one in timeline(open_dossier(act(HEAD), under_way.id), "work")]
    assert lines[:2] == [("promise", "2026-10-15"), ("promise", "2026-10-12")]


@pytest.mark.parametrize(("day", "outcome"), [(12, Outcome.KEPT), (13, Outcome.BROKEN)])
def test_the_submission_settles_it(
    session: Session, act: Act, under_way: Assignment, day: int, outcome: Outcome
) -> None:
    made = make(act, under_way)
    late = morning(f"2026-10-{day}", hour=23)
    verbs.submit(act(HEAD, at=late), under_way.id, result="Xong", done_on=late.date())
    assert made.outcome is outcome
    verbs.withdraw(act(HEAD, at=late), under_way.id)
    assert (made.outcome, made.settled_at) == (Outcome.OPEN, None)
    assert sweep(act(at=morning("2026-10-12"))).broken == 0


def test_broken_it_is_told_once_to_the_next_one_up(session: Session, act: Act, under_way: Assignment) -> None:
    made = make(act, under_way)
    assert sweep(act(at=morning("2026-10-12"))).broken == 0
    swept = sweep(act(at=morning("2026-10-13")))
    assert (swept.broken, swept.mails, swept.escalations) == (1, 1, 0)
    for day in ("2026-10-13", "2026-10-14", "2026-10-20"):
        assert sweep(act(at=morning(day, hour=16))).broken == 0
    assert told(session) == [("head", HEAD)]
    session.refresh(made)
    assert made.outcome is Outcome.BROKEN
    mail = session.scalars(select(OutboxMail)).one()
    assert mail.subject.startswith("[Giao Việc] Quá ngày hẹn 12/10, chưa xong: ")
    assert "đơn vị hẹn xong 12/10/2026, chưa xong" in mail.text_body
    assert "/act/~" in mail.text_body  # the head may answer at once
    (line,) = timeline(open_dossier(act(HEAD), under_way.id), "mail")
    assert (line.what, line.facts["to"]) == ("promise_broken", ["Trưởng phòng Y tế"])


def test_a_heads_is_told_to_the_office_without_a_link(session: Session, act: Act, under_way: Assignment) -> None:
    make(act, under_way, HEAD)
    sweep(act(at=morning("2026-10-13")))
    assert sorted(told(session)) == [("standing_office", "canbo.p-ldtbxh"), ("standing_office", "truong.p-ldtbxh")]
    assert not session.scalar(select(func.count()).where(OutboxMail.text_body.contains("/act/")))


def test_it_has_a_line_of_its_own_beside_the_deadlines(session: Session, act: Act, under_way: Assignment) -> None:
    make(act, under_way, on=date(2026, 11, 19))
    sweep(act(at=morning("2026-11-20")))
    mail = session.scalars(select(OutboxMail).join(OutboxMail.recipient).where(User.login == HEAD)).one()
    assert mail.subject == "[Giao Việc] Nhắc việc ngày 20/11: 1 việc quá hạn, 1 việc quá ngày hẹn, chưa xong"
    assert mail.text_body.count("/assignments/") == 2


def test_days_off_are_quiet_and_a_digest_a_day_is_enough(session: Session, act: Act, under_way: Assignment) -> None:
    make(act, under_way, on=date(2026, 10, 16))  # a Friday
    assert sweep(act(at=morning("2026-10-17"))).broken == 0
    with session.begin_nested() as saved:
        assert sweep(act(at=morning("2026-10-19"))).broken == 1
        saved.rollback()
    session.expire_all()
    session.execute(
        text(
            "INSERT INTO outbox (kind, dedupe_key, message_id, recipient_id, to_address, to_name, subject, text_body,"
            " html_body, state) SELECT 'digest', 'digest:' || id || :day, 'x', id, 'x', 'x', 'x', 'x', 'x',"
            " 'queued' FROM users WHERE login = :login"
        ),
        {"login": HEAD, "day": ":2026-10-19"},
    )
    assert sweep(act(at=morning("2026-10-19"))).broken == 0
    assert sweep(act(at=morning("2026-10-20"))).broken == 1


@pytest.mark.parametrize("end", ["decline", "reassign", "cancel"])
def test_who_no_longer_has_the_work_broke_nothing(session: Session, act: Act, one: Assignment, end: str) -> None:
    made = make(act, one, HEAD)
    if end == "decline":
        session.execute(update(Assignment).where(Assignment.id == one.id).values(state=State.ASSIGNED))
        session.refresh(one)
        verbs.decline(act(HEAD), one.id, reason="Không đúng chức năng")
    elif end == "reassign":
        verbs.reassign(act(OFFICE), one.id, lead_unit_id=one.lead_unit_id, reason="Làm lại")
    else:
        verbs.cancel(act(OFFICE), one.id, reason="Thôi")
    assert made.outcome is Outcome.WITHDRAWN
    session.flush()
    assert beside(session, [one.id], []).promises == {}


def test_nobody_waits_for_what_is_suspended(session: Session, act: Act, under_way: Assignment) -> None:
    make(act, under_way)
    verbs.suspend(act(OFFICE), under_way.id, reason="Chờ")
    assert sweep(act(at=morning("2026-10-13"))).broken == 0
    with pytest.raises(IllegalMove):
        make(act, under_way, HEAD, MONDAY + timedelta(days=1))
    verbs.resume(act(OFFICE), under_way.id, reason="Tiếp")
    assert sweep(act(at=morning("2026-10-14"))).broken == 1


def test_with_nobody_to_tell_it_is_said_so_once(session: Session, act: Act, under_way: Assignment) -> None:
    make(act, under_way)
    session.execute(delete(Post))
    assert sweep(act(at=morning("2026-10-13"))).unreachable == 1
    assert sweep(act(at=morning("2026-10-14"))).unreachable == 0
    assert told(session) == [("head", None)]


def test_taking_it_back(session: Session, act: Act, under_way: Assignment) -> None:
    first = make(act, under_way)
    second = make(act, under_way, on=MONDAY + timedelta(days=1))
    with pytest.raises(NotAllowed):
        promises.undo(act(HEAD), under_way.id, second.id)
    with pytest.raises(Invalid):
        promises.undo(act(OFFICER), under_way.id, first.id)
    with pytest.raises(Invalid):
        promises.undo(act(OFFICER, at=AT + timedelta(minutes=11)), under_way.id, second.id)
    with pytest.raises(NotFound):
        promises.undo(act(OFFICER), under_way.id, 999_999)
    promises.undo(act(OFFICER, at=AT + timedelta(minutes=9)), under_way.id, second.id)
    assert (first.outcome, second.outcome) == (Outcome.OPEN, Outcome.WITHDRAWN)
