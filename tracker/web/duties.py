"""A clause that binds somebody: how often it comes back, by when, what was given from it, and setting that."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.recurrence import Recurrence, due_in, next_period, period_of
from tracker.rules.rollover import ONCE
from tracker.rules.words import N_, RECURRENCES
from tracker.services.context import Context
from tracker.services.duty import InForce, in_force, recurrence_of, set_duty, state_of
from tracker.services.opening_plan import day_of
from tracker.store import programme as store
from tracker.web.errors import say
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import number, text

bp = Blueprint("duties", __name__, url_prefix="/programmes/<int:programme_id>/clauses")


@dataclass(frozen=True)
class Turn:
    """A period of a duty and the day due in it, None where it has none."""

    period: str
    due_on: date | None


@bp.get("/<int:clause_id>")
@login_required
def show(programme_id: int, clause_id: int) -> ResponseReturnValue:
    return _page(programme_id, clause_id)


@bp.post("/<int:clause_id>")
@login_required
def save(programme_id: int, clause_id: int) -> ResponseReturnValue:
    duty_id = number("duty_id") or 0
    try:
        with acting() as ctx:
            duty = set_duty(
                ctx, programme_id, duty_id, recurrence=text("recurrence"), wording=text("wording"), seen=text("seen")
            )
            changes_on = duty.changes_on
    except Conflict as error:
        return _page(programme_id, clause_id, {"seen": say(error)}, 409, duty_id)
    except Invalid as error:
        return _page(programme_id, clause_id, {error.field or "wording": say(error)}, 422, duty_id)
    if changes_on is None:
        flash(_("Đã lưu định kỳ; áp dụng cho các kỳ mở từ bây giờ."), "success")
    else:
        flash(
            _("Đã lưu định kỳ; áp dụng từ ngày %(day)s, việc của kỳ này giữ nguyên.", day=f"{changes_on:%d/%m/%Y}"),
            "success",
        )
    return redirect(url_for("duties.show", programme_id=programme_id, clause_id=clause_id))


def _page(
    programme_id: int, clause_id: int, errors: dict[str, str] | None = None, status: int = 200, tried: int = 0
) -> ResponseReturnValue:
    with acting() as ctx:
        programme = store.load(ctx.session, programme_id)
        clause = store.clause(ctx.session, clause_id)
        if programme is None or clause is None or clause.programme_id != programme.id:
            raise NotFound(N_("Không tìm thấy mục này."))
        duties = [one for one in store.duties(ctx.session, programme.id) if one.clause_id == clause.id]
        return (
            render_template(
                "duties/show.html",
                programme=programme,
                clause=clause,
                duties=[
                    (one, in_force(one, ctx.today), _later(ctx, one), state_of(one), _turns(ctx, programme, one))
                    for one in duties
                ],
                given=store.periods_of_clause(ctx.session, clause.id),
                recurrences=[(name, _(label)) for name, label in RECURRENCES.items()],
                may_set=programme.id in overseen(ctx, Permission.SET_PROGRAMME),
                errors=errors or {},
                values=request.form if errors else {},
                tried=tried,
            ),
            status,
        )


def _turns(ctx: Context, programme: Any, duty: Any) -> list[Turn]:
    """The period of today and the next one, with the day that the document or the office names."""
    day, found = ctx.today, list[Turn]()
    for _turn in range(2):
        kind = recurrence_of(duty, day)
        if kind is Recurrence.ONCE:
            return [*found, Turn(ONCE.key, due_in(ONCE, day_of(programme, duty, day)))]
        period = period_of(day, kind)
        found.append(Turn(period.key, due_in(period, day_of(programme, duty, period.first))))
        day = next_period(period).first
    return found


def _later(ctx: Context, duty: Any) -> InForce | None:
    """What holds from the day on which a change takes effect, until then."""
    return in_force(duty, duty.changes_on) if duty.changes_on and duty.changes_on > ctx.today else None
