"""Whether the unit's last word on work that is still its own was "có vướng mắc": kept, reset, restored."""

from datetime import date, datetime, timedelta

import psycopg
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tests.helpers.world import AT, make_settings
from tracker.app import create_app
from tracker.extensions import db
from tracker.models.assignment import Assignment, Update
from tracker.models.unit import Unit
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import coordination
from tracker.services import update as updates
from tracker.store.attention import attention
from tracker.store.filters import Day, Filters, Visible
from tracker.store.listing import assignments


def minute(n: int) -> datetime:
    return AT + timedelta(minutes=n)


def say(act: Act, one: Assignment, signal: str, at: int) -> Update:
    return updates.update(act(HEAD, at=minute(at)), one.id, signal=signal, text="Chờ kinh phí")


def test_the_last_word_counts(session: Session, act: Act, one: Assignment) -> None:
    say(act, one, "on_track", 1)
    assert not one.blocked
    say(act, one, "blocked", 2)
    assert one.blocked
    police = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    coordination.ask(act(HEAD, at=minute(3)), one.id, police.id, question="Số liệu", due_on=date(2026, 3, 2))
    updates.note(act("truong.congan", at=minute(4)), one.id, text="Số liệu đây")
    assert one.blocked  # another unit's word clears nothing
    say(act, one, "on_track", 5)
    assert not one.blocked


def test_undo_gives_back_what_was_said_before(act: Act, one: Assignment) -> None:
    say(act, one, "blocked", 1)
    cleared = say(act, one, "on_track", 2)
    updates.undo(act(HEAD, at=minute(3)), one.id, cleared.id)
    assert one.blocked
    again = say(act, one, "on_track", 4)
    blocked = say(act, one, "blocked", 5)
    updates.undo(act(HEAD, at=minute(6)), one.id, blocked.id)
    assert not one.blocked
    updates.undo(act(HEAD, at=minute(7)), one.id, again.id)
    assert one.blocked


def test_what_is_submitted_is_no_longer_blocked_until_it_is_taken_back(act: Act, one: Assignment) -> None:
    say(act, one, "blocked", 1)
    done = updates.update_or_submit(act(HEAD, at=minute(2)), one.id, signal="done", text="Xong")
    assert (one.state, one.blocked) == (State.SUBMITTED, False)
    updates.undo(act(HEAD, at=minute(3)), one.id, done.id)
    assert (one.state, one.blocked) == (State.IN_PROGRESS, True)
    verbs.submit(act(HEAD, at=minute(4)), one.id, result="Xong", done_on=AT.date())
    assert not one.blocked
    verbs.withdraw(act(HEAD, at=minute(5)), one.id)
    assert one.blocked


def test_what_was_said_before_a_returned_submission_is_over(act: Act, one: Assignment) -> None:
    say(act, one, "blocked", 1)
    verbs.submit(act(HEAD, at=minute(2)), one.id, result="Xong", done_on=AT.date())
    verbs.return_(act(OFFICE, at=minute(3)), one.id, reason="Thiếu")
    assert not one.blocked
    note = say(act, one, "on_track", 4)
    updates.undo(act(HEAD, at=minute(5)), one.id, note.id)
    assert not one.blocked


@pytest.mark.parametrize("end", ["reassign", "cancel"])
def test_it_goes_with_the_unit_that_said_so(session: Session, act: Act, one: Assignment, end: str) -> None:
    say(act, one, "blocked", 1)
    verbs.suspend(act(OFFICE, at=minute(2)), one.id, reason="Chờ")
    assert one.blocked
    if end == "cancel":
        verbs.cancel(act(OFFICE, at=minute(3)), one.id, reason="Trùng")
    else:
        verbs.reassign(act(OFFICE, at=minute(3)), one.id, lead_unit_id=one.lead_unit_id, reason="Làm lại")
    session.flush()
    assert not one.blocked


def test_the_database_refuses_blocked_work_that_nobody_does(session: Session, one: Assignment) -> None:
    one.blocked = True
    with pytest.raises(IntegrityError, match="blocked_while_with_unit"):
        session.flush()


def test_the_office_finds_it(session: Session, act: Act, one: Assignment) -> None:
    day = Day.of(AT.date(), act().calendar)
    say(act, one, "blocked", 1)
    session.flush()
    page = assignments(session, Visible(None, frozenset()), Filters(blocked=1), day, 1)
    assert [(row.id, row.blocked) for row in page.rows] == [(one.id, True)]
    found = attention(session, {one.programme_id}, Filters(programme_id=one.programme_id, year=2026), day)
    assert found.blocked == 1
    say(act, one, "on_track", 2)
    session.flush()
    assert assignments(session, Visible(None, frozenset()), Filters(blocked=1), day, 1).total == 0


def test_what_was_there_before_the_column_is_taken_over(database_url: str) -> None:
    """Only what is still with the unit, by its own last word since the work was given and not submitted since."""
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with app.app_context():
        downgrade(revision="0006")
        with psycopg.connect(database_url, autocommit=True) as connection:
            owner = connection.execute("SELECT id FROM users ORDER BY id LIMIT 1").fetchone()[0]  # type: ignore[index]
            ids = [id_ for (id_,) in connection.execute("SELECT id FROM assignments ORDER BY id LIMIT 5")]
            blocked, cleared, noted, undone, given = ids
            connection.execute(
                "UPDATE assignments SET state = 'in_progress', owner_id = %s WHERE id = ANY(%s)", (owner, ids)
            )
            for id_, signal, hour, taken_back in (
                (blocked, "on_track", 8, False), (blocked, "blocked", 9, False),
                (cleared, "blocked", 8, False), (cleared, "on_track", 9, False),
                (noted, "blocked", 8, False), (noted, "note", 9, False),
                (undone, "on_track", 8, False), (undone, "blocked", 9, True),
                (given, "blocked", 8, False),
            ):  # fmt: skip
                at = datetime(2026, 3, 2, hour, tzinfo=AT.tzinfo)
                connection.execute(
                    "INSERT INTO updates (assignment_id, author_id, signal, text, created_at, undone_at)"
                    " VALUES (%s, %s, %s, 'x', %s, %s)",
                    (id_, owner, signal, at, at if taken_back else None),
                )
            connection.execute(
                "INSERT INTO audit_events (at, verb, subject_type, subject_id, data, request_id)"
                " VALUES ('2026-03-03', 'reassign', 'assignment', %s, '{}', '')",
                (given,),
            )
        upgrade()
        with db.engine.connect() as connection:
            found = connection.execute(select(Assignment.id).where(Assignment.blocked)).scalars().all()
        db.engine.dispose()
    assert sorted(found) == [blocked, noted]
