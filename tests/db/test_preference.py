"""Choosing by the page and by the link of a mail, and when such a link ends."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_fallback import mail_to, user
from tests.db.test_notification import HEAD, OFFICE
from tests.helpers.links import KEY
from tracker.mail.unsubscribe import token_of
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.outbox import OutboxMail
from tracker.rules.notification import LinkStanding, Topic
from tracker.services.chase import chase
from tracker.services.comment import comment
from tracker.services.outbox import claim
from tracker.services.preference import choose, offered, preferences, unsubscribe


@pytest.fixture
def said(session: Session, act: Act, work: Assignment) -> OutboxMail:
    """A mail that may be muted, to the head."""
    comment(act(OFFICE), work.id, text="Xin ý kiến")
    return mail_to(session, HEAD, "commented")


def token(row: OutboxMail) -> str:
    return token_of(KEY, row.id, row.message_id)


def last_event(session: Session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()  # type: ignore[return-value]


def test_the_page(session: Session, act: Act) -> None:
    assert preferences(act(HEAD)).muted == frozenset()
    choose(act(HEAD), by_mail=["work", "digest", "nonsense"], to_chat=["talk"])
    assert preferences(act(HEAD)).muted == frozenset(Topic) - {Topic.WORK}
    assert preferences(act(OFFICE)).muted == frozenset()
    event = last_event(session)
    assert (event.verb, "work" in event.data["muted"]) == ("choose_notifications", False)


def test_a_letter_carries_the_link_where_it_may_be_muted(session: Session, act: Act, said: OutboxMail) -> None:
    chase(act(OFFICE), said.assignment_id or 0, text="Đề nghị báo cáo")
    letters = {letter.subject: letter for _id, letter in claim(act(), 1_000_001, 20) if letter.to_name}
    mutable = next(one for one in letters.values() if "Trao đổi" in one.subject)
    chased = next(one for one in letters.values() if "Đôn đốc" in one.subject)
    assert mutable.unsubscribe.startswith("http://test/unsubscribe/")
    assert chased.unsubscribe == ""


def test_a_link_mutes_its_topic_for_its_person(session: Session, act: Act, said: OutboxMail) -> None:
    offer = offered(act(), token(said))
    assert offer is not None
    assert (offer.standing, offer.topic) == (LinkStanding.READY, Topic.TALK)
    assert user(session, HEAD).muted == []
    done = unsubscribe(act(), token(said))
    assert done is not None
    assert done.standing is LinkStanding.DONE
    assert (user(session, HEAD).muted, user(session, "canbo.p-yte").muted) == (["talk"], [])
    event = last_event(session)
    assert (event.verb, event.actor_id, event.data["topic"]) == ("mute", user(session, HEAD).id, "talk")
    # A mail program that asks twice, and a second mail of the same topic.
    before = event.id
    assert unsubscribe(act(), token(said)) == done
    assert last_event(session).id == before


def test_forged_and_foreign_links_do_nothing(session: Session, act: Act, said: OutboxMail, work: Assignment) -> None:
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    chased = mail_to(session, HEAD, "chased")
    forged = [
        token_of(b"another key", said.id, said.message_id), token(said)[:-1] + "_", f"{said.id}-{'a' * 43}", "x",
        token(chased),  # genuine, but of what cannot be muted
        token_of(KEY, 999_999, "x"),
    ]  # fmt: skip
    for one in forged:
        assert unsubscribe(act(), one) is None, one
    stranger = unsubscribe(act(), token(said), signed_in_as=user(session, OFFICE).id)
    assert stranger is not None
    assert stranger.standing is LinkStanding.OTHERS
    assert user(session, HEAD).muted == []
    user(session, HEAD).active = False
    session.flush()
    assert unsubscribe(act(), token(said)) is None


def test_whoever_switches_mails_on_again_ends_the_links_of_before(
    session: Session,
    act: Act,
    said: OutboxMail,
    work: Assignment,
) -> None:
    unsubscribe(act(), token(said))
    choose(act(HEAD), by_mail=[], to_chat=[])  # nothing switched on: the link still says what it did
    assert offered(act(), token(said)).standing is LinkStanding.DONE  # type: ignore[union-attr]
    choose(act(HEAD), by_mail=list(Topic), to_chat=[])
    session.expire_all()
    late = unsubscribe(act(), token(said))
    assert late is not None
    assert late.standing is LinkStanding.REVOKED
    assert user(session, HEAD).muted == []
    # The next mail's link works again. (All of a test is one transaction, so one moment of the database.)
    session.execute(text("UPDATE users SET unmuted_at = unmuted_at - interval '1 second'"))
    session.expire_all()
    comment(act(OFFICE), work.id, text="Xin ý kiến lần nữa")
    again = unsubscribe(act(), token(mail_to(session, HEAD, "commented")))
    assert again is not None
    assert again.standing is LinkStanding.DONE
