"""Addresses under which other calendar programs fetch deadlines: signed, and revoked by closing the row."""

import hmac
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import select

from tracker.models.calendar_feed import CalendarFeed
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store.agenda import Due, due_between
from tracker.store.people import posts_of

MOST = 10
BACK, AHEAD = timedelta(days=30), timedelta(days=400)


def make(ctx: Context, *, unit_id: int | None = None) -> CalendarFeed:
    """What the person owns, or everything of one of their units."""
    if unit_id is not None and unit_id not in ctx.actor.units:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    if len(feeds(ctx)) >= MOST:
        raise Invalid(N_("Mỗi người có tối đa %(n)s địa chỉ lịch; hãy thu hồi bớt."), field="unit_id", n=MOST)
    assert ctx.actor.user_id is not None
    feed = CalendarFeed(user_id=ctx.actor.user_id, unit_id=unit_id, secret=token_urlsafe(24), created_at=ctx.now)
    ctx.session.add(feed)
    ctx.session.flush()
    record(ctx, "make_feed", "calendar_feed", feed.id, data={"unit": unit_id})
    return feed


def revoke(ctx: Context, feed_id: int) -> None:
    feed = ctx.session.get(CalendarFeed, feed_id)
    if feed is None or feed.user_id != ctx.actor.user_id:
        raise NotFound(N_("Không tìm thấy địa chỉ lịch này."))
    if feed.revoked_at is None:
        feed.revoked_at = ctx.now
        record(ctx, "revoke_feed", "calendar_feed", feed.id)


def feeds(ctx: Context) -> list[CalendarFeed]:
    """The person's open ones."""
    return list(
        ctx.session.scalars(
            select(CalendarFeed)
            .where(CalendarFeed.user_id == ctx.actor.user_id, CalendarFeed.revoked_at.is_(None))
            .order_by(CalendarFeed.id)
        )
    )


def signature(feed: CalendarFeed, key: str) -> str:
    """Binds the number in the address to the row's secret and to this installation."""
    return hmac.new(key.encode(), f"feed:{feed.id}:{feed.secret}".encode(), sha256).hexdigest()


def read(ctx: Context, feed_id: int, given: str, key: str) -> tuple[str, list[Due]]:
    """(name, what is due) behind an address: the unit's, or one's own in the units of today. NotFound when it is wrong
    or revoked, the person is no longer active, or no longer in the unit: all look alike."""
    feed = ctx.session.get(CalendarFeed, feed_id)
    missing = NotFound(N_("Không tìm thấy lịch này."))
    if feed is None or not hmac.compare_digest(signature(feed, key).encode(), given.encode()):
        raise missing
    units = {post.unit_id for post in posts_of(ctx.session, feed.user_id, ctx.today)}
    if feed.revoked_at is not None or not feed.user.active or (feed.unit_id is not None and feed.unit_id not in units):
        raise missing
    found = due_between(
        ctx.session,
        ctx.today - AHEAD,
        ctx.today + AHEAD,
        closed_since=ctx.today - BACK,
        owner_id=feed.user_id if feed.unit_id is None else None,
        owner_units=units,
        unit_ids=None if feed.unit_id is None else [feed.unit_id],
    )
    return feed.unit.name if feed.unit else feed.user.name, found
