"""Counts of assignments from the counters: the same whether there are a thousand assignments or a million."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Label,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from tracker.models.tally import Tally, UnitTally, YearTally
from tracker.models.unit import Unit
from tracker.rules.deadlines import WAITING
from tracker.rules.words import SHOWN_CLASSES
from tracker.rules.workflow import State
from tracker.store.filters import Day, Filters, Visible, ask, value

# Filters that the counters know.
KNOWN = frozenset({"programme_id", "year", "unit_id", "klass", "band", "state"})
BANDS = (1, 2, 3)
Counter = type[Tally] | type[UnitTally] | type[YearTally]
UNITS_PER_PAGE = 50


@dataclass(frozen=True)
class MatrixRow:
    """Counts of one unit by shown class. `bands` are those of its overdue ones that are still its own; with those
    submitted late, which lie with the office, they add up to the overdue. Without a unit, the sum of all."""

    unit_id: int | None
    unit_name: str
    counts: dict[str, int]
    bands: dict[int, int]
    submitted: int = 0
    submitted_late: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Matrix:
    """`rows` are one page of the units, or with `late_only` of those with something overdue; `total` is of all."""

    rows: list[MatrixRow]
    total: MatrixRow
    units: int
    late: int
    page: int = 1
    late_only: bool = False

    @property
    def last(self) -> int:
        return max(1, -(-(self.late if self.late_only else self.units) // UNITS_PER_PAGE))


def _overdue(day: Day, of: Any = Tally) -> ColumnElement[bool]:
    return or_(of.klass == "overdue", and_(of.klass.is_(None), of.due_on < value("today", day.today)))


def _class(day: Day, of: Any = Tally) -> ColumnElement[str]:
    running = case((of.due_on <= value("soon", day.soon), "due_soon"), else_="not_due")
    late = _overdue(day, of)
    return case((late, "overdue"), (of.state == State.SUBMITTED, WAITING), else_=func.coalesce(of.klass, running))


def _band(day: Day, of: Any = Tally) -> ColumnElement[int | None]:
    """Of overdue work that is still the unit's; what lies with the office has none."""
    return case(
        (or_(of.klass.is_not(None), of.due_on >= value("today", day.today)), null()),
        (of.due_on < value("band3", day.band3), 3),
        (of.due_on < value("band2", day.band2), 2),
        else_=literal(1),
    )


def _within(visible: Visible, filters: Filters, of: Counter = Tally) -> list[ColumnElement[bool]]:
    """Programme and year."""
    conditions: list[ColumnElement[bool]] = []
    if visible.programme_ids is not None:
        seen = value("seen_programmes", list(visible.programme_ids), several=True)
        conditions.append(of.programme_id.in_(seen))
    if filters.programme_id is not None:
        conditions.append(of.programme_id == value("programme_id", filters.programme_id))
    # What was carried is counted in each of its years, but once among all.
    in_year = filters.year is not None
    return [*conditions, of.year == value("year", filters.year) if in_year else of.carried.is_(False)]


def _counters(of: type[Tally] | type[YearTally], visible: Visible, filters: Filters) -> Select[Any]:
    """(state, class, deadline, how many)"""
    columns: tuple[Any, ...] = (of.state, of.klass, of.due_on, of.n)
    state = of.state == filters.state if filters.state else of.state != State.CANCELLED
    return select(*columns).where(*_within(visible, filters, of), state)


def _together(visible: Visible, filters: Filters) -> Subquery:
    """Counters of a unit or of all; of all, those of the years and what is not yet folded into them."""
    of_units = _counters(Tally, visible, filters)
    if filters.unit_id is not None:
        return of_units.where(Tally.lead_unit_id == value("unit_id", filters.unit_id)).subquery("together")
    return union_all(_counters(YearTally, visible, filters), of_units.where(~Tally.folded)).subquery("together")


def count_by_tally(session: Session, visible: Visible, filters: Filters, day: Day) -> int | None:
    """How many assignments a list has; None where the counters cannot tell."""
    asked = {name for name, value in vars(filters).items() if value is not None}
    whole = visible.programme_ids is None or not visible.unit_ids or filters.programme_id in visible.programme_ids
    if asked - KNOWN or not whole:
        return None
    return int(ask(session, _count, visible, filters, day).scalar_one())


def _count(visible: Visible, filters: Filters, day: Day) -> Select[Any]:
    of = _together(visible, filters).c
    conditions: list[ColumnElement[bool]] = []
    if filters.klass == "open":
        conditions.append(of.state.not_in((State.COMPLETED, State.CANCELLED)))
    elif filters.klass == "done":
        conditions.append(of.state == State.COMPLETED)
    elif filters.klass is not None:
        conditions.append(_class(day, of) == filters.klass)
    if filters.band is not None:
        conditions.append(_band(day, of) == filters.band)
    return select(func.coalesce(func.sum(of.n), 0)).where(*conditions)


def matrix(
    session: Session, visible: Visible, filters: Filters, day: Day, page: int = 1, *, late_only: bool = False
) -> Matrix:
    """Units × class of programmes, and of a year where the filters say one, in one statement. Up to a page of units
    stand in the order of the state; of more, those with most overdue come first. `late_only`: rows of those alone that
    have something overdue, most first; the sum is of all."""
    build = _matrix_of_late if late_only else _matrix
    rows = ask(session, build, visible, filters, day, start=(max(page, 1) - 1) * UNITS_PER_PAGE).all()
    found = [_row(row) for row in rows]
    total = next(row for row in found if row.unit_id is None)
    shown = [row for row in found if row.unit_id is not None]
    units, late = max(row.units for row in rows), max(row.late for row in rows)
    return Matrix(shown, total, units, late, max(page, 1), late_only)


def _matrix_of_late(visible: Visible, filters: Filters, day: Day) -> CompoundSelect[Any]:
    return _matrix(visible, filters, day, late_only=True)


def _matrix(visible: Visible, filters: Filters, day: Day, *, late_only: bool = False) -> CompoundSelect[Any]:
    """The units of one page, and one row of all of them. Of ten thousand units only those of the page are counted by
    class; the page is found by one sum of each, and the row of all by the sums of the year."""
    where, unit_id = [*_within(visible, filters), Tally.state != State.CANCELLED], Tally.lead_unit_id.label("unit_id")
    per = _per_unit(visible, filters, day).cte("per")
    late = func.count().filter(per.c.overdue > 0)
    sizes = select(func.count().label("units"), late.label("late")).select_from(per).cte("sizes")
    units = select(sizes.c.units).scalar_subquery()
    worst_first = true() if late_only else units > UNITS_PER_PAGE
    some = (
        select(per.c.unit_id)
        .where(per.c.overdue > 0 if late_only else true())
        .order_by(case((worst_first, -per.c.overdue), else_=0), per.c.unit_id)
        .limit(UNITS_PER_PAGE)
        .offset(bindparam("start", type_=BigInteger))
        .cte("some_units")
    )
    # Looked up from the page: joined to what is counted, they would all be read.
    named = select(Unit.id, Unit.name, Unit.position).join(some, some.c.unit_id == Unit.id).cte("named")
    of_page = Tally.lead_unit_id.in_(select(some.c.unit_id))
    shown = select(unit_id, *_classed(day, Tally)).where(*where, of_page).subquery("shown")
    counted = select(shown.c.unit_id, *_sums(shown)).group_by(shown.c.unit_id).subquery("counted")
    rows = (
        select(counted, named.c.name.label("unit_name"), literal(0).label("units"), literal(0).label("late"))
        .join(named, named.c.id == counted.c.unit_id)
        .order_by(case((worst_first, -counted.c.overdue), else_=0), named.c.position, named.c.id)
        .subquery("ordered")
    )
    classed = select(*_classed(day, _together(visible, filters).c)).subquery("classed")
    late_units = select(sizes.c.late).scalar_subquery()
    everything = select(null().label("unit_id"), *_sums(classed), null().label("unit_name"), units, late_units)
    return union_all(select(rows), everything)


def _per_unit(visible: Visible, filters: Filters, day: Day) -> Select[Any]:
    """How many of each unit's are overdue; `deadlines` stand in order, so those before today are counted by halving."""
    before = func.width_bucket(value("today", day.today) - 1, UnitTally.deadlines)
    folded = select(UnitTally.lead_unit_id, UnitTally.n, (UnitTally.late + before).label("overdue"))
    late = case((_overdue(day), Tally.n), else_=0)
    fresh = select(Tally.lead_unit_id, Tally.n, late).where(~Tally.folded, Tally.state != State.CANCELLED)
    both = union_all(
        folded.where(*_within(visible, filters, UnitTally)), fresh.where(*_within(visible, filters))
    ).subquery("sums")
    per = select(both.c.lead_unit_id.label("unit_id"), func.sum(both.c.overdue).label("overdue"))
    return per.group_by(both.c.lead_unit_id).having(func.sum(both.c.n) > 0)


def _classed(day: Day, of: Any) -> list[ColumnElement[Any]]:
    """Of counters, their class and band today."""
    return [_class(day, of).label("klass"), _band(day, of).label("band"), of.state.label("state"), of.n.label("n")]


def _sums(rows: FromClause) -> list[Label[int]]:
    def add(name: str, condition: ColumnElement[bool]) -> Label[int]:
        return func.coalesce(func.sum(rows.c.n).filter(condition), 0).label(name)

    return [
        *(add(name, rows.c.klass == name) for name in SHOWN_CLASSES),
        *(add(f"band{number}", (rows.c.klass == "overdue") & (rows.c.band == number)) for number in BANDS),
        add("submitted", rows.c.state == State.SUBMITTED),
        add("submitted_late", (rows.c.state == State.SUBMITTED) & (rows.c.klass == "overdue")),
    ]


def _row(row: Any) -> MatrixRow:
    counts = {name: int(n) for name in SHOWN_CLASSES if (n := getattr(row, name))}
    bands = {number: int(n) for number in BANDS if (n := getattr(row, f"band{number}"))}
    submitted, late = int(row.submitted), int(row.submitted_late)
    return MatrixRow(row.unit_id, row.unit_name or "", counts, bands, submitted, late)
