"""Ladders on real rows: versions, kinds, what the sweep takes from them, and what a preview foretells."""

from datetime import date, datetime, timedelta

import psycopg
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_sweep import _accepted, morning
from tests.helpers.world import make_settings
from tracker.app import create_app
from tracker.extensions import db
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.escalation import Escalation, LadderVersion
from tracker.models.outbox import OutboxMail
from tracker.models.unit import Unit
from tracker.models.user import Post
from tracker.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.rules.ladder import DEFAULT_LADDER, LadderKind, LadderRole
from tracker.rules.ladder_text import format_ladder, parse_ladder
from tracker.rules.workflow import State
from tracker.services import ladder as service
from tracker.services.context import Context
from tracker.services.escalation import sweep
from tracker.store import ladder as store

OFFICE = "truong.p-ldtbxh"
EVERY, STARRED, REQUESTED = LadderKind
LATE = "3 ngày làm việc sau hạn: lãnh đạo đơn vị; lặp lại mỗi 5 ngày làm việc, tối đa 2 lần; lời nhắn: “Báo cáo ngay”"


@pytest.fixture
def one(session: Session) -> Assignment:
    """Only one assignment is left open: the health department's duty IV.3.1, due on Thu 19/11/2026."""
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    mine = select(Assignment).where(Assignment.lead_unit_id == unit.id).order_by(Assignment.id).limit(1)
    chosen = session.scalars(mine).one()
    session.execute(update(Assignment).where(Assignment.id != chosen.id).values(state=State.CANCELLED))
    return chosen


def save(ctx: Context, kind: LadderKind, text: str, programme_id: int = 1, note: str = "") -> LadderVersion:
    found = service.preview(ctx, programme_id, kind, text)
    seen = service.fingerprint(kind, found.steps, found.version)
    return service.save(ctx, programme_id, kind, text, version=found.version, seen=seen, note=note)


def fired(session: Session) -> list[tuple[str, int, str, LadderKind, int]]:
    rows = session.execute(
        select(Escalation.fired_at, Escalation.step_offset, Escalation.role, LadderVersion.kind, LadderVersion.number)
        .join(LadderVersion, LadderVersion.id == Escalation.ladder_version_id)
        .order_by(Escalation.id)
    )
    return [(f"{at:%d/%m}", *rest) for at, *rest in rows]  # type: ignore[misc]


def test_each_save_is_a_version_and_the_old_ones_stay(session: Session, act: Act) -> None:
    ctx = act(OFFICE)
    row = save(ctx, EVERY, LATE, note=" Thử ")
    assert (row.number, row.note, row.made_by_id, row.made_at) == (2, "Thử", ctx.actor.user_id, ctx.now)
    found = store.versions(session, 1, EVERY)
    assert [one.number for one in found] == [2, 1]
    assert store.steps_of(found[0]) == parse_ladder(LATE)
    assert store.steps_of(found[1]) == DEFAULT_LADDER
    assert store.ladders(session, 1)[EVERY].steps == parse_ladder(LATE)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "set_ladder")).one()
    assert event.data == {"kind": "every", "version": 2, "note": "Thử"}


def test_a_kind_without_steps_takes_that_of_every_assignment(session: Session, act: Act) -> None:
    ctx = act(OFFICE)
    assert {one.kind for one in store.ladders(session, 1).values()} == {EVERY}
    save(ctx, STARRED, LATE)
    assert [one.kind for one in store.ladders(session, 1).values()] == [EVERY, STARRED, EVERY]
    save(ctx, STARRED, "")
    assert [one.number for one in store.versions(session, 1, STARRED)] == [2, 1]
    assert store.ladders(session, 1)[STARRED] == store.ladders(session, 1)[EVERY]
    with pytest.raises(Invalid, match="ít nhất một bậc"):
        service.preview(ctx, 1, EVERY, "")


def test_only_what_was_looked_at_is_saved_and_only_on_the_newest(act: Act) -> None:
    ctx = act(OFFICE)
    seen = service.fingerprint(EVERY, parse_ladder(LATE), 1)
    with pytest.raises(Invalid, match="xem trước lại"):
        service.save(ctx, 1, EVERY, format_ladder(parse_ladder(LATE)[:1]).replace("Báo", "Bao"), version=1, seen=seen)
    for stale in (0, None, 2):
        with pytest.raises(Conflict):
            service.save(ctx, 1, EVERY, LATE, version=stale, seen=seen)
    with pytest.raises(Invalid, match="Chưa có gì khác"):
        save(ctx, EVERY, format_ladder(DEFAULT_LADDER))
    with pytest.raises(Invalid, match="tối đa 500"):
        service.save(ctx, 1, EVERY, LATE, version=1, seen=seen, note="x" * 501)
    assert service.save(ctx, 1, EVERY, LATE, version=1, seen=seen).number == 2
    with pytest.raises(Conflict):
        service.save(ctx, 1, EVERY, LATE, version=1, seen=seen)


@pytest.mark.parametrize(
    ("login", "sets", "plans"),
    [
        ("truong.p-yte", False, False),
        ("truong.ubnd-huyen", False, True),
        ("kiemtoan", False, True),
        ("quantri", True, True),
        (OFFICE, True, True),
    ],
)
def test_who_may(act: Act, login: str, sets: bool, plans: bool) -> None:
    ctx = act(login)
    for allowed, call in (
        (sets, lambda: service.preview(ctx, 1, EVERY, LATE)),
        (sets, lambda: save(ctx, EVERY, LATE)),
        (plans, lambda: service.plan(ctx, 1, 30)),
    ):
        if allowed:
            call()
        else:
            with pytest.raises(NotAllowed):
                call()
    with pytest.raises(NotFound):
        service.plan(ctx, 99, 30)


def test_the_sweep_climbs_the_ladder_of_the_kind_and_repeats(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    save(act(OFFICE), STARRED, LATE)
    one.starred = True
    session.flush()
    day = morning("2026-11-01")
    while day < morning("2027-01-31"):
        sweep(act(at=day))
        day += timedelta(days=1)
    assert fired(session) == [
        ("24/11", 3, "head", STARRED, 1), ("01/12", 8, "head", STARRED, 1), ("08/12", 13, "head", STARRED, 1),
    ]  # fmt: skip
    mails = session.scalars(select(OutboxMail).where(OutboxMail.kind == "digest")).all()
    assert len(mails) == 3
    assert all("Báo cáo ngay" in mail.text_body and "Báo cáo ngay" in mail.html_body for mail in mails)


def test_a_request_keeps_its_own_however_important(session: Session, act: Act, one: Assignment) -> None:
    save(act(OFFICE), REQUESTED, "Ngày đến hạn: cơ quan thường trực")
    one.is_request = one.starred = True
    session.flush()
    sweep(act(at=morning("2026-11-25")))
    assert {(offset, role, kind) for _, offset, role, kind, _ in fired(session)} == {(0, "standing_office", REQUESTED)}


def test_what_was_sent_stays_and_later_steps_name_the_new_version(session: Session, act: Act, one: Assignment) -> None:
    _accepted(session, act, one)
    sweep(act(at=morning("2026-11-20")))
    before = fired(session)
    save(act(OFFICE, at=morning("2026-11-20", 10)), EVERY, "1 ngày làm việc sau hạn: lãnh đạo đơn vị\n" + LATE)
    sweep(act(at=morning("2026-11-23")))
    assert fired(session) == before, "the step of the first day is recorded: nothing is told again"
    sweep(act(at=morning("2026-11-24")))
    assert fired(session) == [*before, ("24/11", 3, "head", EVERY, 2)]
    assert {number for *_, number in before} == {1}


def test_a_plan_is_what_daily_sweeps_then_send(session: Session, act: Act, one: Assignment) -> None:
    """Of all assignments, some starred, from a day on which part of them are long overdue."""
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.ASSIGNED))
    session.execute(update(Assignment).where(Assignment.id % 3 == 0).values(starred=True))
    session.execute(delete(Post).where(Post.unit_id == one.lead_unit_id))  # nobody to tell is a step too
    session.expire_all()
    save(act(OFFICE), STARRED, LATE)
    sweep(act(at=morning("2026-11-10")))
    start = morning("2026-11-11")
    plan = service.plan(act(OFFICE, at=start), 1, 30)
    foretold = {(group.on, told.row.id, told.offset, str(group.role)) for group in plan.groups for told in group.told}
    for n in range(30):
        sweep(act(at=start + timedelta(days=n)))
    sent = session.execute(
        select(Escalation.fired_at, Escalation.assignment_id, Escalation.step_offset, Escalation.role).where(
            Escalation.fired_at >= start
        )
    )
    assert foretold == {(at.date(), *rest) for at, *rest in sent}
    assert len(foretold) > 100
    assert (plan.first, plan.last) == (date(2026, 11, 11), date(2026, 12, 10))
    day = next(iter(plan.by_day))
    assert plan.by_day[day] == len({id_ for on, id_, _, _ in foretold if on == day})
    assert all(group.units <= len(group.told) for group in plan.groups)


def test_a_preview_is_of_the_assignments_that_would_climb_it(session: Session, act: Act, one: Assignment) -> None:
    ctx = act(OFFICE, at=morning("2026-11-23"))
    assert service.preview(ctx, 1, EVERY, LATE).affected == 1
    assert service.preview(ctx, 1, STARRED, LATE).affected == 0
    one.starred = True
    session.flush()
    assert service.preview(ctx, 1, EVERY, LATE).affected == 1, "starred work has no ladder of its own yet"
    save(ctx, STARRED, LATE)
    assert service.preview(ctx, 1, EVERY, LATE).affected == 0
    found = service.preview(ctx, 1, STARRED, "")
    assert {group.role for group in found.plan.groups} > {LadderRole.HEAD}, "of every assignment again"
    assert session.scalars(select(LadderVersion.number).where(LadderVersion.kind == STARRED)).all() == [1]


def test_what_it_would_have_sent_since_january(session: Session, act: Act, one: Assignment) -> None:
    """Due 19/11; the text would have told the head on 24/11, 01/12, 08/12; the ladder in force and the truth beside."""
    ctx = act(OFFICE, at=morning("2026-12-10"))
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.DRAFT))
    found = service.preview(ctx, 1, EVERY, LATE).past
    assert [(f"{month.first:%m}", month.by_role) for month in found.months] == [
        ("11", {"head": 1}),
        ("12", {"head": 2}),
    ]
    assert found.edited == {role: 3 if role == "head" else 0 for role in LadderRole}
    assert found.in_force == {"owner": 4, "head": 4, "standing_office": 2, "deputy_leader": 1, "leader": 1}
    assert found.sent == {}
    sweep(act(at=morning("2026-11-19")))
    assert service.preview(ctx, 1, EVERY, LATE).past.sent == {"owner": 1, "head": 1}
    # Handed in on 26/11: nothing after that day. Extended from 19/11 to 10/12: the first deadline until it passed.
    session.execute(
        update(Assignment).where(Assignment.id == one.id).values(state=State.SUBMITTED, submitted_on=date(2026, 11, 26))
    )
    assert service.preview(ctx, 1, EVERY, LATE).past.edited["head"] == 1
    session.execute(
        update(Assignment)
        .where(Assignment.id == one.id)
        .values(state=State.ASSIGNED, submitted_on=None, due_on=date(2026, 12, 4))
    )
    assert service.preview(ctx, 1, EVERY, LATE).past.edited["head"] == 1, "+3 of 04/12 is 09/12"


def test_one_assignment_from_today_to_the_end_of_its_ladder(session: Session, act: Act, one: Assignment) -> None:
    sweep(act(at=morning("2026-11-23")))
    row, coming, kind = service.of_assignment(act("truong.p-yte", at=morning("2026-11-23", 9)), one.id)
    assert (row.id, kind) == (one.id, EVERY)
    assert [(f"{at.on:%d/%m}", at.offset, at.role) for at in coming] == [
        ("24/11", 3, "head"), ("24/11", 3, "standing_office"), ("26/11", 5, "standing_office"),
        ("26/11", 5, "deputy_leader"), ("03/12", 10, "leader"),
    ]  # fmt: skip
    _, late, _ = service.of_assignment(act("truong.p-yte", at=morning("2027-06-05")), one.id)
    assert {f"{at.on:%d/%m/%Y}" for at in late} == {"07/06/2027"}, (
        "long after the ladder's end, on the next working day"
    )
    with pytest.raises(NotFound):
        service.of_assignment(act("truong.p-tuphap"), one.id)
    one.state, one.submitted_on = State.SUBMITTED, date(2026, 11, 23)
    session.flush()
    assert service.of_assignment(act(OFFICE, at=morning("2026-11-23")), one.id)[1] == []


@pytest.fixture
def before(database_url: str) -> str:
    """A copy of the world one migration back, with an escalation in it."""
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with app.app_context():
        downgrade(revision="0003")
        db.engine.dispose()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO escalations (assignment_id, due_on, step_offset, role, fired_at)"
            " SELECT id, due_on, 3, 'head', now() FROM assignments ORDER BY id LIMIT 1"
        )
    return database_url


def test_what_was_there_becomes_the_first_version_and_goes_back(before: str) -> None:
    app = create_app(make_settings(before, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with psycopg.connect(before, autocommit=True) as connection:
        steps = "SELECT step_offset, roles FROM ladder_steps ORDER BY step_offset"
        first = connection.execute(steps).fetchall()
        assert len(first) == 7
        with app.app_context():
            upgrade()
            db.engine.dispose()
        assert connection.execute(steps).fetchall() == first
        version = connection.execute("SELECT id, kind, number, made_by_id, made_at FROM ladder_versions").fetchall()
        imported = connection.execute("SELECT imported_at FROM programme_versions").fetchone()
        assert imported is not None
        assert [row[1:] for row in version] == [("every", 1, None, imported[0])]
        assert connection.execute("SELECT ladder_version_id FROM escalations").fetchall() == [(version[0][0],)]
        connection.execute(
            "WITH made AS (INSERT INTO ladder_versions (programme_id, kind, number, made_at) VALUES"
            " (1, 'every', 2, now()), (1, 'starred', 1, now()) RETURNING id, kind)"
            " INSERT INTO ladder_steps (version_id, step_offset, roles, every, times) SELECT id,"
            " CASE kind WHEN 'every' THEN 4 ELSE 9 END, '{leader}', 5, 2 FROM made"
        )
        with app.app_context():
            downgrade(revision="0003")
            db.engine.dispose()
        assert connection.execute("SELECT programme_id, step_offset, roles FROM ladder_steps").fetchall() == [
            (1, 4, ["leader"])
        ]
        assert connection.execute("SELECT count(*) FROM escalations").fetchone() == (1,)


def test_times_are_of_the_day_in_vietnam(act: Act) -> None:
    """23:30 on 31 December in Vietnam: this year's January, not the next's."""
    at = datetime.fromisoformat("2026-12-31T16:30:00+00:00")
    assert service.preview(act(OFFICE, at=at), 1, EVERY, LATE).past.since == date(2026, 1, 1)
