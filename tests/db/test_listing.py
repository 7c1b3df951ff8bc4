"""The SQL of the lists says the same as the rules, and every number is the number of rows its link opens."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.models.assignment import Assignment
from tracker.models.tally import Tally
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.deadlines import shown_class, standing
from tracker.rules.workflow import State
from tracker.services import tally
from tracker.store.filters import Day, Filters, Visible, ask, band_of, class_of, shown_of
from tracker.store.listing import _bounded_count, _page, assignments, open_work
from tracker.store.tally import count_by_tally, matrix

EVERYTHING = Visible(None, frozenset())
DUE = date(2026, 11, 19)


@pytest.fixture
def mixed(session: Session) -> None:
    """Every state, and due dates on both sides of every edge, Tết and weekends included."""
    random = Random(7)
    session.execute(text("ALTER TABLE assignments DISABLE TRIGGER assignments_original_due_on"))
    owner_id = session.scalars(select(User.id)).first()
    for row in session.scalars(select(Assignment)):
        state = random.choice(list(State))
        due = DUE + timedelta(days=random.randint(-45, 20)) if random.random() > 0.1 else None
        submitted = (due or DUE) + timedelta(days=random.randint(-9, 9))
        row.state = state
        row.suspended_from = State.ASSIGNED if state is State.SUSPENDED else None
        row.owner_id = owner_id if state is State.IN_PROGRESS else None
        row.due_on = row.nominal_due_on = row.original_due_on = due
        row.submitted_on = submitted if state in (State.SUBMITTED, State.COMPLETED) else None
    session.flush()


@pytest.mark.parametrize("today", [date(2026, 11, d) for d in (13, 14, 15, 18, 19, 20, 21, 26)] + [date(2026, 2, 20)])
def test_the_query_says_what_the_rule_says(session: Session, act: Act, mixed: None, today: date) -> None:
    ctx = act(at=datetime(today.year, today.month, today.day, 12, tzinfo=LOCAL))
    if today.month == 2:  # around Tết
        session.execute(
            update(Assignment).values(due_on=Assignment.due_on - 270, submitted_on=Assignment.submitted_on - 270)
        )
    day = Day.of(today, ctx.calendar)
    rows = session.execute(select(Assignment, class_of(day), shown_of(day), band_of(day))).all()
    assert len(rows) == 164
    for row, klass, shown, band in rows:
        stands = standing(
            state=row.state,
            due_on=row.due_on,
            submitted_on=row.submitted_on,
            today=today,
            calendar=ctx.calendar,
        )
        assert klass == stands.klass, (row.state, row.due_on, row.submitted_on, today)
        assert shown == shown_class(stands), (row.state, row.due_on, row.submitted_on, today)
        if klass == "overdue" and row.state != State.SUBMITTED:
            assert band == stands.band, (row.due_on, today)


def test_the_counters_of_all_units_are_those_of_each(session: Session, act: Act, mixed: None) -> None:
    """Fresh, folded into their sums, and changed again since; on days on which something is due."""
    ctx = act(at=datetime(2026, 11, 20, 12, tzinfo=LOCAL))
    days = [Day.of(date(2026, 11, n), ctx.calendar) for n in (9, 10, 11, 12, 13)]
    units = session.scalars(select(Unit.id)).all()
    due = session.scalars(select(Assignment.due_on).where(Assignment.state == State.IN_PROGRESS)).all()
    assert {one.today for one in days} & set(due)

    def late_on(day: Day) -> int:
        session.flush()
        for filters in (Filters(klass="open"), Filters(year=2026, band=2), Filters(year=2026, klass="overdue")):
            each = [count_by_tally(session, EVERYTHING, replace(filters, unit_id=one), day) or 0 for one in units]
            assert count_by_tally(session, EVERYTHING, filters, day) == sum(each)
            assert assignments(session, EVERYTHING, filters, day, 1).total == sum(each)
        worst = matrix(session, EVERYTHING, Filters(year=2026), day, late_only=True)
        of_units = sorted((-n, unit_id) for unit_id, n in zip(units, each, strict=True) if n)
        assert worst.late == len(of_units)
        assert [-n for n, _unit_id in of_units[:50]] == [row.counts["overdue"] for row in worst.rows]
        return sum(each)

    before = [late_on(day) for day in days]
    tally.fold(ctx)
    assert session.scalar(select(func.count()).where(~Tally.folded)) == 0
    assert [late_on(day) for day in days] == before
    working = Filters(year=2026, klass="overdue", state="in_progress")
    late = assignments(session, EVERYTHING, working, days[0], 1).rows[0]
    session.execute(update(Assignment).where(Assignment.id == late.id).values(state=State.CANCELLED, owner_id=None))
    assert [late_on(day) + 1 for day in days] == before
    tally.fold(ctx)
    assert [late_on(day) + 1 for day in days] == before


def test_counters_that_a_migration_found_apart_are_summed_right(session: Session, act: Act, mixed: None) -> None:
    """Folded by word only: +1 and -1 of the same beside each other."""
    ctx = act(at=datetime(2026, 11, 20, 12, tzinfo=LOCAL))
    session.execute(text("UPDATE tallies SET folded = true"))
    assert session.scalar(select(func.count()).where(Tally.n < 0))
    session.execute(update(Assignment).values(due_on=Assignment.due_on + 1))
    tally.fold(ctx)
    day, found = Day.of(ctx.today, ctx.calendar), Filters(year=2026, klass="overdue")
    counted = matrix(session, EVERYTHING, Filters(year=2026), day, late_only=True)
    each = [count_by_tally(session, EVERYTHING, replace(found, unit_id=row.unit_id), day) for row in counted.rows]
    assert [row.counts["overdue"] for row in counted.rows] == each
    assert counted.late == len(each)


def test_counted_anew(session: Session, act: Act, mixed: None) -> None:
    """What is carried counts in each of its years; wrong counters are gone."""
    some = "UPDATE assignments SET period = 'once', carried_to = year + 1 WHERE id IN (SELECT min(id) FROM assignments)"
    session.execute(text(some))
    keys = "programme_id, year, state, klass, due_on, carried"
    sums = text(f"SELECT {keys}, sum(n) FROM tallies GROUP BY {keys} HAVING sum(n) <> 0")
    years, units = text(f"SELECT {keys}, n FROM year_tallies"), text("SELECT sum(n) FROM unit_tallies")
    kept = (sums, years, units, text("SELECT id, heads FROM units"))
    tally.fold(act())
    before = [sorted(session.execute(one).all(), key=str) for one in kept]
    for column in ("tallies.n", "year_tallies.n", "unit_tallies.n", "units.heads"):
        table, number = column.split(".")
        session.execute(text(f"UPDATE {table} SET {number} = {number} + 1"))
    tally.recount(act())
    assert [sorted(session.execute(one).all(), key=str) for one in kept] == before
    assert any(row.carried for row in session.execute(sums))


def test_every_number_is_the_number_of_its_rows(session: Session, act: Act, mixed: None) -> None:
    ctx = act(at=datetime(2026, 11, 20, 12, tzinfo=LOCAL))
    day = Day.of(ctx.today, ctx.calendar)
    counted = matrix(session, EVERYTHING, Filters(year=2026), day)
    rows = counted.rows
    assert {"waiting", "overdue", "not_due", "no_deadline"} <= counted.total.counts.keys()
    assert sum(row.total for row in rows) == assignments(session, EVERYTHING, Filters(year=2026), day, 1).total
    for row in rows:
        assert row.unit_id is not None
        for klass, n in row.counts.items():
            filters = Filters(year=2026, unit_id=row.unit_id, klass=klass)
            assert assignments(session, EVERYTHING, filters, day, 1).total == n
        for band, n in row.bands.items():
            filters = Filters(year=2026, unit_id=row.unit_id, klass="overdue", band=band)
            assert assignments(session, EVERYTHING, filters, day, 1).total == n
        filters = Filters(year=2026, unit_id=row.unit_id, klass="overdue", state=State.SUBMITTED)
        assert assignments(session, EVERYTHING, filters, day, 1).total == row.submitted_late


def test_the_parts_of_a_number_add_up_to_it(session: Session, act: Act, mixed: None) -> None:
    day = Day.of(act(at=datetime(2026, 11, 20, 12, tzinfo=LOCAL)).today, act().calendar)
    counted = matrix(session, EVERYTHING, Filters(year=2026), day)
    for row in (*counted.rows, counted.total):
        assert sum(row.bands.values()) + row.submitted_late == row.counts.get("overdue", 0)
        assert row.counts.get("waiting", 0) + row.submitted_late == row.submitted
    assert counted.total.submitted_late


def test_a_list_by_shown_class_holds_exactly_those_rows(session: Session, act: Act, mixed: None) -> None:
    """Without a year no counter answers: the list itself is counted."""
    ctx = act(at=datetime(2026, 12, 31, 12, tzinfo=LOCAL))  # nothing was submitted after it
    day = Day.of(ctx.today, ctx.calendar)
    for klass in ("waiting", "not_due", "no_deadline", "overdue"):
        listed = {
            row.id for n in (1, 2, 3) for row in assignments(session, EVERYTHING, Filters(klass=klass), day, n).rows
        }
        expected = {
            row.id
            for row in session.scalars(select(Assignment).where(Assignment.state != State.CANCELLED))
            if klass
            == shown_class(
                standing(
                    state=row.state, due_on=row.due_on, submitted_on=row.submitted_on, today=ctx.today,
                    calendar=ctx.calendar,
                )
            )
        }  # fmt: skip
        assert listed == expected, klass


def test_late_units_alone_with_the_sum_of_all(session: Session, act: Act, mixed: None) -> None:
    day = Day.of(date(2026, 11, 20), act().calendar)
    every = matrix(session, EVERYTHING, Filters(year=2026), day)
    some = matrix(session, EVERYTHING, Filters(year=2026), day, late_only=True)
    assert some.total == every.total
    late = [row for row in every.rows if row.counts.get("overdue")]
    assert some.rows == sorted(late, key=lambda row: -row.counts["overdue"])
    assert some.rows != late
    assert (some.units, some.late) == (len(every.rows), len(some.rows))
    assert 0 < some.late < some.units


def test_a_unit_sees_its_own_and_what_it_coordinates(session: Session, act: Act) -> None:
    ctx = act()
    day = Day.of(ctx.today, ctx.calendar)
    police = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    page = assignments(session, Visible(frozenset(), frozenset({police.id})), Filters(), day, 1)
    assert len({row.unit_name for row in page.rows}) == 2
    assert page.total == 3  # its clause, its report, and indicator 9
    nobody = Visible(frozenset(), frozenset())
    assert assignments(session, nobody, Filters(), day, 1).total == 0
    assert matrix(session, nobody, Filters(), day).rows == []


def test_pages(session: Session, act: Act) -> None:
    ctx = act()
    day = Day.of(ctx.today, ctx.calendar)
    pages = [assignments(session, EVERYTHING, Filters(), day, n) for n in range(1, 5)]
    assert [len(page.rows) for page in pages] == [50, 50, 50, 14]
    assert len({row.id for page in pages for row in page.rows}) == 164
    assert assignments(session, EVERYTHING, Filters(), day, 99).number == 4


def test_a_statement_built_once_answers_other_values(session: Session, act: Act, mixed: None) -> None:
    """Each shape is asked with several values and days: always what a statement built for these alone says."""
    ctx, random = act(), Random(11)
    programme, duty = session.execute(text("SELECT programme_id, clause_id FROM duties ORDER BY id LIMIT 1")).one()
    units = list(session.scalars(select(Unit.id).order_by(Unit.id)))
    owner = session.scalars(select(User.id)).first()
    seen = (EVERYTHING, Visible(frozenset({programme}), frozenset()), Visible(frozenset(), frozenset(units[3:6])))
    found = 0
    for _ in range(150):
        filters = Filters(
            programme_id=random.choice([None, programme, 99]),
            year=random.choice([None, 2026, 2027]),
            unit_id=random.choice([None, *units[:4]]),
            klass=random.choice([None, "open", "done", "overdue", "due_soon", "not_due", "done_late"]),
            band=random.choice([None, None, 1, 2, 3]),
            state=random.choice([None, None, *State]),
            clause_id=random.choice([None, None, None, duty, 99]),
            mine=random.choice([None, None, owner, 0]),
            **{mark: random.choice([None, None, 1]) for mark in ("stale", "late_help") if random.random() < 0.3},
        )
        visible = random.choice(seen)
        day = Day.of(date(2026, random.choice([3, 11, 12]), random.randint(1, 28)), ctx.calendar)
        for build, more in ((_bounded_count, {}), (_page, {"size": 20, "start": 0})):
            asked = ask(session, build, visible, filters, day, **more).all()
            alone = session.execute(build(visible, filters, day), more).all()
            assert asked == alone, (filters, day)
        found += len(asked)
    assert found


def test_what_is_not_written_yet_is_listed_as_it_is(session: Session) -> None:
    row = session.scalars(select(Assignment).where(Assignment.state == State.ASSIGNED).order_by(Assignment.id)).first()
    assert row is not None
    row.text = "Đổi nội dung"
    with session.no_autoflush:
        found = {one.id: one.text for one in open_work(session, [row.lead_unit_id])}
    assert found[row.id] == "Đổi nội dung"
