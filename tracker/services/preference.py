"""How people want to be told: which topics by mail or in the product only, by themselves or by the link of a mail."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func

from tracker.mail.unsubscribe import genuine, mail_of
from tracker.models.outbox import OutboxMail
from tracker.models.user import User
from tracker.rules.errors import NotAllowed
from tracker.rules.notification import LinkStanding, Topic, chosen
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.store import chat as chats
from tracker.store.chat import Chat


@dataclass(frozen=True)
class Preferences:
    email: str | None
    unreachable: bool
    muted: frozenset[Topic]
    chat: Chat | None


def preferences(ctx: Context) -> Preferences:
    person = _self(ctx)
    return Preferences(
        person.email, person.unreachable, frozenset(chosen(person.muted)), chats.chat_of(ctx.session, person.id)
    )


def choose(ctx: Context, *, by_mail: Collection[str], to_chat: Collection[str]) -> None:
    """Topics that come by mail, and those that come to the chat beside what always does; all are in the product."""
    person = _self(ctx)
    wanted = set(chosen(by_mail))
    muted = [topic for topic in Topic if topic not in wanted]
    if set(person.muted) - set(muted):
        person.unmuted_at = func.now()
    person.muted = [str(topic) for topic in muted]
    there = chats.row_of(ctx.session, person.id)
    if there is not None:
        there.topics = [str(topic) for topic in chosen(to_chat)]
    record(
        ctx,
        "choose_notifications",
        "user",
        person.id,
        data={"muted": person.muted, "chat": there.topics if there is not None else []},
    )


@dataclass(frozen=True)
class Offer:
    """What a link from a mail is about."""

    standing: LinkStanding
    topic: Topic
    locale: str


def offered(ctx: Context, token: str, *, signed_in_as: int | None = None) -> Offer | None:
    """None for a token that no mail has. Changes nothing."""
    found = _of(ctx, token)
    return _offer(*found, signed_in_as) if found is not None else None


def unsubscribe(ctx: Context, token: str, *, signed_in_as: int | None = None) -> Offer | None:
    """The topic of the mail goes to its recipient in the product only, or nothing changes and the answer says why."""
    found = _of(ctx, token)
    if found is None:
        return None
    row, person = found
    offer = _offer(row, person, signed_in_as)
    if offer.standing is not LinkStanding.READY:
        return offer
    ctx.actor = actor_of(ctx.session, person, ctx.now)
    person.muted = [str(topic) for topic in chosen([*person.muted, offer.topic])]
    record(ctx, "mute", "user", person.id, data={"topic": offer.topic, "outbox": row.id, "via": "mail"})
    return _offer(row, person, signed_in_as)


def _of(ctx: Context, token: str) -> tuple[OutboxMail, User] | None:
    mail_id = mail_of(token)
    row = ctx.session.get(OutboxMail, mail_id) if mail_id else None
    if row is None or row.topic is None or not genuine(token, ctx.link_key, row.id, row.message_id):
        return None
    person = ctx.session.get(User, row.recipient_id, with_for_update=True, populate_existing=True)
    return (row, person) if person is not None and person.active else None


def _offer(row: OutboxMail, person: User, signed_in_as: int | None) -> Offer:
    assert row.topic is not None  # `_of` looked
    topic = Topic(row.topic)
    if signed_in_as not in (None, person.id):
        standing = LinkStanding.OTHERS
    elif topic in person.muted:
        standing = LinkStanding.DONE
    elif person.unmuted_at is not None and person.unmuted_at >= row.created_at:
        standing = LinkStanding.REVOKED
    else:
        standing = LinkStanding.READY
    return Offer(standing, topic, person.locale)


def _self(ctx: Context) -> User:
    person = ctx.session.get(User, ctx.actor.user_id, with_for_update=True) if ctx.actor.user_id else None
    if person is None:
        raise NotAllowed(N_("Anh/chị chỉ đặt được cách nhận thông báo của mình."))
    return person
