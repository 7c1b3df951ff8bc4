"""Where people are told beside the mail; the address itself is read by the sender alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.models.chat import ChatAddress
from tracker.models.outbox import Channel, OutboxMail


@dataclass(frozen=True)
class Chat:
    """What may be shown of it. `state` and `at` of the newest message there."""

    scheme: str
    topics: list[str]
    by_admin: bool
    set_at: datetime
    state: str | None
    at: datetime | None


def chat_of(session: Session, user_id: int) -> Chat | None:
    newest = (
        select(OutboxMail.state, OutboxMail.sent_at)
        .where(
            OutboxMail.recipient_id == user_id,
            OutboxMail.channel == Channel.CHAT,
            OutboxMail.created_at >= ChatAddress.set_at,
        )
        .order_by(OutboxMail.id.desc())
        .limit(1)
        .lateral()
    )
    row = session.execute(
        select(ChatAddress.scheme, ChatAddress.topics, ChatAddress.by_admin, ChatAddress.set_at, newest)
        .outerjoin(newest, ChatAddress.user_id == user_id)
        .where(ChatAddress.user_id == user_id)
    ).one_or_none()
    return Chat(*row) if row is not None else None


def row_of(session: Session, user_id: int) -> ChatAddress | None:
    return session.get(ChatAddress, user_id, with_for_update=True)


def forget(session: Session, user_id: int) -> bool:
    """Whether there was one."""
    gone = session.execute(delete(ChatAddress).where(ChatAddress.user_id == user_id).returning(ChatAddress.user_id))
    return gone.first() is not None
