"""Any past day is rebuilt as it was: what the live monitor showed on that day."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.rules.calendar import LOCAL
from tracker.services import assignment as verbs
from tracker.services import extension as extensions
from tracker.store.filters import Day, Filters, Visible
from tracker.store.history import first_day, judged, matrix_on, months_on, rows_on
from tracker.store.tally import matrix

EVERYTHING = Visible(None, frozenset())
YEAR = Filters(year=2026)


def live(session: Session, day: Day) -> dict[int, dict[str, int]]:
    session.flush()
    return {row.unit_id: row.counts for row in matrix(session, EVERYTHING, YEAR, day).rows if row.unit_id}


def rebuilt(session: Session, day: Day) -> dict[int, dict[str, int]]:
    return {row.unit_id: row.counts for row in matrix_on(session, EVERYTHING, YEAR, day) if row.unit_id}


def test_every_past_day_is_as_it_was(session: Session, act: Act, one: Assignment) -> None:
    seen: dict[date, dict[int, dict[str, int]]] = {}
    steps = {
        date(2026, 2, 3): lambda at: verbs.accept(act(HEAD, at=at), one.id),
        date(2026, 3, 4): lambda at: verbs.suspend(act(OFFICE, at=at), one.id, reason="x"),
        date(2026, 4, 6): lambda at: verbs.resume(act(OFFICE, at=at), one.id, reason="x"),
        date(2026, 5, 5): lambda at: extensions.extend(
            act(OFFICE, at=at), one.id, due_on=date(2026, 11, 30), reason="x"
        ),
        date(2026, 11, 23): lambda at: verbs.submit(act(HEAD, at=at), one.id, result="x", done_on=at.date()),
        date(2026, 11, 24): lambda at: verbs.return_(act(OFFICE, at=at), one.id, reason="x"),
        date(2026, 12, 4): lambda at: verbs.submit(act(HEAD, at=at), one.id, result="x", done_on=at.date()),
        date(2026, 12, 7): lambda at: verbs.confirm(act(OFFICE, at=at), one.id),
    }
    for day, step in steps.items():
        for on in (day - timedelta(days=1), day):
            at = datetime(on.year, on.month, on.day, 10, tzinfo=LOCAL)
            if on == day:
                step(at)
            edges = Day.of(on, act().calendar)
            seen[on] = live(session, edges)
            assert rebuilt(session, edges) == seen[on], on
    for on, counts in seen.items():  # and still, after all that came later
        assert rebuilt(session, Day.of(on, act().calendar)) == counts, on
    assert len({str(counts) for counts in seen.values()}) > 4
    edges = Day.of(date(2026, 12, 1), act().calendar)
    filters = Filters(year=2026, unit_id=one.lead_unit_id, klass="overdue")
    page = rows_on(session, EVERYTHING, filters, edges, 1)
    assert one.id in {row.id for row in page.rows}
    assert page.total == rebuilt(session, edges)[one.lead_unit_id]["overdue"]
    ends = [date(2026, 11, 23), date(2026, 11, 25), date(2026, 12, 31)]
    months = months_on(session, EVERYTHING, YEAR, [Day.of(end, act().calendar) for end in ends])
    assert [month.last_day for month in months] == ends
    for month in months[:2]:
        then = rebuilt(session, Day.of(month.last_day, act().calendar))
        assert month.overdue == sum(counts.get("overdue", 0) for counts in then.values())
    assert (months[2].on_time, months[2].late, months[2].overdue) == (0, 1, 163)
    assert months_on(session, EVERYTHING, YEAR, []) == []


def test_the_ranking_counts_what_is_alike(session: Session, act: Act, one: Assignment) -> None:
    verbs.accept(act(HEAD), one.id)
    extensions.extend(act(OFFICE), one.id, due_on=date(2026, 11, 30), reason="x")
    session.flush()
    told = judged(session, EVERYTHING, YEAR, AT.date())
    assert sum(group.n for group in told) == 164
    assert len(told) < 100
    assert [(group.n, group.state, group.due_on) for group in told if group.extended] == [
        (1, "in_progress", date(2026, 11, 30))
    ]


def test_where_history_begins(session: Session) -> None:
    assert first_day(session) == AT.date()
