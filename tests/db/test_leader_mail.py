"""Escalations to leaders on real rows: a mail of their own with what was tried, nothing twice, counted as before."""

from datetime import date

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER
from tests.db.test_bounce import about as notification
from tests.db.test_fallback import GONE, mail_to, passed_on, try_once, user
from tests.db.test_sweep import morning
from tracker.mail.answer import Outcome
from tracker.models.assignment import Assignment
from tracker.models.escalation import Escalation
from tracker.models.outbox import OutboxMail
from tracker.models.user import Post, PostRole
from tracker.rules.register import Result
from tracker.rules.tried import Deed, What
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import promise as promises
from tracker.services.bounce import record_bounce
from tracker.services.chase import chase
from tracker.services.escalation import sweep
from tracker.services.escalation_audit import audit
from tracker.services.explanation import ask
from tracker.services.update import update as write
from tracker.store.mail_log import about
from tracker.store.tried import tried

DEPUTY, CHAIR = "pho.ubnd-huyen", "truong.ubnd-huyen"
# Due on Thu 19/11/2026: five and ten working days later.
FIFTH, TENTH = "2026-11-26", "2026-12-03"
DAYS = ("2026-11-05", "2026-11-16", "2026-11-19", "2026-11-20", "2026-11-24")


def mails_to(session: Session, login: str) -> list[OutboxMail]:
    query = select(OutboxMail).join(OutboxMail.recipient).where(OutboxMail.recipient_id == user(session, login).id)
    return list(session.scalars(query.order_by(OutboxMail.id)))


@pytest.fixture
def late(session: Session, act: Act, one: Assignment) -> Assignment:
    """Only this is open; the officer's, and reminded of as the ladder says, each mail sent."""
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.CANCELLED))
    verbs.accept(act(HEAD), one.id, owner_id=user(session, OFFICER).id)
    session.execute(delete(OutboxMail))
    for day in DAYS:
        sweep(act(at=morning(day)))
        _send(session, act, day)
    return one


def _send(session: Session, act: Act, day: str) -> None:
    for row in session.scalars(select(OutboxMail).where(OutboxMail.state == "queued")):
        try_once(act, row, Outcome.SENT, "250", at=morning(day))


def test_the_deputy_gets_one_short_mail_and_no_digest(session: Session, act: Act, late: Assignment) -> None:
    swept = sweep(act(at=morning(FIFTH)))
    assert swept.mails == 3  # the two of the office, and the deputy
    (mail,) = mails_to(session, DEPUTY)
    assert mail.kind == "leader"
    assert mail.subject.startswith("[Giao Việc] Đề nghị chỉ đạo: Phòng Y tế, quá hạn 5 ngày làm việc – ")
    assert mail.text_body.count("http") == 2
    assert f"Xem và xử lý: http://test/assignments/{late.id}\n" in mail.text_body
    assert "/act/" not in mail.text_body
    assert (
        "Diễn biến: 05/11 nhắc người thực hiện; 16/11 nhắc người thực hiện, lãnh đạo đơn vị;"
        " 19/11, 20/11 đôn đốc người thực hiện, lãnh đạo đơn vị;"
        " 24/11 đôn đốc lãnh đạo đơn vị, báo cơ quan thường trực; đơn vị chưa cập nhật lần nào."
    ) in mail.text_body
    (step,) = session.scalars(select(Escalation).where(Escalation.outbox_id == mail.id))
    assert (step.role, step.told_as, step.step_offset, step.recipient_id) == (
        "deputy_leader", "deputy_leader", 5, mail.recipient_id,
    )  # fmt: skip
    assert [one.id for one in about(session, mail.id)] == [late.id]


def test_what_was_tried_is_what_is_recorded(session: Session, act: Act, late: Assignment) -> None:
    """Chased, promised and not kept, asked to explain, an update: each with its day."""
    at = morning("2026-11-23")
    write(act(OFFICER, at=morning("2026-11-18")), late.id, signal="on_track", text="Đang làm", percent=40)
    chase(act(OFFICE, at=at), late.id, text="Đề nghị báo cáo")
    promises.promise(act(HEAD, at=at), late.id, promised_on=date(2026, 11, 25))
    ask(act(CHAIR, at=morning("2026-11-25")), late.id, question="Vì sao chậm?", due_on=date(2026, 11, 27))
    sweep(act(at=morning(FIFTH)))
    session.flush()
    found = tried(session, [late.id])[late.id]
    assert found.heard
    assert [(one.days[-1].day, deed.what, deed.came) for one in found.told for deed in one.deeds][-6:] == [
        (23, What.CHASED, ""), (23, What.PROMISED, "broken"), (24, What.URGED, ""), (24, What.TOLD, ""),
        (25, What.EXPLANATION, "open"), (26, What.TOLD, ""),
    ]  # fmt: skip
    mail = mail_to(session, DEPUTY, "leader")
    for said in (
        "23/11 Trưởng phòng LĐTBXH đôn đốc (thư đang chờ gửi), đơn vị hẹn xong 25/11 – không giữ hẹn",
        "25/11 yêu cầu giải trình, hạn 27/11 – chưa trả lời",
        "trước đó",
    ):
        assert said in mail.text_body
    assert "chưa cập nhật" not in mail.text_body


def test_an_update_is_told_by_its_day(session: Session, act: Act, late: Assignment) -> None:
    write(act(OFFICER, at=morning("2026-11-25")), late.id, signal="blocked", text="Chờ kinh phí")
    write(act(OFFICER, at=morning("2026-11-18")), late.id, signal="on_track", text="Đang làm", percent=40)
    last = tried(session, [late.id])[late.id].told[-1]
    assert last.days == (date(2026, 11, 25),)
    assert [(one.what, one.came) for one in last.deeds] == [(What.UPDATED, "blocked")]


def test_what_did_not_arrive_is_said(session: Session, act: Act, late: Assignment) -> None:
    row = mail_to(session, HEAD, "digest")
    record_bounce(act(at=morning("2026-11-24", hour=10)), notification(row))
    last = tried(session, [late.id])[late.id].told[-1]
    assert last.days == (date(2026, 11, 24),)
    assert Deed(What.URGED, ("head",), Result.BOUNCED) in last.deeds
    sweep(act(at=morning(FIFTH)))
    assert "đôn đốc lãnh đạo đơn vị (thư bị trả lại)" in mail_to(session, DEPUTY, "leader").text_body


def test_who_was_told_for_want_of_another_is_not_said_to_be_the_other(
    session: Session, act: Act, late: Assignment
) -> None:
    session.execute(delete(Escalation))
    session.execute(delete(Post).where(Post.unit_id == late.lead_unit_id, Post.role == PostRole.HEAD))
    late.owner_id = None
    late.state = State.ASSIGNED
    session.flush()
    sweep(act(at=morning("2026-11-25")))
    (told,) = tried(session, [late.id])[late.id].told
    assert {name for deed in told.deeds for name in deed.whom} == {"standing_office"}


def test_nothing_stands_in_two_mails_of_one_person(session: Session, act: Act) -> None:
    """The deputy also heads the health department: its late work comes as a leader's, the rest as a digest."""
    deputy = user(session, DEPUTY)
    unit = user(session, HEAD)
    session.execute(update(Post).where(Post.user_id == unit.id).values(user_id=deputy.id))
    own = select(Assignment.id).where(
        Assignment.lead_unit_id.in_(select(Post.unit_id).where(Post.user_id == deputy.id, Post.role == PostRole.HEAD))
    )
    rows = session.scalars(own.order_by(Assignment.id)).all()
    session.execute(
        update(Assignment)
        .where(Assignment.id == rows[0])
        .values(due_on=date(2026, 11, 25), nominal_due_on=date(2026, 11, 25))
    )
    session.flush()
    sweep(act(at=morning(FIFTH)))
    mails = {mail.kind: mail for mail in mails_to(session, DEPUTY)}
    assert set(mails) == {"digest", "leader"}
    told = {kind: {one.id for one in _all_about(session, mail)} for kind, mail in mails.items()}
    assert told["digest"] == {rows[0]}
    assert told["leader"] >= set(rows[1:])
    assert told["digest"].isdisjoint(told["leader"])
    for kind, mail in mails.items():
        assert {f"/assignments/{id_}" in mail.html_body for id_ in told[kind]} & {True}
    # A step as the unit's head for what is in the leader's mail is recorded with that mail.
    steps = session.scalars(select(Escalation).where(Escalation.outbox_id == mails["leader"].id)).all()
    assert {step.role for step in steps} >= {"deputy_leader", "head"}


def _all_about(session: Session, mail: OutboxMail) -> list[Assignment]:
    ids = session.scalars(select(Escalation.assignment_id).where(Escalation.outbox_id == mail.id))
    return list(session.scalars(select(Assignment).where(Assignment.id.in_(set(ids)))))


def test_one_mail_by_unit_with_a_cut_and_a_link(session: Session, act: Act) -> None:
    swept = sweep(act(at=morning(FIFTH)))
    assert swept.unreachable == 0
    (mail,) = mails_to(session, DEPUTY)
    open_ = session.scalar(select(func.count(Assignment.id)))
    assert f"{open_} việc quá hạn của" in mail.subject
    assert len(mail.text_body) < 4_000
    assert 0 < mail.text_body.count("mục ") <= 8
    assert "/assignments?programme=" in mail.text_body


def test_twice_and_the_same_day_nothing_more(session: Session, act: Act, late: Assignment) -> None:
    sweep(act(at=morning(FIFTH)))
    again = sweep(act(at=morning(FIFTH, hour=15)))
    assert (again.mails, again.escalations) == (0, 0)
    # A second programme whose hour comes later is told tomorrow, as with a digest.
    session.execute(delete(Escalation).where(Escalation.step_offset == 5))
    session.execute(text("UPDATE upcoming_steps SET step_on = :day"), {"day": date(2026, 11, 26)})
    assert sweep(act(at=morning(FIFTH, hour=16))).mails == 0
    assert sweep(act(at=morning("2026-11-27"))).mails == 3
    assert [mail.kind for mail in mails_to(session, DEPUTY)] == ["leader", "leader"]


def test_the_auditor_counts_them(session: Session, act: Act, late: Assignment) -> None:
    for day in (FIFTH, "2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02", TENTH, "2026-12-04", "2026-12-07"):
        sweep(act(at=morning(day)))
        assert audit(act(at=morning(day, hour=17))).missed == 0
    assert [mail.kind for mail in mails_to(session, CHAIR)] == ["leader"]
    session.execute(delete(Escalation).where(Escalation.role == "leader"))
    assert audit(act(at=morning("2026-12-07", hour=17))).missed == 1


def test_one_that_does_not_arrive_goes_up_with_what_was_tried(session: Session, act: Act, late: Assignment) -> None:
    sweep(act(at=morning(FIFTH)))
    row = mail_to(session, DEPUTY, "leader")
    try_once(act, row, Outcome.FAILED, GONE, at=morning(FIFTH))
    ((login, mail),) = passed_on(session, row).items()
    assert login == CHAIR
    assert "24/11 đôn đốc lãnh đạo đơn vị, báo cơ quan thường trực" in mail.text_body
    assert "26/11 báo" in mail.text_body  # the deputy, in vain
    step = session.scalars(select(Escalation).where(Escalation.outbox_id == mail.id)).one()
    assert (step.role, step.told_as) == ("deputy_leader", "leader")


def test_a_broken_promise_alone_reaches_the_leader_by_it(session: Session, act: Act, late: Assignment) -> None:
    """The office is not to be reached."""
    for login in ("truong.p-ldtbxh", "canbo.p-ldtbxh"):
        user(session, login).email = None
    late.due_on = late.nominal_due_on = date(2026, 12, 31)
    session.flush()
    promises.promise(act(HEAD, at=morning("2026-11-24")), late.id, promised_on=date(2026, 11, 25))
    sweep(act(at=morning(FIFTH)))
    (mail,) = mails_to(session, DEPUTY)
    assert "Phòng Y tế, đơn vị hẹn xong 25/11/2026, chưa xong" in mail.subject
    assert "Cơ quan thường trực chưa có ai nhận được thư" in mail.text_body
