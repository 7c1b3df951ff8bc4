"""The frozen list of a cycle: who is expected to file, with which measures, who need not and why, who came later."""

from collections.abc import Sequence
from typing import Any

from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.indicator import Indicator, Measure
from tracker.models.unit import Unit
from tracker.rules.cycle import level_of
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.filing import FilingState, Level
from tracker.rules.measure import of_stratum
from tracker.rules.unit_report import Step, step
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.cycle import change, days_of, demand_not_closed, permitted
from tracker.services.opening import take_turn
from tracker.services.report_duty import ask, duty_of, excuse, given, tell_asked
from tracker.store import unit_report as reports
from tracker.store.assignment import load as load_assignment
from tracker.store.unit import unit_on


def exempt(ctx: Context, cycle_id: int, unit_id: int, *, reason: str) -> None:
    """The unit need not file in this cycle; its duty ends with the same reason."""
    cycle = change(ctx, cycle_id)
    demand_not_closed(cycle)
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do miễn báo cáo."), field="reason")
    if cycle.opened_at is None:
        unit = unit_on(ctx.session, unit_id, ctx.today)
        if unit is None or unit.id == cycle.programme.issuer_unit_id:
            raise Invalid(N_("Hãy chọn đơn vị phải báo cáo."), field="unit_id")
        cycle.form = {**cycle.form, "exempt": {**cycle.form["exempt"], str(unit.id): reason.strip()}}
    else:
        report, row = _expected(ctx, cycle, unit_id)
        report.state = step(report.state, Step.EXEMPT)
        report.exempt_reason, report.figures_returned = reason.strip(), None
        if row is not None:
            excuse(ctx, row, reason.strip())
    record(ctx, "exempt", "cycle", cycle.id, data={"unit": unit_id, "reason": reason.strip()})


def expect(ctx: Context, cycle_id: int, unit_id: int) -> None:
    """Exempt no longer: what it had written is there still, and its duty is asked for again."""
    cycle = _change_in_turn(ctx, cycle_id)
    demand_not_closed(cycle)
    if cycle.opened_at is None:
        left = {key: why for key, why in cycle.form["exempt"].items() if key != str(unit_id)}
        cycle.form = {**cycle.form, "exempt": left}
    else:
        report, row = _expected(ctx, cycle, unit_id)
        after, duty = step(report.state, Step.EXPECT), duty_of(ctx, cycle)
        written = any(one.text.strip() for one in report.sections)
        report.state, report.exempt_reason = (FilingState.DRAFT if written else after), None
        was, report.due_on = report.due_on, days_of(cycle).due(report.level)
        rows = given(ctx, duty, cycle.period, unit_id) if row is None else {unit_id: row}
        why = N_("Không còn được miễn báo cáo")
        report.assignment_id = ask(ctx, cycle, duty, [(report.unit, report.due_on)], rows, why, was)[unit_id]
        tell_asked(ctx, [report.assignment_id])
    record(ctx, "expect", "cycle", cycle.id, data={"unit": unit_id})


def add_unit(ctx: Context, cycle_id: int, unit_id: int, *, reason: str) -> UnitReport:
    """A unit that came to be after the list was frozen, from a merger for instance, with why it is added."""
    cycle = _change_in_turn(ctx, cycle_id)
    demand_not_closed(cycle)
    unit = unit_on(ctx.session, unit_id, ctx.today)
    if cycle.opened_at is None:
        raise IllegalMove(N_("Khi mở kỳ, mọi đơn vị đang hoạt động đều có trong danh sách; chưa cần bổ sung."))
    if unit is None or unit.id == cycle.programme.issuer_unit_id:
        raise Invalid(N_("Hãy chọn đơn vị phải báo cáo."), field="unit_id")
    if reports.of_unit(ctx.session, cycle.id, unit.id) is not None:
        raise Invalid(N_("Đơn vị này đã có trong danh sách của kỳ."), field="unit_id")
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do bổ sung."), field="reason")
    duty = duty_of(ctx, cycle)
    report = new_report(ctx, cycle, unit, reports.measures_of(ctx.session, cycle.programme_id))
    rows = given(ctx, duty, cycle.period, unit.id)
    report.assignment_id = ask(ctx, cycle, duty, [(unit, report.due_on)], rows, reason.strip())[unit.id]
    ctx.session.add(report)
    ctx.session.flush()
    tell_asked(ctx, [report.assignment_id])
    record(ctx, "add_unit", "cycle", cycle.id, data={"unit": unit.id, "reason": reason.strip()})
    return report


def new_report(
    ctx: Context, cycle: ReportCycle, unit: Unit, measures: Sequence[tuple[Measure, Indicator]]
) -> UnitReport:
    """A line of the frozen list, with those of the programme's measures that the unit fills in."""
    standing = unit.id in ctx.offices.get(cycle.programme_id, frozenset())
    level = level_of(unit.kind, standing=standing)
    return UnitReport(
        cycle_id=cycle.id,
        unit_id=unit.id,
        unit=unit,
        unit_name=unit.name,
        level=level,
        position=unit.position,
        due_on=days_of(cycle).due(level),
        measure_ids=measures_for(cycle, unit, level, measures),
        state=FilingState.EXPECTED,
    )


def measures_for(
    cycle: ReportCycle, unit: Unit, level: Level, measures: Sequence[tuple[Measure, Indicator]]
) -> list[int]:
    """Of communes those that the form says and that count in their stratum; of others those that they lead."""
    from_form = set(cycle.form["commune_measures"])
    return [
        measure.id
        for measure, indicator in measures
        if (
            measure.id in from_form and of_stratum(measure.stratum, unit.name)
            if level is Level.COMMUNE
            else indicator.lead_unit_id == unit.id
        )
    ]


def _change_in_turn(ctx: Context, cycle_id: int) -> ReportCycle:
    """Before the cycle's own lock, as when it opens: a period that opens meanwhile gives the same duty."""
    take_turn(ctx, permitted(ctx, cycle_id).programme_id)
    return change(ctx, cycle_id)


def _expected(ctx: Context, cycle: ReportCycle, unit_id: int) -> tuple[UnitReport, Any]:
    """The unit's line and its assignment, both locked, the assignment first as every verb does."""
    found = reports.of_unit(ctx.session, cycle.id, unit_id)
    if found is None:
        raise Invalid(N_("Đơn vị này không có trong danh sách của kỳ."), field="unit_id")
    row = load_assignment(ctx.session, found.assignment_id, lock=True) if found.assignment_id else None
    report = reports.load(ctx.session, found.id, lock=True)
    assert report is not None
    return report, row


def excused(ctx: Context, cycle: ReportCycle) -> dict[int, str]:
    """Unit → why it need not file, in the plan or in the list."""
    if cycle.opened_at is None:
        return {int(key): why for key, why in cycle.form["exempt"].items()}
    rows = reports.of_cycle(ctx.session, cycle.id)
    return {one.unit_id: one.exempt_reason or "" for one in rows if one.state is FilingState.EXEMPT}


def levels(ctx: Context, cycle: ReportCycle, units: Sequence[Unit]) -> dict[Level, int]:
    """How many of these units would be expected at each level if the cycle opened now."""
    standing = ctx.offices.get(cycle.programme_id, frozenset())
    out = {*excused(ctx, cycle), cycle.programme.issuer_unit_id}
    found = dict.fromkeys(Level, 0)
    for unit in units:
        if unit.id not in out:
            found[level_of(unit.kind, standing=unit.id in standing)] += 1
    return {level: n for level, n in found.items() if n}
