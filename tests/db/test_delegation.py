"""Acting for a head who is away: rights, mails and the audit follow, from the first day to the last."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, mails
from tests.helpers.stack import until
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.delegation import Delegation
from tracker.models.outbox import OutboxMail
from tracker.models.programme import Programme, StandingOffice
from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole, User
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.services import assignment as verbs
from tracker.services import delegation as delegations
from tracker.services.chase import chase
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.store.delegation import units_without_head
from tracker.store.people import SIGNING, holders
from tracker.store.user import by_login

FROM, TO = date(2026, 11, 2), date(2026, 11, 13)
DURING = datetime(2026, 11, 13, 23, 0, tzinfo=LOCAL)
AFTER = DURING + timedelta(hours=1)


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    return {user.login: user.id for user in session.scalars(select(User))}


def away(ctx: Context, one: Assignment, people: dict[str, int], **more: object) -> Delegation:
    values = {"absent_id": people[HEAD], "acting_id": people[OFFICER], "valid_from": FROM, "valid_to": TO, **more}
    return delegations.delegate(ctx, one.lead_unit_id, **values)  # type: ignore[arg-type]


def test_rights_mails_and_audit_follow(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    away(act(HEAD), one, people)
    assert mails(session, "delegation") == {"canbo.p-yte@example.vn"}
    verbs.accept(act(HEAD), one.id)
    with pytest.raises(NotAllowed):
        verbs.submit(act(OFFICER, at=datetime(2026, 11, 1, 9, 0, tzinfo=LOCAL)), one.id, result="x", done_on=AT.date())
    verbs.submit(act(OFFICER, at=DURING), one.id, result="Xong", done_on=TO)
    verbs.return_(act(OFFICE, at=DURING), one.id, reason="Thiếu")
    assert mails(session, "returned") == {"canbo.p-yte@example.vn", "truong.p-yte@example.vn"}  # acting, and the owner
    with pytest.raises(NotAllowed):
        verbs.submit(act(OFFICER, at=AFTER), one.id, result="x", done_on=AT.date())
    session.flush()
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "submit")).one()
    assert (event.actor_id, event.on_behalf_of_id) == (people[OFFICER], people[HEAD])
    own = session.scalars(select(AuditEvent).where(AuditEvent.verb == "return")).one()
    assert own.on_behalf_of_id is None


def test_a_chase_goes_to_who_acts(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    away(act(HEAD), one, people)
    chase(act(OFFICE, at=DURING), one.id, text="Đề nghị báo cáo ngay")
    chase(act(OFFICE, at=AFTER), one.id, text="Đề nghị báo cáo ngay")
    session.flush()
    assert mails(session, "chased") == {"canbo.p-yte@example.vn", "truong.p-yte@example.vn"}


def test_the_office_can_do_it_and_end_it(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    row = away(act(OFFICE), one, people)
    assert mails(session, "delegation") == {"canbo.p-yte@example.vn", "truong.p-yte@example.vn"}
    sent = session.scalars(select(OutboxMail).where(OutboxMail.kind == "delegation"))
    letters = {mail.to_address: mail.text_body for mail in sent}
    assert "anh/chị được ủy quyền xử lý công việc thay" in letters["canbo.p-yte@example.vn"]
    assert "anh/chị được ủy quyền" not in letters["truong.p-yte@example.vn"]
    with pytest.raises(NotFound):
        delegations.end(act("truong.p-tuphap"), row.id)
    delegations.end(act(HEAD, at=DURING), row.id)
    verbs.accept(act(HEAD), one.id)
    with pytest.raises(NotAllowed):
        verbs.submit(act(OFFICER, at=DURING), one.id, result="x", done_on=AT.date())


def unit_id(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def member(session: Session, login: str, code: str, role: PostRole) -> int:
    """A new person with a post; `act(login)` acts as them."""
    user = User(login=login, name=login, email=f"{login}@example.vn", password_hash="x")
    session.add(user)
    session.flush()
    session.add(Post(user_id=user.id, unit_id=unit_id(session, code), role=role, valid_from=date(2021, 1, 1)))
    session.flush()
    return user.id


def test_nobody_makes_themselves_head(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    """Not an officer of the office, not a deputy, not who acts for the head already; the administrator may."""
    office, days = unit_id(session, "p-ldtbxh"), {"valid_from": FROM, "valid_to": TO}
    absent = {"absent_id": people[OFFICE], **days}
    with pytest.raises(NotAllowed):
        delegations.delegate(act("canbo.p-ldtbxh"), office, acting_id=people["canbo.p-ldtbxh"], **absent)
    deputy = member(session, "pho.p-ldtbxh", "p-ldtbxh", PostRole.DEPUTY)
    with pytest.raises(Invalid) as refused:
        delegations.delegate(act("pho.p-ldtbxh"), office, acting_id=deputy, **absent)
    assert refused.value.field == "acting_id"
    delegations.delegate(act("pho.p-ldtbxh"), office, acting_id=people["canbo.p-ldtbxh"], **absent)
    later = {"absent_id": people[OFFICE], "valid_from": TO + timedelta(days=1), "valid_to": TO + timedelta(days=9)}
    with pytest.raises(Invalid) as refused:
        delegations.delegate(act("canbo.p-ldtbxh", at=DURING), office, acting_id=people["canbo.p-ldtbxh"], **later)
    assert refused.value.field == "acting_id"
    admin = session.get(User, people["canbo.p-yte"])
    assert admin is not None
    admin.is_admin = True
    session.flush()
    away(act(OFFICER), one, people)


def test_the_office_acts_through_its_head(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    member(session, "pho.p-ldtbxh", "p-ldtbxh", PostRole.DEPUTY)
    for login in ("canbo.p-ldtbxh", "pho.p-ldtbxh"):
        with pytest.raises(NotFound):
            away(act(login), one, people)
        assert {unit.code for unit in delegations.units_to_manage(act(login), units(session))} <= {"p-ldtbxh"}
    delegations.delegate(
        act(OFFICE), unit_id(session, "p-ldtbxh"), absent_id=people[OFFICE], acting_id=people["canbo.p-ldtbxh"],
        valid_from=FROM, valid_to=TO,
    )  # fmt: skip
    row = away(act("canbo.p-ldtbxh", at=DURING), one, people, valid_from=TO)
    session.flush()
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "delegate", AuditEvent.subject_id == row.id))
    assert event.one().on_behalf_of_id == people[OFFICE]


def units(session: Session) -> list[Unit]:
    return list(session.scalars(select(Unit)))


def test_the_office_cannot_hand_out_the_posts_of_the_issuer(session: Session, act: Act, people: dict[str, int]) -> None:
    """Its leaders name their own; the administrator helps."""
    committee = unit_id(session, "ubnd-huyen")
    who = {"absent_id": people["truong.ubnd-huyen"], "acting_id": people["pho.ubnd-huyen"]}
    days = {"valid_from": FROM, "valid_to": TO}
    with pytest.raises(NotFound):
        delegations.delegate(act(OFFICE), committee, **who, **days)
    assert committee not in {unit.id for unit in delegations.units_to_manage(act(OFFICE), units(session))}
    # Not even where it has work to do.
    session.scalars(select(Assignment)).first().lead_unit_id = committee  # type: ignore[union-attr]
    session.flush()
    with pytest.raises(NotFound):
        delegations.delegate(act(OFFICE), committee, **who, **days)
    delegations.end(act("quantri"), delegations.delegate(act("quantri"), committee, **who, **days).id)
    delegations.delegate(act("truong.ubnd-huyen"), committee, **who, **days)


def test_an_office_settles_absences_where_its_programme_is_worked_on(
    session: Session, act: Act, one: Assignment, people: dict[str, int]
) -> None:
    """The office of another programme has no say in a unit that does nothing in it, until it does."""
    first = session.get_one(Programme, one.programme_id)
    other = Programme(
        identity="khac", title="Khác", kind=first.kind, issuer=first.issuer, issuer_unit_id=first.issuer_unit_id,
        period_start=2026, period_end=2030, based_on=[], report_to=[],
    )  # fmt: skip
    session.add(other)
    session.flush()
    justice = unit_id(session, "p-tuphap")
    session.add(StandingOffice(programme_id=other.id, unit_id=justice, valid_from=date(2021, 1, 1)))
    session.flush()
    with pytest.raises(NotFound):
        away(act("truong.p-tuphap"), one, people)
    assert [unit.code for unit in delegations.units_to_manage(act("truong.p-tuphap"), units(session))] == ["p-tuphap"]
    one.programme_id = other.id
    session.flush()
    away(act("truong.p-tuphap"), one, people)


@pytest.mark.parametrize("turned", [False, True])
def test_two_at_once_leave_one(database_url: str, *, turned: bool) -> None:
    """The same head and days; or each of the two is said to be away and the other to act."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with Session(engine) as first, Session(engine) as second, ThreadPoolExecutor(1) as pool:
        people = {user.login: user.id for user in first.scalars(select(User))}
        unit = unit_id(first, "p-yte")
        days = {"valid_from": FROM, "valid_to": TO}
        head, officer = people[HEAD], people[OFFICER]

        def as_(session: Session, login: str) -> Context:
            user = by_login(session, login)
            assert user is not None
            return Context(session, actor_of(session, user, AT), AT, "test", "http://test", "giao-viec@example.vn")

        late_ctx = as_(second, OFFICE)
        late_pair = (officer, head) if turned else (head, officer)
        delegations.delegate(as_(first, OFFICE), unit, absent_id=head, acting_id=officer, **days)
        first.flush()
        late = pool.submit(delegations.delegate, late_ctx, unit, absent_id=late_pair[0], acting_id=late_pair[1], **days)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        until(lambda: late.done() or first.scalar(waiting) == 1, 10)
        first.commit()
        assert isinstance(late.exception(10), Invalid)
        second.rollback()
        assert len(second.scalars(select(Delegation)).all()) == 1
    engine.dispose()


def test_what_cannot_be(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    with pytest.raises(NotAllowed):
        away(act(OFFICER), one, people)
    with pytest.raises(NotFound):
        away(act("truong.p-tuphap"), one, people)
    for wrong, field in (
        ({"acting_id": people[HEAD]}, "acting_id"),
        ({"acting_id": people["truong.p-tuphap"]}, "acting_id"),
        ({"absent_id": people["truong.p-tuphap"]}, "absent_id"),
        ({"valid_to": FROM - timedelta(days=1)}, "valid_to"),
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 1, 2)}, "valid_from"),
        ({"valid_to": FROM + timedelta(days=366)}, "valid_to"),
    ):
        with pytest.raises(Invalid) as refused:
            away(act(HEAD), one, people, **wrong)
        assert refused.value.field == field
    away(act(HEAD), one, people)
    with pytest.raises(Invalid, match="Đã có"):
        away(act(HEAD), one, people)
    with pytest.raises(Invalid, match="cũng vắng mặt"):
        away(act(OFFICE), one, people, absent_id=people[OFFICER], acting_id=people[HEAD])


def test_a_unit_that_nobody_can_reach_is_named(
    session: Session, act: Act, one: Assignment, people: dict[str, int]
) -> None:
    programmes = [one.programme_id]
    assert units_without_head(session, programmes, AT.date()) == []
    head = session.get(User, people[HEAD])
    assert head is not None
    head.active = False
    session.flush()
    assert [unit.code for unit in units_without_head(session, programmes, AT.date())] == ["p-yte"]
    head.active, head.email = True, None
    session.flush()
    assert [unit.code for unit in units_without_head(session, programmes, AT.date())] == ["p-yte"]
    away(act(OFFICE), one, people)
    assert units_without_head(session, programmes, FROM) == []


def test_who_gets_the_mail_and_who_can_be_reached_is_one_question(
    session: Session, act: Act, one: Assignment, people: dict[str, int]
) -> None:
    """Every mix of active and having an address, of the head and of who acts: told whether or not there is one."""
    head, officer = session.get_one(User, people[HEAD]), session.get_one(User, people[OFFICER])
    row = None
    for named in (False, True):
        if named:
            head.active = officer.active = True
            session.flush()
            row = away(act(HEAD), one, people)
        for head.active, has_head, officer.active, has_officer in product((True, False), repeat=4):
            head.email, officer.email = "head@example.vn" if has_head else None, "x@example.vn" if has_officer else None
            session.flush()
            who = officer if row else head
            mailed = holders(session, [one.lead_unit_id], SIGNING, FROM).get(one.lead_unit_id, [])
            assert mailed == ([who] if who.active else [])
            alarm = bool(units_without_head(session, [one.programme_id], FROM))
            assert alarm is not any(person.email for person in mailed)


def test_the_end_is_told_to_both(session: Session, act: Act, one: Assignment, people: dict[str, int]) -> None:
    row = away(act(HEAD), one, people)
    delegations.end(act("quantri"), row.id)
    delegations.end(act("quantri"), row.id)
    session.flush()
    assert mails(session, "delegation_ended") == {"canbo.p-yte@example.vn", "truong.p-yte@example.vn"}
    later = away(act(HEAD), one, people)
    delegations.end(act(HEAD, at=DURING), later.id)
    session.flush()
    told = session.scalars(select(OutboxMail.to_address).where(OutboxMail.dedupe_key.like(f"%ended:{later.id}:%")))
    assert told.all() == ["canbo.p-yte@example.vn"]  # who ended it knows
