"""Writing down money: units their estimates and what they spent, the finance office what was approved."""

from collections.abc import Mapping
from decimal import Decimal

from tracker.models.budget import BudgetLine, BudgetSource
from tracker.models.programme import Programme
from tracker.rules.budget import FIELDS, Money, check_money
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store import budget as store
from tracker.store.unit import load as load_unit

Amounts = Mapping[str, Decimal | None]


def save_budget(
    ctx: Context,
    *,
    programme_id: int,
    unit_id: int,
    year: int,
    amounts: Mapping[BudgetSource, Amounts],
    seen: str | None = None,
) -> dict[BudgetSource, BudgetLine]:
    """Of each source the amounts to set, under the names of `rules.budget.FIELDS`; others stay as they are.

    `seen`: `seen_of` the lines that the form showed. Raises Invalid(field="spent-district") and the like.
    """
    programme = ctx.session.get(Programme, programme_id)
    unit = load_unit(ctx.session, unit_id)
    if programme is None or unit is None:
        raise NotFound(N_("Không tìm thấy chương trình hoặc đơn vị này."))
    scope = budget_scope(ctx, programme, unit_id)
    demand(ctx.actor, Permission.ENTER_BUDGET, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.ENTER_BUDGET, scope)
    _check_year(ctx, programme, year)
    rows = store.lines(ctx.session, programme_id, unit_id, year, lock=True)
    if seen is not None and seen != seen_of(rows):
        raise Conflict(N_("Người khác vừa ghi kinh phí này sau khi anh/chị mở trang."))
    changes = []
    for source, wanted in amounts.items():
        row = rows.get(source)
        was = Money(row.estimate, row.approved, row.spent) if row else Money()
        now = Money(**{name: wanted.get(name, getattr(was, name)) for name in FIELDS})
        if now == was:
            continue
        if now.approved != was.approved:
            demand(ctx.actor, Permission.APPROVE_BUDGET, scope)
        try:
            check_money(now, source)
        except Invalid as error:
            raise Invalid(error.message, field=f"{error.field}-{source}", **error.params) from error
        if row is None:
            row = rows[source] = BudgetLine(programme_id=programme_id, unit_id=unit_id, year=year, source=source)
            ctx.session.add(row)
        assert ctx.actor.user_id is not None
        row.estimate, row.approved, row.spent = now.estimate, now.approved, now.spent
        row.edited_at, row.edited_by_id = ctx.now, ctx.actor.user_id
        changes.append({"source": source.value, "before": _told(was), "after": _told(now)})
    ctx.session.flush()
    if changes:
        record(ctx, "save_budget", "unit", unit_id, data={"programme": programme_id, "year": year, "lines": changes})
    return rows


def budget_scope(ctx: Context, programme: Programme, unit_id: int | None) -> Scope:
    return Scope(
        lead_unit_id=unit_id,
        standing_unit_ids=ctx.offices.get(programme.id, frozenset()),
        issuer_unit_id=programme.issuer_unit_id,
        finance_unit_id=programme.finance_unit_id,
    )


def seen_of(rows: Mapping[BudgetSource, BudgetLine]) -> str:
    """What a form remembers of the lines that it was made from."""
    return " ".join(f"{rows[source].id}.{rows[source].version}" for source in BudgetSource if source in rows)


def _check_year(ctx: Context, programme: Programme, year: int) -> None:
    """Estimates are made in the year before."""
    last = min(programme.period_end, ctx.today.year + 1)
    if not programme.period_start <= year <= last:
        message = N_("Chỉ ghi kinh phí từ năm %(first)s đến năm %(last)s.")
        raise Invalid(message, field="year", first=programme.period_start, last=last)


def _told(money: Money) -> dict[str, str]:
    return {name: str(getattr(money, name)) for name in FIELDS if getattr(money, name) is not None}
