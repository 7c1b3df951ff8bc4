"""Queries on the mail log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.outbox import MailBounce, OutboxMail
from tracker.store.mail_log import MailFilters
from tracker.store.page import Page, paginate


def exists(session: Session, dedupe_key: str) -> bool:
    return session.scalar(select(OutboxMail.id).where(OutboxMail.dedupe_key == dedupe_key)) is not None


def known_keys(session: Session, dedupe_keys: Sequence[str]) -> set[str]:
    found = session.execute(text("SELECT dedupe_key FROM outbox WHERE dedupe_key = ANY(:keys)"), {"keys": dedupe_keys})
    return {key for (key,) in found}


def bounce_known(session: Session, key: str) -> bool:
    return session.scalar(select(MailBounce.id).where(MailBounce.key == key)) is not None


def was_passed_on(session: Session, mail_id: int) -> bool:
    return session.scalar(select(OutboxMail.id).where(OutboxMail.instead_of_id == mail_id).limit(1)) is not None


def load(session: Session, mail_id: int) -> OutboxMail | None:
    return session.scalar(
        select(OutboxMail)
        .where(OutboxMail.id == mail_id)
        .options(
            joinedload(OutboxMail.recipient),
            joinedload(OutboxMail.instead_of),
            selectinload(OutboxMail.passed_on),
            selectinload(OutboxMail.tries),
            selectinload(OutboxMail.bounces),
        )
    )


def mails(
    session: Session, filters: MailFilters, page: int, programme_ids: Collection[int] | None = None
) -> Page[OutboxMail]:
    """Newest first; `programme_ids`: those alone that are about one of these programmes."""
    query = select(OutboxMail).options(selectinload(OutboxMail.tries)).order_by(OutboxMail.id.desc())
    if programme_ids is not None:
        query = query.where(_about(programme_ids))
    return paginate(session, query.where(*filters.where()), page)


def _about(programme_ids: Collection[int]) -> ColumnElement[bool]:
    about: ColumnElement[bool] = OutboxMail.programme_ids.overlap(sorted(programme_ids))
    return about


# A mail that is due waits no longer, unless nobody sends.
LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class OutboxHealth:
    """`oldest_due` is the true health figure: how long the most patient mail has waited."""

    counts: dict[str, int]
    oldest_due: datetime | None


def health(session: Session, now: datetime, programme_ids: Collection[int] | None = None) -> OutboxHealth:
    """`programme_ids` narrows the counts; whether mail goes out is one question for all."""
    by_state = select(OutboxMail.state, func.count()).group_by(OutboxMail.state)
    if programme_ids is not None:
        by_state = by_state.where(_about(programme_ids))
    counts: dict[str, int] = {state.value: n for state, n in session.execute(by_state)}
    return OutboxHealth(counts, oldest_due(session, now))


# Of mails alone: a chat service that is away is no reason to call this system ill.
_OLDEST = text("""
    SELECT min(not_before) FROM outbox
    WHERE state IN ('queued', 'sending') AND channel = 'mail' AND not_before <= :now
""")


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the mail that waits longest is due."""
    return session.execute(_OLDEST, {"now": now}).scalar()
