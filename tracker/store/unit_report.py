"""Reports of units: one with all that its page shows, those of somebody's units, what the consolidated one draws."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import any_, literal, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.assignment import Assignment
from tracker.models.cycle import FiledRound, ReportCycle, ReportSection, UnitReport
from tracker.models.duty import Duty, DutyKind
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.rules.filing import FilingState
from tracker.rules.workflow import State
from tracker.store import cycle as cycles
from tracker.store.report_source import OF_YEARS


def load(session: Session, report_id: int, *, lock: bool = False) -> UnitReport | None:
    query = (
        select(UnitReport)
        .where(UnitReport.id == report_id)
        .options(
            joinedload(UnitReport.cycle).joinedload(ReportCycle.programme).joinedload(Programme.issuer_unit),
            joinedload(UnitReport.unit),
            selectinload(UnitReport.sections).joinedload(ReportSection.edited_by),
            selectinload(UnitReport.rounds).options(
                joinedload(FiledRound.submitted_by),
                joinedload(FiledRound.on_behalf_of),
                joinedload(FiledRound.decided_by),
            ),
        )
    )
    if lock:
        query = query.with_for_update(of=UnitReport).execution_options(populate_existing=True)
    return session.scalar(query)


def report_of(session: Session, assignment_id: int) -> int | None:
    """The report that an assignment is fulfilled by; one exempt is none any more."""
    return session.scalar(
        select(UnitReport.id).where(UnitReport.assignment_id == assignment_id, UnitReport.state != FilingState.EXEMPT)
    )


FULFILLING = "SELECT assignment_id, id FROM unit_reports WHERE assignment_id = ANY(:ids) AND state <> 'exempt'"
_FULFILLING = text(FULFILLING)


def reports_of(session: Session, assignment_ids: Iterable[int]) -> dict[int, int]:
    """Assignment → the report that it is fulfilled by, of those that are."""
    found = session.execute(_FULFILLING, {"ids": list(assignment_ids)})
    return {row.assignment_id: row.id for row in found}


def of_unit(session: Session, cycle_id: int, unit_id: int) -> UnitReport | None:
    return session.scalar(select(UnitReport).where(UnitReport.cycle_id == cycle_id, UnitReport.unit_id == unit_id))


def lock_all(session: Session, unit_id: int, period: str, *, only_read: bool = False) -> None:
    """Every report of the unit for the period: a yearly one and one of the middle of the programme have the same
    figures. Whoever writes either takes both, always in the order of their ids, so that two cannot wait for each other.
    `only_read`: others may do the same; nobody files them meanwhile."""
    session.execute(
        select(UnitReport.id)
        .where(UnitReport.unit_id == unit_id, UnitReport.cycle.has(ReportCycle.period == period))
        .order_by(UnitReport.id)
        .with_for_update(read=only_read, of=UnitReport)
    )


def holding(
    session: Session, measure_id: int, unit_id: int, period: str, *, lock: bool
) -> list[tuple[int, FilingState, bool]]:
    """(report, its state, whether its figures were returned) of the unit's reports that this figure is a part of; a
    cycle that is closed may be opened again. `lock`: nobody files them before this transaction ends."""
    if lock:
        lock_all(session, unit_id, period, only_read=True)
    rows = session.execute(
        select(UnitReport.id, UnitReport.state, UnitReport.figures_returned)
        .join(UnitReport.cycle)
        .where(
            UnitReport.unit_id == unit_id,
            literal(measure_id) == any_(UnitReport.measure_ids),
            ReportCycle.period == period,
            ReportCycle.opened_at.is_not(None),
        )
        .order_by(UnitReport.id)
    )
    return [(id_, state, why is not None) for id_, state, why in rows]


def lists(session: Session, measure_id: int, unit_id: int, period: str) -> bool:
    """Whether a report of the unit for this period asks for the measure, in whatever state it and its cycle are."""
    query = (
        select(UnitReport.id)
        .join(UnitReport.cycle)
        .where(
            UnitReport.unit_id == unit_id,
            literal(measure_id) == any_(UnitReport.measure_ids),
            ReportCycle.period == period,
        )
    )
    return session.scalar(query.limit(1)) is not None


def of_cycle(session: Session, cycle_id: int, *, lock: bool = False) -> list[UnitReport]:
    """The frozen list, in its order."""
    query = select(UnitReport).where(UnitReport.cycle_id == cycle_id).order_by(UnitReport.position, UnitReport.id)
    return list(session.scalars(query.with_for_update(of=UnitReport) if lock else query))


def of_units(session: Session, unit_ids: Collection[int]) -> list[UnitReport]:
    """What these units have to file or have filed, open cycles first, then the newest: theirs by the frozen list, and
    those of others that were given to them."""
    return list(
        session.scalars(
            select(UnitReport)
            .join(UnitReport.cycle)
            .outerjoin(UnitReport.assignment)
            .where(UnitReport.unit_id.in_(unit_ids) | Assignment.lead_unit_id.in_(unit_ids))
            .options(joinedload(UnitReport.cycle).joinedload(ReportCycle.programme), joinedload(UnitReport.assignment))
            .order_by(ReportCycle.closed_at.is_not(None), ReportCycle.period.desc(), UnitReport.position)
            .limit(200)
        )
    )


def texts_before(session: Session, report: UnitReport) -> tuple[ReportCycle | None, dict[str, str]]:
    """(the cycle before, section → what the unit wrote then)."""
    cycle = cycles.before(session, report.cycle)
    if cycle is None:
        return None, {}
    rows = session.execute(
        select(ReportSection.key, ReportSection.text)
        .join(UnitReport, UnitReport.id == ReportSection.report_id)
        .where(UnitReport.cycle_id == cycle.id, UnitReport.unit_id == report.unit_id)
    )
    return cycle, {key: words for key, words in rows if words}


def measures(session: Session, measure_ids: Collection[int]) -> list[tuple[Measure, Indicator]]:
    """These, with their indicators, in the order of the programme."""
    rows = session.execute(
        select(Measure, Indicator)
        .join(Indicator, Indicator.id == Measure.indicator_id)
        .where(Measure.id.in_(measure_ids))
        .options(selectinload(Measure.targets), selectinload(Indicator.measures))
        .order_by(Indicator.number, Measure.position, Measure.id)
    )
    return [(measure, indicator) for measure, indicator in rows]


def measures_of(session: Session, programme_id: int) -> list[tuple[Measure, Indicator]]:
    """Every measure that is in force, with its indicator, in the order of the programme."""
    rows = session.execute(
        select(Measure, Indicator)
        .join(Indicator, Indicator.id == Measure.indicator_id)
        .where(Indicator.programme_id == programme_id, Indicator.retired_in.is_(None), Measure.retired_in.is_(None))
        .order_by(Indicator.number, Measure.position)
    )
    return [(measure, indicator) for measure, indicator in rows]


@dataclass(frozen=True)
class Work:
    """An assignment of the unit in the year, as its report draws it in."""

    id: int
    clause_ref: str
    text: str
    state: State
    percent: int
    due_on: date | None
    submitted_on: date | None
    result: str
    files: int


_WORK = text(f"""
    SELECT a.id, c.ref, a.text, a.state, a.percent, a.due_on, a.submitted_on, coalesce((
            SELECT r.result FROM rounds AS r
            WHERE r.assignment_id = a.id AND r.decision IS DISTINCT FROM 'returned'
                AND r.decision IS DISTINCT FROM 'withdrawn'
            ORDER BY r.number DESC LIMIT 1), '') AS result,
        (SELECT count(*) FROM evidence AS e WHERE e.assignment_id = a.id AND e.removed_at IS NULL) AS files
    FROM assignments AS a JOIN duties AS d ON d.id = a.duty_id JOIN clauses AS c ON c.id = d.clause_id
    WHERE a.lead_unit_id = :unit AND d.kind <> 'report' AND {OF_YEARS}
    ORDER BY a.year DESC, d.id, a.id
""")


def work_of(session: Session, report: UnitReport) -> list[Work]:
    """What the unit leads in the years that the cycle covers or carried into them, but for reports themselves."""
    values = {
        "programme": report.cycle.programme_id,
        "unit": report.unit_id,
        "first": report.cycle.first_year,
        "last": int(report.cycle.period[:4]),
    }
    return [
        Work(id_, ref, words, State(state), *rest) for id_, ref, words, state, *rest in session.execute(_WORK, values)
    ]


def report_duty(session: Session, programme_id: int, key: str) -> Duty | None:
    return session.scalar(
        select(Duty).where(Duty.programme_id == programme_id, Duty.key == key, Duty.kind == DutyKind.REPORT)
    )


# What the consolidated report draws from a cycle.


def accepted_texts(session: Session, cycle_id: int) -> dict[str, list[tuple[str, str]]]:
    """Section → (unit as it was called, its accepted text), in the order of units; empty texts are left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = session.execute(
        select(ReportSection.key, UnitReport.unit_name, ReportSection.text)
        .join(UnitReport, UnitReport.id == ReportSection.report_id)
        .where(UnitReport.cycle_id == cycle_id, UnitReport.state == FilingState.ACCEPTED)
        .order_by(ReportSection.position, UnitReport.position, UnitReport.id)
    )
    for key, name, words in rows:
        if words.strip():
            found.setdefault(key, []).append((name, words))
    return found
