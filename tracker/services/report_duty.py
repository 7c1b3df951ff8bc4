"""The duty to report as assignments: each unit of a cycle has one, so that reminders, escalations, more time and the
classes of lateness are the one engine's that all work has."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tracker.models.assignment import Assignment
from tracker.models.clause import Clause
from tracker.models.cycle import ReportCycle
from tracker.models.duty import Duty, DutyKind, DutyRole
from tracker.models.unit import Unit
from tracker.rules.cycle import about
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import Invalid
from tracker.rules.filing import CycleKind
from tracker.rules.ladder import LadderRole
from tracker.rules.words import N_
from tracker.rules.workflow import CLOSED, State
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.explanation import settle_open_explanations
from tracker.services.extension import settle_open_request
from tracker.services.notice import know_signing, lead_people, notify
from tracker.services.promise_end import drop_promise
from tracker.store.assignment import last_round, load_all
from tracker.store.unit_report import report_duty

BATCH = 500
# A yearly report and the one in the middle of the programme may end with the same year: two duties.
KEYS = {CycleKind.MID_TERM: "report:mid_term", CycleKind.FINAL: "report:final"}
# Never opened with a period: only a cycle gives it. (Versions of a programme count from 1.)
BY_CYCLE_ONLY = 0


def duty_of(ctx: Context, cycle: ReportCycle) -> Duty:
    """The duty that the cycle's reports fulfil; of a mid-term or final report it is made with its first cycle."""
    key = KEYS.get(cycle.kind, "report")
    found = report_duty(ctx.session, cycle.programme_id, key)
    if found is not None:
        return found
    yearly = report_duty(ctx.session, cycle.programme_id, "report")
    clause_id = yearly.clause_id if yearly else _some_clause(ctx, cycle.programme_id)
    duty = Duty(
        programme_id=cycle.programme_id,
        key=key,
        kind=DutyKind.REPORT,
        clause_id=clause_id,
        role=DutyRole.LEAD,
        retired_in=BY_CYCLE_ONLY,
    )
    ctx.session.add(duty)
    ctx.session.flush()
    return duty


def _some_clause(ctx: Context, programme_id: int) -> int:
    """Where the text has no reporting rule: its last part, which says how it is carried out."""
    newest = ctx.session.scalar(
        select(func.max(Clause.id)).where(Clause.programme_id == programme_id, Clause.parent_id.is_(None))
    )
    if newest is None:
        raise Invalid(N_("Chương trình chưa có văn bản nên chưa lập được kỳ báo cáo."), field="programme")
    return newest


def given(ctx: Context, duty: Duty, period: str, unit_id: int | None = None) -> dict[int, Assignment]:
    """Unit, or this one alone → the assignment that was opened for it, whoever leads it now."""
    unit = func.coalesce(Assignment.opened_for_id, Assignment.lead_unit_id)
    query = select(unit, Assignment.id).where(
        Assignment.duty_id == duty.id, Assignment.period == period, Assignment.parent_id.is_(None)
    )
    ids = ctx.session.execute(query if unit_id is None else query.where(unit == unit_id)).all()
    rows = {row.id: row for row in load_all(ctx.session, [id_ for _unit, id_ in ids], lock=True)}
    return {unit: rows[id_] for unit, id_ in ids}


def ask(
    ctx: Context,
    cycle: ReportCycle,
    duty: Duty,
    units: Sequence[tuple[Unit, date]],
    rows: Mapping[int, Assignment],
    reason: str,
    was: date | None = None,
) -> dict[int, int]:
    """Unit → its assignment, open and with the cycle's day. `units`: (unit, nominal last day); `rows`: what they were
    `given` before, which is asked for anew with the reason; `was`: the last day that the cycle gave them before."""
    fresh = []
    for unit, due in units:
        row = rows.get(unit.id)
        if row is None:
            fresh.append((unit, due))
        else:
            ask_anew(ctx, row, reason)
            due_by_cycle(ctx, cycle, row, due, was)
    made = give(ctx, cycle, duty, fresh)
    return {unit.id: made.get(unit.id) or rows[unit.id].id for unit, _due in units}


def tell_asked(ctx: Context, ids: Sequence[int]) -> int:
    """Whoever signs for the units of these assignments, and who has the report in hand; how many mails."""
    before = len(ctx.told)
    for start in range(0, len(ids), BATCH):
        rows = load_all(ctx.session, ids[start : start + BATCH])
        know_signing(ctx, [row.lead_unit_id for row in rows])
        for row in rows:
            notify(ctx, "report_asked", row, lead_people(ctx, row), LadderRole.HEAD)
    return len(ctx.told) - before


def give(ctx: Context, cycle: ReportCycle, duty: Duty, units: Sequence[tuple[Unit, date]]) -> dict[int, int]:
    """Unit → its new assignment. `units`: (unit, nominal last day)."""
    found: dict[int, int] = {}
    for start in range(0, len(units), BATCH):
        rows = [_row(ctx, cycle, duty, unit, due) for unit, due in units[start : start + BATCH]]
        made = ctx.session.execute(insert(Assignment).returning(Assignment.lead_unit_id, Assignment.id), rows)
        found.update((unit, id_) for unit, id_ in made)
    for id_ in found.values():
        record(ctx, "issue", "assignment", id_, to_state=State.ASSIGNED, data={"cycle": cycle.id})
    return found


def _row(ctx: Context, cycle: ReportCycle, duty: Duty, unit: Unit, nominal: date) -> dict[str, Any]:
    due = effective_due(nominal, ctx.calendar, shift=cycle.programme.shift_days_off)
    return {
        "programme_id": cycle.programme_id,
        "duty_id": duty.id,
        "lead_unit_id": unit.id,
        "opened_for_id": unit.id,
        "year": int(cycle.period[:4]),
        "period": cycle.period,
        "text": wording(cycle),
        "expected_result": f"Báo cáo {about(cycle.kind, cycle.first_year, cycle.period)} gửi cơ quan thường trực",
        "is_request": False,
        "state": State.ASSIGNED,
        "nominal_due_on": nominal,
        "due_on": due,
        "original_due_on": due,
        "changed_on": ctx.today,
        "created_at": ctx.now,
    }


def wording(cycle: ReportCycle) -> str:
    what = about(cycle.kind, cycle.first_year, cycle.period)
    if cycle.kind in KEYS:
        head = "sơ kết" if cycle.kind is CycleKind.MID_TERM else "tổng kết"
        return f"Báo cáo {head} thực hiện {cycle.programme.title}, {what.removeprefix('tổng kết ')}"
    return f"Báo cáo kết quả thực hiện {cycle.programme.title} {what}"


def due_by_cycle(ctx: Context, cycle: ReportCycle, row: Assignment, nominal: date, was: date | None = None) -> None:
    """What was given with the year, or has the day that the cycle gave before, gets the cycle's day; what was given
    more time keeps it. The first day of all is never overwritten."""
    shift = cycle.programme.shift_days_off
    due = effective_due(nominal, ctx.calendar, shift=shift)
    given_before = {row.original_due_on, effective_due(was, ctx.calendar, shift=shift) if was else None}
    if row.due_on == due or row.due_on not in given_before:
        return
    before = row.due_on
    row.nominal_due_on, row.due_on = nominal, due
    if row.original_due_on is None:
        row.original_due_on = due
    row.changed_on = ctx.today
    record(
        ctx, "move_deadline", "assignment", row.id,
        data={"due_before": before.isoformat() if before else "", "due_on": due.isoformat(), "cycle": cycle.id},
    )  # fmt: skip


def ask_anew(ctx: Context, row: Assignment, reason: str) -> None:
    """A report that was confirmed before the cycle opened, or whose unit is exempt no longer, is asked for (again)."""
    if row.state not in (*CLOSED, State.SUBMITTED):
        return
    before = row.state
    waiting = last_round(ctx.session, row.id)
    if waiting is not None and waiting.decision is None:
        waiting.decision, waiting.decided_at = "withdrawn", ctx.now
    row.submitted_on, row.done_on, row.percent = None, None, 0
    row.state = State.IN_PROGRESS if row.owner_id else State.ASSIGNED
    row.changed_on = ctx.today
    record(
        ctx, "reopen", "assignment", row.id, from_state=before, to_state=row.state, data={"reason": reason}
    )  # fmt: skip


def excuse(ctx: Context, row: Assignment, reason: str) -> None:
    """Of a unit that is exempt nothing is asked any more. The right is the cycle's, which opens by itself too."""
    if row.state in CLOSED:
        return
    settle_open_request(ctx, row)
    settle_open_explanations(ctx, row)
    drop_promise(ctx, row)
    before = row.state
    row.state, row.changed_on, row.blocked, row.suspended_from = State.CANCELLED, ctx.today, False, None
    record(
        ctx, "cancel", "assignment", row.id, from_state=before, to_state=row.state, data={"reason": reason}
    )  # fmt: skip
