"""Notifications in the product: what was mailed to a person, or would have been, read and marked by them alone."""

from tracker.models.outbox import OutboxMail
from tracker.rules.errors import NotAllowed, NotFound
from tracker.rules.words import N_
from tracker.services.context import Context
from tracker.store import notification as store
from tracker.store.page import Page


def notifications(ctx: Context, number: int) -> Page[OutboxMail]:
    """Page `number`, from 1, newest first."""
    return store.page_of(ctx.session, _self(ctx), number)


def read(ctx: Context, mail_id: int) -> tuple[OutboxMail, bool]:
    """One's own notification, which is read thereby, and whether it was news. Another person's looks like none."""
    row = store.one_of(ctx.session, _self(ctx), mail_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy thông báo này."))
    fresh = row.read_at is None
    if fresh:
        row.read_at = ctx.now
    return row, fresh


def read_about(ctx: Context, assignment_id: int) -> int:
    """Whoever opens the assignment has read what was sent to them about it. How many that were."""
    return store.mark_read(ctx.session, _self(ctx), ctx.now, assignment_id=assignment_id)


def read_all(ctx: Context, up_to: int) -> int:
    """All that were there when the page with the newest one, `up_to`, was drawn."""
    return store.mark_read(ctx.session, _self(ctx), ctx.now, up_to=up_to)


def _self(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise NotAllowed(N_("Hãy đăng nhập để xem thông báo."))
    return ctx.actor.user_id
