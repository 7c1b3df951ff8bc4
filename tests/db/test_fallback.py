"""A mail that cannot be delivered goes on once, to the next in line, and says for whom it was and why."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_bounce import about
from tests.db.test_outbox import BODY
from tests.db.test_sweep import morning
from tracker.mail.answer import Answer, Outcome
from tracker.mail.bounce import Action
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.delegation import Delegation
from tracker.models.escalation import Escalation
from tracker.models.outbox import MailState, MailTry, OutboxMail
from tracker.models.user import Post, PostRole, User
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services.bounce import record_bounce
from tracker.services.chase import chase
from tracker.services.delegation import delegate
from tracker.services.escalation import sweep
from tracker.services.outbox import enqueue, resend
from tracker.services.settlement import settle

GONE = "550 5.1.1 User unknown"
OFFICE = {"truong.p-ldtbxh", "canbo.p-ldtbxh"}


def user(session: Session, login: str) -> User:
    return session.scalars(select(User).where(User.login == login)).one()


def mail_to(session: Session, login: str, kind: str) -> OutboxMail:
    query = select(OutboxMail).join(OutboxMail.recipient).where(User.login == login, OutboxMail.kind == kind)
    return session.scalars(query.order_by(OutboxMail.id.desc())).first()  # type: ignore[return-value]


def try_once(act: Act, row: OutboxMail, outcome: Outcome, said: str, at: datetime | None = None) -> None:
    """Claimed and tried by a sender. The clock that counts is the database's, so the moment is written in after."""
    moment = at or row.not_before
    ctx = act(at=moment)
    row.state, row.sender, row.attempts = MailState.SENDING, 1, row.attempts + 1
    ctx.session.flush()
    settle(ctx, row.id, 1, Answer(outcome, said))
    ctx.session.flush()
    if row.sent_at:
        row.sent_at = moment
    ctx.session.execute(update(MailTry).where(MailTry.outbox_id == row.id).values(at=moment))
    ctx.session.flush()
    ctx.session.refresh(row)


def passed_on(session: Session, row: OutboxMail) -> dict[str, OutboxMail]:
    rows = session.scalars(select(OutboxMail).where(OutboxMail.instead_of_id == row.id))
    return {one.recipient.login: one for one in rows if one.recipient}


@pytest.fixture
def told(session: Session, act: Act, one: Assignment) -> Assignment:
    """Owner and head have today's digest about the one assignment that is open."""
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.CANCELLED))
    verbs.accept(act("truong.p-yte"), one.id, owner_id=user(session, "canbo.p-yte").id)
    session.execute(delete(OutboxMail))
    sweep(act(at=morning("2026-11-20")))
    return one


def test_a_digest_goes_to_the_next_in_line(session: Session, act: Act, told: Assignment) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    try_once(act, row, Outcome.FAILED, GONE, at=morning("2026-11-20"))
    assert row.state is MailState.FAILED
    ((login, mail),) = passed_on(session, row).items()
    assert (login, mail.kind, mail.state, mail.dedupe_key) == (
        "truong.p-yte", "fallback", MailState.QUEUED, f"fallback:{row.id}:{mail.recipient_id}",
    )  # fmt: skip
    assert row.to_name in mail.subject
    assert mail.subject == f"[Giao Việc] Thư nhắc 1 việc không đến được {row.to_name}"
    said = f"Thư nhắc việc gửi {row.to_name} ({row.to_address}) không đến được vì địa chỉ không tồn tại."
    assert said in mail.text_body
    assert GONE not in mail.text_body  # the mail log has it
    assert f"/assignments/{told.id}" in mail.text_body
    steps = session.scalars(select(Escalation).where(Escalation.outbox_id == mail.id)).all()
    assert [(one.role, one.step_offset, one.recipient_id, one.instead_of_id) for one in steps] == [
        ("owner", 1, mail.recipient_id, row.id)
    ]
    assert row.recipient is not None
    assert row.recipient.unreachable
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "pass_on")).one()
    assert (event.subject_id, event.data) == (row.id, {"to": [mail.to_name]})


def test_a_heads_digest_that_comes_back_goes_to_the_office(session: Session, act: Act, told: Assignment) -> None:
    row = mail_to(session, "truong.p-yte", "digest")
    try_once(act, row, Outcome.SENT, "250", at=morning("2026-11-20"))
    record_bounce(act(at=morning("2026-11-21")), about(row))
    assert set(passed_on(session, row)) == OFFICE


def test_over_whoever_cannot_be_reached(session: Session, act: Act, told: Assignment) -> None:
    """The office away altogether, the deputy leader at a dead address: the leader."""
    for login in OFFICE:
        user(session, login).email = None
    deputy = user(session, "pho.ubnd-huyen")
    deputy.dead_email = deputy.email
    session.flush()
    row = mail_to(session, "truong.p-yte", "digest")
    try_once(act, row, Outcome.FAILED, "550 5.7.1 no", at=morning("2026-11-20"))
    assert set(passed_on(session, row)) == {"truong.ubnd-huyen"}
    assert row.recipient is not None
    assert not row.recipient.unreachable  # a filter is not a dead address


def test_never_twice_and_never_on_and_on(session: Session, act: Act, told: Assignment) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    try_once(act, row, Outcome.FAILED, GONE, at=morning("2026-11-20"))
    (first,) = passed_on(session, row).values()
    # The head has left meanwhile: a resend that fails again still finds nobody new.
    session.execute(delete(Post).where(Post.user_id == first.recipient_id))
    resend(act("quantri", at=morning("2026-11-23")), row.id)
    try_once(act, row, Outcome.FAILED, GONE, at=morning("2026-11-23"))
    record_bounce(act(at=morning("2026-11-24")), about(row))
    assert list(passed_on(session, row).values()) == [first]
    record_bounce(act(at=morning("2026-11-24")), about(first, key="another"))
    assert first.state is MailState.BOUNCED
    assert passed_on(session, first) == {}


def test_what_needs_no_reminding_any_more_is_left_out(session: Session, act: Act, told: Assignment) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    head = act("truong.p-yte", at=morning("2026-11-20"))
    verbs.submit(head, told.id, result="Xong", done_on=head.today)
    try_once(act, row, Outcome.FAILED, GONE, at=morning("2026-11-20"))
    assert passed_on(session, row) == {}


@pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.UNCERTAIN, Outcome.SENT])
def test_only_what_failed_for_good(session: Session, act: Act, told: Assignment, outcome: Outcome) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    try_once(act, row, outcome, GONE, at=morning("2026-11-20"))
    record_bounce(act(at=morning("2026-11-21")), about(row, action=Action.DELAYED))
    assert passed_on(session, row) == {}
    assert row.recipient is not None
    assert not row.recipient.unreachable


def test_given_up_after_three_days(session: Session, act: Act, told: Assignment) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    row.created_at = morning("2026-11-17")
    session.flush()
    try_once(act, row, Outcome.RETRY, "421 busy", at=morning("2026-11-20", hour=10))
    assert row.state is MailState.FAILED
    assert set(passed_on(session, row)) == {"truong.p-yte"}


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        ([], {"truong.p-yte"}),  # an officer's head
        (["truong.p-yte"], OFFICE),  # nobody signs for the unit
    ],
)
def test_an_event_goes_to_the_head_or_the_office(
    session: Session, act: Act, one: Assignment, away: list[str], expected: set[str]
) -> None:
    verbs.accept(act("truong.p-yte"), one.id, owner_id=user(session, "canbo.p-yte").id)
    chase(act("truong.ubnd-huyen"), one.id, text="Đề nghị báo cáo ngay")
    row = mail_to(session, "canbo.p-yte", "chased")
    assert row.assignment_id == one.id
    for login in away:
        user(session, login).active = False
    session.flush()
    try_once(act, row, Outcome.FAILED, GONE)
    found = passed_on(session, row)
    assert set(found) == expected
    for mail in found.values():
        assert (mail.assignment_id, mail.subject.count("[Giao Việc]")) == (one.id, 1)
        # What was written for one person is not repeated to another.
        assert "Đề nghị báo cáo ngay" not in mail.text_body


def test_a_mail_to_a_head_goes_to_the_office(session: Session, act: Act, one: Assignment) -> None:
    chase(act("truong.ubnd-huyen"), one.id, text="Đề nghị báo cáo ngay")
    row = mail_to(session, "truong.p-yte", "chased")
    try_once(act, row, Outcome.FAILED, GONE)
    assert set(passed_on(session, row)) == OFFICE


def test_the_same_mailbox_is_not_tried_under_another_name(session: Session, act: Act, told: Assignment) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    user(session, "truong.p-yte").email = row.to_address.upper()
    session.flush()
    try_once(act, row, Outcome.FAILED, "554 no", at=morning("2026-11-20"))
    assert set(passed_on(session, row)) == OFFICE


def test_a_letter_about_no_assignment(session: Session, act: Act) -> None:
    head, officer = user(session, "truong.p-yte"), user(session, "canbo.p-yte")
    ctx = act("truong.p-yte")
    delegate(
        ctx, next(iter(ctx.actor.units)), absent_id=head.id, acting_id=officer.id, valid_from=ctx.today,
        valid_to=ctx.today,
    )  # fmt: skip
    row = mail_to(session, "canbo.p-yte", "delegation")
    session.execute(delete(Delegation))
    try_once(act, row, Outcome.FAILED, GONE)
    assert set(passed_on(session, row)) == {"truong.p-yte"}


@pytest.mark.parametrize("kind", ["password", "sign_in_link", "answered_from_mail"])
def test_what_is_for_one_person_alone_goes_nowhere(session: Session, act: Act, kind: str) -> None:
    row = enqueue(act(), kind, "k", user(session, "canbo.p-yte"), BODY)
    assert row is not None
    session.refresh(row)
    try_once(act, row, Outcome.FAILED, GONE)
    assert row.state is MailState.FAILED
    assert passed_on(session, row) == {}


def test_a_leader_has_nobody_above(session: Session, act: Act, told: Assignment) -> None:
    session.execute(update(Post).where(Post.role == PostRole.DEPUTY).values(valid_to=Post.valid_from))
    sweep(act(at=morning("2026-12-04")))
    row = mail_to(session, "truong.ubnd-huyen", "leader")
    try_once(act, row, Outcome.FAILED, GONE, at=morning("2026-12-04"))
    assert passed_on(session, row) == {}
