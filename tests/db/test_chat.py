"""The second channel: who stores what, what goes there, and that the address is nowhere but in its own table."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_fallback import mail_to, passed_on, user
from tests.db.test_notification import HEAD, OFFICE, OFFICER, mute
from tests.db.test_outbox import ONE
from tests.db.test_sweep import morning
from tracker.mail.answer import Answer, Outcome
from tracker.models.assignment import Assignment
from tracker.models.outbox import Channel, MailState, OutboxMail
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.permissions import SYSTEM
from tracker.services.chase import chase
from tracker.services.chat import forget_address, set_address
from tracker.services.comment import comment
from tracker.services.context import DELIVER_MAIL, Context
from tracker.services.escalation import sweep
from tracker.services.identity import deactivate
from tracker.services.notification import notifications
from tracker.services.outbox import claim, claim_chat
from tracker.services.preference import choose, preferences
from tracker.services.settlement import settle
from tracker.store.outbox import oldest_due

TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
GATEWAY = "json://user:matkhau@10.0.0.7/sms"


def allowing(ctx: Context, *schemes: str) -> Context:
    return replace(ctx, chat_schemes=frozenset(schemes or ("tgram",)))


def join(act: Act, login: str, address: str = TELEGRAM) -> None:
    ctx = allowing(act(login))
    set_address(ctx, user(ctx.session, login).id, address)
    ctx.session.execute(text("DELETE FROM outbox WHERE kind = 'chat_joined'"))


def chats(session: Session) -> list[tuple[str, str, str]]:
    rows = session.scalars(select(OutboxMail).where(OutboxMail.channel == Channel.CHAT).order_by(OutboxMail.id))
    return [(row.kind, row.recipient.login if row.recipient else "", row.to_address) for row in rows]


def test_people_store_their_own_and_allowed_ones(session: Session, act: Act) -> None:
    head, ctx = user(session, HEAD), allowing(act(HEAD))
    for address in (GATEWAY, "tgram://nonsense", "slack://a/b/c"):
        with pytest.raises(Invalid):
            set_address(ctx, head.id, address)
    with pytest.raises(NotAllowed):
        set_address(allowing(act(OFFICE)), head.id, TELEGRAM)
    set_address(ctx, head.id, TELEGRAM)
    assert DELIVER_MAIL in ctx.nudges
    assert chats(session) == [("chat_joined", HEAD, "tgram://…")]
    session.refresh(mail_to(session, HEAD, "chat_joined"))
    found = preferences(act(HEAD)).chat
    assert found is not None
    assert (found.scheme, found.state, found.by_admin) == ("tgram", MailState.QUEUED, False)
    with pytest.raises(NotAllowed):
        forget_address(act(OFFICE), head.id)
    forget_address(act(HEAD), head.id)
    assert preferences(act(HEAD)).chat is None
    with pytest.raises(NotFound):
        forget_address(act(HEAD), head.id)


def test_an_administrator_stores_any_for_anybody(session: Session, act: Act) -> None:
    set_address(act("quantri"), user(session, HEAD).id, GATEWAY)
    claimed = claim_chat(act(), ONE)
    assert claimed is not None
    assert (claimed[1].address, claimed[1].trusted) == (GATEWAY, True)
    assert "matkhau" not in repr(claimed)


def test_the_address_stands_in_its_own_table_alone(session: Session, act: Act, work: Assignment) -> None:
    set_address(act("quantri"), user(session, HEAD).id, GATEWAY)
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    for table in ("outbox", "audit_events", "users"):
        assert session.execute(text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%matkhau%'")).scalar() == 0
    forget_address(act(HEAD), user(session, HEAD).id)
    assert session.execute(text("SELECT count(*) FROM chat_addresses")).scalar() == 0


def test_escalations_and_chases_go_there_and_the_rest_by_choice(
    session: Session,
    act: Act,
    work: Assignment,
) -> None:
    join(act, HEAD)
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    comment(act(OFFICE), work.id, text="Xin ý kiến")
    sweep(act(at=morning("2026-11-16")))  # a reminder
    assert chats(session) == [("chased", HEAD, "tgram://…")]
    choose(act(HEAD), by_mail=[], to_chat=["talk"])
    comment(act(OFFICE), work.id, text="Xin ý kiến lần nữa")
    sweep(act(at=morning("2026-11-20")))
    assert chats(session)[1:] == [("commented", HEAD, "tgram://…"), ("digest", HEAD, "tgram://…")]
    # Muted by mail and wanted in the chat: two choices.
    newest = mail_to(session, HEAD, "commented")
    assert (newest.channel, newest.state) == (Channel.CHAT, MailState.QUEUED)
    # Shown once, and told only by name and place: who reads along in a group learns no more.
    assert [row.channel for row in notifications(act(HEAD), 1).rows] == [Channel.MAIL] * 5
    assert newest.text_body == f"http://test/assignments/{work.id}"
    assert mail_to(session, HEAD, "digest").text_body == "http://test/notifications"


def test_it_waits_for_no_mail_and_no_mail_waits_for_it(session: Session, act: Act, work: Assignment) -> None:
    join(act, HEAD)
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    assert len(claim(allowing(act()), ONE, 20)) == 2  # mails to head and officer
    claimed = claim_chat(allowing(act()), ONE)
    assert claimed is not None
    assert (claimed[1].address, claimed[1].trusted) == (TELEGRAM, False)
    assert claimed[1].title == mail_to(session, HEAD, "chased").subject
    session.execute(text("UPDATE outbox SET state = 'queued', sender = NULL WHERE channel = 'chat'"))
    session.execute(text("UPDATE outbox SET state = 'sent', sender = NULL, sent_at = now() WHERE channel = 'mail'"))
    assert oldest_due(session, morning("2031-01-06")) is None


@pytest.mark.parametrize("how", ["taken away", "no longer allowed"])
def test_where_it_may_not_go_it_does_not_go(session: Session, act: Act, work: Assignment, how: str) -> None:
    join(act, HEAD)
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    ctx = allowing(act())
    if how == "taken away":
        forget_address(act(HEAD), user(session, HEAD).id)
    else:
        ctx = allowing(act(), "slack")
    claimed = claim_chat(ctx, ONE)
    assert claimed is not None
    assert claimed[1].address == ""


def test_what_a_chat_refuses_marks_no_mail_and_goes_no_further(session: Session, act: Act, work: Assignment) -> None:
    join(act, HEAD)
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    claimed = claim_chat(allowing(act()), ONE)
    assert claimed is not None
    settle(act(), claimed[0], ONE, Answer(Outcome.FAILED, "550 5.1.1 User unknown"))
    row = session.get_one(OutboxMail, claimed[0])
    assert (row.channel, row.state) == (Channel.CHAT, MailState.FAILED)
    assert passed_on(session, row) == {}
    assert user(session, HEAD).dead_email is None


def test_without_an_address_for_mail_the_chat_is_told_and_the_step_goes_on(
    session: Session,
    act: Act,
    work: Assignment,
) -> None:
    """A chat proves nothing to the office: the next in line hears by mail as well."""
    join(act, OFFICER)
    user(session, OFFICER).email = None
    session.flush()
    sweep(act(at=morning("2026-11-20")))
    assert chats(session) == [("digest", OFFICER, "tgram://…")]
    assert mail_to(session, HEAD, "digest").state is MailState.QUEUED


def test_who_leaves_leaves_no_secret_behind(session: Session, act: Act) -> None:
    join(act, HEAD)
    deactivate(replace(act(), actor=SYSTEM), HEAD)
    assert session.execute(text("SELECT count(*) FROM chat_addresses")).scalar() == 0


def test_muting_by_mail_leaves_the_chat(session: Session, act: Act, work: Assignment) -> None:
    join(act, HEAD)
    mute(session, HEAD, "talk", "work")
    chase(act(OFFICE), work.id, text="Đề nghị báo cáo")
    assert [kind for kind, *_ in chats(session)] == ["chased"]
