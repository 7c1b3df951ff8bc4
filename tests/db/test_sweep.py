"""The sweep on real rows: each step reaches its people once, in working days, and never a second time."""

from collections import Counter
from datetime import date, datetime, timedelta
from threading import current_thread

import pytest
from sqlalchemy import delete, event, func, select, text, update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.mail.link import mask
from tracker.models.assignment import Assignment
from tracker.models.calendar import DayOverride
from tracker.models.escalation import Escalation, LadderVersion, UpcomingStep
from tracker.models.mail_link import MailLink
from tracker.models.outbox import OutboxMail
from tracker.models.unit import Unit
from tracker.models.user import Post, User
from tracker.rules.calendar import LOCAL
from tracker.rules.ladder import LadderKind
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import escalation
from tracker.services.escalation import sweep


def morning(day: str, hour: int = 8) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=LOCAL)


@pytest.fixture
def one(session: Session) -> Assignment:
    """Only one assignment is left open: the health department's duty IV.3.1, due on Thu 19/11/2026."""
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    chosen = session.scalars(
        select(Assignment).where(Assignment.lead_unit_id == unit.id).order_by(Assignment.id).limit(1)
    ).one()
    session.execute(update(Assignment).where(Assignment.id != chosen.id).values(state=State.CANCELLED))
    return chosen


def told(session: Session) -> list[tuple[int, str, str]]:
    rows = session.execute(
        select(Escalation.step_offset, Escalation.role, User.login)
        .join(User, User.id == Escalation.recipient_id)
        .order_by(Escalation.id)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-05", [(-10, "owner", "canbo.p-yte")]),
        ("2026-11-16", [(-3, "owner", "canbo.p-yte"), (-3, "head", "truong.p-yte")]),
        ("2026-11-20", [(1, "owner", "canbo.p-yte"), (1, "head", "truong.p-yte")]),
        (
            "2026-11-24",
            [
                (1, "owner", "canbo.p-yte"),
                (3, "head", "truong.p-yte"),
                (3, "standing_office", "truong.p-ldtbxh"),
                (3, "standing_office", "canbo.p-ldtbxh"),
            ],
        ),
        (
            "2026-12-03",
            [
                (1, "owner", "canbo.p-yte"),
                (3, "head", "truong.p-yte"),
                (5, "standing_office", "truong.p-ldtbxh"),
                (5, "standing_office", "canbo.p-ldtbxh"),
                (5, "deputy_leader", "pho.ubnd-huyen"),
                (10, "leader", "truong.ubnd-huyen"),
            ],
        ),
    ],
)
def test_a_first_sweep_tells_each_role_its_highest_step(
    session: Session, act: Act, one: Assignment, day: str, expected: list[tuple[int, str, str]]
) -> None:
    _accepted(session, act, one)
    sweep(act(at=morning(day)))
    assert sorted(told(session)) == sorted(expected)


def test_daily_sweeps_climb_the_ladder_and_never_repeat(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    day = morning("2026-10-01")
    while day < morning("2026-12-31"):
        sweep(act(at=day))
        day += timedelta(days=1)
    steps = [(offset, role) for offset, role, _login in told(session)]
    assert len(told(session)) == len(set(told(session)))
    assert [offset for offset, role in steps if role == "owner"] == [-10, -3, 0, 1]
    assert [offset for offset, role in steps if role == "head"] == [-3, 0, 1, 3]
    assert sorted({offset for offset, role in steps if role == "standing_office"}) == [3, 5]
    assert [offset for offset, role in steps if role == "leader"] == [10]


def test_a_day_off_is_quiet_and_nothing_is_lost(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    assert sweep(act(at=morning("2026-11-21"))).mails == 0  # a Saturday
    assert sweep(act(at=morning("2026-11-23"))).mails == 2


def test_before_the_hour_of_mail_nothing_goes(session: Session, act: Act, one: Assignment) -> None:
    assert sweep(act(at=morning("2026-11-23", hour=7))).escalations == 0
    assert sweep(act(at=morning("2026-11-23", hour=8))).escalations > 0


def test_running_twice_changes_nothing(session: Session, act: Act) -> None:
    first = sweep(act(at=morning("2026-11-25")))
    assert first.mails > 40
    again = sweep(act(at=morning("2026-11-25", hour=15)))
    assert (again.escalations, again.mails) == (0, 0)


def test_one_digest_a_person_a_day(session: Session, act: Act) -> None:
    sweep(act(at=morning("2026-12-04")))
    most = session.execute(
        select(OutboxMail.recipient_id, func.count()).group_by(OutboxMail.recipient_id).order_by(func.count().desc())
    ).first()
    assert most is not None
    assert most[1] == 1


def test_small_batches_tell_the_same(session: Session, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    """Composed by one thread and written by another, in turn: nobody is left out, nothing is mixed up."""

    def told_with(batch: int) -> list[tuple[str, str, int]]:
        monkeypatch.setattr(escalation, "BATCH", batch)
        before = session.begin_nested()
        sweep(act(at=morning("2026-12-03")))
        mails = session.scalars(select(OutboxMail).order_by(OutboxMail.dedupe_key)).all()
        links = Counter(session.scalars(select(MailLink.outbox_id)))
        found = [(mail.dedupe_key, mask(mail.text_body), links[mail.id]) for mail in mails]
        before.rollback()
        return found

    askers = set()
    event.listen(session.connection(), "before_cursor_execute", lambda *_: askers.add(current_thread()))
    assert len(told_with(500)) > 9
    assert told_with(1) == told_with(2) == told_with(500)
    assert askers == {current_thread()}  # whoever composes has no session


def test_a_batch_that_cannot_be_written_stops_the_sweep(
    session: Session, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalation, "BATCH", 2)
    monkeypatch.setattr(escalation, "record_fired", lambda *_: session.execute(text("SELECT 1 / 0")))
    with pytest.raises(DataError), session.begin_nested():
        sweep(act(at=morning("2026-12-03")))
    assert session.scalars(select(OutboxMail)).all() == []


def test_work_that_the_office_holds_is_not_chased(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    head = act("truong.p-yte", at=morning("2026-11-18"))
    verbs.submit(head, one.id, result="Xong", done_on=head.today)
    assert sweep(act(at=morning("2026-12-10"))).escalations == 0


def test_a_moved_due_date_starts_the_ladder_anew(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    sweep(act(at=morning("2026-11-20")))
    one.due_on = morning("2026-12-10").date()
    session.flush()
    sweep(act(at=morning("2026-12-10")))
    assert {(offset, role) for offset, role, _ in told(session)} >= {(0, "owner"), (0, "head"), (1, "owner")}


def test_a_unit_with_nobody_is_told_of_to_the_office(session: Session, act: Act, one: Assignment) -> None:
    session.execute(delete(Post).where(Post.unit_id == one.lead_unit_id))
    swept = sweep(act(at=morning("2026-11-20")))
    assert swept.unreachable == 0
    assert set(told(session)) == {
        (1, role, login) for role in ("owner", "head") for login in ("truong.p-ldtbxh", "canbo.p-ldtbxh")
    }
    mail = session.scalars(select(OutboxMail)).first()
    assert mail is not None
    assert "chưa có ai nhận được thư" in mail.text_body


def test_a_dead_address_is_passed_over(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    owner = session.scalars(select(User).where(User.login == "canbo.p-yte")).one()
    owner.dead_email = owner.email
    session.flush()
    sweep(act(at=morning("2026-11-05")))
    assert told(session) == [(-10, "owner", "truong.p-yte")]


def test_nobody_anywhere_is_recorded_as_unreachable(session: Session, act: Act, one: Assignment) -> None:
    session.execute(delete(Post))
    swept = sweep(act(at=morning("2026-11-20")))
    assert swept.unreachable == 2
    assert session.scalar(select(func.count()).where(Escalation.recipient_id.is_(None))) == 2


def test_only_what_has_a_step_is_looked_at(session: Session, act: Act, one: Assignment) -> None:
    """Each kind of change makes the sweep look again; nothing else does."""
    _accepted(session, act, one)
    look = lambda: session.scalar(select(UpcomingStep.step_on).where(UpcomingStep.assignment_id == one.id))  # noqa: E731
    at_once = date(1, 1, 1)
    assert look() == at_once
    sweep(act(at=morning("2026-10-05")))
    assert look() == date(2026, 11, 5)
    one.percent = 10
    session.flush()
    assert look() == date(2026, 11, 5)
    for change in (
        lambda: setattr(one, "starred", True),
        lambda: setattr(one, "due_on", date(2026, 11, 26)),
        lambda: session.add(DayOverride(day=date(2026, 11, 9), is_working=False, note="Nghỉ")),
        lambda: session.add(
            LadderVersion(programme_id=one.programme_id, kind=LadderKind.STARRED, number=1, made_at=one.created_at)
        ),
    ):
        sweep(act(at=morning("2026-10-05")))
        assert look() != at_once
        change()
        session.flush()
        session.expire_all()
        assert look() == at_once
    one.state = State.CANCELLED
    session.flush()
    assert (
        session.scalar(select(func.count()).select_from(UpcomingStep).where(UpcomingStep.assignment_id == one.id)) == 0
    )


def _accepted(session: Session, act: Act, one: Assignment) -> None:
    owner = session.scalars(select(User).where(User.login == "canbo.p-yte")).one()
    verbs.accept(act("truong.p-yte"), one.id, owner_id=owner.id)
    session.execute(delete(OutboxMail))
    session.flush()
