"""One measure commune by commune, and what waits for the office."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.models.figure import Figure
from tracker.rules.measure import exact
from tracker.store.figure import Reported, reported

# As `rules.measure.stratum_of` says it; `fold` is the database's own.
TOWN = "^(ubnd |uy ban nhan dan )?(thi tran|phuong)"
_COMMUNES = text("""
    WITH expected AS (
        SELECT id, name, position FROM units
        WHERE kind = 'commune' AND valid_from <= :last AND (valid_to IS NULL OR valid_to >= :first)
            AND (:stratum = '' OR (fold(name) ~ :town) = (:stratum = 'urban'))
    ), official AS (
        SELECT DISTINCT ON (f.unit_id) f.*, f.accepted_at IS NOT NULL AS accepted
        FROM figures AS f JOIN units AS u ON u.id = f.unit_id
        WHERE f.measure_id = :measure AND f.period = :period AND u.kind = 'commune'
        ORDER BY f.unit_id, f.accepted_at IS NULL, f.round DESC
    )
    SELECT coalesce(o.unit_id, e.id) AS unit_id, coalesce(o.unit_name, e.name) AS unit_name, o.id, o.numerator,
        o.denominator, o.value, o.no_data, o.estimate, o.source, o.comment, o.accepted
    FROM expected AS e FULL JOIN official AS o ON o.unit_id = e.id
    ORDER BY e.position, coalesce(o.unit_id, e.id)
""")
_EXPECTED = text("""
    SELECT count(*) AS n,
        coalesce(json_agg(json_build_array(id, name) ORDER BY position) FILTER (WHERE id = ANY(:own)), '[]') AS own
    FROM units WHERE kind = 'commune' AND valid_from <= :last AND (valid_to IS NULL OR valid_to >= :first)
        AND (:stratum = '' OR (fold(name) ~ :town) = (:stratum = 'urban'))
""")
_BEFORE = text("""
    SELECT DISTINCT ON (unit_id, period) unit_id, period, numerator, denominator, value FROM figures
    WHERE measure_id = :measure AND unit_id = ANY(:units) AND period = ANY(:periods) AND value IS NOT NULL
    ORDER BY unit_id, period, accepted_at IS NULL, round DESC
""")


@dataclass(frozen=True)
class Commune:
    """`figure` None: nothing reported yet. `before`: earlier periods → values."""

    unit_id: int
    unit_name: str
    figure: Reported | None
    no_data: bool = False
    before: dict[str, Fraction] = field(default_factory=dict)

    @property
    def value(self) -> Fraction | None:
        return self.figure.value if self.figure else None


def communes(
    session: Session, measure_id: int, per: int, period: str, first: date, last: date, *, stratum: str | None = None
) -> list[Commune]:
    """Every commune that was there between the two days, or that reported, in the order of the units."""
    asked = {
        "measure": measure_id, "period": period, "first": first, "last": last, "stratum": stratum or "", "town": TOWN,
    }  # fmt: skip
    return [
        Commune(row.unit_id, row.unit_name, reported(row, per) if row.id else None, bool(row.no_data))
        for row in session.execute(_COMMUNES, asked)
    ]


def expected(
    session: Session, first: date, last: date, own: Collection[int], *, stratum: str | None = None
) -> tuple[int, list[tuple[int, str]]]:
    """How many communes there were between the two days; (id, name) of those among `own`."""
    asked = {"first": first, "last": last, "stratum": stratum or "", "town": TOWN, "own": list(own)}
    row = session.execute(_EXPECTED, asked).one()
    return row.n, [(id_, name) for id_, name in row.own]


def before(
    session: Session, measure_id: int, per: int, unit_ids: Collection[int], periods: Collection[str]
) -> dict[int, dict[str, Fraction]]:
    """Unit → earlier period → the value that counts."""
    found: dict[int, dict[str, Fraction]] = {}
    asked = {"measure": measure_id, "units": list(unit_ids), "periods": list(periods)}
    for row in session.execute(_BEFORE, asked):
        value = exact(row.numerator, row.denominator, row.value, per)
        if value is not None:
            found.setdefault(row.unit_id, {})[row.period] = value
    return found


def waiting(session: Session, measure_id: int, period: str) -> Sequence[Figure]:
    """Newest rounds that nobody has accepted yet, in the order of units."""
    later = aliased(Figure)
    newer = (
        select(later.id)
        .where(
            later.measure_id == Figure.measure_id,
            later.unit_id == Figure.unit_id,
            later.period == Figure.period,
            later.round > Figure.round,
        )
        .exists()
    )
    return session.scalars(
        select(Figure)
        .join(Figure.unit)
        .where(Figure.measure_id == measure_id, Figure.period == period, Figure.accepted_at.is_(None), ~newer)
        .options(joinedload(Figure.unit), joinedload(Figure.reported_by))
        .order_by(Figure.unit_id)
        .limit(500)
    ).all()


def reported_periods(session: Session, measure_id: int, unit_id: int) -> Sequence[Any]:
    """(period, rounds) of what a unit has reported of a measure, newest first."""
    return session.execute(
        select(Figure.period, func.count())
        .where(Figure.measure_id == measure_id, Figure.unit_id == unit_id)
        .group_by(Figure.period)
        .order_by(Figure.period.desc())
    ).all()
