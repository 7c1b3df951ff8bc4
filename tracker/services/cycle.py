"""Reporting cycles as the office plans them: days, form, measures; closing and opening again."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from hashlib import sha256

from sqlalchemy import text

from tracker.models.cycle import ReportCycle
from tracker.models.programme import Programme
from tracker.rules.calendar import local_date
from tracker.rules.cycle import (
    Days,
    Section,
    check_days,
    counted_in_communes,
    covered,
    default_days,
    default_sections,
    section_list,
)
from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotFound
from tracker.rules.filing import CycleKind, FilingState
from tracker.rules.permissions import Permission, Scope, demand, may, on_behalf_of
from tracker.rules.recurrence import Rule, period_named
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.report_duty import due_by_cycle, duty_of, given
from tracker.store import cycle as store
from tracker.store import programme as programmes
from tracker.store import unit_report as reports


def scope_of_programme(ctx: Context, programme: Programme) -> Scope:
    return Scope(standing_unit_ids=ctx.offices.get(programme.id, frozenset()), issuer_unit_id=programme.issuer_unit_id)


def view(ctx: Context, cycle_id: int) -> ReportCycle:
    """The cycle, for whoever oversees its programme."""
    cycle = store.load(ctx.session, cycle_id)
    if cycle is None or not may(ctx.actor, Permission.MONITOR, scope_of_programme(ctx, cycle.programme)):
        raise NotFound(N_("Không tìm thấy kỳ báo cáo này."))
    return cycle


def permitted(ctx: Context, cycle_id: int) -> ReportCycle:
    """The cycle, for whoever may change it."""
    cycle = view(ctx, cycle_id)
    _demand(ctx, cycle.programme)
    return cycle


def change(ctx: Context, cycle_id: int, seen: str | None = None) -> ReportCycle:
    """The locked cycle for a verb of the office. `seen`: the `mark` of what its form was made from."""
    cycle = store.load(ctx.session, cycle_id, lock=True)
    if cycle is None or not may(ctx.actor, Permission.MONITOR, scope_of_programme(ctx, cycle.programme)):
        raise NotFound(N_("Không tìm thấy kỳ báo cáo này."))
    _demand(ctx, cycle.programme)
    if seen is not None and seen != mark(cycle):
        raise Conflict(N_("Người khác vừa thay đổi kỳ báo cáo này sau khi anh/chị mở trang. Hãy xem lại rồi lưu."))
    return cycle


def _demand(ctx: Context, programme: Programme) -> None:
    scope = scope_of_programme(ctx, programme)
    demand(ctx.actor, Permission.RUN_CYCLE, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.RUN_CYCLE, scope)


def mark(cycle: ReportCycle) -> str:
    """Changes with whatever of the plan can be edited."""
    days = {name: day.isoformat() for name, day in asdict(days_of(cycle)).items()}
    facts = [days, cycle.form, cycle.opened_at is not None, cycle.closed_at is not None]
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def days_of(cycle: ReportCycle) -> Days:
    return Days(
        cycle.opens_on, cycle.cut_off_on, cycle.due_commune_on, cycle.due_department_on, cycle.due_office_on
    )  # fmt: skip


def opens_by_itself(cycle: ReportCycle) -> bool:
    """One that was planned on its day or later is left to people: it would be open before anybody has looked at it."""
    return cycle.opens_on > local_date(cycle.created_at)


def plan(ctx: Context, *, programme_id: int, kind: str, period: str) -> ReportCycle:
    """With the days, sections and measures that are usual for its kind, to be looked at and changed before it opens."""
    programme = programmes.load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    _demand(ctx, programme)
    try:
        chosen = CycleKind(kind)
    except ValueError:
        raise Invalid(N_("Hãy chọn loại báo cáo."), field="kind") from None
    first_year, covers = covered(chosen, period, programme.period_start, programme.period_end)
    ctx.session.execute(text("SELECT pg_advisory_xact_lock(6210718, :id)"), {"id": programme.id})  # two at once
    if store.planned(ctx.session, programme.id, chosen, covers.key) is not None:
        raise Invalid(N_("Kỳ báo cáo này đã được lập."), field="period")
    rule = Rule.of_year(programme.report_last_day) if programme.report_last_day else None
    days = default_days(chosen, covers, rule, ctx.calendar, shift=programme.shift_days_off)
    cycle = ReportCycle(
        programme_id=programme.id,
        programme=programme,
        kind=chosen,
        period=covers.key,
        first_year=first_year,
        **asdict(days),
        form={
            "sections": [asdict(one) for one in default_sections(chosen, covers.key)],
            "commune_measures": [
                measure.id
                for measure, _indicator in reports.measures_of(ctx.session, programme.id)
                if counted_in_communes(measure.name, measure.per)
            ],
            "exempt": {},
        },
        created_at=ctx.now,
        created_by_id=ctx.actor.user_id,
    )
    ctx.session.add(cycle)
    ctx.session.flush()
    record(ctx, "plan_cycle", "cycle", cycle.id, data={"kind": chosen, "period": covers.key})
    return cycle


def set_days(ctx: Context, cycle_id: int, days: Days, *, seen: str | None = None) -> ReportCycle:
    """Of a cycle that is open, units that lie behind have the new day as well, but for those given more time."""
    cycle = change(ctx, cycle_id, seen)
    demand_not_closed(cycle)
    if cycle.opened_at is not None:
        days = replace(days, opens_on=cycle.opens_on)
    check_days(days, period_named(cycle.period), ctx.calendar)
    before = days_of(cycle)
    if before == days:
        return cycle
    for name, value in asdict(days).items():
        setattr(cycle, name, value)
    ctx.session.flush()
    if cycle.opened_at is not None:
        _move_days(ctx, cycle, before)
    told = {
        name: [was.isoformat(), now.isoformat()]
        for (name, was), now in zip(asdict(before).items(), asdict(days).values(), strict=True)
        if was != now
    }
    record(ctx, "set_cycle_days", "cycle", cycle.id, data=told)
    return cycle


def _move_days(ctx: Context, cycle: ReportCycle, before: Days) -> None:
    rows = given(ctx, duty_of(ctx, cycle), cycle.period)
    for report in reports.of_cycle(ctx.session, cycle.id, lock=True):
        due = days_of(cycle).due(report.level)
        if report.state in (FilingState.EXEMPT, FilingState.ACCEPTED) or due == before.due(report.level):
            continue
        report.due_on = due
        if (row := rows.get(report.unit_id)) is not None:
            due_by_cycle(ctx, cycle, row, due, was=before.due(report.level))


def set_plan(
    ctx: Context,
    cycle_id: int,
    days: Days,
    sections: Sequence[Section],
    measure_ids: Collection[int],
    *,
    seen: str | None = None,
) -> ReportCycle:
    """All of a plan at once, before it opens. It cannot be set to have opened already: that is `open_cycle`."""
    cycle = _change_plan(ctx, cycle_id, seen)
    if days.opens_on <= ctx.today and days.opens_on != cycle.opens_on:
        raise Invalid(
            N_("Ngày tự mở phải sau hôm nay. Muốn mở ngay, hãy bấm “Lưu và xem trước khi mở”."), field="opens_on"
        )
    set_days(ctx, cycle_id, days)
    set_form(ctx, cycle_id, sections)
    return set_measures(ctx, cycle_id, measure_ids)


def set_form(ctx: Context, cycle_id: int, sections: Sequence[Section], *, seen: str | None = None) -> ReportCycle:
    cycle = _change_plan(ctx, cycle_id, seen)
    if section_list(cycle.form) == list(sections):
        return cycle
    before = [one.title for one in section_list(cycle.form)]
    cycle.form = {**cycle.form, "sections": [asdict(one) for one in sections]}
    record(
        ctx, "set_cycle_form", "cycle", cycle.id, data={"before": before, "after": [one.title for one in sections]}
    )  # fmt: skip
    return cycle


def set_measures(ctx: Context, cycle_id: int, measure_ids: Collection[int], *, seen: str | None = None) -> ReportCycle:
    """Those that communes fill in; every other unit fills in those of the indicators that it leads."""
    cycle = _change_plan(ctx, cycle_id, seen)
    known = [measure.id for measure, _indicator in reports.measures_of(ctx.session, cycle.programme_id)]
    if not set(measure_ids) <= set(known):
        raise Invalid(N_("Có chỉ tiêu không thuộc chương trình này."), field="measures")
    chosen = [id_ for id_ in known if id_ in measure_ids]
    if chosen == cycle.form["commune_measures"]:
        return cycle
    record(
        ctx, "set_cycle_measures", "cycle", cycle.id,
        data={"before": cycle.form["commune_measures"], "after": chosen},
    )  # fmt: skip
    cycle.form = {**cycle.form, "commune_measures": chosen}
    return cycle


def _change_plan(ctx: Context, cycle_id: int, seen: str | None) -> ReportCycle:
    cycle = change(ctx, cycle_id, seen)
    if cycle.opened_at is not None:
        raise IllegalMove(N_("Kỳ báo cáo đã mở nên mẫu báo cáo không đổi được nữa."))
    return cycle


def close(ctx: Context, cycle_id: int) -> None:
    """Nothing is written, filed or returned in it any more; what is missing stays missing."""
    cycle = change(ctx, cycle_id)
    if cycle.opened_at is None or cycle.closed_at is not None:
        raise IllegalMove(N_("Chỉ đóng được kỳ báo cáo đang mở."))
    cycle.closed_at = ctx.now
    record(ctx, "close_cycle", "cycle", cycle.id)


def open_again(ctx: Context, cycle_id: int) -> None:
    cycle = change(ctx, cycle_id)
    if cycle.closed_at is None:
        raise IllegalMove(N_("Kỳ báo cáo này đang mở."))
    cycle.closed_at = None
    record(ctx, "open_cycle_again", "cycle", cycle.id)


def demand_not_closed(cycle: ReportCycle) -> None:
    if cycle.closed_at is not None:
        raise IllegalMove(N_("Kỳ báo cáo đã đóng."))
