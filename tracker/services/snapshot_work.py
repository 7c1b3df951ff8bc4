"""The assignments of a snapshot: listed under their units, or, where a document cannot list so many, counted and laid
apart."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tracker.exports.material import MOST_LISTED
from tracker.exports.parts import Part, PartWriter, work_line
from tracker.exports.snapshot import Tally, UnitRow, WorkRow, tally_of
from tracker.models.duty import DutyKind
from tracker.rules.deadlines import official_class, standing
from tracker.rules.recurrence import in_sentence, period_named
from tracker.rules.workflow import State
from tracker.services.context import Context

EVERY = 20_000


@dataclass
class _Unit:
    name: str
    work: list[WorkRow] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    reports: list[bool] = field(default_factory=list)


@dataclass(frozen=True)
class Work:
    """`by_indicator`: tallies of the assignments of an indicator, by its number; only where rows lie apart."""

    units: tuple[UnitRow, ...]
    by_indicator: dict[int, Tally]
    parts: list[Part]


def gather(ctx: Context, rows: Iterable[Any], year: int, tick: Callable[[], None], *, own: str | None = None) -> Work:
    """A unit has filed when each of its reports that was asked for in the year is in. `own`: period of the cycle whose
    report this is; to report in other cycles is no work that it tells of."""
    units: dict[int, _Unit] = {}
    by_indicator: dict[int, Tally] = defaultdict(Tally)
    apart: PartWriter | None = None
    for n, row in enumerate(rows, 1):
        if n % EVERY == 0:
            tick()
        unit = units.setdefault(row.lead_unit_id, _Unit(row.unit))
        if row.kind == DutyKind.REPORT and own is not None and "-" in row.period and row.period != own:
            continue
        if row.kind == DutyKind.REPORT:
            unit.reports.append(row.state in (State.SUBMITTED, State.COMPLETED))
        one = _work(ctx, row, year)
        if one is None:
            continue
        if apart is None and n > MOST_LISTED:
            apart = PartWriter("work")
            _spill(apart, units, by_indicator)
        if apart is None:
            unit.work.append(one)
            continue
        apart.add(*work_line(unit.name, one))
        counted = tally_of([one])
        unit.tally += counted
        if row.number is not None:
            by_indicator[row.number] += counted
    return Work(
        tuple(
            UnitRow(
                unit.name, tuple(unit.work), bool(unit.reports) and all(unit.reports),
                unit.tally if apart is not None else None,
            )
            for unit in units.values()
        ),
        dict(by_indicator),
        apart.close() if apart is not None else [],
    )  # fmt: skip


def _spill(apart: PartWriter, units: dict[int, _Unit], by_indicator: dict[int, Tally]) -> None:
    """What was listed so far goes where the rest will."""
    for unit in units.values():
        for row in unit.work:
            apart.add(*work_line(unit.name, row))
            if row.kind == DutyKind.INDICATOR and row.ref.startswith("CT"):
                by_indicator[int(row.ref[2:])] += tally_of([row])
        unit.tally = tally_of(unit.work)
        unit.work = []


def _work(ctx: Context, row: Any, year: int) -> WorkRow | None:
    state = State(row.state)
    stands = standing(
        state=state, due_on=row.due_on, submitted_on=row.submitted_on, today=ctx.today, calendar=ctx.calendar
    )
    official = official_class(stands, state)
    if official is None:
        return None
    late = official in ("done_late", "open_overdue")
    return WorkRow(
        text=row.text,
        ref=f"CT{row.number}" if row.number is not None else row.ref,
        kind=row.kind,
        coordinating=row.coordinating,
        due_on=row.due_on.isoformat() if row.due_on else None,
        progress="" if state is State.COMPLETED else f"{row.percent}%",
        result=row.result,
        official=official,
        days_late=stands.working_days if late else 0,
        waits=state is State.SUBMITTED,
        period=in_sentence(period_named(row.period)) if "-" in row.period else "",
        carried=row.year < year,
    )
