"""The monitor's judgement: the ranking, the months of a year, and how things stood on any past day."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.rules.days import read_day
from tracker.rules.deadlines import DeadlineClass, completion_rate, standing
from tracker.rules.errors import NotAllowed
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.ranking import USUAL_THRESHOLD, Score, rank, total_of
from tracker.rules.words import N_, SHOWN_CLASSES, STATES
from tracker.rules.workflow import OPEN
from tracker.services.context import Context
from tracker.store.filters import Day, Filters, Visible
from tracker.store.history import first_day, judged, matrix_on, months_on, rows_on
from tracker.store.programme import load, years
from tracker.store.unit import names
from tracker.web.inputs import key, year
from tracker.web.language import gettext as _
from tracker.web.listing import newest_year
from tracker.web.session import acting, login_required, overseen
from tracker.web.view import view_of_row

bp = Blueprint("insight", __name__, url_prefix="/monitor")

LATELY = timedelta(days=30)


@bp.get("/ranking")
@login_required
def ranking() -> ResponseReturnValue:
    with acting() as ctx:
        visible, filters = _asked(ctx)
        scores: dict[int, Score] = {}
        for one in judged(ctx.session, visible, filters, ctx.today - LATELY):
            facts = {"state": one.state, "submitted_on": one.submitted_on, "today": ctx.today, "calendar": ctx.calendar}
            stands = standing(due_on=one.due_on, **facts)  # type: ignore[arg-type]
            original = standing(due_on=one.original_due_on, **facts)  # type: ignore[arg-type]
            scores.setdefault(one.unit_id, Score()).add(
                stands,
                is_open=one.state in OPEN,
                heard=one.heard_lately,
                extended=one.extended,
                late_originally=original.klass in (DeadlineClass.DONE_LATE, DeadlineClass.OVERDUE),
                n=one.n,
            )
        programme = load(ctx.session, filters.programme_id) if filters.programme_id else None
        threshold = programme.ranking_threshold if programme else USUAL_THRESHOLD
        ranked, few = rank(scores, threshold)
        return render_template(
            "insight/ranking.html",
            filters=filters,
            ranked=ranked,
            few=[(unit_id, scores[unit_id]) for unit_id in few],
            total=total_of(scores.values()),
            names=names(ctx.session, scores),
            threshold=threshold,
            **_choices(ctx, filters),
        )


@bp.get("/trend")
@login_required
def trend() -> ResponseReturnValue:
    with acting() as ctx:
        visible, filters = _asked(ctx)
        whole = filters.year or ctx.today.year
        filters = replace(filters, year=whole)
        start = first_day(ctx.session)
        days = []
        for number in range(1, 13):
            last = date(whole, number, monthrange(whole, number)[1])
            if date(whole, number, 1) > ctx.today or start is None or last < start:
                continue
            days.append(Day.of(min(last, ctx.today), ctx.calendar))
        months = months_on(ctx.session, visible, filters, days)
        return render_template(
            "insight/trend.html",
            filters=filters,
            year=whole,
            months=[(month, completion_rate(month.done, month.overdue)) for month in months],
            most=max([1, *(month.done + month.overdue for month in months)]),
            **_choices(ctx, filters),
        )


@bp.get("/as-of")
@login_required
def as_of() -> ResponseReturnValue:
    """`?day=2026-06-30`, and with `class` or `unit` the rows behind one number."""
    with acting() as ctx:
        visible, filters = _asked(ctx)
        day, error = _past(ctx)
        unit_id, klass = request.args.get("unit", type=key), request.args.get("class")
        filters = replace(filters, unit_id=unit_id, klass=klass if klass in SHOWN_CLASSES else None)
        edges = Day.of(day, ctx.calendar)
        page = None
        rows = [] if error else matrix_on(ctx.session, visible, filters.without("unit_id", "klass"), edges)
        if not error and ("unit" in request.args or "class" in request.args):
            page = rows_on(ctx.session, visible, filters, edges, request.args.get("page", 1, type=key))
        return render_template(
            "insight/as_of.html",
            filters=filters,
            day=day,
            errors={"day": error} if error else {},
            rows=rows,
            classes=[(name, _(label)) for name, label in SHOWN_CLASSES.items()],
            totals=_sums(rows),
            page=page,
            listed=[(view_of_row(ctx, row), _(STATES[row.past_state]), row.past_due_on) for row in page.rows]
            if page
            else [],
            **_choices(ctx, filters),
        ), (422 if error else 200)


def _asked(ctx: Context) -> tuple[Visible, Filters]:
    seen = overseen(ctx)
    if not seen and not may(ctx.actor, Permission.MONITOR, NOWHERE):
        raise NotAllowed(N_("Trang theo dõi dành cho cơ quan thường trực và lãnh đạo."))
    args = request.args
    filters = Filters(programme_id=args.get("programme", type=key), year=args.get("year", type=year))
    return Visible(seen, frozenset()), newest_year(ctx, filters)


def _choices(ctx: Context, filters: Filters) -> dict[str, Any]:
    return {"years": years(ctx.session, filters.programme_id) if filters.programme_id else [], "today": ctx.today}


def _past(ctx: Context) -> tuple[date, str]:
    """(the day asked for, or today; what is wrong with it)."""
    typed = request.args.get("day", "")
    start = first_day(ctx.session) or ctx.today
    if not typed:
        return ctx.today, ""
    day = read_day(typed)
    if day is None:
        return ctx.today, _("Ngày cần có dạng 19/11/2026.")
    if day > ctx.today:
        return ctx.today, _("Ngày này chưa đến.")
    if day < start:
        return ctx.today, _("Lịch sử bắt đầu từ ngày %(day)s.", day=f"{start:%d/%m/%Y}")
    return day, ""


def _sums(rows: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        for klass, n in row.counts.items():
            sums[klass] = sums.get(klass, 0) + n
    return sums
