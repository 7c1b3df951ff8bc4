"""Chỉ tiêu: all measures in one table, one measure with its path and its two sources, and what it needs."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.rules.judgement import ORDER, Verdict, judge
from tracker.rules.masking import FEW, SECOND, is_hidden, masked_rows
from tracker.rules.measure import at_of
from tracker.rules.permissions import Permission, may
from tracker.rules.targets import telling_digits
from tracker.rules.words import BETTER, STRATA, VERDICTS
from tracker.services.figure import seen_of
from tracker.store import commune_figure, figure
from tracker.web.language import gettext as _
from tracker.web.measure_view import chart, number_in, rule_of, shown, spark, target_of, targets_of, value_of
from tracker.web.measures import measure_of, period_choices, period_of, programme_asked, scope_of
from tracker.web.session import acting, login_required

bp = Blueprint("indicators", __name__, url_prefix="/indicators")

YEARS_SHOWN = 3


@dataclass(frozen=True)
class Row:
    """One measure of the table, in words."""

    line: Any
    lead: str
    targets: list[tuple[int | None, str]]
    years: list[str]
    rule: str
    spark: Any


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """`?programme=1&period=2026&verdict=missed&order=text&accepted=1`; the last as the consolidated report counts."""
    with acting() as ctx:
        programme = programme_asked(ctx)
        if programme is None:
            return render_template("indicators/index.html", programme=None, rows=[])
        found = period_of(ctx, programme)
        accepted_only = request.args.get("accepted") == "1"
        lines = figure.summary(ctx.session, programme.id, found.key, accepted_only=accepted_only)
        counts = Counter(line.judgement.verdict for line in lines)
        verdict = request.args.get("verdict")
        shown_lines = [line for line in lines if verdict not in set(Verdict) or line.judgement.verdict == verdict]
        by_text = request.args.get("order") == "text"
        if not by_text:
            # The order of the document within each: sorting keeps it.
            shown_lines.sort(key=lambda line: ORDER[line.judgement.verdict])
        years = list(range(found.first.year - YEARS_SHOWN + 1, found.first.year))
        return render_template(
            "indicators/index.html",
            programme=programme,
            period=found,
            choices=period_choices(ctx, programme, found),
            counts=[(one, _(VERDICTS[one]), counts[one]) for one in Verdict],
            verdict=verdict if verdict in set(Verdict) else None,
            by_text=by_text,
            accepted_only=accepted_only,
            years=years,
            rows=[_row(line, years) for line in shown_lines],
            total=len(lines),
            verdicts=VERDICTS,
            shown=shown,
            value_of=value_of,
        )


@bp.get("/<int:measure_id>")
@login_required
def show(measure_id: int) -> ResponseReturnValue:
    return measure_page(measure_id)


def measure_page(measure_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        measure, programme, found = measure_of(ctx, measure_id)
        (line,) = figure.lines_of(ctx.session, [(measure.indicator, measure)], found.key)
        scope = scope_of(ctx, programme, measure.indicator.lead_unit_id)
        sees = may(ctx.actor, Permission.READ_FIGURES, scope)
        office = scope_of(ctx, programme, None)
        lead = measure.indicator.lead_unit
        expected, own = commune_figure.expected(
            ctx.session, found.first, found.last, ctx.actor.units, stratum=measure.stratum
        )
        may_accept = may(ctx.actor, Permission.ACCEPT_FIGURE, office)
        return render_template(
            "indicators/show.html",
            programme=programme,
            measure=measure,
            period=found,
            choices=period_choices(ctx, programme, found),
            line=line,
            rule=rule_of(line.judgement, line.shape, line.value),
            drawing=chart(line),
            facts=_facts(line),
            sides=_sides(line, sees=sees),
            table=_table(line),
            expected=expected,
            waiting=commune_figure.waiting(ctx.session, measure.id, found.key) if may_accept else [],
            seen_of=seen_of,
            own=[(lead.id, lead.name), *own] if lead is not None and lead.id in ctx.actor.units else own,
            sees=sees,
            may_accept=may_accept,
            may_set=may(ctx.actor, Permission.SET_BASELINE, office),
            verdicts=VERDICTS,
            shown=shown,
            value_of=value_of,
            target_of=target_of,
            number_in=number_in,
            telling_digits=telling_digits,
            errors=errors or {},
            values=request.form if errors else {},
        ), status


def _row(line: Any, years: list[int]) -> Row:
    per = line.shape.per
    return Row(
        line=line,
        lead=line.indicator.lead_unit.short_name if line.indicator.lead_unit else "?",
        targets=targets_of(line.shape),
        years=[shown(line.years.get(at_of(str(year))), per) for year in years],
        rule=rule_of(line.judgement, line.shape, line.value),
        spark=spark(line.years, per),
    )


def _facts(line: Any) -> dict[str, Any]:
    shape = line.shape
    return {
        "better": _(BETTER[shape.better]),
        "stratum": _(STRATA[shape.stratum]) if shape.stratum else "",
        "targets": targets_of(shape),
    }


def _sides(line: Any, *, sees: bool) -> list[dict[str, Any]]:
    """The lead's figure, and what the communes add up to; small counts only for who may see them."""
    sides = []
    for name, one in (("lead", line.lead), ("communes", line.communes)):
        row = (one.numerator, one.denominator, one.value) if one else (None, None, None)
        masked = masked_rows([row], line.shape.per, with_sum=False)[0]
        hides = not sees and any(is_hidden(words) for words in masked)
        # With one side and the value the other side is one multiplication away: of both only what is "< 5" is said.
        words = [one if one == FEW or not one else SECOND for one in masked] if hides else None
        plain = (number_in(row[0]), number_in(row[1]), shown(row[2], line.shape.per))
        numerator, denominator, value = words or plain
        sides.append(
            {
                "name": name,
                "one": one,
                "numerator": numerator,
                "denominator": denominator,
                "value": value,
                "hides": hides,
            }
        )
    return sides


def _table(line: Any) -> list[tuple[int, str, str, str]]:
    """(year, value, target, verdict) behind the drawing, newest last."""
    shape = line.shape
    years = sorted({*(int(when) for when in line.years if when.denominator == 1), *(t.year for t in shape.milestones)})
    found = []
    for year in years:
        at = at_of(str(year))
        said = judge(shape, line.years.get(at), at, line.years, half=at in line.halves)
        verdict = VERDICTS[said.verdict] if at in line.years else ""
        found.append(
            (year, shown(line.years.get(at), shape.per), target_of(shape, year), _(verdict) if verdict else "")
        )
    return found
