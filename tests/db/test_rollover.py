"""New periods open by themselves, once; unfinished work is carried with its history and never copied (ADR 18)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tracker.acting import acting
from tracker.extensions import db
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.duty import Duty
from tracker.models.opening import PeriodOpening
from tracker.models.outbox import OutboxMail
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, Invalid, NotAllowed
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services.duty import set_duty, state_of
from tracker.services.opening import open_by_hand, open_year, preview, roll_over, to_roll_over

NEW_YEAR = datetime(2027, 1, 4, 8, 0, tzinfo=LOCAL)


@pytest.fixture
def programme(session: Session) -> Programme:
    return session.scalars(select(Programme)).one()


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL)


def given(session: Session, key: str) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.period == key).order_by(Assignment.id)))


def recur(session: Session, act: Act, recurrence: str, wording: str = "", key: str = "IV.3.1") -> Duty:
    """From the first period on: what the year gave is cancelled, or it would wait for its end."""
    duty = session.scalars(select(Duty).where(Duty.key == key)).one()
    session.execute(update(Assignment).where(Assignment.duty_id == duty.id).values(state=State.CANCELLED))
    return set_duty(
        act(OFFICE), duty.programme_id, duty.id, recurrence=recurrence, wording=wording, seen=state_of(duty)
    )


def test_the_new_year_opens_by_itself_and_carries(
    session: Session, act: Act, programme: Programme, one: Assignment
) -> None:
    verbs.accept(act(HEAD), one.id)
    done = given(session, "2026")[-1]
    session.execute(
        Assignment.__table__.update()
        .where(Assignment.id == done.id)
        .values(state=State.COMPLETED, submitted_on=date(2026, 11, 2), done_on=date(2026, 11, 2))
    )
    before = (one.due_on, one.state, one.owner_id, one.version)
    assert to_roll_over(act()) == [programme.id]
    for early in (at(date(2026, 12, 31)), at(date(2027, 1, 1)), at(date(2027, 1, 4), 7)):
        roll_over(act(at=early), programme.id)
        assert given(session, "2027") == []
    opened = roll_over(act(at=NEW_YEAR), programme.id)
    assert opened is not None
    assert (opened.created, opened.carried) == (164, 163)
    assert roll_over(act(at=NEW_YEAR), programme.id) is None
    rows = given(session, "2027")
    assert len(rows) == 164
    assert {row.due_on for row in rows} == {date(2027, 11, 19)}
    session.refresh(one)
    assert (one.due_on, one.state, one.owner_id, one.version) == before  # not silently given a new date
    (new,) = [row for row in rows if row.carried_from_id == one.id]
    assert (new.duty_id, new.lead_unit_id, new.state, new.owner_id) == (
        one.duty_id, one.lead_unit_id, State.ASSIGNED, None,
    )  # fmt: skip
    assert not [row for row in rows if row.carried_from_id == done.id]
    event = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == one.id, AuditEvent.verb == "carry")).one()
    assert event.data == {"into": new.id, "period": "2027"}


def test_missed_runs_lose_nothing_and_double_nothing(session: Session, act: Act, programme: Programme) -> None:
    """Nobody ran it for two years: each year opens, the later carries the earlier."""
    opened = roll_over(act(at=at(date(2028, 3, 1))), programme.id)
    assert opened is not None
    assert (opened.created, opened.carried) == (328, 328)
    by_id = {row.id: row for row in session.scalars(select(Assignment))}
    for row in given(session, "2028"):
        assert row.carried_from_id is not None
        assert by_id[row.carried_from_id].period == "2027"
    keys = set(session.scalars(select(PeriodOpening.period)))
    assert {"2027", "2028", "2027-H2", "2028-Q1", "2028-03"} <= keys
    assert "2028-Q2" not in keys
    assert session.scalar(select(func.count(Assignment.id))) == 164 * 3


def test_nothing_opens_before_the_office_has_opened_or_after_the_last_year(
    session: Session, act: Act, programme: Programme
) -> None:
    programme.opens_from = None
    session.flush()
    assert to_roll_over(act()) == []
    assert roll_over(act(at=NEW_YEAR), programme.id) is None
    open_year(act(at=at(date(2029, 2, 1))), programme, 2025)  # for the record: what is over starts nothing
    assert programme.opens_from is None
    open_year(act(at=at(date(2029, 2, 1))), programme, 2029)
    assert programme.opens_from == date(2029, 2, 1)
    roll_over(act(at=at(date(2031, 3, 3))), programme.id)
    assert {row.year for row in session.scalars(select(Assignment))} == {2025, 2026, 2029, 2030}


def test_quarters_and_months(session: Session, act: Act, programme: Programme) -> None:
    quarterly = recur(session, act, "quarterly", "hằng quý, chậm nhất ngày 5 tháng sau")
    monthly = recur(session, act, "monthly", key="IV.3.2")
    roll_over(act(at=at(date(2026, 4, 1))), programme.id)
    (row,) = given(session, "2026-Q2")
    # Sunday 5 July moves to the Monday.
    assert (row.duty_id, row.year, row.nominal_due_on, row.due_on) == (
        quarterly.id, 2026, date(2026, 7, 5), date(2026, 7, 6),
    )  # fmt: skip
    assert row.expected_result == "Báo cáo kết quả thực hiện trong quý II năm 2026, kèm sản phẩm nếu có"
    assert [(one.period, one.due_on, bool(one.carried_from_id)) for one in session.scalars(
        select(Assignment).where(Assignment.duty_id == monthly.id, Assignment.period != "2026").order_by(Assignment.id)
    )] == [("2026-02", date(2026, 3, 2), False), ("2026-03", date(2026, 3, 31), True), ("2026-04", date(2026, 5, 4), True)]  # fmt: skip  # noqa: E501
    # January was over when it was set; the year's own assignment stays, and the new year has none of it.
    assert given(session, "2026-01") == []
    roll_over(act(at=NEW_YEAR), programme.id)
    assert {row.duty_id for row in given(session, "2027")}.isdisjoint({quarterly.id, monthly.id})
    assert len(given(session, "2027-Q1")) == len(given(session, "2027-01")) == 1
    third, fourth = given(session, "2026-Q3")[0], given(session, "2026-Q4")[0]
    assert (third.carried_from_id, fourth.carried_from_id) == (row.id, third.id)


def test_the_report_of_a_half_year(session: Session, act: Act, programme: Programme) -> None:
    recur(session, act, "half_yearly", key="report")
    roll_over(act(at=at(date(2026, 7, 1))), programme.id)
    rows = given(session, "2026-H2")
    assert len(rows) == 42
    assert {row.due_on for row in rows} == {date(2026, 12, 31)}
    assert {row.text.partition(" giai đoạn")[0] for row in rows} == {
        "Báo cáo kết quả thực hiện Chương trình hành động vì trẻ em huyện Tân Yên"
    }
    assert {row.text.rpartition("2030 ")[2] for row in rows} == {"6 tháng cuối năm 2026"}


def test_what_was_given_on_is_not_opened_again(
    session: Session, act: Act, programme: Programme, one: Assignment
) -> None:
    other = session.scalars(select(Unit).where(Unit.code == "p-tuphap")).one()
    first = one.lead_unit_id
    verbs.reassign(act(OFFICE), one.id, lead_unit_id=other.id, reason="Đúng chức năng")
    assert (one.lead_unit_id, one.opened_for_id) == (other.id, first)
    opened = open_year(act(), programme, 2026)
    assert (opened.created, opened.existing) == (0, 164)
    roll_over(act(at=NEW_YEAR), programme.id)
    (new,) = [row for row in given(session, "2027") if row.carried_from_id == one.id]
    assert new.lead_unit_id == first  # the document says so; the office may give it on again


def test_a_unit_or_clause_that_ended_leaves_its_work_in_sight(session: Session, act: Act, programme: Programme) -> None:
    ended = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    ended.valid_to = date(2026, 12, 31)
    session.flush()
    plan = preview(act(OFFICE, at=at(date(2026, 12, 14))), programme.id, "2027")
    own = [row for row in given(session, "2026") if row.lead_unit_id == ended.id]
    assert own
    assert {row.id for row in plan.left} == {row.id for row in own}
    assert "IV.3.1" in plan.empty
    assert not [new for new in plan.new if new.unit.id == ended.id]


def test_by_hand_after_a_look(session: Session, act: Act, programme: Programme) -> None:
    december = at(date(2026, 12, 14))
    plan = preview(act(OFFICE, at=december), programme.id, "2027")
    assert [one.key for one in plan.periods] == ["2027", "2027-H1", "2027-Q1", "2027-01"]
    assert (len(plan.new), len(plan.carried), plan.existing) == (164, 164, 0)
    assert given(session, "2027") == []
    retired = session.scalars(select(Duty).where(Duty.key == "IV.3.1")).one()
    retired.retired_in = 2
    session.flush()
    with pytest.raises(Conflict):
        open_by_hand(act(OFFICE, at=december), programme.id, "2027", fingerprint=plan.fingerprint)
    assert given(session, "2027") == []
    again = preview(act(OFFICE, at=december), programme.id, "2027").fingerprint
    assert open_by_hand(act(OFFICE, at=december), programme.id, "2027", fingerprint=again).created == 163
    rolled = roll_over(act(at=NEW_YEAR), programme.id)
    assert rolled is None or rolled.created == 0
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.verb == "open_periods").order_by(AuditEvent.id.desc()).limit(1)
    ).one()
    assert event.data["created"] == 163
    for who in (HEAD, "truong.ubnd-huyen", "quantri", "kiemtoan"):
        with pytest.raises(NotAllowed):
            preview(act(who), programme.id, "2027")
        with pytest.raises(NotAllowed):
            open_by_hand(act(who), programme.id, "2027", fingerprint="x")
    for key in ("once", "2027-Q5", "", "x", "2031"):
        with pytest.raises(Invalid):
            preview(act(OFFICE), programme.id, key)


def test_one_mail_for_a_whole_opening(session: Session, act: Act, programme: Programme) -> None:
    opened = roll_over(act(at=NEW_YEAR), programme.id)
    mails = session.scalars(select(OutboxMail).where(OutboxMail.kind == "opened")).all()
    assert opened is not None
    assert opened.mails == len(mails) == len({mail.recipient_id for mail in mails}) == 42
    assert session.scalar(select(func.count(OutboxMail.id))) == 42  # and nothing beside
    head = next(mail for mail in mails if mail.to_address.startswith("truong.p-yte@"))
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    own = [row for row in given(session, "2027") if row.lead_unit_id == unit.id]
    assert f"Giao việc năm 2027: {len(own)} nhiệm vụ" in head.subject
    assert all(f"/assignments/{row.id}" in head.text_body for row in own)
    assert f"{len(own)} việc của kỳ trước chưa xong" in head.text_body
    # What is over is opened for the record.
    assert open_year(act(at=NEW_YEAR), programme, 2024).mails == 0


def test_two_openings_at_once(app: Flask) -> None:
    """Two beats, each with a connection of its own: one waits, and finds nothing left."""
    together = Barrier(2)

    def run() -> int:
        with app.app_context(), acting(now=NEW_YEAR) as ctx:
            programme_id = ctx.session.scalars(select(Programme.id)).one()
            ctx.session.rollback()
            together.wait(timeout=30)
            done = roll_over(ctx, programme_id)
            return done.created if done else 0

    with ThreadPoolExecutor(2) as pool:
        created = sorted(one.result(timeout=120) for one in [pool.submit(run), pool.submit(run)])
    assert created == [0, 164]
    with app.app_context():
        assert db.session.scalar(select(func.count(Assignment.id)).where(Assignment.year == 2027)) == 164
        assert db.session.scalar(select(func.count(OutboxMail.id)).where(OutboxMail.kind == "opened")) == 42
        db.session.remove()
