"""The communes of a measure side by side; of others than one's own no small cell is shown."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.rules.judgement import judge
from tracker.rules.masking import is_hidden, masked_rows
from tracker.rules.measure import Better, Shape, at_of
from tracker.rules.permissions import Permission, may
from tracker.rules.recurrence import Period
from tracker.rules.words import VERDICTS
from tracker.services.context import Context
from tracker.store import commune_figure, figure
from tracker.store import measure as measures
from tracker.store.page import PAGE_SIZE, Page
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.measure_view import number_in, shown
from tracker.web.measures import earlier, measure_of, period_choices, scope_of
from tracker.web.session import acting, login_required

bp = Blueprint("communes", __name__, url_prefix="/indicators")


@dataclass(frozen=True)
class Cells:
    """One commune, in words; `share` is the length of its bar, 0–100."""

    unit_id: int
    unit_name: str
    numerator: str
    denominator: str
    value: str
    before: list[str]
    verdict: str
    said: str
    share: float
    may_open: bool


@bp.get("/<int:measure_id>/communes")
@login_required
def index(measure_id: int) -> ResponseReturnValue:
    """Side by side, the worst first; `?period=2026&order=name`."""
    with acting() as ctx:
        measure, programme, found = measure_of(ctx, measure_id)
        shape = measures.shape_of(measure)
        rows = commune_figure.communes(
            ctx.session, measure.id, measure.per, found.key, found.first, found.last, stratum=measure.stratum
        )
        by_name = request.args.get("order") == "name"
        told = dict(zip((one.unit_id for one in rows), _masked(ctx, programme, measure, rows), strict=True))
        # What is masked is told by no order and by no longest bar either.
        open_values = {one.unit_id: None if is_hidden(told[one.unit_id][2]) else one.value for one in rows}
        if not by_name:
            rows.sort(key=lambda one: _worst_first(shape, open_values[one.unit_id]))
        number = max(1, min(request.args.get("page", 1, type=key), -(-len(rows) // PAGE_SIZE) or 1))
        page = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        periods = [earlier(found, n) for n in (2, 1)]
        before = commune_figure.before(ctx.session, measure.id, measure.per, [one.unit_id for one in page], periods)
        (line,) = figure.lines_of(ctx.session, [(measure.indicator, measure)], found.key)
        most = max([value for value in open_values.values() if value is not None] or [Fraction(1)])
        cells = [_cells(ctx, programme, measure, shape, found, one, told, before, periods, most) for one in page]
        return render_template(
            "indicators/communes.html",
            programme=programme,
            measure=measure,
            period=found,
            choices=period_choices(ctx, programme, found),
            line=line,
            cells=cells,
            page=Page(page, len(rows), number),
            reported=sum(one.figure is not None for one in rows),
            total=len(rows),
            periods=periods,
            by_name=by_name,
            verdicts=VERDICTS,
            total_value=_total(ctx, programme, measure, line),
            masks=any(is_hidden(words) for one in told.values() for words in one),
        )


def _total(ctx: Context, programme: Any, measure: Any, line: Any) -> str:
    """What the communes add up to; "" where there is nothing, or where it would tell a small sum to who may not see."""
    if line.communes is None or line.communes.value is None:
        return ""
    row = (line.communes.numerator, line.communes.denominator, line.communes.value)
    small = any(is_hidden(words) for words in masked_rows([row], measure.per, with_sum=False)[0])
    everything = may(ctx.actor, Permission.READ_FIGURES, scope_of(ctx, programme, measure.indicator.lead_unit_id))
    return "" if small and not everything else shown(line.communes.value, measure.per)


def _masked(ctx: Context, programme: Any, measure: Any, rows: list[Any]) -> list[tuple[str, str, str]]:
    """What the person may see of each: everything, or the own unit's and of the others no small cell."""
    plain = [(one.figure.numerator, one.figure.denominator, one.value) if one.figure else (None,) * 3 for one in rows]
    everything = may(ctx.actor, Permission.READ_FIGURES, scope_of(ctx, programme, measure.indicator.lead_unit_id))
    own = {at for at, one in enumerate(rows) if everything or one.unit_id in ctx.actor.units}
    told = masked_rows(plain, measure.per, seen=own)
    return [
        (number_in(row[0]), number_in(row[1]), number_in(row[2])) if at in own else hidden
        for at, (row, hidden) in enumerate(zip(plain, told, strict=True))
    ]


def _cells(
    ctx: Context, programme: Any, measure: Any, shape: Shape, period: Period, one: Any,
    told: dict[int, tuple[str, str, str]], before: dict[int, dict[str, Any]], periods: list[str], most: Any,
) -> Cells:  # fmt: skip
    numerator, denominator, value = told[one.unit_id]
    open_to = (measure.indicator.lead_unit_id, one.unit_id)
    may_open = any(may(ctx.actor, Permission.READ_FIGURES, scope_of(ctx, programme, unit)) for unit in open_to)
    hidden = is_hidden(value)
    # Earlier years are not masked cell by cell: of other units they are not shown.
    earlier_values = before.get(one.unit_id, {}) if may_open else {}
    verdict = ""
    if one.value is not None and not hidden:
        history = {at_of(when): was for when, was in earlier_values.items()}
        # A commune has no road of its own: it is held against the programme's.
        verdict = judge(shape, one.value, at_of(period.key), history, half=len(period.key) > 4).verdict
    said = _("không có số liệu") if one.no_data else _("chưa có số liệu") if one.figure is None else ""
    return Cells(
        unit_id=one.unit_id,
        unit_name=one.unit_name,
        numerator=numerator,
        denominator=denominator,
        value=value if hidden or not value else shown(one.value, shape.per),
        before=[shown(earlier_values.get(when), shape.per) for when in periods],
        verdict=verdict,
        said=said,
        share=0 if hidden or one.value is None or one.value <= 0 else round(float(one.value / most * 100), 1),
        may_open=may_open,
    )


def _worst_first(shape: Shape, value: Any) -> tuple[bool, Any]:
    """What is not known stands at the end."""
    if value is None:
        return True, 0
    return False, -value if shape.better is Better.DOWN else value
