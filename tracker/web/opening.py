"""Opening a period by hand: choose it, look at what would be given and carried, confirm."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Conflict, Invalid
from tracker.rules.recurrence import Period, Recurrence, next_period, period_of
from tracker.rules.rollover import next_to_open
from tracker.rules.text import inside
from tracker.services import opening as verbs
from tracker.services.context import Context
from tracker.services.duty import recurrence_of
from tracker.services.opening_plan import New, Plan
from tracker.store import opening as store
from tracker.store import programme as programmes
from tracker.web.errors import say
from tracker.web.inputs import clean
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required
from tracker.web.verbs import text
from tracker.web.view import period_said

bp = Blueprint("opening", __name__, url_prefix="/programmes/<int:programme_id>/opening")
# Unfinished work that nothing goes on with: so many are listed, the rest is counted.
MOST_LEFT = 50


@bp.get("")
@login_required
def index(programme_id: int) -> ResponseReturnValue:
    """`?period=2027` or `2027-Q1` shows what opening it would do."""
    return _page(programme_id, clean(request.args.get("period", "")))


@bp.post("")
@login_required
def apply(programme_id: int) -> ResponseReturnValue:
    period = text("period")
    try:
        with acting() as ctx:
            done = verbs.open_by_hand(ctx, programme_id, period, fingerprint=text("fingerprint"))
    except Conflict as error:
        return _page(programme_id, period, {"fingerprint": say(error)}, 409)
    except Invalid as error:
        return _page(programme_id, "", {"period": say(error)}, 422)
    flash(
        _(
            "Đã mở %(period)s: %(n)s nhiệm vụ mới, %(m)s thư.",
            period=inside(period_said(period)),
            n=done.created,
            m=done.mails,
        ),
        "success",
    )
    return redirect(url_for("programmes.show", programme_id=programme_id, year=period[:4]))


def _page(
    programme_id: int, chosen: str, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    errors = errors or {}
    with acting() as ctx:
        programme = verbs.permitted(ctx, programme_id)
        plan = None
        if chosen:
            try:
                plan = verbs.preview(ctx, programme_id, chosen)
            except Invalid as error:
                errors, status = {"period": say(error)}, 422
        opened = store.opened_periods(ctx.session, programme.id)
        kinds = {
            recurrence_of(one, day)
            for one in programmes.duties(ctx.session, programme.id)
            for day in (ctx.today, one.changes_on or ctx.today)
        } - {Recurrence.ONCE}
        kinds = kinds or {Recurrence.YEARLY}
        following = next_to_open(
            programme.opens_from, ctx.today, kinds, last_year=programme.period_end, calendar=ctx.calendar
        )
        choices = _choices(ctx, programme.period_start, programme.period_end, kinds)
        return (
            render_template(
                "opening/index.html",
                programme=programme,
                choices=[(key, period_said(key), key in opened) for key in choices],
                chosen=chosen or _first_to_offer(choices, opened),
                following=following,
                plan=plan,
                groups=_groups(plan) if plan else [],
                units=len({one.unit.id for one in plan.new}) if plan else 0,
                left=plan.left[:MOST_LEFT] if plan else [],
                errors=errors,
            ),
            status,
        )


def _choices(ctx: Context, first: int, last: int, kinds: set[Recurrence]) -> list[str]:
    """Every year of the programme; of shorter periods those of this year, and the next one."""
    found = [str(year) for year in range(first, last + 1)]
    for kind in (Recurrence.HALF_YEARLY, Recurrence.QUARTERLY, Recurrence.MONTHLY):
        if kind in kinds:
            period = period_of(date(ctx.today.year, 1, 1), kind)
            while period.first <= ctx.today:
                found.append(period.key)
                period = next_period(period)
            found.append(period.key)
    return [key for key in found if first <= int(key[:4]) <= last]


def _first_to_offer(choices: list[str], opened: Any) -> str:
    """The year after the newest one that was opened."""
    years = [key for key in choices if len(key) == 4]
    newest = max((key for key in years if key in opened), default="")
    return next((key for key in years if key > newest), years[-1])


def _groups(plan: Plan) -> list[dict[str, Any]]:
    """What is given by one clause in one period, with the units that it goes to."""
    found: dict[tuple[int, Period], list[New]] = {}
    for one in plan.new:
        found.setdefault((one.duty.id, one.period), []).append(one)
    return [
        {
            "ref": new[0].duty.clause.ref,
            "text": new[0].duty.indicator.text if new[0].duty.indicator else new[0].duty.clause.text,
            "period": period.key,
            "due": new[0].due,
            "units": [one.unit.name for one in new],
            "carried": sum(one.carried is not None for one in new),
        }
        for (_duty, period), new in found.items()
    ]
