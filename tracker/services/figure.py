"""Reporting a figure, correcting one that was accepted, accepting, and the baseline of a measure."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotFound
from tracker.rules.figures import Before, Entry, check_entry, check_period, explain
from tracker.rules.measure import Shape, exact
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.recurrence import Period
from tracker.rules.unit_report import demand_figures_open
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store import figure as store
from tracker.store import measure as measures
from tracker.store import unit_report as reports
from tracker.store.unit import load as load_unit

FINAL = "Số liệu chính thức thay số ước thực hiện."
_FIELDS = ("numerator", "denominator", "value", "no_data", "estimate", "source", "comment")


def report_figure(
    ctx: Context, *, measure_id: int, unit_id: int, period: str, entry: Entry, seen: str | None = None
) -> Figure:
    """What the unit says of the measure for the period ("2026", "2026-H1"). Its newest round changes in place until it
    is accepted; afterwards there is a new round, with a reason.

    `seen`: `seen_of` the figure that the form showed ("" where it showed none); None: never mind.
    Raises Invalid(field=…) for what is impossible, or odd and not explained; Conflict when the form is stale;
    IllegalMove while the unit's report of the period, with this figure in it, lies with the office.
    """
    _measure, _unit, programme = _load(ctx, measure_id, unit_id)
    _demand(ctx, Permission.REPORT_FIGURE, programme, unit_id)
    return write_figure(ctx, measure_id=measure_id, unit_id=unit_id, period=period, entry=entry, seen=seen)


def write_figure(
    ctx: Context, *, measure_id: int, unit_id: int, period: str, entry: Entry, seen: str | None = None
) -> Figure:
    """`report_figure` for whoever was found to have the right already: of a report, by its duty, which may have gone to
    another unit."""
    measure, unit, programme = _load(ctx, measure_id, unit_id)
    if is_retired(measure, measure.indicator):
        raise Invalid(N_("Chỉ tiêu này không còn trong chương trình."), field="value")
    found = check_period(
        period, first_year=programme.period_start - 1, last_year=programme.period_end, today=ctx.today
    )  # fmt: skip
    _demand_alive(unit, found)
    _demand_asked(ctx, measure, unit, period)
    shape = measures.shape_of(measure)
    is_commune = unit.kind == "commune"
    checked = check_entry(entry, shape, unit_name=unit.name if is_commune else "")
    if not checked.no_data and ctx.today <= found.last:
        # Before the period is over nobody can know more than an estimate.
        checked = _as_estimate(checked)
    for _report, state, returned in reports.holding(ctx.session, measure_id, unit_id, period, lock=True):
        demand_figures_open(state, returned=returned)
    store.take_turns(ctx.session, measure_id, unit_id)
    explain(checked, shape, _before(ctx, measure, shape, unit_id, period), programme.jump_percent)
    newest = store.current(ctx.session, [measure_id], [unit_id], period, lock=True).get((measure_id, unit_id))
    if seen is not None and seen != seen_of(newest):
        raise Conflict(N_("Người khác vừa ghi số liệu này sau khi anh/chị mở trang."))
    return _write(ctx, measure, unit, period, checked, newest)


def is_retired(measure: Measure, indicator: Indicator) -> bool:
    """Whether a later text has it no more."""
    return measure.retired_in is not None or indicator.retired_in is not None


def locked_by(ctx: Context, measure_id: int, unit_id: int, period: str) -> tuple[int, IllegalMove] | None:
    """(report, why) where a report that was filed keeps the figure as it is."""
    for id_, state, returned in reports.holding(ctx.session, measure_id, unit_id, period, lock=False):
        try:
            demand_figures_open(state, returned=returned)
        except IllegalMove as error:
            return id_, error
    return None


def accept_figures(ctx: Context, *, unit_id: int, measure_ids: Sequence[int], period: str) -> None:
    """Locks the newest rounds of these measures: from now on they change only by a round with a reason. Measures
    without a figure, and figures accepted before, are left as they are."""
    for programme in measures.programmes_of(ctx.session, measure_ids):
        _demand(ctx, Permission.ACCEPT_FIGURE, programme, unit_id)
    accepted = _accept(ctx, measure_ids, [unit_id], period)
    if accepted:
        record(ctx, "accept_figures", "unit", unit_id, data={"period": period, "figures": accepted})


def accept_of_measure(ctx: Context, measure_id: int, *, unit_ids: Sequence[int], period: str) -> None:
    """The same for one measure of several units."""
    for programme in measures.programmes_of(ctx.session, [measure_id]):
        _demand(ctx, Permission.ACCEPT_FIGURE, programme, None)
    accepted = _accept(ctx, [measure_id], unit_ids, period)
    if accepted:
        record(ctx, "accept_figures", "measure", measure_id, data={"period": period, "figures": accepted})


def _accept(ctx: Context, measure_ids: Sequence[int], unit_ids: Sequence[int], period: str) -> list[int]:
    rows = store.current(ctx.session, measure_ids, unit_ids, period, lock=True)
    waiting = [row for row in rows.values() if row.accepted_at is None]
    for row in waiting:
        assert ctx.actor.user_id is not None
        row.accepted_at, row.accepted_by_id = ctx.now, ctx.actor.user_id
    ctx.session.flush()
    return sorted(row.id for row in waiting)


def set_baseline(ctx: Context, measure_id: int, *, year: int | None, value: Decimal | None) -> Measure:
    """Where the road to the targets begins; both None: nowhere known."""
    measure = measures.measure(ctx.session, measure_id)
    programme = ctx.session.get(Programme, measure.indicator.programme_id) if measure else None
    if measure is None or programme is None:
        raise _unknown()
    _demand(ctx, Permission.SET_BASELINE, programme, None)
    if (year is None) != (value is None):
        field = "baseline_year" if year is None else "baseline"
        raise Invalid(N_("Hãy ghi cả năm gốc và trị số của năm đó, hoặc để trống cả hai."), field=field)
    if year is not None and value is not None:
        last = programme.period_end - 1
        if not programme.period_start - 10 <= year <= min(last, ctx.today.year):
            raise Invalid(N_("Năm gốc không đúng."), field="baseline_year")
        try:
            check_entry(Entry(value=value), measures.shape_of(measure))
        except Invalid as error:
            raise Invalid(error.message, field="baseline", **error.params) from error
    before = {"year": measure.baseline_year, "value": _plain(measure.baseline)}
    after = {"year": year, "value": _plain(value)}
    if before != after:
        measure.baseline_year, measure.baseline = year, value
        ctx.session.flush()
        record(ctx, "set_baseline", "measure", measure.id, data={"before": before, "after": after})
    return measure


def seen_of(row: Figure | None) -> str:
    """What a form remembers of the figure that it was made from."""
    return f"{row.id}.{row.version}" if row else ""


def _write(
    ctx: Context, measure: Measure, unit: Unit, period: str, entry: Entry, newest: Figure | None
) -> Figure:  # fmt: skip
    fields = {name: getattr(entry, name) for name in _FIELDS}
    if newest is not None and _same(newest, fields):
        return newest
    assert ctx.actor.user_id is not None
    was = _told(newest)
    row = newest
    if row is None or row.accepted_at is not None:
        number = newest.round + 1 if newest else 1
        row = Figure(measure_id=measure.id, unit_id=unit.id, period=period, round=number)
        row.reason = _reason(entry, newest)
        ctx.session.add(row)
    elif row.round > 1 and entry.reason:
        row.reason = entry.reason
    for name, value in fields.items():
        setattr(row, name, value)
    row.unit_name, row.reported_at, row.reported_by_id = unit.name, ctx.now, ctx.actor.user_id
    ctx.session.flush()
    data = {"measure": measure.id, "unit": unit.id, "period": period, "round": row.round, "before": was}
    record(ctx, "report_figure", "figure", row.id, data={**data, "after": _told(row), "reason": row.reason})
    return row


def _reason(entry: Entry, newest: Figure | None) -> str | None:
    if newest is None:
        return None
    if entry.reason:
        return entry.reason
    if newest.estimate and not entry.estimate and not entry.no_data:
        return FINAL
    raise Invalid(N_("Số liệu này đã được duyệt; hãy ghi lý do đính chính."), field="reason")


def _same(row: Figure, fields: dict[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in fields.items())


def _told(row: Figure | None) -> dict[str, object] | None:
    """For the audit."""
    if row is None:
        return None
    numbers = {name: _plain(getattr(row, name)) for name in ("numerator", "denominator", "value")}
    told: dict[str, object] = {name: one for name, one in numbers.items() if one is not None}
    return {**told, "no_data": row.no_data, "estimate": row.estimate}


def _plain(number: Decimal | None) -> str | None:
    """ "100", however it was worked out: no "1E+2" for whoever reads the audit."""
    return None if number is None else f"{number:f}"


def _as_estimate(entry: Entry) -> Entry:
    return entry if entry.estimate else Entry(**{**vars(entry), "estimate": True})


def _before(ctx: Context, measure: Measure, shape: Shape, unit_id: int, period: str) -> Before | None:
    row = store.before(ctx.session, measure.id, unit_id, period)
    if row is not None:
        value = exact(row.numerator, row.denominator, row.value, measure.per)
        assert value is not None
        return Before(row.period, value, Fraction(row.denominator) if row.denominator is not None else None)
    if shape.baseline is not None and unit_id == measure.indicator.lead_unit_id:
        return Before(str(shape.baseline[0]), Fraction(shape.baseline[1]))
    return None


def _load(ctx: Context, measure_id: int, unit_id: int) -> tuple[Measure, Unit, Programme]:
    measure = measures.measure(ctx.session, measure_id)
    unit = load_unit(ctx.session, unit_id)
    programme = ctx.session.get(Programme, measure.indicator.programme_id) if measure else None
    if measure is None or unit is None or programme is None:
        raise _unknown()
    return measure, unit, programme


def _unknown() -> NotFound:
    return NotFound(N_("Không tìm thấy chỉ tiêu hoặc đơn vị này."))


def _demand_alive(unit: Unit, period: Period) -> None:
    if unit.valid_from > period.last or (unit.valid_to is not None and unit.valid_to < period.first):
        raise Invalid(N_("Đơn vị này không hoạt động trong kỳ báo cáo."), field="period")


def _demand_asked(ctx: Context, measure: Measure, unit: Unit, period: str) -> None:
    """Communes are counted, stratum by stratum (`check_entry`); of others those whose matter it is or was then."""
    indicator = measure.indicator
    asked = unit.kind == "commune" or unit.id in {indicator.lead_unit_id, *(one.id for one in indicator.support)}
    if not asked and not reports.lists(ctx.session, measure.id, unit.id, period):
        message = N_("%(unit)s không chủ trì, không phối hợp chỉ tiêu này và không phải báo cáo chỉ tiêu này trong kỳ.")
        raise Invalid(message, field="value", unit=unit.name)


def _demand(ctx: Context, permission: Permission, programme: Programme, unit_id: int | None) -> None:
    scope = Scope(
        lead_unit_id=unit_id,
        standing_unit_ids=ctx.offices.get(programme.id, frozenset()),
        issuer_unit_id=programme.issuer_unit_id,
    )
    demand(ctx.actor, permission, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, permission, scope)
