"""One decision on many assignments: what the preview says happens, nothing newer, and it can be taken back once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, mails
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.extension import ExtensionRequest
from tracker.models.outbox import OutboxMail
from tracker.models.unit import Unit
from tracker.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.services import assignment as verbs
from tracker.services import bulk
from tracker.services import extension as extensions
from tracker.services.bulk import Bulk, Choice, Line
from tracker.services.part import split

LEADER = "truong.ubnd-huyen"
DUE, LATER = date(2026, 11, 19), date(2026, 12, 1)
EXTEND = Choice(Bulk.EXTEND, text="Mưa lũ", due_on=LATER)


def ids_of(session: Session, n: int) -> list[int]:
    """Of units other than the office itself: nobody gets a mail about their own deed."""
    office = select(Unit.id).where(Unit.code == "p-ldtbxh").scalar_subquery()
    return list(
        session.scalars(select(Assignment.id).where(Assignment.lead_unit_id != office).order_by(Assignment.id).limit(n))
    )


def run(act: Act, ids: list[int], choice: Choice, who: str = OFFICE) -> tuple[int, list[Line]]:
    return bulk.apply(act(who), dict.fromkeys(ids), choice)


def test_a_preview_says_what_will_happen_and_does_nothing(session: Session, act: Act) -> None:
    ids = ids_of(session, 4)
    stranger = session.get(Assignment, ids[3])
    assert stranger is not None
    stranger.state = "cancelled"  # type: ignore[assignment]
    session.flush()
    before = session.scalar(select(func.count(OutboxMail.id)))
    ctx = act(OFFICE)
    lines = bulk.preview(ctx, ids, EXTEND)
    assert [line.due_after for line in lines] == [date(2026, 12, 1)] * 3 + [date(2026, 11, 19)]
    assert [bool(line.error) for line in lines] == [False, False, False, True]
    assert all(line.told for line in lines[:3])
    assert session.scalar(select(func.count(OutboxMail.id))) == before
    assert {row.due_on for row in session.scalars(select(Assignment).where(Assignment.id.in_(ids)))} == {
        date(2026, 11, 19)
    }
    assert not ctx.nudges
    _event, done = run(act, ids, EXTEND)
    assert [replace(line, error=None) for line in done] == [replace(line, error=None) for line in lines]


def test_only_what_was_previewed_is_done(session: Session, act: Act) -> None:
    """Whoever was first has changed the row: its line is a conflict, the others are done."""
    ids = ids_of(session, 3)
    seen = {line.assignment_id: line.version for line in bulk.preview(act(OFFICE), ids, EXTEND)}
    extensions.extend(act(OFFICE), ids[1], due_on=date(2026, 11, 25), reason="Lũ")
    _event, lines = bulk.apply(act(OFFICE), seen, EXTEND)
    assert [type(line.error) for line in lines] == [type(None), Conflict, type(None)]
    assert _due(session, ids) == [LATER, date(2026, 11, 25), LATER]
    _event, again = bulk.apply(act(OFFICE), seen, EXTEND)
    assert {type(line.error) for line in again} == {Conflict}


def test_an_extension_in_bulk_is_undone_once(session: Session, act: Act) -> None:
    ids = ids_of(session, 3)
    event, _lines = run(act, ids, EXTEND)
    last = bulk.last_bulk(act(OFFICE))
    assert last is not None
    assert last.id == event
    told = mails(session, "extension_granted")
    with pytest.raises(NotFound):
        bulk.undo(act("canbo.p-ldtbxh"), event)
    with pytest.raises(Invalid):
        bulk.undo(act(OFFICE, at=AT + timedelta(minutes=11)), event)
    assert [line.error for line in bulk.undo(act(OFFICE), event)] == [None] * 3
    assert _due(session, ids) == [DUE] * 3
    assert mails(session, "extension_undone") == told
    assert bulk.last_bulk(act(OFFICE)) is None
    assert bulk.result(act(OFFICE), event).undo_id is None
    with pytest.raises(Invalid):
        bulk.undo(act(OFFICE), event)
    session.flush()
    (undone,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "undo_bulk"))
    assert (undone.subject_id, [line["id"] for line in undone.data["lines"]]) == (event, ids)


def test_an_undo_leaves_alone_what_went_on(session: Session, act: Act, one: Assignment) -> None:
    event, _lines = run(act, [one.id], EXTEND)
    verbs.accept(act(HEAD), one.id)
    verbs.submit(act(HEAD), one.id, result="Xong", done_on=AT.date())
    (line,) = bulk.undo(act(OFFICE), event)
    assert isinstance(line.error, Conflict)
    assert (one.state, one.due_on) == ("submitted", LATER)
    assert mails(session, "extension_undone") == set()


def test_an_undo_looks_at_the_state_and_at_newer_requests(session: Session, act: Act, one: Assignment) -> None:
    event, _lines = run(act, [one.id], EXTEND)
    extensions.ask(act(HEAD), one.id, asked_due_on=date(2026, 12, 8), reason="Vẫn thiếu")
    (line,) = bulk.undo(act(OFFICE), event)
    assert isinstance(line.error, Conflict)
    assert one.due_on == LATER


@pytest.mark.parametrize("proposed", [False, True])
def test_an_undo_gives_the_unit_its_request_back(session: Session, act: Act, one: Assignment, proposed: bool) -> None:
    request = extensions.ask(act(HEAD), one.id, asked_due_on=date(2026, 11, 27), reason="Chờ kinh phí")
    if proposed:
        extensions.decide(
            act(OFFICE), request.id, decision="proposed", due_on=date(2026, 11, 23), reason="Chỉ đến thứ Hai"
        )
    before = _facts(request)
    event, _lines = run(act, [one.id], EXTEND)
    assert request.state == "granted"
    bulk.undo(act(OFFICE), event)
    session.flush()
    session.expire_all()
    assert _facts(request) == before
    assert one.due_on == DUE
    run(act, [one.id], EXTEND)
    granted = session.scalars(select(OutboxMail).where(OutboxMail.kind == "extension_granted")).all()
    assert len(granted) == 2  # it was granted twice


def test_an_undo_restores_the_day_that_the_document_names(session: Session, act: Act, one: Assignment) -> None:
    """The nominal day was a Sunday, the one that counts the Monday after it."""
    one.nominal_due_on, one.due_on = date(2026, 11, 22), date(2026, 11, 23)
    session.flush()
    event, _lines = run(act, [one.id], EXTEND)
    bulk.undo(act(OFFICE), event)
    assert (one.nominal_due_on, one.due_on) == (date(2026, 11, 22), date(2026, 11, 23))


def test_no_part_is_left_due_after_its_whole(session: Session, act: Act, one: Assignment) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "p-tuphap")).one()
    part = split(act(OFFICE), one.id, unit_id=unit.id, text="Phần việc", due_on=DUE)
    both, _lines = run(act, [one.id, part.id], EXTEND)
    assert [line.error for line in bulk.undo(act(OFFICE), both)] == [None, None]
    assert (one.due_on, part.due_on) == (DUE, DUE)
    whole, _lines = run(act, [one.id], EXTEND)
    run(act, [part.id], EXTEND)
    (line,) = bulk.undo(act(OFFICE), whole)
    assert isinstance(line.error, Conflict)
    assert (one.due_on, part.due_on) == (LATER, LATER)


def test_stars_in_bulk_and_their_undo(session: Session, act: Act) -> None:
    """A star that was there before stays, and is not counted."""
    ids = ids_of(session, 3)
    verbs.star(act(LEADER), ids[1], starred=True)
    event, lines = run(act, ids, Choice(Bulk.STAR), LEADER)
    assert [line.error for line in lines] == [None] * 3
    assert [line.assignment_id for line in bulk.undo(act(LEADER), event)] == [ids[0], ids[2]]
    assert session.scalars(select(Assignment.id).where(Assignment.starred)).all() == [ids[1]]
    with pytest.raises(Invalid):
        bulk.undo(act(LEADER), event)
    for id_ in ids:
        verbs.star(act(LEADER), id_, starred=True)
    nothing, _lines = run(act, ids, Choice(Bulk.STAR), LEADER)
    assert bulk.last_bulk(act(LEADER)) is None
    with pytest.raises(Invalid):
        bulk.undo(act(LEADER), nothing)


def test_the_result_tells_what_became_of_each(session: Session, act: Act) -> None:
    ids = ids_of(session, 2)
    verbs.cancel(act(OFFICE), ids[1], reason="Bỏ")
    event, lines = run(act, ids, EXTEND)
    told = bulk.result(act(OFFICE), event)
    assert [(line.assignment_id, line.told) for line in told.done] == [(ids[0], lines[0].told)]
    assert lines[0].told
    assert [str(line.error) for line in told.failed] == [str(lines[1].error)]
    assert told.undo_id == event
    with pytest.raises(NotFound):
        bulk.result(act(LEADER), event)


def test_bulk_is_for_those_who_may_and_bounded(session: Session, act: Act) -> None:
    for ids in ([], list(range(1, 202))):
        with pytest.raises(Invalid):
            run(act, ids, Choice(Bulk.STAR))
    with pytest.raises(NotFound):
        run(act, [10**6], Choice(Bulk.STAR))
    _event, (line,) = run(act, [_of(session, "p-yte")], Choice(Bulk.STAR), HEAD)
    assert isinstance(line.error, NotAllowed)


def _of(session: Session, code: str) -> int:
    query = select(Assignment.id).join(Unit, Unit.id == Assignment.lead_unit_id).where(Unit.code == code)
    return session.scalars(query.order_by(Assignment.id)).first() or 0


def _due(session: Session, ids: list[int]) -> list[date | None]:
    return [session.get_one(Assignment, id_).due_on for id_ in ids]


def _facts(request: ExtensionRequest) -> tuple[object, ...]:
    return request.state, request.decided_due_on, request.decision_reason, request.decided_at, request.decided_by_id
