"""Freezing what a report says: one reading of the rows, plain values out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tracker.exports.parts import Part
from tracker.exports.snapshot import FilingRow, GoalRow, IndicatorRow, MeasureRow, SectionRow, Snapshot, Tally, UnitText
from tracker.models.clause import ClauseKind
from tracker.models.cycle import ReportCycle
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.cycle import about, section_list
from tracker.rules.errors import NotFound
from tracker.rules.filing import CycleKind
from tracker.rules.words import N_
from tracker.services.context import Context
from tracker.services.snapshot_figures import budget_row, gather_cells, measure_row
from tracker.services.snapshot_work import gather
from tracker.store import programme as store
from tracker.store import report_source as source
from tracker.store.figure import summary
from tracker.store.people import standing_units
from tracker.store.unit_report import accepted_texts
from tracker.store.user import has_sample_data


@dataclass(frozen=True)
class Taken:
    """`head` as JSON; `parts` of what lies apart from it."""

    head: dict[str, Any]
    parts: list[Part]


def take_snapshot(
    ctx: Context,
    programme_id: int,
    year: int,
    *,
    cycle: ReportCycle | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Taken:
    """Everything that the report of the year, or of the cycle, says, as it is now. `tick` is called now and then while
    there is much to read."""
    programme = store.load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    first, period = (cycle.first_year, cycle.period) if cycle is not None else (year, str(year))
    kind = cycle.kind if cycle is not None else CycleKind.ANNUAL
    clauses = store.clauses_by_ref(ctx.session, programme_id).values()
    office = next(iter(standing_units(ctx.session, programme_id, ctx.today)), None)
    lines = summary(ctx.session, programme_id, period, accepted_only=True)
    lacking = source.lacking(
        ctx.session, [line.measure_id for line in lines], period, cycle.id if cycle is not None else None
    )
    measures = {line.measure_id: measure_row(line, lacking.get(line.measure_id, 0)) for line in lines}
    work = gather(ctx, source.work_rows(ctx.session, programme_id, first, year), first, tick, own=period)
    tick()
    numbers = {line.measure_id: (line.number, line.measure.name) for line in lines}
    cells, more = gather_cells(
        source.cell_rows(ctx.session, programme_id, period), numbers, tick, apart=bool(work.parts)
    )
    snapshot = Snapshot(
        title=programme.title,
        kind=programme.kind,
        year=year,
        built_at=ctx.now.astimezone(LOCAL).isoformat(),
        **letterhead(programme, office),
        based_on=tuple(programme.based_on),
        solution_groups=tuple(clause.text for clause in clauses if clause.kind is ClauseKind.SOLUTION_GROUP),
        goals=_goals(ctx, programme_id, measures, work.by_indicator if work.parts else None),
        units=work.units,
        sample_data=has_sample_data(ctx.session),
        cycle=str(kind),
        span=about(kind, first, period),
        first_year=first,
        last_year=programme.period_end,
        cut_off_on=cycle.cut_off_on.isoformat() if cycle is not None else None,
        office=office.name if office else "",
        above=above(programme, office),
        above_recipients=("Như trên;", f"{_committee(programme)} (để báo cáo);"),
        cells=cells,
        budget=tuple(budget_row(row) for row in source.budget_rows(ctx.session, programme_id, first, year)),
        apart=bool(work.parts or more),
    )
    if cycle is not None:
        snapshot = replace(snapshot, filing=_filing(ctx, cycle), sections=drawn_sections(ctx, cycle))
    return Taken(snapshot.to_json(), [*work.parts, *more])


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
        "parent_agency": _committee(programme).upper(),
        "agency": (office.name if office else issuer).upper(),
        "agency_short": short,
        "head_title": "TRƯỞNG PHÒNG" if office and office.name.startswith("Phòng") else "THỦ TRƯỞNG",
        "addressee": _committee(programme),
        "recipients": (
            "Như trên;",
            *(f"{name};" for name in others if "ban nhân dân" not in name),
            "Các cơ quan, đơn vị liên quan;",
        ),
    }


def above(programme: Programme, office: Unit | None) -> str:
    """Whom the programme names beside the committee: the agency above the office; "" where it names none."""
    names = [name for name in programme.report_to if "ban nhân dân" not in name and "UBND" not in name]
    own = office.name if office is not None else ""
    return next((name for name in names if name != own), "")


def _committee(programme: Programme) -> str:
    return programme.issuer_unit.name.replace("UBND", "Ủy ban nhân dân")


def _goals(
    ctx: Context, programme_id: int, measures: dict[int, MeasureRow], tallies: dict[int, Tally] | None
) -> tuple[GoalRow, ...]:
    """`tallies` of the indicators' assignments where they lie apart, else None."""
    clauses = {clause.id: clause for clause in store.clauses_by_ref(ctx.session, programme_id).values()}
    goals: dict[int, tuple[int, str, list[IndicatorRow]]] = {}
    for indicator in store.indicators(ctx.session, programme_id):
        goal = clauses.get(indicator.clause.parent_id or 0)
        key = goal.id if goal else 0
        number, text = (goal.number or len(goals) + 1, goal.text) if goal else (len(goals) + 1, "Chỉ tiêu khác")
        title = text.partition(":")[2].strip() or text
        lead = indicator.lead_unit.name if indicator.lead_unit else ""
        rows = tuple(measures[one.id] for one in indicator.measures)
        goals.setdefault(key, (number, title, []))[2].append(IndicatorRow(indicator.number, indicator.text, lead, rows))
    return tuple(
        GoalRow(
            number,
            title,
            tuple(rows),
            None if tallies is None else sum((tallies.get(one.number, Tally()) for one in rows), Tally()),
        )
        for number, title, rows in goals.values()
    )


def _filing(ctx: Context, cycle: ReportCycle) -> tuple[FilingRow, ...]:
    """On time as the monitor counts it: by the day the round that stands was submitted. What came back has the day on
    which it was first sent, and no round that stands."""
    found = []
    for row in source.filing_rows(ctx.session, cycle.id):
        on = row.submitted_on or row.first_on
        found.append(
            FilingRow(
                row.unit_name,
                row.level,
                row.state,
                row.due_on.isoformat(),
                on.isoformat() if on else None,
                on <= row.due_on if on and row.state in ("submitted", "accepted") else None,
                row.exempt_reason or "",
            )
        )
    return tuple(found)


def drawn_sections(ctx: Context, cycle: ReportCycle) -> tuple[SectionRow, ...]:
    """What the units wrote and the office accepted, section by section of the cycle's form."""
    texts = accepted_texts(ctx.session, cycle.id)
    return tuple(
        SectionRow(one.key, one.title, tuple(UnitText(unit, words) for unit, words in texts.get(one.key, [])))
        for one in section_list(cycle.form)
    )
