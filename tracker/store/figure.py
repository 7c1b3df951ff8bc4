"""Figures as they are now: the newest round of each, and the one that counts."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.rules.measure import Shape
from tracker.rules.targets import Comparator, Target


def current(
    session: Session, measure_ids: Collection[int], unit_ids: Collection[int], period: str, *, lock: bool = False
) -> dict[tuple[int, int], Figure]:
    """(measure, unit) → the newest round, accepted or not; only those that there are."""
    query = (
        select(Figure)
        .where(Figure.measure_id.in_(measure_ids), Figure.unit_id.in_(unit_ids), Figure.period == period)
        .order_by(Figure.round)
    )
    if lock:
        query = query.with_for_update()
    return {(one.measure_id, one.unit_id): one for one in session.scalars(query)}


def measure(session: Session, measure_id: int) -> Measure | None:
    """With its indicator and targets."""
    return session.scalar(
        select(Measure)
        .where(Measure.id == measure_id)
        .options(selectinload(Measure.targets), joinedload(Measure.indicator).joinedload(Indicator.lead_unit))
    )


def take_turns(session: Session, measure_id: int, unit_id: int) -> None:
    """Until this transaction ends nobody else writes a round of this figure, not even its first."""
    session.execute(select(func.pg_advisory_xact_lock(measure_id, unit_id)))


def programmes_of(session: Session, measure_ids: Collection[int]) -> Sequence[Programme]:
    """The programmes that these measures belong to."""
    ids = (
        select(Indicator.programme_id)
        .join(Measure, Measure.indicator_id == Indicator.id)
        .where(Measure.id.in_(measure_ids))
    )
    return session.scalars(select(Programme).where(Programme.id.in_(ids)).order_by(Programme.id)).all()


def shape_of(row: Measure) -> Shape:
    baseline = None
    if row.baseline is not None and row.baseline_year is not None:
        baseline = (row.baseline_year, row.baseline)
    return Shape(
        better=row.better,
        per=row.per,
        targets=tuple(Target(one.year, Comparator(one.comparator), one.value, one.upper) for one in row.targets),
        name=row.name,
        stratum=row.stratum,
        baseline=baseline,
    )


def before(session: Session, measure_id: int, unit_id: int, period: str) -> Figure | None:
    """The unit's newest value of an earlier period of the same kind: of a first half, that of the last first half."""
    return session.scalar(
        select(Figure)
        .where(
            Figure.measure_id == measure_id,
            Figure.unit_id == unit_id,
            Figure.period < period,
            func.substr(Figure.period, 5) == period[4:],
            Figure.value.is_not(None),
        )
        .order_by(Figure.period.desc(), Figure.accepted_at.is_(None), Figure.round.desc())
        .limit(1)
    )


def rounds(session: Session, measure_id: int, unit_id: int, period: str) -> Sequence[Figure]:
    """All rounds of one figure, oldest first."""
    return session.scalars(
        select(Figure)
        .where(Figure.measure_id == measure_id, Figure.unit_id == unit_id, Figure.period == period)
        .order_by(Figure.round)
        .options(joinedload(Figure.reported_by))
    ).all()
