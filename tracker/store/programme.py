"""Programmes, their clauses, indicators and duties."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.assignment import Assignment
from tracker.models.clause import Clause
from tracker.models.duty import Duty
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme, ProgrammeVersion
from tracker.rules.workflow import State
from tracker.store.filters import in_year

# One look into an index for each year of the period, however many assignments there are.
_YEARS = text("""
    SELECT year FROM programmes, generate_series(period_start, period_end) AS year
    WHERE programmes.id = :programme AND (
        EXISTS (SELECT FROM assignments AS a WHERE a.programme_id = programmes.id AND a.year = year.year)
        OR EXISTS (SELECT FROM assignments AS a WHERE a.programme_id = programmes.id AND a.period = 'once'
            AND a.carried_to >= year.year AND a.year < year.year)
    )
    ORDER BY year DESC
""")


def by_identity(session: Session, identity: str) -> Programme | None:
    return session.scalar(select(Programme).where(Programme.identity == identity))


def load(session: Session, programme_id: int) -> Programme | None:
    return session.get(Programme, programme_id)


def programmes(session: Session) -> list[Programme]:
    return list(session.scalars(select(Programme).order_by(Programme.period_start.desc(), Programme.id)))


def last_version(session: Session, programme_id: int) -> ProgrammeVersion | None:
    return session.scalar(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.programme_id == programme_id)
        .order_by(ProgrammeVersion.number.desc())
        .limit(1)
    )


def versions(session: Session, programme_id: int) -> list[ProgrammeVersion]:
    return list(
        session.scalars(
            select(ProgrammeVersion)
            .where(ProgrammeVersion.programme_id == programme_id)
            .order_by(ProgrammeVersion.number.desc())
        )
    )


def clauses_by_ref(session: Session, programme_id: int) -> dict[str, Clause]:
    rows = session.scalars(select(Clause).where(Clause.programme_id == programme_id).order_by(Clause.id))
    return {clause.ref: clause for clause in rows}


def indicators(session: Session, programme_id: int) -> list[Indicator]:
    return list(
        session.scalars(
            select(Indicator)
            .where(Indicator.programme_id == programme_id, Indicator.retired_in.is_(None))
            .options(
                joinedload(Indicator.lead_unit),
                joinedload(Indicator.clause),
                selectinload(Indicator.support),
                selectinload(Indicator.measures).selectinload(Measure.targets),
            )
            .order_by(Indicator.number)
        )
    )


def duties(session: Session, programme_id: int) -> list[Duty]:
    """What binds somebody now, in the order of the document."""
    return list(
        session.scalars(
            select(Duty)
            .where(Duty.programme_id == programme_id, Duty.retired_in.is_(None))
            .options(
                joinedload(Duty.clause),
                joinedload(Duty.indicator).selectinload(Indicator.support),
                joinedload(Duty.unit),
                joinedload(Duty.unit_class),
            )
            .order_by(Duty.id)
        )
    )


def assignments_by_clause(session: Session, programme_id: int, year: int) -> dict[int, dict[str, int]]:
    """Clause id → state → how many assignments of the year come from it."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = session.execute(
        select(Duty.clause_id, Assignment.state, func.count())
        .join(Assignment, Assignment.duty_id == Duty.id)
        .where(Assignment.programme_id == programme_id, in_year(year))
        .group_by(Duty.clause_id, Assignment.state)
    )
    for clause_id, state, n in rows:
        found[clause_id][state.value] = n
    return found


def periods_of_clause(session: Session, clause_id: int) -> Sequence[Any]:
    """(period, year, total, done, carried) of what was given from a clause, newest first; not what was cancelled."""
    return session.execute(
        select(
            Assignment.period,
            Assignment.year,
            func.count().label("total"),
            func.count().filter(Assignment.state == State.COMPLETED).label("done"),
            func.count(Assignment.carried_from_id).label("carried"),
        )
        .join(Duty, Duty.id == Assignment.duty_id)
        .where(Duty.clause_id == clause_id, Assignment.state != State.CANCELLED)
        .group_by(Assignment.period, Assignment.year)
        .order_by(Assignment.year.desc(), Assignment.period.desc())
    ).all()


def years(session: Session, programme_id: int) -> list[int]:
    """Years for which assignments were opened, newest first."""
    return list(session.scalars(_YEARS, {"programme": programme_id}))


OPENED = """
    SELECT p.id, p.title, ARRAY(
        SELECT year FROM generate_series(p.period_start, p.period_end) AS year
        WHERE EXISTS (SELECT FROM assignments AS a WHERE a.programme_id = p.id AND a.year = year.year)
    ) AS years
    FROM programmes AS p ORDER BY p.period_start DESC, p.id
"""
_OPENED = text(OPENED)


@dataclass(frozen=True)
class Opened:
    """What a list can be narrowed to: programme → title, and the years opened in any of them, newest first."""

    titles: dict[int, str]
    years: list[int]


def opened(session: Session) -> Opened:
    return opened_of(session.execute(_OPENED).all())


def opened_of(rows: Iterable[tuple[int, str, list[int]]]) -> Opened:
    """Of the rows of OPENED."""
    titles, years = {}, set()
    for id_, title, of_it in rows:
        titles[id_] = title
        years.update(of_it)
    return Opened(titles, sorted(years, reverse=True))


def clause(session: Session, clause_id: int) -> Clause | None:
    return session.get(Clause, clause_id)
