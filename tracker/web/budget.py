"""Kinh phí: by source and by unit for who oversees the programme or gathers its money, one's own part for a unit."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.budget import BUDGET_SOURCES, FIELDS, MILLION, Money, together
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.numbers import read_number
from tracker.rules.permissions import Permission, may
from tracker.rules.targets import short_number
from tracker.rules.words import N_
from tracker.services import budget as verbs
from tracker.services.context import Context
from tracker.store import budget as store
from tracker.store import programme as programmes
from tracker.store.page import PAGE_SIZE, Page
from tracker.store.unit import few_units
from tracker.store.unit import load as load_unit
from tracker.web.errors import say
from tracker.web.inputs import kept, key
from tracker.web.inputs import year as a_year
from tracker.web.language import gettext as _
from tracker.web.measures import programme_asked
from tracker.web.session import acting, login_required

bp = Blueprint("budget", __name__, url_prefix="/budget")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """`?programme=1&year=2026`."""
    with acting() as ctx:
        programme = programme_asked(ctx)
        if programme is None:
            raise NotFound(N_("Chưa có chương trình nào."))
        whole = may(ctx.actor, Permission.READ_BUDGET, verbs.budget_scope(ctx, programme, None))
        year = _year(ctx, programme)
        rows = store.by_unit(ctx.session, programme.id, year, None if whole else ctx.actor.units)
        number = max(1, min(request.args.get("page", 1, type=key), -(-len(rows) // PAGE_SIZE) or 1))
        enters = may(ctx.actor, Permission.ENTER_BUDGET, verbs.budget_scope(ctx, programme, None))
        shown = {one.unit_id for one in rows}
        return render_template(
            "budget/index.html",
            programme=programme,
            year=year,
            years=_years(ctx, programme),
            whole=whole,
            page=Page(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], len(rows), number),
            sources=store.by_source(rows),
            total=together(one.total for one in rows),
            state=together(one.state for one in rows),
            own=sorted(ctx.actor.units),
            units=[one for one in few_units(ctx.session, ctx.today) or [] if one[0] not in shown] if enters else [],
            names=BUDGET_SOURCES,
            millions=millions,
            percent=percent,
        )


@bp.get("/<int:programme_id>/units/<int:unit_id>")
@login_required
def show(programme_id: int, unit_id: int) -> ResponseReturnValue:
    return _page(programme_id, unit_id)


@bp.post("/<int:programme_id>/units/<int:unit_id>")
@login_required
def save(programme_id: int, unit_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            programme = _programme(ctx, programme_id)
            year = _year(ctx, programme)
            verbs.save_budget(
                ctx,
                programme_id=programme_id,
                unit_id=unit_id,
                year=year,
                amounts={source: _amounts(source) for source in store.SOURCES},
                seen=kept(request.form.get("seen", ""), "seen"),
            )
    except Conflict as error:
        return _page(programme_id, unit_id, {"seen": say(error)}, 409)
    except Invalid as error:
        return _page(programme_id, unit_id, {error.field or "seen": say(error)}, 422)
    flash(_("Đã lưu kinh phí."), "success")
    return redirect(url_for("budget.show", programme_id=programme_id, unit_id=unit_id, year=year))


def _page(
    programme_id: int, unit_id: int, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    with acting() as ctx:
        programme = _programme(ctx, programme_id)
        unit = load_unit(ctx.session, unit_id)
        scope = verbs.budget_scope(ctx, programme, unit_id)
        if unit is None or not may(ctx.actor, Permission.READ_BUDGET, scope):
            raise NotFound(N_("Không tìm thấy đơn vị này."))
        year = _year(ctx, programme)
        rows = store.lines(ctx.session, programme_id, unit_id, year)
        before = {one.unit_id: one for one in store.by_unit(ctx.session, programme_id, year - 1, [unit_id])}
        return render_template(
            "budget/show.html",
            programme=programme,
            unit=unit,
            year=year,
            years=_years(ctx, programme),
            rows=rows,
            before=before[unit_id].sources if unit_id in before else {},
            sources=[(source, _(BUDGET_SOURCES[source])) for source in store.SOURCES],
            may_enter=may(ctx.actor, Permission.ENTER_BUDGET, scope),
            may_approve=may(ctx.actor, Permission.APPROVE_BUDGET, scope),
            seen=verbs.seen_of(rows),
            errors=errors or {},
            values=request.form if errors else _values(rows),
            total=together(Money(one.estimate, one.approved, one.spent) for one in rows.values()),
            millions=millions,
            percent=percent,
        ), status


def _amounts(source: str) -> dict[str, Decimal | None]:
    """In millions on the page, in đồng below it; a field that the form does not have stays as it is."""
    found: dict[str, Decimal | None] = {}
    for name in FIELDS:
        field = f"{name}-{source}"
        if field in request.form:
            number = read_number(kept(request.form[field], field), field)
            found[name] = None if number is None else number * MILLION
    return found


def _values(rows: Any) -> dict[str, str]:
    return {
        f"{name}-{source}": millions(getattr(row, name)) for source, row in rows.items() for name in FIELDS
    }  # fmt: skip


def millions(amount: Decimal | None) -> str:
    """In triệu đồng, as Vietnamese writes it; "" for None."""
    return "" if amount is None else short_number(amount / MILLION, 6)


def percent(money: Money) -> str:
    return "" if money.rate is None else f"{short_number(money.rate * 100, 1)}%"


def _programme(ctx: Context, programme_id: int) -> Any:
    found = programmes.load(ctx.session, programme_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    return found


def _years(ctx: Context, programme: Any) -> list[int]:
    return list(range(min(ctx.today.year + 1, programme.period_end), programme.period_start - 1, -1))


def _year(ctx: Context, programme: Any) -> int:
    """The one asked for, as far as it is one of the programme's; else this year, but nothing is written into another
    year than the one that was meant."""
    choices = _years(ctx, programme) or [programme.period_start]
    asked = request.args.get("year", type=a_year)
    if request.method == "POST" and "year" in request.args and asked not in choices:
        raise NotFound(N_("Không có năm này trong chương trình."))
    return asked if asked in choices else (ctx.today.year if ctx.today.year in choices else choices[0])
