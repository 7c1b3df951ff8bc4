"""Counts of assignments from the counters: the same whether there are a thousand assignments or a million."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.models.tally import Tally
from tracker.models.unit import Unit
from tracker.rules.deadlines import DeadlineClass
from tracker.rules.workflow import State
from tracker.store.filters import Day, Filters, Visible

# Filters that the counters know.
KNOWN = frozenset({"programme_id", "year", "unit_id", "klass", "band", "state"})
BANDS = (1, 2, 3)
UNITS_PER_PAGE = 50


@dataclass(frozen=True)
class MatrixRow:
    """Counts of one unit by deadline class; `bands` are those of its overdue ones; `unit` None is the sum of all."""

    unit: Unit | None
    counts: dict[str, int]
    bands: dict[int, int]
    submitted: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Matrix:
    """`rows` are one page of the units; `total` is of all of them."""

    rows: list[MatrixRow]
    total: MatrixRow
    units: int
    page: int = 1

    @property
    def last(self) -> int:
        return max(1, -(-self.units // UNITS_PER_PAGE))


def _class(day: Day) -> ColumnElement[str]:
    due = Tally.due_on
    running = case((due < day.today, "overdue"), (due <= day.soon, "due_soon"), else_="not_due")
    return func.coalesce(Tally.klass, running)


def _band(day: Day) -> ColumnElement[int | None]:
    """Of overdue work that is still the unit's; what lies with the office has none."""
    due = Tally.due_on
    return case(
        (or_(Tally.klass.is_not(None), due >= day.today), null()),
        (due < day.band3, 3),
        (due < day.band2, 2),
        else_=literal(1),
    )


def _where(visible: Visible, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if visible.programme_ids is not None:
        conditions.append(Tally.programme_id.in_(visible.programme_ids))
    if filters.programme_id is not None:
        conditions.append(Tally.programme_id == filters.programme_id)
    # What was carried is counted in each of its years, but once among all.
    conditions.append(Tally.year == filters.year if filters.year is not None else Tally.carried.is_(False))
    if filters.unit_id is not None:
        conditions.append(Tally.lead_unit_id == filters.unit_id)
    return [*conditions, Tally.state == filters.state if filters.state else Tally.state != State.CANCELLED]


def count_by_tally(session: Session, visible: Visible, filters: Filters, day: Day) -> int | None:
    """How many assignments a list has; None where the counters cannot tell."""
    # Without a year or a unit the counters of a large place are many; the list then says "more than a thousand".
    asked = {name for name, value in vars(filters).items() if value is not None}
    whole = visible.programme_ids is None or not visible.unit_ids or filters.programme_id in visible.programme_ids
    if asked - KNOWN or not whole or not asked & {"year", "unit_id"}:
        return None
    conditions = _where(visible, filters)
    if filters.klass == "open":
        conditions.append(Tally.state.not_in((State.COMPLETED, State.CANCELLED)))
    elif filters.klass == "done":
        conditions.append(Tally.state == State.COMPLETED)
    elif filters.klass is not None:
        conditions.append(_class(day) == filters.klass)
    if filters.band is not None:
        conditions.append(_band(day) == filters.band)
    return session.scalar(select(func.coalesce(func.sum(Tally.n), 0)).where(*conditions))


def matrix(session: Session, visible: Visible, filters: Filters, day: Day, page: int = 1) -> Matrix:
    """Units × class in one statement. Up to a page of units stand in the order of the state; of more, those with most
    overdue come first."""
    per = _per_unit(visible, filters, day).cte("per")
    sums = [func.coalesce(func.sum(column), 0) for column in per.c if column.name != "unit_id"]
    units_in_all = select(func.count()).select_from(per).scalar_subquery()
    many = units_in_all > UNITS_PER_PAGE
    order = (case((many, -per.c.overdue), else_=0), Unit.position, Unit.id)
    some = (
        select(per)
        .join(Unit, Unit.id == per.c.unit_id)
        .order_by(*order)
        .limit(UNITS_PER_PAGE)
        .offset((max(page, 1) - 1) * UNITS_PER_PAGE)
        .subquery()
    )
    everything = select(literal(None).label("unit_id"), *sums, units_in_all)
    rows = session.execute(union_all(select(some, literal(0).label("units")), everything)).all()
    units = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_([row.unit_id for row in rows])))}
    found = [_row(row, units.get(row.unit_id)) for row in rows]
    total = next(row for row in found if row.unit is None)
    counted = max(row.units for row in rows)
    return Matrix([row for row in found if row.unit is not None], total, counted, max(page, 1))


def _per_unit(visible: Visible, filters: Filters, day: Day) -> Select[Any]:
    klass, band = _class(day), _band(day)
    alike = (
        select(Tally.lead_unit_id.label("unit_id"), klass.label("klass"), band.label("band"), Tally.state, Tally.n)
        .where(*_where(visible, filters))
        .subquery()
    )

    def add(name: str, condition: ColumnElement[bool]) -> Label[int]:
        return func.coalesce(func.sum(alike.c.n).filter(condition), 0).label(name)

    return (
        select(
            alike.c.unit_id,
            *(add(str(name), alike.c.klass == name) for name in DeadlineClass),
            *(add(f"band{number}", (alike.c.klass == "overdue") & (alike.c.band == number)) for number in BANDS),
            add("submitted", alike.c.state == State.SUBMITTED),
        )
        .group_by(alike.c.unit_id)
        .having(func.sum(alike.c.n) > 0)
    )


def _row(row: Any, unit: Unit | None) -> MatrixRow:
    counts = {str(name): int(n) for name in DeadlineClass if (n := getattr(row, name))}
    bands = {number: int(n) for number in BANDS if (n := getattr(row, f"band{number}"))}
    return MatrixRow(unit, counts, bands, int(row.submitted))
