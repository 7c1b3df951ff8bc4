"""Acting for a head who is away: rights, mails and the audit follow, from the first day to the last."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, mails
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.delegation import Delegation
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.services import assignment as verbs
from tracker.services import delegation as delegations
from tracker.services.chase import chase
from tracker.services.context import Context
from tracker.store.delegation import units_without_head

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
    with pytest.raises(NotFound):
        delegations.end(act("truong.p-tuphap"), row.id)
    delegations.end(act(HEAD, at=DURING), row.id)
    verbs.accept(act(HEAD), one.id)
    with pytest.raises(NotAllowed):
        verbs.submit(act(OFFICER, at=DURING), one.id, result="x", done_on=AT.date())


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
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 1, 2)}, "valid_to"),
    ):
        with pytest.raises(Invalid) as refused:
            away(act(HEAD), one, people, **wrong)
        assert refused.value.field == field
    away(act(HEAD), one, people)
    with pytest.raises(Invalid, match="Đã có"):
        away(act(HEAD), one, people)
    with pytest.raises(Invalid, match="cũng vắng mặt"):
        away(act(HEAD), one, people, absent_id=people[OFFICER], acting_id=people[HEAD])


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
