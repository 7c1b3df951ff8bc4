"""Freezing the figures of a year into a snapshot: one reading of the rows, plain values out."""

from datetime import datetime
from typing import Any

from tracker.exports.snapshot import GoalRow, IndicatorRow, MeasureRow, Snapshot, UnitRow, WorkRow
from tracker.models.assignment import Assignment
from tracker.models.clause import ClauseKind
from tracker.models.duty import DutyKind
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.deadlines import official_class, standing
from tracker.rules.errors import NotFound
from tracker.rules.recurrence import in_sentence, period_named
from tracker.rules.targets import Comparator, Target, target_text
from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.store import programme as store
from tracker.store.assignment import results_of
from tracker.store.filters import Day, Filters
from tracker.store.listing import all_assignments
from tracker.store.people import standing_units
from tracker.store.user import has_sample_data

UNITS_OF_MEASURE = {1: "", 100: "%", 1000: "‰"}


def take_snapshot(ctx: Context, programme_id: int, year: int, *, requested_at: datetime) -> dict[str, Any]:
    """Everything that the report of the year says, as it is now."""
    programme = store.load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    day = Day.of(ctx.today, ctx.calendar)
    rows = all_assignments(ctx.session, Filters(programme_id=programme_id, year=year), day)
    results = results_of(ctx.session, [row.id for row in rows])
    clauses = store.clauses_by_ref(ctx.session, programme_id).values()
    office = next(iter(standing_units(ctx.session, programme_id, ctx.today)), None)
    return Snapshot(
        title=programme.title,
        kind=programme.kind,
        year=year,
        built_at=requested_at.astimezone(LOCAL).isoformat(),
        **letterhead(programme, office),
        based_on=tuple(programme.based_on),
        solution_groups=tuple(clause.text for clause in clauses if clause.kind is ClauseKind.SOLUTION_GROUP),
        goals=_goals(ctx, programme_id),
        units=_units(ctx, rows, results, year),
        sample_data=has_sample_data(ctx.session),
    ).to_json()


def letterhead(programme: Programme, office: Unit | None) -> dict[str, Any]:
    """What a document of the standing office says of itself, under the names that `Snapshot` has for it."""
    issuer = programme.issuer_unit.name
    # "UBND huyện Tân Yên" sits in Tân Yên.
    place = issuer.split()
    named = next((i for i, word in enumerate(place) if i and word[0].isupper() and word != "UBND"), 0)
    short = office.short_name.removeprefix("Phòng ") if office else ""
    others = [name for name in programme.report_to if office is None or name != office.name]
    return {
        "place": " ".join(place[named:]),
        "parent_agency": issuer.replace("UBND", "Ủy ban nhân dân").upper(),
        "agency": (office.name if office else issuer).upper(),
        "agency_short": short,
        "head_title": "TRƯỞNG PHÒNG" if office and office.name.startswith("Phòng") else "THỦ TRƯỞNG",
        "addressee": issuer.replace("UBND", "Ủy ban nhân dân"),
        "recipients": (
            "Như trên;",
            *(f"{name};" for name in others if "ban nhân dân" not in name),
            "Các cơ quan, đơn vị liên quan;",
        ),
    }


def _goals(ctx: Context, programme_id: int) -> tuple[GoalRow, ...]:
    clauses = {clause.id: clause for clause in store.clauses_by_ref(ctx.session, programme_id).values()}
    goals: dict[int, tuple[int, str, list[IndicatorRow]]] = {}
    for indicator in store.indicators(ctx.session, programme_id):
        goal = clauses.get(indicator.clause.parent_id or 0)
        key = goal.id if goal else 0
        number, text = (goal.number or len(goals) + 1, goal.text) if goal else (len(goals) + 1, "Chỉ tiêu khác")
        title = text.partition(":")[2].strip() or text
        goals.setdefault(key, (number, title, []))[2].append(_indicator(indicator))
    return tuple(GoalRow(number, title, tuple(rows)) for number, title, rows in goals.values())


def _indicator(indicator: Indicator) -> IndicatorRow:
    lead = indicator.lead_unit.name if indicator.lead_unit else ""
    return IndicatorRow(indicator.number, indicator.text, lead, tuple(_measure(one) for one in indicator.measures))


def _measure(measure: Measure) -> MeasureRow:
    words = {
        target.year: target_text(
            Target(target.year, Comparator(target.comparator), target.value, target.upper), measure.per
        )
        for target in measure.targets
    }
    every_year = words.get(None, "")
    unit = UNITS_OF_MEASURE.get(measure.per, f"trên {measure.per:,}".replace(",", "."))
    return MeasureRow(measure.name, unit, words.get(2025, every_year), words.get(2030, every_year))


def _units(ctx: Context, rows: list[Assignment], results: dict[int, str], year: int) -> tuple[UnitRow, ...]:
    """A unit has filed when each of its reports that was asked for in the year is in."""
    by_unit: dict[int, tuple[Unit, list[WorkRow], list[bool]]] = {}
    for row in rows:
        _unit, work, reports = by_unit.setdefault(row.lead_unit_id, (row.lead_unit, [], []))
        if row.duty.kind is DutyKind.REPORT:
            reports.append(row.state in (State.SUBMITTED, State.COMPLETED))
        work_row = _work(ctx, row, results.get(row.id, ""), year)
        if work_row is not None:
            work.append(work_row)
    return tuple(
        UnitRow(unit.name, tuple(work), bool(reports) and all(reports)) for unit, work, reports in by_unit.values()
    )


def _work(ctx: Context, row: Assignment, result: str, year: int) -> WorkRow | None:
    stands = standing(
        state=row.state, due_on=row.due_on, submitted_on=row.submitted_on, today=ctx.today, calendar=ctx.calendar
    )
    official = official_class(stands, row.state)
    if official is None:
        return None
    late = official in ("done_late", "open_overdue")
    is_indicator = row.duty.kind is DutyKind.INDICATOR and row.duty.indicator is not None
    return WorkRow(
        text=row.text,
        ref=f"CT{row.duty.indicator.number}" if is_indicator and row.duty.indicator else row.duty.clause.ref,
        kind=str(row.duty.kind),
        coordinating=", ".join(unit.short_name for unit in row.coordinating),
        due_on=row.due_on.isoformat() if row.due_on else None,
        progress="" if row.state is State.COMPLETED else f"{row.percent}%",
        result=result,
        official=official,
        days_late=stands.working_days if late else 0,
        waits=row.state is State.SUBMITTED,
        period=in_sentence(period_named(row.period)) if "-" in row.period else "",
        carried=row.year < year,
    )
