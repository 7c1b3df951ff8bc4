"""The register: rows of what was recorded, with the result as the mail server told it, for whom may read them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_bounce import about
from tests.db.test_fallback import mail_to, try_once, user
from tests.db.test_sweep import morning
from tracker.mail.answer import Outcome
from tracker.models.assignment import Assignment
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.models.user import Post
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.register import Result, result_of
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services.bounce import record_bounce
from tracker.services.chase import chase
from tracker.services.escalation import sweep
from tracker.services.register import cover, in_words, open_register, results
from tracker.services.update import undo
from tracker.services.update import update as write
from tracker.store.register import PAGE_SIZE, Asked, Entry, entries, entries_of_page

DAY = date(2026, 11, 20)
Read = Callable[..., list[Entry]]


@pytest.fixture
def told(session: Session, act: Act, one: Assignment) -> Assignment:
    """Owner and head have the digest of the day about the one assignment that is open."""
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.CANCELLED))
    verbs.accept(act("truong.p-yte"), one.id, owner_id=user(session, "canbo.p-yte").id)
    session.execute(delete(OutboxMail))
    sweep(act(at=morning("2026-11-20")))
    return one


@pytest.fixture
def read(session: Session, one: Assignment) -> Read:
    def ask(start: date = DAY, end: date = DAY, unit_ids: frozenset[int] | None = None) -> list[Entry]:
        return list(entries(session, Asked(one.programme_id, start, end, unit_ids)))

    return ask


def test_steps(session: Session, act: Act, told: Assignment, read: Read) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    try_once(act, row, Outcome.SENT, "250", at=morning("2026-11-20", hour=9))
    owner, head = read()
    assert (owner.to_name, owner.to_address, owner.mail_id) == (row.to_name, row.to_address, row.id)
    assert (owner.told_at, owner.sent_at) == (morning("2026-11-20"), morning("2026-11-20", hour=9))
    assert (owner.step_offset, owner.role, owner.chased_by) == (1, "owner", None)
    assert (owner.unit_name, owner.clause_ref, owner.text) == ("Phòng Y tế", told.duty.clause.ref, told.text)
    assert (owner.due_on, owner.result, owner.answered_at) == (told.due_on, Result.DELIVERED, None)
    assert (head.role, head.result, head.sent_at) == ("head", Result.WAITING, None)


def test_what_is_sent_later_and_came_back(session: Session, act: Act, told: Assignment, read: Read) -> None:
    row = mail_to(session, "truong.p-yte", "digest")
    try_once(act, row, Outcome.SENT, "250", at=morning("2026-11-20", hour=9))
    record_bounce(act(at=morning("2026-11-20", hour=10)), about(row))
    _owner, head, *instead = read()
    assert (head.result, head.sent_at) == (Result.BOUNCED, morning("2026-11-20", hour=9))
    assert {(one.role, one.instead_of, one.result) for one in instead} == {("head", row.to_name, Result.WAITING)}
    assert {one.to_name for one in instead} == {"Trưởng phòng LĐTBXH", "Cán bộ Phòng LĐTBXH"}


def test_a_chase_and_to_whom_it_went_on(session: Session, act: Act, one: Assignment, read: Read) -> None:
    chase(act("truong.ubnd-huyen", at=morning("2026-11-20")), one.id, text="Báo cáo ngay")
    row = mail_to(session, "truong.p-yte", "chased")
    row.created_at = morning("2026-11-20")
    try_once(act, row, Outcome.FAILED, "550 5.1.1 unknown", at=morning("2026-11-20"))
    session.execute(update(OutboxMail).values(created_at=morning("2026-11-20", hour=9)))
    first, *instead = read()
    assert (first.chased_by, first.step_offset, first.result) == ("Chủ tịch UBND huyện Tân Yên", None, Result.FAILED)
    assert (first.told_at, first.due_on) == (morning("2026-11-20"), one.due_on)
    assert {(one.chased_by, one.instead_of) for one in instead} == {(first.chased_by, row.to_name)}
    assert [line.by for line in in_words([first])] == ["Đôn đốc của Chủ tịch UBND huyện Tân Yên"]


def test_nobody_is_a_line_too(session: Session, act: Act, one: Assignment, read: Read) -> None:
    session.execute(update(Assignment).where(Assignment.id != one.id).values(state=State.CANCELLED))
    session.execute(delete(Post))
    sweep(act(at=morning("2026-11-20")))
    assert {(one.role, one.to_name, one.result) for one in read()} == {
        ("owner", None, Result.NOBODY), ("head", None, Result.NOBODY)
    }  # fmt: skip


def test_the_answer_is_the_first_after_it(session: Session, act: Act, told: Assignment, read: Read) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    officer = "canbo.p-yte"
    write(act(officer, at=morning("2026-11-20", hour=9)), told.id, signal="on_track", text="Trước khi thư đến")
    try_once(act, row, Outcome.SENT, "250", at=morning("2026-11-20", hour=10))
    assert read()[0].answered_at is None
    taken_back = write(act(officer, at=morning("2026-11-20", hour=11)), told.id, signal="on_track", text="Nhầm")
    undo(act(officer, at=morning("2026-11-20", hour=11)), told.id, taken_back.id)
    assert read()[0].answered_at is None
    for hour in (14, 15):
        write(act(officer, at=morning("2026-11-20", hour=hour)), told.id, signal="on_track", text="Sau đó")
    assert read()[0].answered_at == morning("2026-11-20", hour=14)
    head = act("truong.p-yte", at=morning("2026-11-20", hour=13))
    verbs.submit(head, told.id, result="Xong", done_on=head.today)
    assert read()[0].answered_at == morning("2026-11-20", hour=13)


def test_nothing_is_worked_out_anew(session: Session, act: Act, told: Assignment, read: Read) -> None:
    """Another lead, another deadline, other people and addresses since: what was recorded stays."""
    before = read()
    police = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    session.execute(
        text("UPDATE assignments SET lead_unit_id = :unit, due_on = due_on + 30, state = 'cancelled' WHERE id = :id"),
        {"unit": police.id, "id": told.id},
    )
    for login in ("canbo.p-yte", "truong.p-yte"):
        one = user(session, login)
        one.name, one.email = "Người khác", "khac@example.vn"
    session.execute(delete(Post))
    session.flush()
    assert read() == before
    assert read(unit_ids=frozenset({police.id})) == []


@pytest.mark.parametrize(("start", "end", "found"), [(0, 0, True), (-5, 5, True), (1, 5, False), (-5, -1, False)])
def test_both_days_of_a_period_count(told: Assignment, read: Read, start: int, end: int, found: bool) -> None:
    assert bool(read(DAY + timedelta(days=start), DAY + timedelta(days=end))) is found


def test_the_day_is_the_local_one(session: Session, told: Assignment, read: Read) -> None:
    """23:30 in Hanoi is 16:30 in Greenwich, 00:30 is the day before there."""
    for hour, minute in ((0, 1), (23, 59)):
        moment = morning("2026-11-20").replace(hour=hour, minute=minute)
        session.execute(text("UPDATE escalations SET fired_at = :at"), {"at": moment})
        assert len(read()) == 2


def test_pages_are_the_list_in_pieces(session: Session, act: Act) -> None:
    sweep(act(at=morning("2026-11-25")))
    (programme,) = session.scalars(select(Programme))
    asked = Asked(programme.id, date(2026, 11, 25), date(2026, 11, 25))
    everything = list(entries(session, asked))
    assert len(everything) > PAGE_SIZE
    pages = [one for n in (1, 2, 3, 4, 5) for one in entries_of_page(session, asked, n)]
    assert pages == everything[: 5 * PAGE_SIZE]


def test_counts_are_those_of_the_lines(session: Session, act: Act, told: Assignment, read: Read) -> None:
    row = mail_to(session, "canbo.p-yte", "digest")
    row.state = MailState.UNCERTAIN
    session.flush()
    ctx = act("truong.p-ldtbxh", at=morning("2026-11-23"))
    register = open_register(ctx, programme_id=told.programme_id, start=DAY, end=DAY)
    assert results(ctx, register) == {Result.WAITING: 1, Result.UNCERTAIN: 1}
    above = cover(ctx, register)
    assert (above.total, above.counts, above.unit) == (2, [("Chờ gửi", 1), ("Chưa rõ đã đến", 1)], "")
    assert above.period == "từ ngày 20/11/2026 đến hết ngày 20/11/2026"


def test_every_state_has_its_result() -> None:
    assert {result_of(state, somebody=True) for state in MailState} | {Result.NOBODY} == set(Result)
    assert result_of(None, somebody=True) is Result.FAILED
    assert result_of(None, somebody=False) is Result.NOBODY


@pytest.mark.parametrize("login", ["truong.p-ldtbxh", "canbo.p-ldtbxh", "truong.ubnd-huyen", "quantri", "kiemtoan"])
def test_who_reads_all_of_it(session: Session, act: Act, told: Assignment, login: str) -> None:
    register = open_register(act(login), programme_id=told.programme_id, start=DAY, end=DAY)
    assert register.asked.unit_ids is None
    assert len(register.units) > 40


def test_a_head_reads_the_own_units_part(session: Session, act: Act, told: Assignment) -> None:
    ctx = act("truong.p-yte")
    register = open_register(ctx, programme_id=told.programme_id, start=DAY, end=DAY)
    assert register.asked.unit_ids == frozenset({told.lead_unit_id})
    assert register.unit_name == "Phòng Y tế"
    assert len(list(entries(session, register.asked))) == 2
    other = open_register(act("truong.congan"), programme_id=told.programme_id, start=DAY, end=DAY)
    assert list(entries(session, other.asked)) == []
    with pytest.raises(NotAllowed):
        open_register(
            act("truong.congan"), programme_id=told.programme_id, start=DAY, end=DAY, unit_id=told.lead_unit_id
        )


def test_others_read_nothing(act: Act, one: Assignment) -> None:
    with pytest.raises(NotAllowed):
        open_register(act("canbo.p-yte"), programme_id=one.programme_id, start=DAY, end=DAY)


def test_what_cannot_be_asked(act: Act, one: Assignment) -> None:
    office = act("truong.p-ldtbxh")
    with pytest.raises(Invalid):
        open_register(office, programme_id=one.programme_id, start=DAY, end=DAY - timedelta(days=1))
    with pytest.raises(Invalid):
        open_register(office, programme_id=one.programme_id, start=date(1, 1, 1), end=DAY)
    with pytest.raises(NotFound):
        open_register(office, programme_id=one.programme_id, start=DAY, end=DAY, unit_id=999_999)
    with pytest.raises(NotFound):
        open_register(act("quantri"), programme_id=999_999, start=DAY, end=DAY)
