"""Sample figures and money of the sample programme: a fixed seed, whole numbers that add up, nothing real."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random

from sqlalchemy import select

from tracker.models.budget import BudgetLine, BudgetSource
from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.models.unit import Unit, UnitKind
from tracker.models.user import PostRole, User
from tracker.rules.calendar import LOCAL
from tracker.rules.figures import rounded
from tracker.rules.measure import exact, stratum_of
from tracker.services.context import Context
from tracker.services.figure import FINAL
from tracker.store.people import standing_unit_ids

SEED = 20_261_120
SOURCE = "Số liệu mẫu, không phải số thật"
YEARS = (2024, 2025, 2026)
BASELINE = 2020
# The part of the communes that has reported of the last year.
EARLY = 9
People = Mapping[int, Mapping[PostRole, User]]


@dataclass(frozen=True)
class Story:
    """`whole`: of all communes together, a year; `values`: 2020, then one for each of YEARS. `by_commune`: communes
    report it too; otherwise only the lead knows. `differs`: what the lead's numerator has more than theirs together.
    """

    whole: int
    values: tuple[float, float, float, float]
    by_commune: bool = True
    differs: int = 0


# Indicator and position → what happened. Some in time, some late, some far from it; down measures go down.
STORIES: dict[tuple[int, int], Story] = {
    (1, 0): Story(22, (59.1, 77.3, 81.8, 86.4)),
    (2, 0): Story(9_600, (78, 87.5, 90.6, 91.2)),
    (3, 0): Story(2_640, (11.8, 9.8, 9.2, 9.0)),
    (3, 1): Story(2_640, (15.2, 12.9, 12.6, 12.1)),
    (3, 2): Story(2_640, (22, 19.0, 18.2, 17.6)),
    (4, 0): Story(13_500, (12.4, 10.4, 9.8, 9.5), differs=-40),
    (4, 1): Story(13_500, (20.5, 17.6, 17.2, 16.9)),
    (4, 2): Story(11_200, (4.1, 4.6, 4.8, 4.9)),
    (4, 3): Story(2_300, (8.2, 9.6, 10.4, 10.8)),
    (5, 0): Story(2_640, (95.1, 96.6, 97.3, 97.4)),
    (5, 1): Story(13_500, (93, 95.8, 96.2, 96.9)),
    (6, 0): Story(9, (22.2, 11.1, 0, 0), by_commune=False),
    (7, 0): Story(78, (84.6, 97.4, 100, 100)),
    (8, 0): Story(46_000, (4.6, 3.7, 3.4, 3.3)),
    (8, 1): Story(1_540, (88, 94.5, 95.3, 95.1), differs=12),
    (9, 0): Story(46_000, (0.06, 0.05, 0.04, 0.04)),
    (10, 0): Story(31_000, (5.9, 4.8, 4.7, 4.6)),
    (11, 0): Story(46_000, (6.2, 4.4, 4.1, 3.9)),
    (11, 1): Story(46_000, (1.2, 0.9, 0.8, 0.7), by_commune=False),
    (12, 0): Story(64, (100, 100, 100, 96.9)),
    (13, 0): Story(42, (2.4, 4.8, 2.4, 2.4), by_commune=False),
    (14, 0): Story(13_500, (99.1, 99.8, 99.93, 99.94)),
    (15, 0): Story(13_500, (98.4, 99.0, 99.1, 99.15)),
    (16, 0): Story(3_020, (99.1, 99.4, 99.6, 99.6)),
    (17, 0): Story(2_900, (99.5, 99.8, 99.86, 99.9)),
    (17, 1): Story(17_200, (0.2, 0.11, 0.08, 0.07)),
    (18, 0): Story(2_500, (97.6, 98.4, 98.6, 98.7)),
    (18, 1): Story(11_000, (0.3, 0.17, 0.15, 0.13)),
    (19, 0): Story(78, (41, 85.9, 92.3, 94.9)),
    (20, 0): Story(78, (38.5, 51.3, 55.1, 56.4)),
    (20, 1): Story(450, (68, 78.2, 81.1, 82.0)),
    (21, 0): Story(22, (22.7, 36.4, 40.9, 40.9)),
    (22, 0): Story(28_000, (17, 27.4, 30.6, 31.5)),
    (23, 0): Story(46_000, (72, 83.1, 85.2, 86.0)),
    (24, 0): Story(21_000, (18, 26.8, 28.7, 29.9), differs=-150),
}


def fill_figures(ctx: Context, programme: Programme, people: People) -> None:
    """The years of YEARS that have begun; of the last of them only what came in early, not accepted yet."""
    random = Random(SEED)
    units = list(ctx.session.scalars(select(Unit).order_by(Unit.position, Unit.id)))
    communes = [one for one in units if one.kind is UnitKind.COMMUNE and one.id in people]
    offices = standing_unit_ids(ctx.session, ctx.today).get(programme.id, frozenset())
    office = next((people[unit][PostRole.HEAD] for unit in offices if unit in people), None)
    rows = ctx.session.execute(
        select(Measure, Indicator).join(Measure.indicator).where(Indicator.programme_id == programme.id)
    ).all()
    years = [year for year in YEARS if date(year, 1, 1) <= ctx.today and year <= programme.period_end]
    for measure, indicator in sorted(rows, key=lambda one: (one[1].number, one[0].position)):
        story = STORIES.get((indicator.number, measure.position))
        lead = indicator.lead_unit
        if story is None or lead is None or office is None or lead.id not in people:
            continue
        measure.baseline, measure.baseline_year = Decimal(str(story.values[0])), BASELINE
        teller = _Teller(ctx, measure, story, random, people, office)
        for year in years:
            teller.tell(year, lead, [one for one in communes if measure.stratum in (None, stratum_of(one.name))])
    _fill_budget(ctx, programme, units, years, people, random)
    ctx.session.flush()


@dataclass
class _Teller:
    ctx: Context
    measure: Measure
    story: Story
    random: Random
    people: People
    office: User

    def tell(self, year: int, lead: Unit, communes: list[Unit]) -> None:
        over = year < min(self.ctx.today.year, YEARS[-1])
        value = self.story.values[1 + YEARS.index(year)]
        parts = self._parts(communes, value) if self.story.by_commune else []
        numerator = sum(part[0] for part in parts) + self.story.differs
        denominator = sum(part[1] for part in parts)
        if not parts:
            denominator = self.story.whole
            numerator = round(denominator * value / self.measure.per)
        shown = list(zip(communes, parts, strict=False))
        for unit, (part, whole) in shown if over else shown[:EARLY]:
            self._add(unit, year, max(0, part), whole, accepted=over)
        if over or self.random.random() < 0.6:
            self._add(lead, year, max(0, numerator), denominator, accepted=over, final=over and lead.code == "p-yte")

    def _parts(self, communes: list[Unit], value: float) -> list[tuple[int, int]]:
        """Whole numbers of each commune, near the whole and near the value together."""
        if self.story.whole == len(communes):  # the communes themselves are counted
            good = round(len(communes) * value / 100)
            return [(int(at < good), 1) for at in range(len(communes))]
        sizes = [0.6 + ((at * 7919) % 100) / 110 for at in range(len(communes))]
        parts, left, lent = [], 0.0, 0.0
        for at, size in enumerate(sizes):
            whole = max(1, round(self.story.whole * size / sum(sizes)))
            share = whole * value / self.measure.per
            # What one commune has too much the next has too little: together they are where the story wants them.
            lent = -lent if at % 2 else self.random.uniform(-0.4, 0.4) * min(share, whole - share)
            left += share + lent
            part = min(whole, max(0, round(left)))
            left -= part
            parts.append((part, whole))
        return parts

    def _add(
        self, unit: Unit, year: int, numerator: int, denominator: int, *, accepted: bool, final: bool = False
    ) -> None:
        at = min(datetime.combine(date(year, 11, 10), time(9), LOCAL).astimezone(UTC), self.ctx.now)
        numerator = min(numerator, denominator)
        figure = {
            "measure_id": self.measure.id,
            "unit_id": unit.id,
            "unit_name": unit.name,
            "period": str(year),
            "source": SOURCE,
            "reported_by_id": self.people[unit.id][PostRole.HEAD].id,
        }
        by = {"accepted_by_id": self.office.id} if accepted else {}
        first = {**figure, **self._numbers(max(0, numerator - 1) if final else numerator, denominator)}
        when = {"accepted_at": at} if accepted else {}
        self.ctx.session.add(Figure(**first, **by, **when, round=1, estimate=True, reported_at=at))
        if final:
            later = min(datetime.combine(date(year + 1, 1, 20), time(9), LOCAL).astimezone(UTC), self.ctx.now)
            second = {**figure, **self._numbers(numerator, denominator), **by, "accepted_at": later, "reason": FINAL}
            self.ctx.session.add(Figure(**second, round=2, estimate=False, reported_at=later))

    def _numbers(self, numerator: int, denominator: int) -> dict[str, Decimal]:
        value = exact(numerator, denominator, None, self.measure.per)
        assert value is not None
        return {"numerator": Decimal(numerator), "denominator": Decimal(denominator), "value": rounded(value)}


def _fill_budget(
    ctx: Context, programme: Programme, units: list[Unit], years: list[int], people: People, random: Random
) -> None:
    """In đồng, whole millions."""
    for unit in units:
        if unit.id not in people or unit.kind is UnitKind.COMMITTEE:
            continue
        is_commune = unit.kind is UnitKind.COMMUNE
        own = BudgetSource.COMMUNE if is_commune else BudgetSource.DISTRICT
        for year in years:
            for source in (own, BudgetSource.SOCIAL):
                if source is BudgetSource.SOCIAL and random.random() < 0.5:
                    continue
                estimate = random.randint(20, 90) * (1_000_000 if is_commune else 3_000_000)
                over = year < YEARS[-1]
                given = source is BudgetSource.SOCIAL
                approved = None
                if not given and (over or random.random() < 0.8):
                    approved = round(estimate * random.uniform(0.8, 1), -5)
                spent = round((estimate if given else approved or 0) * random.uniform(0.85, 1), -5) if over else None
                ctx.session.add(
                    BudgetLine(
                        programme_id=programme.id,
                        unit_id=unit.id,
                        year=year,
                        source=source,
                        estimate=Decimal(estimate),
                        approved=Decimal(approved) if approved is not None else None,
                        spent=Decimal(spent) if spent is not None else None,
                        edited_at=ctx.now,
                        edited_by_id=people[unit.id][PostRole.HEAD].id,
                    )
                )
