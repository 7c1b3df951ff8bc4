"""The SQL of the lists says the same as the rules, and every number is the number of rows its link opens."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.models.assignment import Assignment
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.deadlines import standing
from tracker.rules.workflow import State
from tracker.store.filters import Day, Filters, Visible, band_of, class_of
from tracker.store.listing import assignments
from tracker.store.tally import matrix

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
    rows = session.execute(select(Assignment, class_of(day), band_of(day))).all()
    assert len(rows) == 164
    for row, klass, band in rows:
        stands = standing(
            state=row.state,
            due_on=row.due_on,
            submitted_on=row.submitted_on,
            today=today,
            calendar=ctx.calendar,
        )
        assert klass == stands.klass, (row.state, row.due_on, row.submitted_on, today)
        if klass == "overdue" and row.state != State.SUBMITTED:
            assert band == stands.band, (row.due_on, today)


def test_every_number_is_the_number_of_its_rows(session: Session, act: Act, mixed: None) -> None:
    ctx = act(at=datetime(2026, 11, 20, 12, tzinfo=LOCAL))
    day = Day.of(ctx.today, ctx.calendar)
    rows = matrix(session, EVERYTHING, Filters(year=2026), day).rows
    assert sum(row.total for row in rows) == assignments(session, EVERYTHING, Filters(year=2026), day, 1).total
    for row in rows:
        assert row.unit_id is not None
        for klass, n in row.counts.items():
            filters = Filters(year=2026, unit_id=row.unit_id, klass=klass)
            assert assignments(session, EVERYTHING, filters, day, 1).total == n
        for band, n in row.bands.items():
            filters = Filters(year=2026, unit_id=row.unit_id, klass="overdue", band=band)
            assert assignments(session, EVERYTHING, filters, day, 1).total == n


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
