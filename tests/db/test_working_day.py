"""A change of the calendar: what it would move, moving it with its history, or keeping it, and never by surprise."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.calendar import DayOverride
from tracker.models.extension import ExtensionRequest
from tracker.models.history import PastStanding
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, Invalid, NotAllowed
from tracker.rules.working_days import Changes, Entry
from tracker.services import assignment as assignments
from tracker.services import extension as extensions
from tracker.services import working_day as verbs
from tracker.services.part import split
from tracker.services.working_day import Plan
from tracker.store.dossier import dossier
from tracker.store.filters import Filters, Visible
from tracker.store.history import judged
from tracker.store.timeline import timeline

ADMIN = "quantri"
DUE, NEXT = date(2026, 11, 19), date(2026, 11, 20)
AT = datetime(2026, 11, 2, 9, 0, tzinfo=LOCAL)
STORM: Changes = {DUE: Entry(DUE, False, "Bão số 9")}


def apply(act: Act, changes: Changes, deadlines: str = "move", at: datetime = AT) -> Plan:
    plan = verbs.preview(act(ADMIN, at=at), changes)
    return verbs.apply(act(ADMIN, at=at), changes, fingerprint=plan.fingerprint, deadlines=deadlines)


def open_on(session: Session, day: date) -> int:
    return session.scalar(select(func.count()).select_from(Assignment).where(Assignment.due_on == day)) or 0


def test_a_preview_counts_and_changes_nothing(session: Session, act: Act, one: Assignment) -> None:
    n = open_on(session, DUE)
    plan = verbs.preview(act(ADMIN, at=AT), STORM)
    assert n > 100
    assert len(plan.moving) == n
    assert {(move.nominal, move.before, move.after) for move in plan.moving} == {(DUE, DUE, NEXT)}
    assert open_on(session, DUE) == n
    assert session.get(DayOverride, DUE) is None
    assert plan.held == []
    assert not plan.touches_the_past


def test_confirmed_it_moves_with_its_history_and_is_no_extension(session: Session, act: Act, one: Assignment) -> None:
    version = one.version
    plan = apply(act, STORM)
    session.expire_all()
    assert (one.nominal_due_on, one.due_on, one.original_due_on) == (DUE, NEXT, DUE)
    assert one.version > version
    assert one.changed_on == AT.date()
    past = session.get(PastStanding, (one.id, AT.date()))
    assert past is not None
    assert past.due_on == NEXT
    assert session.scalar(select(func.count()).select_from(ExtensionRequest)) == 0
    told = timeline(dossier(session, one.id, AT.date()))[0]
    assert (told.what, told.text) == ("move_deadline", "19/11/2026 nghỉ (Bão số 9)")
    assert told.facts["due_before"] == DUE.isoformat()
    assert told.facts["due_on"] == NEXT.isoformat()
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "set_working_days")).all()
    assert len(events) == 1
    assert events[0].subject_id == 20261119
    assert events[0].data["deadlines"] == "move"
    assert set(events[0].data["assignments"]) == {move.assignment_id for move in plan.moving}
    told_all = judged(session, Visible(None, frozenset()), Filters(), date(2026, 10, 1))
    assert {row.extended for row in told_all} == {False}
    assert {row.original_due_on for row in told_all if row.due_on == NEXT} == {NEXT}


def test_an_extension_is_still_one_after_a_move(session: Session, act: Act, one: Assignment) -> None:
    later = date(2026, 12, 1)
    extensions.extend(act(OFFICE, at=AT), one.id, due_on=later, reason="Chờ kinh phí")
    apply(act, {later: Entry(later, False, "Bão")})
    assert (one.nominal_due_on, one.due_on, one.original_due_on) == (later, date(2026, 12, 2), DUE)
    mine = [row for row in judged(session, Visible(None, frozenset()), Filters(), date(2026, 10, 1)) if row.extended]
    assert [(row.due_on, row.original_due_on) for row in mine] == [(date(2026, 12, 2), DUE)]


def test_kept_where_it_was_and_said_so(session: Session, act: Act, one: Assignment) -> None:
    n = open_on(session, DUE)
    apply(act, STORM, "keep")
    session.expire_all()
    assert one.due_on == DUE
    assert open_on(session, DUE) == n
    kept = session.scalars(select(AuditEvent).where(AuditEvent.verb == "keep_deadline")).all()
    assert len(kept) == n
    assert kept[0].data["would_be"] == NEXT.isoformat()
    # Another day's change does not bring it up again.
    other = date(2026, 12, 8)
    assert verbs.preview(act(ADMIN, at=AT), {other: Entry(other, False, "x")}).moving == []


def test_taken_back_the_deadlines_return(session: Session, act: Act, one: Assignment) -> None:
    apply(act, STORM)
    plan = apply(act, {DUE: None})
    assert {(move.before, move.after) for move in plan.moving} == {(NEXT, DUE)}
    session.expire_all()
    assert one.due_on == DUE
    assert session.get(DayOverride, DUE) is None


def test_nobody_becomes_late_by_it(session: Session, act: Act, one: Assignment) -> None:
    apply(act, STORM)
    plan = apply(act, {DUE: None}, at=datetime(2026, 11, 20, 9, 0, tzinfo=LOCAL))
    assert plan.moving == []
    assert {(move.before, move.after) for move in plan.held} == {(NEXT, DUE)}
    assert plan.touches_the_past
    session.expire_all()
    assert one.due_on == NEXT


def test_a_programme_without_the_shift_rule_moves_nothing(session: Session, act: Act, one: Assignment) -> None:
    session.scalars(select(Programme)).one().shift_days_off = False
    session.flush()
    plan = apply(act, STORM)
    assert plan.moves == ()
    assert one.due_on == DUE


def test_a_closed_one_stays_and_a_part_follows_its_whole(session: Session, act: Act, one: Assignment) -> None:
    other = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    part = split(act(OFFICE, at=AT), one.id, unit_id=other.id, text="Phần số liệu", due_on=DUE)
    closed = session.scalars(select(Assignment).where(Assignment.due_on == DUE, Assignment.id != one.id)).first()
    assert closed is not None
    assignments.cancel(act(OFFICE, at=AT), closed.id, reason="Trùng")
    plan = apply(act, STORM)
    assert (part.due_on, one.due_on, closed.due_on) == (NEXT, NEXT, DUE)
    assert part.id in {move.assignment_id for move in plan.moving}


def test_reminders_and_waiting_requests_that_only_count_otherwise(session: Session, act: Act, one: Assignment) -> None:
    request = extensions.ask(act(HEAD, at=AT), one.id, asked_due_on=date(2026, 12, 1), reason="Chờ kinh phí")
    day, later = date(2026, 11, 10), date(2026, 12, 1)
    plan = verbs.preview(act(ADMIN, at=AT), {day: Entry(day, False, "Lễ"), later: Entry(later, False, "Lễ")})
    assert plan.moving == []
    group = next(one for one in plan.recounts if one.due_on == DUE)
    # Ten working days before: the tenth day off in between sets it a day back. Three before does not see it.
    assert group.steps[0] == (-10, date(2026, 11, 5), date(2026, 11, 4))
    assert -3 not in {offset for offset, _before, _after in group.steps}
    assert len(group.assignments) > 100
    assert [(one.request_id, one.before, one.after) for one in plan.asked] == [(request.id, later, date(2026, 12, 2))]


@pytest.mark.parametrize("meanwhile", ["table", "assignment", "moved"])
def test_a_stale_preview_is_a_conflict(session: Session, act: Act, one: Assignment, meanwhile: str) -> None:
    plan = verbs.preview(act(ADMIN, at=AT), STORM)
    match meanwhile:
        case "table":
            session.add(DayOverride(day=date(2027, 3, 1), is_working=False, note="x"))
        case "assignment":
            assignments.star(act(OFFICE, at=AT), one.id, starred=True)
        case "moved":
            extensions.extend(act(OFFICE, at=AT), one.id, due_on=date(2026, 12, 1), reason="x")
    session.flush()
    with pytest.raises(Conflict):
        verbs.apply(act(ADMIN, at=AT), STORM, fingerprint=plan.fingerprint, deadlines="move")
    assert session.get(DayOverride, DUE) is None
    again = verbs.preview(act(ADMIN, at=AT), STORM)
    verbs.apply(act(ADMIN, at=AT), STORM, fingerprint=again.fingerprint, deadlines="move")


def test_a_choice_is_demanded_where_deadlines_move(session: Session, act: Act) -> None:
    plan = verbs.preview(act(ADMIN, at=AT), STORM)
    with pytest.raises(Invalid, match="giữ nguyên"):
        verbs.apply(act(ADMIN, at=AT), STORM, fingerprint=plan.fingerprint, deadlines="")
    assert session.get(DayOverride, DUE) is None


def test_nothing_new_is_refused_and_so_is_everybody_else(session: Session, act: Act) -> None:
    known = session.get(DayOverride, date(2026, 1, 2))
    assert known is not None
    with pytest.raises(Invalid):
        verbs.preview(act(ADMIN, at=AT), {known.day: Entry(known.day, known.is_working, known.note)})
    for login in (HEAD, OFFICE, "truong.ubnd-huyen", "kiemtoan"):
        with pytest.raises(NotAllowed):
            verbs.preview(act(login, at=AT), STORM)
        with pytest.raises(NotAllowed):
            verbs.apply(act(login, at=AT), STORM, fingerprint="", deadlines="move")


def test_the_context_counts_by_the_new_table_at_once(act: Act) -> None:
    ctx = act(ADMIN, at=AT)
    assert ctx.calendar.is_working(DUE)
    plan = verbs.preview(ctx, STORM)
    verbs.apply(ctx, STORM, fingerprint=plan.fingerprint, deadlines="move")
    assert not ctx.calendar.is_working(DUE)
    assert ctx.calendar.next_working(DUE) == DUE + timedelta(days=1)
