"""Opening a year: one assignment per duty, lead unit and year."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects.postgresql import insert

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty, DutyKind
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import Invalid
from tracker.rules.recurrence import Period, Recurrence, Rule, due_in, last_day_of, period_of
from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store.programme import duties
from tracker.store.unit import members_of_class, units_on


@dataclass
class Opened:
    """`empty` names clauses whose class has no member: their work is nobody's."""

    created: int
    existing: int
    empty: list[str]


def open_year(ctx: Context, programme: Programme, year: int, *, state: State = State.ASSIGNED) -> Opened:
    """Idempotent by the unique key (duty, lead unit, year). `state` may be DRAFT, to be issued one by one."""
    if not programme.period_start <= year <= programme.period_end:
        raise Invalid(
            N_("Năm %(year)s nằm ngoài giai đoạn %(start)s–%(end)s của chương trình."),
            field="year",
            year=year,
            start=programme.period_start,
            end=programme.period_end,
        )
    # Whoever is a unit on the last day of the reporting rule is bound; in a past year, on that day then.
    period = period_of(date(year, 12, 31), Recurrence.YEARLY)
    day = due_in(period, _report_rule(programme) or last_day_of(Recurrence.YEARLY)) or period.last
    everybody = [unit for unit in units_on(ctx.session, day) if unit.id != programme.issuer_unit_id]
    opened = Opened(0, 0, [])
    for duty in duties(ctx.session, programme.id):
        units = _addressed(ctx, duty, day, everybody)
        if not units:
            opened.empty.append(duty.clause.ref)
        for unit in units:
            if _open(ctx, programme, duty, unit, period, state):
                opened.created += 1
            else:
                opened.existing += 1
    if opened.created:
        record(ctx, "open_year", "programme", programme.id, data={"year": year, "created": opened.created})
    return opened


def _addressed(ctx: Context, duty: Duty, day: date, everybody: list[Unit]) -> list[Unit]:
    if duty.kind is DutyKind.REPORT:
        return everybody
    if duty.class_id is not None:
        return members_of_class(ctx.session, duty.class_id, day)
    return [duty.unit] if duty.unit else []


def _report_rule(programme: Programme) -> Rule | None:
    return Rule.of_year(programme.report_last_day) if programme.report_last_day else None


def _open(ctx: Context, programme: Programme, duty: Duty, unit: Unit, period: Period, state: State) -> bool:
    own = duty.deadline_on or (Rule.of_year(duty.last_day) if duty.last_day else None)
    nominal, year = due_in(period, own or _report_rule(programme)), period.first.year
    due = effective_due(nominal, ctx.calendar, shift=programme.shift_days_off) if nominal else None
    new_id = ctx.session.scalar(
        insert(Assignment)
        .values(
            programme_id=programme.id,
            duty_id=duty.id,
            lead_unit_id=unit.id,
            year=year,
            text=_wording(duty, programme, year),
            expected_result=_expected(duty, year),
            is_request=duty.is_request,
            state=state,
            nominal_due_on=nominal,
            due_on=due,
            original_due_on=due,
            changed_on=ctx.today,
            created_at=ctx.now,
        )
        .on_conflict_do_nothing(index_elements=[Assignment.duty_id, Assignment.lead_unit_id, Assignment.year])
        .returning(Assignment.id)
    )
    if new_id is None:
        return False
    for other in duty.indicator.support if duty.indicator else []:
        if other.id != unit.id:
            ctx.session.execute(insert(CoordinatingUnit).values(assignment_id=new_id, unit_id=other.id))
    record(ctx, "issue" if state is State.ASSIGNED else "draft", "assignment", new_id, to_state=state)
    return True


def _wording(duty: Duty, programme: Programme, year: int) -> str:
    match duty.kind:
        case DutyKind.REPORT:
            return f"Báo cáo kết quả thực hiện {programme.title} năm {year}"
        case DutyKind.INDICATOR if duty.indicator is not None:
            return f"Chỉ tiêu {duty.indicator.number}: {duty.indicator.text}"
        case _:
            return duty.clause.text


def _expected(duty: Duty, year: int) -> str:
    match duty.kind:
        case DutyKind.REPORT:
            return f"Báo cáo năm {year} gửi cơ quan thường trực"
        case DutyKind.INDICATOR:
            return f"Số liệu năm {year} của chỉ tiêu và đánh giá so với mục tiêu"
        case _:
            return f"Báo cáo kết quả thực hiện trong năm {year}, kèm sản phẩm nếu có"
