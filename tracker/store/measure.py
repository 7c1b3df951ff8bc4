"""Measures with their indicators, and what the rules know of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.rules.measure import Shape
from tracker.rules.targets import Comparator, Target


def measure(session: Session, measure_id: int) -> Measure | None:
    """With its indicator and targets."""
    return session.scalar(
        select(Measure)
        .where(Measure.id == measure_id)
        .options(selectinload(Measure.targets), joinedload(Measure.indicator).joinedload(Indicator.lead_unit))
    )


def pers(session: Session, measure_ids: Collection[int]) -> dict[int, int]:
    """Measure → what its values are of: 100, 1 000 … or 1 for a count."""
    rows = session.execute(select(Measure.id, Measure.per).where(Measure.id.in_(measure_ids)).order_by(Measure.id))
    return {row.id: row.per for row in rows}


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


def in_use(session: Session, measure_ids: Collection[int]) -> set[int]:
    """Those of them of which anything was reported, a baseline included."""
    reported = select(Figure.id).where(Figure.measure_id == Measure.id).exists()
    return set(
        session.scalars(
            select(Measure.id).where(Measure.id.in_(measure_ids), or_(reported, Measure.baseline.is_not(None)))
        )
    )
