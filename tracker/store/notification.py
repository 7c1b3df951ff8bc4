"""What a person is told, as the outbox has it: the mails to them, whatever became of each."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, load_only

from tracker.models.outbox import Channel, OutboxMail
from tracker.store.page import Page, paginate


def _theirs(user_id: int) -> list[ColumnElement[bool]]:
    return [OutboxMail.recipient_id == user_id, OutboxMail.channel == Channel.MAIL]


def page_of(session: Session, user_id: int, number: int) -> Page[OutboxMail]:
    """Newest first, without the texts."""
    shown = load_only(
        OutboxMail.kind, OutboxMail.subject, OutboxMail.assignment_id, OutboxMail.created_at, OutboxMail.read_at
    )
    query = select(OutboxMail).where(*_theirs(user_id)).options(shown).order_by(OutboxMail.id.desc())
    return paginate(session, query, number)


def one_of(session: Session, user_id: int, mail_id: int) -> OutboxMail | None:
    return session.scalar(select(OutboxMail).where(*_theirs(user_id), OutboxMail.id == mail_id))


def mark_read(
    session: Session,
    user_id: int,
    now: datetime,
    *,
    mail_id: int | None = None,
    assignment_id: int | None = None,
    up_to: int | None = None,
) -> int:
    """Of those not read yet: the one mail, all about one assignment, or all up to a mail. How many there were."""
    query = update(OutboxMail).where(*_theirs(user_id), OutboxMail.read_at.is_(None)).values(read_at=now)
    for column, wanted in ((OutboxMail.id, mail_id), (OutboxMail.assignment_id, assignment_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    if up_to is not None:
        query = query.where(OutboxMail.id <= up_to)
    marked = session.execute(query.returning(OutboxMail.id).execution_options(synchronize_session=False))
    return len(marked.all())
