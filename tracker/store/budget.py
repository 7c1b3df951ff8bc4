"""Money of a programme by unit, year and source."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models.budget import BudgetLine, BudgetSource
from tracker.models.unit import Unit
from tracker.rules.budget import GIVEN, Money, together

SOURCES = tuple(BudgetSource)


@dataclass(frozen=True)
class UnitMoney:
    """One unit's lines of a year; the annex of the report has one row of each."""

    unit_id: int
    unit_name: str
    sources: dict[BudgetSource, Money]

    @property
    def total(self) -> Money:
        return together(self.sources.values())

    @property
    def state(self) -> Money:
        """What is approved and spent of the state's money: gifts are not approved, and no part of a rate."""
        return together(money for source, money in self.sources.items() if source != GIVEN)


def by_unit(session: Session, programme_id: int, year: int, unit_ids: Collection[int] | None = None) -> list[UnitMoney]:
    """Units with any line in the year, in their order; only some of them where `unit_ids` says which."""
    query = (
        select(BudgetLine, Unit.name)
        .join(BudgetLine.unit)
        .where(BudgetLine.programme_id == programme_id, BudgetLine.year == year)
        .order_by(Unit.position, Unit.id, BudgetLine.source)
    )
    if unit_ids is not None:
        query = query.where(BudgetLine.unit_id.in_(unit_ids))
    found: dict[int, UnitMoney] = {}
    for line, name in session.execute(query):
        money = Money(line.estimate, line.approved, line.spent)
        if money.known:
            found.setdefault(line.unit_id, UnitMoney(line.unit_id, name, {})).sources[line.source] = money
    return list(found.values())


def by_source(rows: Collection[UnitMoney]) -> dict[BudgetSource, Money]:
    """All five sources, those with nothing too: a consolidated table names what is missing."""
    return {source: together(one.sources[source] for one in rows if source in one.sources) for source in BudgetSource}


def lines(
    session: Session, programme_id: int, unit_id: int, year: int, *, lock: bool = False
) -> dict[BudgetSource, BudgetLine]:
    query = select(BudgetLine).where(
        BudgetLine.programme_id == programme_id, BudgetLine.unit_id == unit_id, BudgetLine.year == year
    )
    if lock:
        # Not even the first line of a unit is written by two at once.
        session.execute(select(func.pg_advisory_xact_lock(-unit_id, year)))
        query = query.with_for_update()
    return {one.source: one for one in session.scalars(query)}


def years(session: Session, programme_id: int) -> list[int]:
    """Years with any line, newest first."""
    return list(
        session.scalars(
            select(BudgetLine.year)
            .where(BudgetLine.programme_id == programme_id)
            .distinct()
            .order_by(BudgetLine.year.desc())
        )
    )
