"""A duty that does not recur is given once and goes on into later years' lists while unfinished; counts stay true."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tests.db.test_rollover import NEW_YEAR, at
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.duty import Duty
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services.context import Context
from tracker.services.opening import open_year, preview, roll_over
from tracker.services.snapshot import take_snapshot
from tracker.services.tally import fold
from tracker.store.filters import Day, Filters, Visible, where
from tracker.store.history import judged, matrix_on, months_on
from tracker.store.listing import assignments
from tracker.store.programme import years
from tracker.store.tally import count_by_tally, matrix

EVERYTHING = Visible(None, frozenset())
JULY = at(date(2026, 7, 6))


@pytest.fixture
def programme(session: Session) -> Programme:
    return session.scalars(select(Programme)).one()


@pytest.fixture
def single(session: Session, act: Act, programme: Programme) -> Assignment:
    """Given in July 2026, due on 30/6/2027."""
    duty_like(session, "once", date(2027, 6, 30))
    assert open_year(act(at=JULY), programme, 2026).created == 1
    return session.scalars(select(Assignment).where(Assignment.period == "once")).one()


def duty_like(session: Session, key: str, deadline: date | None) -> Duty:
    pattern = session.scalars(select(Duty).where(Duty.key == "IV.3.1")).one()
    duty = Duty(
        programme_id=pattern.programme_id, key=key, kind=pattern.kind, clause_id=pattern.clause_id,
        unit_id=pattern.unit_id, role=pattern.role, recurrence="once", deadline_on=deadline,
    )  # fmt: skip
    session.add(duty)
    session.flush()
    return duty


def listed(ctx: Context, year: int | None) -> set[int]:
    """By the list; and every count of the same agrees with it."""
    ctx.session.flush()
    day = Day.of(ctx.today, ctx.calendar)
    programme_id = ctx.session.scalars(select(Programme.id)).one()
    filters = Filters(programme_id=programme_id, year=year)
    rows = set(ctx.session.scalars(select(Assignment.id).where(*where(filters, day))))
    totals = matrix(ctx.session, EVERYTHING, filters, day).total
    assert totals.total == len(rows)
    assert assignments(ctx.session, EVERYTHING, filters, day, 1).total == len(rows)
    assert sum(row.total for row in matrix_on(ctx.session, EVERYTHING, filters, day)) == len(rows)
    assert sum(one.n for one in judged(ctx.session, EVERYTHING, filters, ctx.today)) == len(rows)
    assert count_by_tally(ctx.session, EVERYTHING, filters, day) == len(rows)
    if year:
        late = count_by_tally(ctx.session, EVERYTHING, Filters(year=year, klass="overdue"), day)
        assert assignments(ctx.session, EVERYTHING, Filters(year=year, klass="overdue"), day, 1).total == late
    return rows


def test_given_once_with_its_own_deadline(session: Session, act: Act, programme: Programme, single: Assignment) -> None:
    assert (single.year, single.due_on, single.carried_to) == (2026, date(2027, 6, 30), None)
    assert single.expected_result == "Báo cáo kết quả thực hiện, kèm sản phẩm nếu có"
    roll_over(act(at=NEW_YEAR), programme.id)
    open_year(act(at=NEW_YEAR), programme, 2027)
    roll_over(act(at=at(date(2028, 2, 1))), programme.id)
    assert session.scalar(select(func.count(Assignment.id)).where(Assignment.duty_id == single.duty_id)) == 1


def test_unfinished_it_goes_on_into_the_new_year(
    session: Session, act: Act, programme: Programme, single: Assignment
) -> None:
    version, before = single.version, listed(act(at=at(date(2026, 12, 31))), 2026)
    assert single.id in before
    plan = preview(act(OFFICE, at=NEW_YEAR), programme.id, "2027")
    assert [(one.row.id, one.year) for one in plan.onwards] == [(single.id, 2027)]
    opened = roll_over(act(at=NEW_YEAR), programme.id)
    assert opened is not None
    assert (opened.created, opened.onwards) == (164, 1)
    session.refresh(single)
    assert (single.carried_to, single.year, single.due_on, single.version) == (2027, 2026, date(2027, 6, 30), version)
    then = act(at=NEW_YEAR)
    assert listed(then, 2026) == before
    assert single.id in listed(then, 2027)
    assert len(listed(then, 2027)) == 165
    assert len(listed(then, None)) == 164 * 2 + 1  # once among all
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "carry", AuditEvent.subject_id == single.id))
    assert [one.data for one in events] == [{"year": 2027}]
    fold(then)
    assert len(listed(then, 2027)) == 165
    assert roll_over(act(at=NEW_YEAR), programme.id) is None
    # What had not begun was not in its lists: the day before, the year is empty.
    day = Day.of(date(2026, 12, 31), then.calendar)
    assert matrix_on(session, EVERYTHING, Filters(year=2027), day) == []


def test_done_in_the_new_year_it_counts_in_both_and_in_no_later_one(
    session: Session, act: Act, programme: Programme, single: Assignment
) -> None:
    roll_over(act(at=NEW_YEAR), programme.id)
    session.refresh(single)
    march = at(date(2027, 3, 1))
    verbs.accept(act(HEAD, at=march), single.id)
    verbs.submit(act(HEAD, at=march), single.id, result="Xong", done_on=date(2027, 3, 1))
    verbs.confirm(act(OFFICE, at=march), single.id)
    for year in (2026, 2027, None):
        assert single.id in listed(act(at=march), year)
    roll_over(act(at=at(date(2028, 1, 4))), programme.id)
    assert single.id not in listed(act(at=at(date(2028, 1, 4))), 2028)
    days = [Day.of(date(2027, month, 28), act().calendar) for month in (1, 2, 3)]
    done = months_on(session, EVERYTHING, Filters(year=2027), days)
    assert [one.done for one in done] == [0, 0, 1]
    # Opened again a year later, it is work of that year too.
    again = at(date(2028, 5, 8))
    verbs.reopen(act(OFFICE, at=again), single.id, reason="Thiếu sản phẩm")
    assert single.carried_to == 2028
    assert single.id in listed(act(at=again), 2028)


def test_finished_before_the_run_but_not_before_the_year(
    session: Session, act: Act, programme: Programme, single: Assignment
) -> None:
    """Confirmed on 1 January, before anything had opened: the year found it unfinished."""
    december = at(date(2026, 12, 30))
    verbs.accept(act(HEAD, at=december), single.id)
    verbs.submit(act(HEAD, at=december), single.id, result="Xong", done_on=date(2026, 12, 30))
    verbs.confirm(act(OFFICE, at=at(date(2027, 1, 1))), single.id)
    roll_over(act(at=NEW_YEAR), programme.id)
    session.refresh(single)
    assert single.carried_to == 2027


def test_finished_in_its_year_it_stays_there(
    session: Session, act: Act, programme: Programme, single: Assignment
) -> None:
    december = at(date(2026, 12, 30))
    verbs.accept(act(HEAD, at=december), single.id)
    verbs.submit(act(HEAD, at=december), single.id, result="Xong", done_on=date(2026, 12, 30))
    verbs.confirm(act(OFFICE, at=december), single.id)
    roll_over(act(at=NEW_YEAR), programme.id)
    session.refresh(single)
    assert single.carried_to is None
    assert single.id not in listed(act(at=NEW_YEAR), 2027)


def test_a_year_that_holds_only_what_was_carried_can_be_chosen(
    session: Session, act: Act, programme: Programme, single: Assignment
) -> None:
    session.execute(text("UPDATE duties SET retired_in = 2 WHERE key <> 'once'"))
    roll_over(act(at=NEW_YEAR), programme.id)
    assert years(session, programme.id) == [2027, 2026]
    assert listed(act(at=NEW_YEAR), 2027) == {single.id}


def test_a_deadline_that_is_over_is_said_and_not_given(session: Session, act: Act, programme: Programme) -> None:
    duty = duty_like(session, "past", date(2025, 12, 31))
    plan = preview(act(OFFICE, at=JULY), programme.id, "2026")
    assert plan.passed == ["IV.3.1"]
    assert not [one for one in plan.new if one.duty.id == duty.id]
    open_year(act(at=JULY), programme, 2025)
    row = session.scalars(select(Assignment).where(Assignment.duty_id == duty.id)).one()
    assert (row.year, row.due_on, row.period) == (2025, date(2025, 12, 31), "once")


def test_set_to_once_a_unit_that_has_it_is_not_given_it_again(
    session: Session, act: Act, programme: Programme, one: Assignment
) -> None:
    one.duty.recurrence = "once"
    session.flush()
    roll_over(act(at=NEW_YEAR), programme.id)
    found = session.scalars(select(Assignment.period).where(Assignment.duty_id == one.duty_id)).all()
    assert found == ["2026"]


def test_the_report_says_what_was_carried(session: Session, act: Act, programme: Programme, single: Assignment) -> None:
    roll_over(act(at=NEW_YEAR), programme.id)
    for year, wanted in ((2026, 0), (2027, 1)):
        snapshot = take_snapshot(act(at=NEW_YEAR), programme.id, year)
        rows = [row for unit in snapshot.head["units"] for row in unit["work"]]
        assert len(rows) == 164 + 1
        assert sum(row["carried"] for row in rows) == wanted


def test_a_part_goes_along_with_its_whole(session: Session, act: Act, programme: Programme, single: Assignment) -> None:
    from_ = single.lead_unit_id
    row = Assignment(
        programme_id=single.programme_id, duty_id=single.duty_id, parent_id=single.id, year=2026, period="once",
        lead_unit_id=session.scalars(select(Unit.id).where(Unit.id != from_).order_by(Unit.id)).first(),
        text="Phần việc", expected_result="x", state=State.ASSIGNED, changed_on=JULY.date(), created_at=JULY,
    )  # fmt: skip
    session.add(row)
    session.flush()
    roll_over(act(at=NEW_YEAR), programme.id)
    session.refresh(row)
    assert row.carried_to == 2027
