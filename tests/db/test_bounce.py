"""A mail that came back: the mail and the person are told once, and only by a delivery that is given up for good."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_outbox import ONE, due_now, put, take
from tests.helpers.world import AT
from tracker.mail.answer import Answer, Outcome
from tracker.mail.bounce import Action, Bounce
from tracker.models.audit import AuditEvent
from tracker.models.outbox import MailBounce, MailState, OutboxMail
from tracker.models.user import User
from tracker.services.bounce import record_bounce
from tracker.services.outbox import resend
from tracker.services.settlement import settle

LATER = AT + timedelta(hours=1)


def sent(act: Act, outcome: Outcome = Outcome.SENT) -> OutboxMail:
    """A mail that the server took, or may have taken, twice."""
    row = put(act())
    while row.state in (MailState.QUEUED, MailState.SENDING):
        due_now(act().session)
        claimed = take(act())
        assert claimed is not None
        settle(act(), claimed[0], ONE, Answer(outcome, "x"))
    return row


def about(row: OutboxMail, **more: object) -> Bounce:
    bounce = Bounce("key", row.message_id, row.to_address, Action.FAILED, "5.1.1", "550 5.1.1 User unknown")
    return replace(bounce, **more)  # type: ignore[arg-type]


def events(session: Session, row: OutboxMail) -> list[AuditEvent]:
    return list(
        session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject_type == "outbox", AuditEvent.subject_id == row.id, AuditEvent.verb == "bounce")
            .order_by(AuditEvent.id)
        )
    )


def test_a_dead_address(session: Session, act: Act) -> None:
    row = sent(act)
    left_at = row.sent_at
    assert record_bounce(act(at=LATER), about(row, recipient=row.to_address.upper())) is True
    assert (row.state, row.sent_at) == (MailState.BOUNCED, left_at)
    assert row.recipient is not None
    assert row.recipient.unreachable
    (bounce,) = row.bounces
    assert (bounce.at, bounce.action, bounce.status, bounce.diagnostic) == (
        LATER, "failed", "5.1.1", "550 5.1.1 User unknown",
    )  # fmt: skip
    (event,) = events(session, row)
    assert (event.actor_id, event.from_state, event.to_state) == (None, "sent", "bounced")
    assert event.data == {"action": "failed", "status": "5.1.1", "unreachable": True}


def test_the_same_notification_twice_is_written_down_once(session: Session, act: Act) -> None:
    row = sent(act)
    assert [record_bounce(act(at=LATER), about(row)) for _ in range(2)] == [True, True]
    assert len(session.scalars(select(MailBounce)).all()) == 1
    assert len(events(session, row)) == 1


def test_an_old_notification_does_not_undo_a_resend(session: Session, act: Act) -> None:
    row = sent(act)
    record_bounce(act(at=LATER), about(row))
    resend(act("quantri", at=LATER), row.id)
    record_bounce(act(at=LATER), about(row))
    assert (row.state, row.sent_at) == (MailState.QUEUED, None)
    assert row.recipient is not None
    assert not row.recipient.unreachable  # whoever sends again takes the address for good again
    claimed = take(act())
    assert claimed is not None
    settle(act(), claimed[0], ONE, Answer(Outcome.SENT, "250"))
    record_bounce(act(at=LATER), about(row, key="another"))
    assert row.state is MailState.BOUNCED
    assert row.recipient.unreachable


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"action": Action.DELAYED, "status": "4.4.1"}, MailState.SENT),
        ({"action": Action.DELIVERED, "status": "2.0.0"}, MailState.SENT),
        ({"status": "4.4.7"}, MailState.BOUNCED),  # given up, but the server was out of reach
        ({"status": "5.2.2"}, MailState.BOUNCED),  # a full mailbox
        ({"status": "5.7.1"}, MailState.BOUNCED),  # somebody's filter
        ({"status": ""}, MailState.BOUNCED),
        ({"recipient": "nguyen.van.a@gmail.example"}, MailState.BOUNCED),  # forwarded there
        ({"recipient": ""}, MailState.BOUNCED),
    ],
)
def test_only_what_blames_the_address_for_good_marks_it(
    session: Session, act: Act, more: dict[str, object], state: MailState
) -> None:
    row = sent(act)
    assert record_bounce(act(at=LATER), about(row, **more)) is True
    assert row.state is state
    assert row.recipient is not None
    assert not row.recipient.unreachable
    assert len(events(session, row)) == 1


def test_an_address_changed_meanwhile_is_not_marked(session: Session, act: Act) -> None:
    row = sent(act)
    assert row.recipient is not None
    row.recipient.email = "moi@example.vn"
    record_bounce(act(at=LATER), about(row))
    assert row.recipient.dead_email is None


def test_a_new_address_is_reachable_again(session: Session, act: Act) -> None:
    row = sent(act)
    record_bounce(act(at=LATER), about(row))
    assert row.recipient is not None
    row.recipient.email = "moi@example.vn"
    assert not row.recipient.unreachable


def test_a_forged_notification_changes_nothing(session: Session, act: Act) -> None:
    row = sent(act)
    assert record_bounce(act(at=LATER), about(row, message_id="<khong.phai@example.vn>")) is False
    assert row.state is MailState.SENT
    assert session.scalars(select(MailBounce)).all() == []
    assert session.scalars(select(User).where(User.dead_email.is_not(None))).all() == []


def test_a_mail_that_may_have_left_came_back(session: Session, act: Act) -> None:
    row = sent(act, Outcome.UNCERTAIN)
    assert row.state is MailState.UNCERTAIN
    record_bounce(act(at=LATER), about(row))
    assert (row.state, row.sent_at) == (MailState.BOUNCED, None)


def test_what_is_on_its_way_again_is_called_back(session: Session, act: Act) -> None:
    """The first try was cut off and came back while the second travels: its answer changes nothing more."""
    row = put(act())
    claimed = take(act())
    assert claimed is not None
    record_bounce(act(), about(row))
    assert (row.state, row.sender) == (MailState.BOUNCED, None)
    settle(act(), claimed[0], ONE, Answer(Outcome.SENT, "250"))
    assert row.state is MailState.BOUNCED
    assert [one.detail for one in row.tries] == ["250"]
    assert take(act()) is None
