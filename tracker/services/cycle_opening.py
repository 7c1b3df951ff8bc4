"""Opening a cycle, by the office or on its day: the list of who is expected is frozen, and each unit is asked."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert

from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.unit import Unit
from tracker.rules.cycle import opens_now
from tracker.rules.errors import IllegalMove
from tracker.rules.filing import FilingState
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.cycle import change, opens_by_itself
from tracker.services.expected import new_report
from tracker.services.opening import take_turn
from tracker.services.report_duty import ask, duty_of, excuse, given, tell_asked
from tracker.store import cycle as store
from tracker.store.unit import units_on
from tracker.store.unit_report import measures_of

BATCH = 500
ASKED = N_("Mở kỳ báo cáo: nộp theo mẫu của kỳ")


@dataclass
class Opened:
    expected: int = 0
    exempt: int = 0
    given: int = 0
    mails: int = 0


def open_cycle(ctx: Context, cycle_id: int, *, seen: str | None = None, told: bool = True) -> Opened:
    """Everybody who is a unit today and not exempt is expected. A second opening, at once or later, is refused."""
    found = store.load(ctx.session, cycle_id)
    if found is not None:
        take_turn(ctx, found.programme_id)
    cycle = change(ctx, cycle_id, seen)
    if cycle.opened_at is not None:
        raise IllegalMove(N_("Kỳ báo cáo này đã mở rồi."))
    cycle.opened_at = ctx.now
    done = _freeze(ctx, cycle)
    if told:
        done.mails = tell_asked(ctx, [one.assignment_id for one in store.missing(ctx.session, cycle.id, ctx.today)])
    record(
        ctx, "open_cycle", "cycle", cycle.id,
        data={"expected": done.expected, "exempt": done.exempt, "given": done.given, "mails": done.mails},
    )  # fmt: skip
    return done


def due_to_open(ctx: Context) -> list[int]:
    """Planned cycles that open by themselves at this moment."""
    return [
        one.id
        for one in store.to_open(ctx.session, ctx.today)
        if opens_by_itself(one)
        and opens_now(one.opens_on, now=ctx.now, hour=one.programme.mail_hour, calendar=ctx.calendar)
    ]


def _freeze(ctx: Context, cycle: ReportCycle) -> Opened:
    done = Opened()
    duty = duty_of(ctx, cycle)
    rows = given(ctx, duty, cycle.period)
    measures = measures_of(ctx.session, cycle.programme_id)
    reasons = {int(key): why for key, why in cycle.form["exempt"].items()}
    issuer = cycle.programme.issuer_unit_id
    reports: list[UnitReport] = []
    asked: list[tuple[Unit, date]] = []
    for unit in (one for one in units_on(ctx.session, ctx.today) if one.id != issuer):
        report = new_report(ctx, cycle, unit, measures)
        reports.append(report)
        row = rows.get(unit.id)
        if unit.id in reasons:
            report.state, report.exempt_reason = FilingState.EXEMPT, reasons[unit.id]
            if row is not None:
                excuse(ctx, row, reasons[unit.id])
        else:
            asked.append((unit, report.due_on))
    ids = {unit_id: row.id for unit_id, row in rows.items()} | ask(ctx, cycle, duty, asked, rows, ASKED)
    done.given = sum(unit.id not in rows for unit, _due in asked)
    ctx.session.flush()
    done.exempt = sum(one.state is FilingState.EXEMPT for one in reports)
    done.expected = len(reports) - done.exempt
    for start in range(0, len(reports), BATCH):
        ctx.session.execute(insert(UnitReport), [_line(one, ids) for one in reports[start : start + BATCH]])
    return done


def _line(report: UnitReport, ids: dict[int, int]) -> dict[str, object]:
    names = ("cycle_id", "unit_id", "unit_name", "level", "position", "due_on", "measure_ids", "state", "exempt_reason")
    return {**{name: getattr(report, name) for name in names}, "assignment_id": ids.get(report.unit_id)}
