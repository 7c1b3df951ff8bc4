"""Opening periods: one assignment for each duty, lead unit and period, with what it carries (ADR 18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty, DutyKind
from tracker.models.opening import PeriodOpening
from tracker.models.programme import Programme
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.recurrence import Period, Recurrence, in_sentence, period_named, period_of
from tracker.rules.rollover import opened_by_hand, periods_to_open
from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.opening_mail import tell
from tracker.services.opening_plan import New, Plan, make_plan, onwards, wording
from tracker.store.opening import opened_periods
from tracker.store.programme import load, programmes

# With the programme's number: two openings of one programme at once wait for each other, cycles' too.
LOCK = 6_210_713
# Rows written by one statement: bounds its size, not what is opened.
BATCH = 500


@dataclass
class Opened:
    """`empty` names clauses whose class has no member: their work is nobody's."""

    created: int
    existing: int
    empty: list[str]
    carried: int = 0
    onwards: int = 0
    mails: int = 0


def preview(ctx: Context, programme_id: int, key: str) -> Plan:
    """What opening the period by hand would do now."""
    programme = permitted(ctx, programme_id)
    return make_plan(ctx, programme, opened_by_hand(named(key), ctx.today))


def open_by_hand(
    ctx: Context, programme_id: int, key: str, *, fingerprint: str, state: State = State.ASSIGNED
) -> Opened:
    """Exactly what was looked at; Conflict when it would be something else now."""
    programme = permitted(ctx, programme_id)
    take_turn(ctx, programme.id)
    plan = make_plan(ctx, programme, opened_by_hand(named(key), ctx.today))
    if plan.fingerprint != fingerprint:
        raise Conflict(N_("Những gì sẽ mở đã khác với bản vừa xem. Chưa có gì được mở; hãy xem lại rồi xác nhận."))
    return _carry_out(ctx, plan, state)


def open_year(
    ctx: Context, programme: Programme, year: int, *, state: State = State.ASSIGNED, told: bool = True
) -> Opened:
    """The year and its shorter periods of today; what is there stays. `state` may be DRAFT, to be issued one by one."""
    permitted(ctx, programme.id)
    take_turn(ctx, programme.id)
    period = period_of(date(year, 12, 31), Recurrence.YEARLY)
    return _carry_out(ctx, make_plan(ctx, programme, opened_by_hand(period, ctx.today)), state, told=told)


def roll_over(ctx: Context, programme_id: int) -> Opened | None:
    """The periods that have begun and are not opened; None where there was nothing to do. Harmless at any time, however
    often and from wherever it runs: it waits for another one, and then finds nothing left."""
    take_turn(ctx, programme_id)
    programme = ctx.session.get(Programme, programme_id, populate_existing=True)
    if programme is None:
        return None
    periods = periods_to_open(
        programme.opens_from,
        opened_periods(ctx.session, programme.id),
        now=ctx.now,
        hour=programme.mail_hour,
        last_year=programme.period_end,
        calendar=ctx.calendar,
    )
    if not periods and not onwards(ctx, programme):
        return None
    return _carry_out(ctx, make_plan(ctx, programme, periods), State.ASSIGNED)


def to_roll_over(ctx: Context) -> list[int]:
    """Programmes of which the office has opened a period: the next ones open by themselves."""
    return [one.id for one in programmes(ctx.session) if one.opens_from is not None]


def named(key: str) -> Period:
    """Raises Invalid for what is no period of the calendar."""
    try:
        period = period_named(key)
    except ValueError:
        period = None
    if period is None or period.recurrence is Recurrence.ONCE:
        raise Invalid(N_("Hãy chọn kỳ cần mở."), field="period")
    return period


def permitted(ctx: Context, programme_id: int) -> Programme:
    """The programme, if this person may give its work out."""
    programme = load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    offices = ctx.offices.get(programme.id, frozenset())
    scope = Scope(standing_unit_ids=offices, issuer_unit_id=programme.issuer_unit_id)
    demand(ctx.actor, Permission.ISSUE, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.ISSUE, scope)
    return programme


def take_turn(ctx: Context, programme_id: int) -> None:
    """Until this transaction ends nothing else opens in the programme, be it a period or a reporting cycle."""
    ctx.session.execute(
        text("SELECT pg_advisory_xact_lock(:key, :programme)"), {"key": LOCK, "programme": programme_id}
    )


def _carry_out(ctx: Context, plan: Plan, state: State, *, told: bool = True) -> Opened:
    programme, done = plan.programme, Opened(0, plan.existing, plan.empty)
    for _first, group in groupby(plan.new, key=lambda one: one.period.first):
        _give(ctx, plan, list(group), state, done)
    for one in plan.onwards:
        _send_on(ctx, one.row.id, one.year)
    done.onwards = len(plan.onwards)
    if plan.periods:
        _note(ctx, programme, plan.periods)
    if told and state is State.ASSIGNED:
        done.mails = tell(ctx, plan)
    if done.created or done.onwards:
        data = {
            "periods": [one.key for one in plan.periods],
            "created": done.created,
            "carried": done.carried,
            "onwards": done.onwards,
        }
        record(ctx, "open_periods", "programme", programme.id, data=data)
    return done


def _give(ctx: Context, plan: Plan, new: Sequence[New], state: State, done: Opened) -> None:
    """Periods that begin on one day: what they carry was given before."""
    by_key = {one.key: one for one in new}
    for start in range(0, len(new), BATCH):
        rows = [_row(ctx, plan, one, state) for one in new[start : start + BATCH]]
        query = (
            insert(Assignment)
            .on_conflict_do_nothing()
            .returning(
                Assignment.id, Assignment.version, Assignment.duty_id, Assignment.lead_unit_id, Assignment.period
            )
        )
        for id_, version, *key in ctx.session.execute(query, rows):
            one = by_key[tuple(key)]  # type: ignore[index]
            plan.ids[one.key], plan.versions[one.key] = id_, version
            done.created += 1
            _name_helpers(ctx, one, id_)
            before = plan.ids.get(one.carried) if one.carried else None
            data = {"carried_from": before, "period": one.period.key} if before else {"period": one.period.key}
            record(ctx, "issue" if state is State.ASSIGNED else "draft", "assignment", id_, to_state=state, data=data)
            if before:
                done.carried += 1
                record(ctx, "carry", "assignment", before, data={"into": id_, "period": one.period.key})


def _row(ctx: Context, plan: Plan, one: New, state: State) -> dict[str, Any]:
    return {
        "programme_id": plan.programme.id,
        "duty_id": one.duty.id,
        "lead_unit_id": one.unit.id,
        "opened_for_id": one.unit.id,
        "year": one.year,
        "period": one.period.key,
        "carried_from_id": plan.ids.get(one.carried) if one.carried else None,
        "text": wording(plan.programme, one.duty, one.period),
        "expected_result": _expected(one.duty, one.period),
        "is_request": one.duty.is_request,
        "state": state,
        "nominal_due_on": one.nominal,
        "due_on": one.due,
        "original_due_on": one.due,
        "changed_on": ctx.today,
        "created_at": ctx.now,
    }


def _name_helpers(ctx: Context, one: New, id_: int) -> None:
    for other in one.duty.indicator.support if one.duty.indicator else []:
        if other.id != one.unit.id:
            ctx.session.execute(insert(CoordinatingUnit).values(assignment_id=id_, unit_id=other.id))


def _send_on(ctx: Context, assignment_id: int, year: int) -> None:
    """Into the lists of the year. Nothing that a form depends on changes, so the version stays."""
    ctx.session.execute(update(Assignment).where(Assignment.id == assignment_id).values(carried_to=year))
    record(ctx, "carry", "assignment", assignment_id, data={"year": year})


def _note(ctx: Context, programme: Programme, periods: Sequence[Period]) -> None:
    """The openings themselves. With the first period that is not over, what begins later opens by itself."""
    rows = [
        {"programme_id": programme.id, "period": one.key, "opened_at": ctx.now, "opened_by_id": ctx.actor.user_id}
        for one in periods
    ]
    ctx.session.execute(insert(PeriodOpening).on_conflict_do_nothing(), rows)
    current = [one.first for one in periods if one.last >= ctx.today]
    if programme.opens_from is None and current:
        programme.opens_from = max(ctx.today, min(current))


def _expected(duty: Duty, period: Period) -> str:
    when = in_sentence(period)
    match duty.kind:
        case DutyKind.REPORT:
            return f"Báo cáo {when} gửi cơ quan thường trực" if when else "Báo cáo gửi cơ quan thường trực"
        case DutyKind.INDICATOR:
            return f"Số liệu {when or 'của giai đoạn'} của chỉ tiêu và đánh giá so với mục tiêu"
        case _:
            return f"Báo cáo kết quả thực hiện{' trong ' if when else ''}{when}, kèm sản phẩm nếu có"
