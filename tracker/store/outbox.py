"""Queries on the mail log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.outbox import MailBounce, MailState, OutboxMail
from tracker.store.page import Page, paginate


def exists(session: Session, dedupe_key: str) -> bool:
    return session.scalar(select(OutboxMail.id).where(OutboxMail.dedupe_key == dedupe_key)) is not None


def known_keys(session: Session, dedupe_keys: Sequence[str]) -> set[str]:
    found = session.execute(text("SELECT dedupe_key FROM outbox WHERE dedupe_key = ANY(:keys)"), {"keys": dedupe_keys})
    return {key for (key,) in found}


def bounce_known(session: Session, key: str) -> bool:
    return session.scalar(select(MailBounce.id).where(MailBounce.key == key)) is not None


def load(session: Session, mail_id: int) -> OutboxMail | None:
    return session.scalar(
        select(OutboxMail)
        .where(OutboxMail.id == mail_id)
        .options(joinedload(OutboxMail.recipient), selectinload(OutboxMail.tries), selectinload(OutboxMail.bounces))
    )


def mails(session: Session, *, state: str | None, page: int) -> Page[OutboxMail]:
    query = select(OutboxMail).options(selectinload(OutboxMail.tries)).order_by(OutboxMail.id.desc())
    if state in set(MailState):
        query = query.where(OutboxMail.state == state)
    return paginate(session, query, page)


# A mail that is due waits no longer, unless nobody sends.
LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class OutboxHealth:
    """`oldest_due` is the true health figure: how long the most patient mail has waited."""

    counts: dict[str, int]
    oldest_due: datetime | None


def health(session: Session, now: datetime) -> OutboxHealth:
    counts: dict[str, int] = {
        state.value: n
        for state, n in session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state))
    }
    return OutboxHealth(counts, oldest_due(session, now))


_OLDEST = text("SELECT min(not_before) FROM outbox WHERE state IN ('queued', 'sending') AND not_before <= :now")


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the mail that waits longest is due."""
    return session.execute(_OLDEST, {"now": now}).scalar()
