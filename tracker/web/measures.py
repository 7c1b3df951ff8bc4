"""Which measure, programme and period a page is about."""

from typing import Any

from flask import request

from tracker.rules.errors import NotFound
from tracker.rules.permissions import Scope
from tracker.rules.recurrence import Period, Recurrence, period_named
from tracker.rules.words import N_
from tracker.services.context import Context
from tracker.store import figure
from tracker.store import measure as measures
from tracker.store import programme as programmes
from tracker.web.inputs import key


def measure_of(ctx: Context, measure_id: int) -> tuple[Any, Any, Period]:
    """The measure, its programme, and the period that is asked for."""
    measure = measures.measure(ctx.session, measure_id)
    programme = programmes.load(ctx.session, measure.indicator.programme_id) if measure else None
    if measure is None or programme is None:
        raise NotFound(N_("Không tìm thấy chỉ tiêu này."))
    return measure, programme, period_of(ctx, programme)


def period_of(ctx: Context, programme: Any) -> Period:
    """The one that the address asks for, else the newest of which anything was reported; but nothing is written into
    another period than the one that was meant."""
    asked = _period_asked(programme)
    if asked is None and request.method == "POST" and "period" in request.args:
        raise NotFound(N_("Kỳ báo cáo không đúng."))
    return asked or period_named(str(_newest(ctx, programme)))


def scope_of(ctx: Context, programme: Any, unit_id: int | None) -> Scope:
    return Scope(
        lead_unit_id=unit_id,
        standing_unit_ids=ctx.offices.get(programme.id, frozenset()),
        issuer_unit_id=programme.issuer_unit_id,
        finance_unit_id=programme.finance_unit_id,
    )


def programme_asked(ctx: Context) -> Any:
    asked = request.args.get("programme", type=key)
    if asked is not None:
        found = programmes.load(ctx.session, asked)
        if found is None:
            raise NotFound(N_("Không tìm thấy chương trình này."))
        return found
    return next(iter(programmes.programmes(ctx.session)), None)


def _period_asked(programme: Any) -> Period | None:
    """The one that the address asks for; None where it asks for none that there can be."""
    try:
        found = period_named(request.args.get("period", "")[:10])
    except ValueError:
        return None
    inside = programme.period_start - 1 <= found.first.year <= programme.period_end if found.first.year > 1 else False
    return found if inside and found.recurrence is not Recurrence.ONCE else None


def _newest(ctx: Context, programme: Any) -> int:
    known = figure.newest_year(ctx.session, programme.id)
    return known or min(max(ctx.today.year, programme.period_start), programme.period_end)


def period_choices(ctx: Context, programme: Any, period: Period) -> list[str]:
    """Years to look at, newest first; a part of a year only where it was asked for."""
    last = min(ctx.today.year, programme.period_end)
    years = [str(year) for year in range(last, programme.period_start - 1, -1)]
    return years if period.key in years else [period.key, *years]


def earlier(period: Period, years: int) -> str:
    return f"{period.first.year - years}{period.key[4:]}"
