"""One unit's figure of a measure: its rounds, the form to report or correct it; accepting, and the baseline."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotFound
from tracker.rules.numbers import read_number
from tracker.rules.permissions import Permission, may
from tracker.rules.typed import NUMBERS, WORDS, read_entry
from tracker.rules.words import N_
from tracker.services import figure as verbs
from tracker.services.context import Context
from tracker.store import commune_figure, figure
from tracker.store import measure as measures
from tracker.store.unit import load as load_unit
from tracker.web.errors import say
from tracker.web.indicators import measure_page
from tracker.web.inputs import kept, key
from tracker.web.language import gettext as _
from tracker.web.measure_view import number_in, shown, targets_of
from tracker.web.measures import measure_of, period_choices, scope_of
from tracker.web.session import acting, login_required
from tracker.web.verbs import number

bp = Blueprint("figures", __name__, url_prefix="/indicators")


@bp.get("/<int:measure_id>/units/<int:unit_id>")
@login_required
def show(measure_id: int, unit_id: int) -> ResponseReturnValue:
    return _page(measure_id, unit_id)


@bp.post("/<int:measure_id>/units/<int:unit_id>")
@login_required
def save(measure_id: int, unit_id: int) -> ResponseReturnValue:
    """`period` stands in the address, so that a form that comes back is about the same one."""
    try:
        with acting() as ctx:
            measure, _programme, found = measure_of(ctx, measure_id)
            entry = read_entry({name: kept(value, name) for name, value in request.form.items()}, measure.per)
            verbs.report_figure(
                ctx, measure_id=measure_id, unit_id=unit_id, period=found.key, entry=entry,
                seen=request.form.get("seen", "")[:40],
            )  # fmt: skip
    except Conflict as error:
        return _page(measure_id, unit_id, {"seen": say(error)}, 409)
    except IllegalMove as error:
        return _page(measure_id, unit_id, {error.field or "value": say(error)}, 409)
    except Invalid as error:
        return _page(measure_id, unit_id, {error.field or "value": say(error)}, 422)
    flash(_("Đã lưu số liệu."), "success")
    return redirect(url_for("figures.show", measure_id=measure_id, unit_id=unit_id, period=found.key))


@bp.post("/<int:measure_id>/accept")
@login_required
def accept(measure_id: int) -> ResponseReturnValue:
    """`figures`: "unit:id.version" of those that were ticked; what has changed since is left alone."""
    seen = {}
    ticked = request.form.getlist("figures")[:500]
    for unit, _colon, mark in (one.partition(":") for one in ticked):
        with suppress(ValueError):
            seen[key(unit)] = mark
    with acting() as ctx:
        _measure, _programme, found = measure_of(ctx, measure_id)
        rows = figure.current(ctx.session, [measure_id], list(seen), found.key)
        still = [row.unit_id for row in rows.values() if verbs.seen_of(row) == seen[row.unit_id]]
        verbs.accept_of_measure(ctx, measure_id, unit_ids=still, period=found.key)
    if not seen:
        return measure_page(measure_id, {"figures": _("Hãy chọn số liệu để duyệt.")}, 422)
    left = len(ticked) - len(still)
    said = _("Đã duyệt %(n)s số liệu.", n=len(still))
    if left:
        flash(f"{said} {_('%(n)s số liệu vừa thay đổi nên chưa duyệt; hãy xem lại.', n=left)}", "error")
    else:
        flash(said, "success")
    return redirect(url_for("indicators.show", measure_id=measure_id, period=found.key))


@bp.post("/<int:measure_id>/baseline")
@login_required
def baseline(measure_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            measure, _programme, _found = measure_of(ctx, measure_id)
            value = read_number(kept(request.form.get("baseline", ""), "baseline"), "baseline", measure.per)
            verbs.set_baseline(ctx, measure_id, year=number("baseline_year"), value=value)
    except Invalid as error:
        return measure_page(measure_id, {error.field or "baseline": say(error)}, 422)
    flash(_("Đã lưu số liệu năm gốc."), "success")
    return redirect(url_for("indicators.show", measure_id=measure_id, period=request.args.get("period")))


def _page(
    measure_id: int, unit_id: int, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    with acting() as ctx:
        measure, programme, found = measure_of(ctx, measure_id)
        unit = load_unit(ctx.session, unit_id)
        if unit is None or not _may_read(ctx, programme, measure, unit_id):
            raise NotFound(N_("Không tìm thấy chỉ tiêu hoặc đơn vị này."))
        rounds = figure.rounds(ctx.session, measure_id, unit_id, found.key)
        newest = rounds[-1] if rounds else None
        last = figure.before(ctx.session, measure_id, unit_id, found.key)
        shape = measures.shape_of(measure)
        locked = verbs.locked_by(ctx, measure_id, unit_id, found.key)
        return render_template(
            "figures/show.html",
            programme=programme,
            measure=measure,
            unit=unit,
            period=found,
            choices=period_choices(ctx, programme, found),
            rounds=rounds,
            newest=newest,
            last=last,
            others=commune_figure.reported_periods(ctx.session, measure_id, unit_id),
            shape=shape,
            targets=targets_of(shape),
            may_report=may(ctx.actor, Permission.REPORT_FIGURE, scope_of(ctx, programme, unit_id))
            and not verbs.is_retired(measure, measure.indicator),
            locked=(locked[0], say(locked[1])) if locked else None,
            is_open=ctx.today <= found.last,
            jump=programme.jump_percent,
            seen=verbs.seen_of(newest),
            values=request.form if errors else _values(newest),
            errors=errors or {},
            shown=shown,
            number_in=number_in,
        ), status


def _values(newest: Any) -> dict[str, str]:
    """The newest round, to be typed over."""
    if newest is None:
        return {}
    values = {name: number_in(getattr(newest, name)) for name in NUMBERS}
    if newest.numerator is not None:
        values["value"] = ""  # worked out
    words = {name: getattr(newest, name) or "" for name in WORDS if name != "reason"}
    ticks = {name: "1" for name in ("no_data", "estimate") if getattr(newest, name)}
    return {**values, **words, **ticks}


def _may_read(ctx: Context, programme: Any, measure: Any, unit_id: int) -> bool:
    """Overseers, the measure's lead, and the unit itself."""
    return any(
        may(ctx.actor, Permission.READ_FIGURES, scope_of(ctx, programme, one))
        for one in (measure.indicator.lead_unit_id, unit_id)
    )
