"""Keys with which another office's system reads what was issued: made and revoked by the office, shown once, kept as a
hash."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from tracker.models.api_token import ApiToken
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.report import demand_build
from tracker.store import api_key as store

MOST = 20
LONGEST = 120
PREFIX = "gv_"
# A key that is used a thousand times a minute is written down once.
SEEN_EVERY = timedelta(minutes=1)


def make(ctx: Context, *, programme_id: int, name: str) -> tuple[ApiToken, str]:
    """(the row, the key): nobody can see the key again."""
    demand_build(ctx, programme_id, Permission.GIVE_KEYS)
    name = " ".join(name.split())
    if not name:
        raise Invalid(N_("Hãy ghi mã này cấp cho ai."), field="name")
    if len(name) > LONGEST:
        raise Invalid(N_("Tên dài quá %(n)s ký tự."), field="name", n=LONGEST)
    if len(store.of_programmes(ctx.session, [programme_id], open_only=True)) >= MOST:
        raise Invalid(N_("Đã có %(n)s mã đang dùng; hãy thu hồi bớt."), field="name", n=MOST)
    assert ctx.actor.user_id is not None
    key = PREFIX + token_urlsafe(32)
    row = ApiToken(
        programme_id=programme_id, name=name, token_hash=_hash(key), created_at=ctx.now, created_by_id=ctx.actor.user_id
    )
    ctx.session.add(row)
    ctx.session.flush()
    record(ctx, "make_key", "api_key", row.id, data={"name": name, "programme": programme_id})
    return row, key


def revoke(ctx: Context, key_id: int) -> None:
    row = ctx.session.get(ApiToken, key_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy mã này."))
    demand_build(ctx, row.programme_id, Permission.GIVE_KEYS)
    if row.revoked_at is None:
        row.revoked_at = ctx.now
        record(ctx, "revoke_key", "api_key", row.id)


def programme_of(ctx: Context, key: str) -> int | None:
    """The programme that a key opens; None for one that is wrong or revoked."""
    if not key.startswith(PREFIX) or len(key) > 100:
        return None
    row = store.by_hash(ctx.session, _hash(key))
    if row is None:
        return None
    if row.last_used_at is None or ctx.now - row.last_used_at > SEEN_EVERY:
        row.last_used_at = ctx.now
    return row.programme_id


def _hash(key: str) -> str:
    """Of 256 random bits: no salt and no slow hash is needed, nor helps a comparison in time."""
    return sha256(key.encode()).hexdigest()
