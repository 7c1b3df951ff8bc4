"""The one commit point: web, command line and Celery all act through it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from flask import current_app

from tracker.extensions import db
from tracker.mail.link import key_of
from tracker.rules.permissions import SYSTEM, Actor
from tracker.services.context import Context


def context(actor: Actor = SYSTEM, *, now: datetime | None = None, request_id: str | None = None) -> Context:
    """A context for reading: whoever opened the transaction ends it."""
    settings = current_app.extensions["settings"]
    return Context(
        session=db.session(),
        actor=actor,
        now=now or datetime.now(UTC),
        request_id=request_id or uuid4().hex,
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        evidence=settings.evidence,
        chat_schemes=settings.allowed_chats,
        link_key=key_of(settings.secret_key),
    )


@contextmanager
def acting(actor: Actor = SYSTEM, *, now: datetime | None = None, request_id: str | None = None) -> Iterator[Context]:
    """A context for services: commits when the block ends, rolls back when it raises, wakes workers after commit."""
    ctx = context(actor, now=now, request_id=request_id)
    try:
        yield ctx
        ctx.session.commit()
    except BaseException:
        ctx.session.rollback()
        raise
    for task_name in sorted(ctx.nudges):
        current_app.extensions["nudger"].nudge(task_name)
