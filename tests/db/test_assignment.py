"""The verbs of the workflow on real rows: what changes, who may, what is audited, who is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.conftest import Act
from tests.helpers.stack import until
from tests.helpers.world import AT
from tracker.acting import acting
from tracker.models.assignment import Assignment, Round, Update
from tracker.models.audit import AuditEvent
from tracker.models.duty import Duty, DutyKind
from tracker.models.outbox import OutboxMail
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import extension as extensions
from tracker.services import update as updates
from tracker.services.access import view
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.store.extension import open_request

HEAD, OFFICER, OFFICE = "truong.p-yte", "canbo.p-yte", "truong.p-ldtbxh"
LATER = datetime(2026, 11, 18, 10, 0, tzinfo=LOCAL)


def events(session: Session, one: Assignment) -> list[tuple[str, str | None, str | None]]:
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_type == "assignment", AuditEvent.subject_id == one.id)
        .order_by(AuditEvent.id)
    )
    return [(row.verb, row.from_state, row.to_state) for row in rows]


def mails(session: Session, kind: str) -> set[str]:
    return {row.to_address for row in session.scalars(select(OutboxMail).where(OutboxMail.kind == kind))}


def test_the_whole_way_with_a_return(session: Session, act: Act, one: Assignment) -> None:
    verbs.accept(act(HEAD), one.id, owner_id=_id(session, OFFICER))
    assert one.owner is not None
    assert one.owner.login == OFFICER
    updates.update(act(OFFICER), one.id, signal="blocked", text=" Chờ kinh phí ", percent=30)
    verbs.submit(act(HEAD, at=LATER), one.id, result="Xong", done_on=date(2026, 11, 17))
    assert mails(session, "submitted") == {"truong.p-ldtbxh@example.vn", "canbo.p-ldtbxh@example.vn"}
    verbs.return_(act(OFFICE, at=LATER), one.id, reason="Thiếu số liệu")
    assert (one.state, one.submitted_on) == (State.IN_PROGRESS, None)
    assert mails(session, "returned") == {"truong.p-yte@example.vn", "canbo.p-yte@example.vn"}
    verbs.submit(act(HEAD, at=LATER), one.id, result="Đủ số liệu", done_on=date(2026, 11, 18))
    verbs.confirm(act(OFFICE, at=LATER), one.id)
    verbs.reopen(act(OFFICE, at=LATER), one.id, reason="Nhầm kỳ")
    session.flush()
    assert events(session, one)[1:] == [
        ("accept", "assigned", "in_progress"),
        ("update", None, None),
        ("submit", "in_progress", "submitted"),
        ("return", "submitted", "in_progress"),
        ("submit", "in_progress", "submitted"),
        ("confirm", "submitted", "completed"),
        ("reopen", "completed", "in_progress"),
    ]
    assert mails(session, "confirmed") == {"truong.p-yte@example.vn", "canbo.p-yte@example.vn"}
    why = session.execute(
        select(User.login, AuditEvent.data["reason"].astext, AuditEvent.at)
        .join(User, User.id == AuditEvent.actor_id)
        .where(AuditEvent.subject_type == "assignment", AuditEvent.verb.in_(("return", "reopen")))
        .order_by(AuditEvent.id)
    ).all()
    assert [tuple(row) for row in why] == [(OFFICE, "Thiếu số liệu", LATER), (OFFICE, "Nhầm kỳ", LATER)]
    # One mail a person and deed: the return and the reopening are two deeds, and the office's own people are spared.
    keys = session.scalars(select(OutboxMail.dedupe_key).where(OutboxMail.kind == "returned")).all()
    assert len({key.rpartition(":")[0] for key in keys}) == 2
    assert len(keys) == 4
    rounds = session.scalars(select(Round).where(Round.assignment_id == one.id).order_by(Round.number))
    assert [(r.number, r.result, r.decision, r.reason) for r in rounds] == [
        (1, "Xong", "returned", "Thiếu số liệu"),
        (2, "Đủ số liệu", "confirmed", None),
    ]
    update = session.scalars(select(Update).where(Update.assignment_id == one.id)).one()
    assert (update.text, update.percent) == ("Chờ kinh phí", 30)


def test_a_draft_is_nobodys_work_until_the_office_issues_it(session: Session, act: Act, one: Assignment) -> None:
    one.state = State.DRAFT
    session.flush()
    with pytest.raises(IllegalMove):
        verbs.accept(act(HEAD), one.id)
    with pytest.raises(NotAllowed):
        verbs.issue(act(HEAD), one.id)
    verbs.issue(act(OFFICE), one.id)
    assert one.state == State.ASSIGNED
    assert mails(session, "assigned") == {"truong.p-yte@example.vn"}


def test_decline_then_reassign_starts_anew_with_another_unit(session: Session, act: Act, one: Assignment) -> None:
    verbs.decline(act(HEAD), one.id, reason="Không đúng chức năng")
    assert mails(session, "declined") == {"truong.p-ldtbxh@example.vn", "canbo.p-ldtbxh@example.vn"}
    other = _unit(session, "p-tuphap")
    verbs.reassign(act(OFFICE), one.id, lead_unit_id=other.id, reason="")
    assert (one.state, one.lead_unit_id, one.owner_id) == (State.ASSIGNED, other.id, None)
    assert mails(session, "assigned") == {"truong.p-tuphap@example.vn"}
    with pytest.raises(NotFound):  # it is no longer theirs to see
        view(act(HEAD), one.id)
    with pytest.raises(Invalid) as refused:
        verbs.reassign(act(OFFICE), one.id, lead_unit_id=other.id, reason="")
    assert refused.value.field == "reason"


def test_the_progress_of_the_old_unit_is_not_shown_as_the_new_ones(session: Session, act: Act, one: Assignment) -> None:
    updates.update(act(HEAD), one.id, signal="on_track", text="Đã xong quá nửa", percent=60)
    verbs.reassign(act(OFFICE), one.id, lead_unit_id=_unit(session, "p-tuphap").id, reason="")
    assert (one.state, one.percent) == (State.ASSIGNED, 0)


def test_a_unit_that_has_its_own_part_of_a_duty_cannot_get_another(session: Session, act: Act) -> None:
    """Every unit reports for itself: handing one unit's report to another is a choice to mend, not a crash."""
    health, justice = _unit(session, "p-yte"), _unit(session, "p-tuphap")
    report = session.scalars(
        select(Assignment).join(Duty).where(Duty.kind == DutyKind.REPORT, Assignment.lead_unit_id == health.id)
    ).one()
    with pytest.raises(Invalid) as refused:
        verbs.reassign(act(OFFICE), report.id, lead_unit_id=justice.id, reason="")
    assert (refused.value.field, report.lead_unit_id, report.state) == ("lead_unit_id", health.id, State.ASSIGNED)
    assert mails(session, "assigned") == set()


def test_suspend_remembers_where_it_was(session: Session, act: Act, one: Assignment) -> None:
    for state in (State.ASSIGNED, State.IN_PROGRESS):
        assert one.state == state
        verbs.suspend(act(OFFICE), one.id, reason="Chờ văn bản mới")
        verbs.resume(act(OFFICE), one.id, reason="Đã có văn bản")
        session.flush()
        assert one.state == state
        if state is State.ASSIGNED:
            verbs.accept(act(HEAD), one.id)
    verbs.cancel(act(OFFICE), one.id, reason="Không còn phù hợp")
    assert one.state == State.CANCELLED


@pytest.mark.parametrize("verb", ["reassign", "cancel"])
def test_suspended_work_is_given_to_another_or_given_up(session: Session, act: Act, one: Assignment, verb: str) -> None:
    extensions.ask(act(HEAD), one.id, asked_due_on=date(2026, 12, 1), reason="Mưa lũ")
    verbs.suspend(act(OFFICE), one.id, reason="Chờ văn bản mới")
    session.flush()
    if verb == "cancel":
        verbs.cancel(act(OFFICE), one.id, reason="Không còn phù hợp")
    else:
        verbs.reassign(act(OFFICE), one.id, lead_unit_id=_unit(session, "p-tuphap").id, reason="")
    session.flush()
    assert (one.state, one.suspended_from) == (State.CANCELLED if verb == "cancel" else State.ASSIGNED, None)
    assert open_request(session, one.id) is None


def test_an_update_of_new_work_accepts_it_and_done_by_the_head_submits(
    session: Session, act: Act, one: Assignment
) -> None:
    updates.update_or_submit(act(OFFICER), one.id, signal="done", text="Đã xong phần việc")
    assert (one.state, one.owner_id) == (State.IN_PROGRESS, _id(session, OFFICER))
    updates.update_or_submit(act(HEAD), one.id, signal="done", text="Hoàn thành")
    assert one.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("login", "error"),
    [
        ("truong.p-tuphap", NotFound),  # another unit's head does not even see it
        (OFFICER, NotAllowed),  # an officer without the head's say
        (OFFICE, NotAllowed),  # the office does not do the unit's work
        ("truong.ubnd-huyen", NotAllowed),
        ("kiemtoan", NotAllowed),
        ("quantri", NotAllowed),
    ],
)
def test_only_the_head_submits(session: Session, act: Act, one: Assignment, login: str, error: type) -> None:
    verbs.accept(act(HEAD), one.id)
    session.flush()
    before = len(events(session, one))
    with pytest.raises(error):
        verbs.submit(act(login), one.id, result="Xong", done_on=date(2026, 1, 5))
    assert (one.state, len(events(session, one))) == (State.IN_PROGRESS, before)


@pytest.mark.parametrize("login", [OFFICE, "truong.ubnd-huyen", "kiemtoan", "quantri"])
def test_who_only_watches_writes_no_progress(session: Session, act: Act, one: Assignment, login: str) -> None:
    verbs.accept(act(HEAD), one.id)
    for verb in (
        lambda: updates.update(act(login), one.id, signal="on_track", text="x"),
        lambda: verbs.decline(act(login), one.id, reason="x"),
        lambda: verbs.accept(act(login), one.id),
    ):
        with pytest.raises(NotAllowed):
            verb()


@pytest.mark.parametrize("login", [HEAD, "truong.ubnd-huyen", "kiemtoan", "quantri"])
def test_only_the_office_decides(session: Session, act: Act, one: Assignment, login: str) -> None:
    verbs.accept(act(HEAD), one.id)
    verbs.submit(act(HEAD), one.id, result="Xong", done_on=date(2026, 1, 5))
    for verb in (
        lambda: verbs.confirm(act(login), one.id),
        lambda: verbs.return_(act(login), one.id, reason="x"),
        lambda: verbs.cancel(act(login), one.id, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_stale_form_is_a_conflict_and_changes_nothing(session: Session, act: Act, one: Assignment) -> None:
    seen = one.version
    verbs.accept(act(HEAD), one.id, version=seen)
    session.flush()
    with pytest.raises(Conflict):
        verbs.submit(act(HEAD), one.id, result="Xong", done_on=date(2026, 1, 5), version=seen)
    assert one.state == State.IN_PROGRESS


def test_of_two_decisions_at_once_the_second_is_told(database_url: str) -> None:
    """On two real connections: the second waits for the row, then learns that its page is old."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with Session(engine) as first, Session(engine) as second, ThreadPoolExecutor(1) as pool:
        ours = first.scalars(
            select(Assignment).join(Assignment.lead_unit).where(Unit.code == "p-yte").order_by(Assignment.id)
        ).first()
        assert ours is not None
        verbs.accept(_as(first, HEAD), ours.id)
        verbs.submit(_as(first, HEAD), ours.id, result="Xong", done_on=AT.date())
        first.commit()
        seen, id_ = ours.version, ours.id
        office = _as(second, OFFICE)
        verbs.confirm(_as(first, OFFICE), id_, version=seen)
        first.flush()
        late = pool.submit(verbs.return_, office, id_, reason="Thiếu số liệu", version=seen)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        assert until(lambda: first.scalar(waiting) == 1, 10)
        first.commit()
        assert isinstance(late.exception(10), Conflict)
        second.rollback()
        assert second.scalar(select(Assignment.state).where(Assignment.id == id_)) == State.COMPLETED
    engine.dispose()


def test_a_verb_that_fails_half_way_leaves_nothing(app: Flask) -> None:
    """The update of new work first accepts it; a percentage that cannot be undoes that too."""
    with app.app_context():
        with acting(now=AT) as ctx:
            actor = _as(ctx.session, HEAD).actor
            one = ctx.session.scalars(
                select(Assignment).join(Assignment.lead_unit).where(Unit.code == "p-yte").order_by(Assignment.id)
            ).first()
            assert one is not None
            id_, before = one.id, events(ctx.session, one)
        with pytest.raises(Invalid), acting(actor, now=AT) as ctx:
            updates.update_or_submit(ctx, id_, signal="done", text="Đã xong", percent=101)
        with acting(now=AT) as ctx:
            after = ctx.session.get_one(Assignment, id_)
            assert (after.state, after.owner_id, after.percent, after.version) == (State.ASSIGNED, None, 0, 1)
            assert events(ctx.session, after) == before
            assert ctx.session.scalars(select(Update)).all() == []
            assert ctx.session.scalars(select(OutboxMail)).all() == []


def test_what_cannot_be(session: Session, act: Act, one: Assignment) -> None:
    with pytest.raises(IllegalMove):
        verbs.confirm(act(OFFICE), one.id)
    stranger = _id(session, "canbo.p-tuphap")
    with pytest.raises(Invalid, match="đơn vị chủ trì"):
        verbs.accept(act(HEAD), one.id, owner_id=stranger)
    verbs.accept(act(HEAD), one.id)
    with pytest.raises(Invalid, match="sau hôm nay"):
        verbs.submit(act(HEAD), one.id, result="Xong", done_on=date(2026, 12, 31))
    with pytest.raises(Invalid, match="0 đến 100"):
        updates.update(act(HEAD), one.id, signal="on_track", text="x", percent=101)
    with pytest.raises(Invalid) as refused:
        updates.update(act(HEAD), one.id, signal="blocked", text="  ")
    assert refused.value.field == "text"


def test_a_coordinating_unit_sees_and_adds_notes(session: Session, act: Act) -> None:
    police = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    shared = session.scalars(select(Assignment).where(Assignment.coordinating.any(Unit.id == police.id))).one()
    assert shared.text.startswith("Chỉ tiêu 9")
    updates.note(act("canbo.congan"), shared.id, text="Đã phối hợp điều tra thân thiện")
    with pytest.raises(NotAllowed):
        updates.update(act("canbo.congan"), shared.id, signal="on_track", text="x")
    with pytest.raises(NotAllowed):
        updates.note(act(OFFICE), shared.id, text="x")


def _id(session: Session, login: str) -> int:
    return session.scalars(select(User.id).where(User.login == login)).one()


def _as(session: Session, login: str) -> Context:
    user = session.scalars(select(User).where(User.login == login)).one()
    return Context(session, actor_of(session, user, AT), AT, "test", "http://test", "giao-viec@example.vn")


def _unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()
