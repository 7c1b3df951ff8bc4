"""Figures: the rounds of each, and all measures of a programme with the lead's figure beside what the communes add up
to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload

from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.rules.judgement import Judgement, judge
from tracker.rules.measure import Shape, at_of, exact
from tracker.rules.projection import Outlook, outlook
from tracker.store.measure import shape_of
from tracker.store.programme import indicators

# Of each figure the round that counts: the newest accepted one, else the newest. Of earlier years the whole and the
# same part.
_OFFICIAL = """
    SELECT DISTINCT ON (f.measure_id, f.unit_id, f.period)
        f.id, f.measure_id, f.unit_id, f.unit_name, f.period, f.round, f.numerator, f.denominator, f.value, f.no_data,
        f.estimate, f.source, f.comment, f.accepted_at IS NOT NULL AS accepted
    FROM figures AS f JOIN units AS u ON u.id = f.unit_id
    WHERE f.measure_id = ANY(:measures)
        AND (f.period = :period OR f.period < :year AND substr(f.period, 5) IN ('', :part))
        AND (u.kind = 'commune') = :communes AND (f.accepted_at IS NOT NULL OR NOT :accepted_only)
    ORDER BY f.measure_id, f.unit_id, f.period, f.accepted_at IS NULL, f.round DESC
"""
_ADDED = text(f"""
    SELECT measure_id, period, sum(numerator) AS numerator, sum(denominator) AS denominator, sum(value) AS value,
        count(numerator) AS ratios, count(value) AS values, count(*) FILTER (WHERE no_data) AS no_data,
        bool_and(accepted) FILTER (WHERE NOT no_data) AS accepted, bool_or(estimate) AS estimate
    FROM ({_OFFICIAL}) AS official GROUP BY measure_id, period
""")


@dataclass(frozen=True)
class Reported:
    """One unit's figure that counts; `unit_name` as it was then. `value` None: the unit says that there is none."""

    figure_id: int
    unit_id: int
    unit_name: str
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    estimate: bool
    accepted: bool
    source: str
    comment: str


@dataclass(frozen=True)
class Added:
    """The communes together: a ratio of sums, never a mean of rates. `counted` of them gave what can be added up;
    `value_only` gave a rate without its two sides, `no_data` said that there is none."""

    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    counted: int
    value_only: int
    no_data: int
    accepted: bool
    estimate: bool


@dataclass(frozen=True)
class Line:
    """One measure in one period. `years`: the values that count of years, this period's own included, by when; `halves`
    those of them that are of a half-year alone.

    `number` is "4.3" where the indicator has several measures, "1" where it has one.
    """

    measure_id: int
    number: str
    indicator: Indicator
    measure: Measure
    shape: Shape
    at: Fraction
    lead: Reported | None = None
    communes: Added | None = None
    years: Mapping[Fraction, Fraction] = field(default_factory=dict)
    halves: Collection[Fraction] = frozenset()
    half: bool = False

    @property
    def value(self) -> Fraction | None:
        """What is judged: the lead's figure; where it has none, what the communes add up to."""
        if self.lead is not None and self.lead.value is not None:
            return self.lead.value
        return self.communes.value if self.communes else None

    @property
    def from_communes(self) -> bool:
        return self.value is not None and (self.lead is None or self.lead.value is None)

    @property
    def difference(self) -> Fraction | None:
        """The lead's figure less the communes'."""
        if self.lead is None or self.communes is None or self.lead.value is None or self.communes.value is None:
            return None
        return self.lead.value - self.communes.value

    @property
    def estimate(self) -> bool:
        if self.from_communes:
            return self.communes is not None and self.communes.estimate
        return self.lead is not None and self.value is not None and self.lead.estimate

    @property
    def accepted(self) -> bool:
        """Whether every figure behind the value was accepted."""
        if self.from_communes and self.communes:
            return self.communes.accepted
        return self.lead is not None and self.lead.accepted

    @property
    def last_year(self) -> Fraction | None:
        return self.years.get(self.at - 1)

    @cached_property
    def judgement(self) -> Judgement:
        return judge(self.shape, self.value, self.at, self.years, half=self.half)

    @cached_property
    def outlook(self) -> list[Outlook]:
        return outlook(self.shape, self.value, self.at, self.years)


def summary(session: Session, programme_id: int, period: str, *, accepted_only: bool = False) -> list[Line]:
    """Every measure of the newest text in its order, with what counts of the period and of the years before.

    `accepted_only`: as if nothing else had been reported, for what leaves the house.
    """
    found = indicators(session, programme_id)
    return lines_of(session, [(one, each) for one in found for each in one.measures], period, accepted_only)


def lines_of(
    session: Session, measures: list[tuple[Indicator, Measure]], period: str, accepted_only: bool = False
) -> list[Line]:
    """The same for some of the measures, in the order given; two statements."""
    ids = [measure.id for _indicator, measure in measures]
    at = at_of(period)
    asked = {"measures": ids, "period": period, "year": period[:4], "part": period[4:], "accepted_only": accepted_only}
    per = {measure.id: measure.per for _indicator, measure in measures}
    added = _added(session.execute(_ADDED, {**asked, "communes": True}), per)
    others: dict[tuple[int, str], list[Reported]] = defaultdict(list)
    for row in session.execute(text(_OFFICIAL), {**asked, "communes": False}):
        others[row.measure_id, row.period].append(reported(row, per[row.measure_id]))
    # A second half ends with its year: the year comes first, so that the half takes its place where there is one.
    periods = sorted({key[1] for key in (*added, *others)})
    found = []
    for indicator, measure in measures:
        support = {one.id for one in indicator.support}
        leads = {when: _lead(others.get((measure.id, when), []), indicator.lead_unit_id, support) for when in periods}
        years, halves = {}, set()
        for when in periods:
            lead, communes = leads[when], added.get((measure.id, when))
            value = lead.value if lead is not None else None
            value = communes.value if value is None and communes is not None else value
            if value is not None:
                years[at_of(when)] = value
                halves |= {at_of(when)} if len(when) > 4 else set()
        found.append(
            Line(
                measure_id=measure.id,
                number=measure.ref,
                indicator=indicator,
                measure=measure,
                shape=shape_of(measure),
                at=at,
                lead=leads.get(period),
                communes=added.get((measure.id, period)),
                years=dict(sorted(years.items())),
                halves=frozenset(halves),
                half=len(period) > 4,
            )
        )
    return found


def _added(rows: Any, per: Mapping[int, int]) -> dict[tuple[int, str], Added]:
    found = {}
    for row in rows:
        is_ratio = per[row.measure_id] > 1
        numerator = Fraction(row.numerator) if is_ratio and row.ratios else None
        denominator = Fraction(row.denominator) if is_ratio and row.ratios else None
        whole = Fraction(row.value) if not is_ratio and row.values else None
        found[row.measure_id, row.period] = Added(
            value=exact(numerator, denominator, whole, per[row.measure_id]),
            numerator=numerator,
            denominator=denominator,
            counted=row.ratios if is_ratio else row.values,
            value_only=row.values - row.ratios if is_ratio else 0,
            no_data=row.no_data,
            accepted=bool(row.accepted),
            estimate=bool(row.estimate),
        )
    return found


def reported(row: Any, per: int) -> Reported:
    """From a row of the figures or from a figure itself."""
    return Reported(
        figure_id=row.id,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        value=exact(row.numerator, row.denominator, row.value, per),
        numerator=Fraction(row.numerator) if row.numerator is not None else None,
        denominator=Fraction(row.denominator) if row.denominator is not None else None,
        estimate=row.estimate,
        accepted=row.accepted,
        source=row.source,
        comment=row.comment,
    )


def _lead(rows: list[Reported], lead_unit_id: int | None, support: Collection[int]) -> Reported | None:
    """The lead's of today, else that of whoever led it then: nobody else but supporters may report it."""
    own = [one for one in rows if one.unit_id == lead_unit_id]
    earlier = [one for one in rows if one.unit_id not in support]
    return max(own or earlier, key=lambda one: one.figure_id, default=None)


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


def take_turns(session: Session, measure_id: int, unit_id: int) -> None:
    """Until this transaction ends nobody else writes a round of this figure, not even its first."""
    session.execute(select(func.pg_advisory_xact_lock(measure_id, unit_id)))


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


_NEWEST = text("""
    SELECT max(f.period) FROM figures AS f
    WHERE length(f.period) = 4 AND f.measure_id IN (
        SELECT m.id FROM measures AS m JOIN indicators AS i ON i.id = m.indicator_id WHERE i.programme_id = :programme)
""")


def newest_year(session: Session, programme_id: int) -> int | None:
    """The last year of which anything was reported."""
    found = session.scalar(_NEWEST, {"programme": programme_id})
    return int(found) if found else None
