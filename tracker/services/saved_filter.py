"""Filters of the list under a name: private, or shared with one's unit."""

from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select

from tracker.models.saved_filter import SavedFilter
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store.delegation import lock_people
from tracker.store.saved_filter import named

MOST = 30
LONGEST = 60
# What the address of the list may say; anything else is dropped before it is kept.
KNOWN = frozenset(
    {
        "programme",
        "year",
        "unit",
        "class",
        "band",
        "state",
        "clause",
        "mine",
        "starred",
        "blocked",
        "stale",
        "returned",
        "late_help",
    }
)


def known(query: str) -> str:
    """Of an address's query what filters the list."""
    return urlencode([(key, value) for key, value in parse_qsl(query[:1000]) if key in KNOWN])


def save(ctx: Context, *, name: str, query: str, unit_id: int | None = None) -> SavedFilter:
    """The same name again replaces what it stood for."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise Invalid(N_("Hãy đặt tên từ 1 đến %(n)s ký tự."), field="filter_name", n=LONGEST)
    kept = known(query)
    if not kept:
        raise Invalid(N_("Hãy chọn ít nhất một điều kiện lọc trước khi lưu."), field="filter_name")
    if unit_id is not None and unit_id not in ctx.actor.units:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    assert ctx.actor.user_id is not None
    # Two at once would both find that the name is free.
    lock_people(ctx.session, [ctx.actor.user_id])
    row = named(ctx.session, ctx.actor.user_id, name)
    if row is None:
        count = select(func.count()).where(SavedFilter.owner_id == ctx.actor.user_id)
        if (ctx.session.scalar(count) or 0) >= MOST:
            raise Invalid(N_("Mỗi người lưu tối đa %(n)s bộ lọc; hãy xóa bớt."), field="filter_name", n=MOST)
        row = SavedFilter(owner_id=ctx.actor.user_id, name=name, query=kept, created_at=ctx.now)
        ctx.session.add(row)
    row.query, row.unit_id = kept, unit_id
    ctx.session.flush()
    record(ctx, "save_filter", "saved_filter", row.id, data=_facts(row))
    return row


def delete(ctx: Context, filter_id: int) -> None:
    """Only one's own; another's looks like none."""
    row = ctx.session.get(SavedFilter, filter_id)
    if row is None or row.owner_id != ctx.actor.user_id:
        raise NotFound(N_("Không tìm thấy bộ lọc này."))
    record(ctx, "delete_filter", "saved_filter", row.id, data=_facts(row))
    ctx.session.delete(row)


def _facts(row: SavedFilter) -> dict[str, str | int | None]:
    return {"name": row.name, "query": row.query, "unit": row.unit_id}
