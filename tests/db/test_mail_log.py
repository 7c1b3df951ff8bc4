"""Whose mails one reads in the log, and may send again: those of one's own programmes."""

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tests.helpers.world import AT
from tracker.mail.template import Rendered
from tracker.models.assignment import Assignment
from tracker.models.escalation import LadderStep, LadderVersion
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.programme import Programme, StandingOffice
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import NotAllowed, NotFound
from tracker.rules.ladder import LadderKind
from tracker.services import assignment as verbs
from tracker.services.escalation import sweep
from tracker.services.outbox import enqueue, log_of, resend
from tracker.store.mail_log import MailFilters
from tracker.store.outbox import health, mails

# A working day on which the ladder tells the owner.
SWEPT = datetime(2026, 11, 5, 9, 0, tzinfo=LOCAL)
OTHER_OFFICE = "truong.p-tuphap"


@pytest.fixture
def other(session: Session, one: Assignment) -> Programme:
    """A second programme, looked after by another office."""
    first = one.programme
    columns = {
        column.name: getattr(first, column.key)
        for column in Programme.__table__.columns
        if column.name not in ("id", "identity") and hasattr(first, column.key)
    }
    made = Programme(**{**columns, "identity": "second"})
    session.add(made)
    session.flush()
    unit = session.scalars(select(Unit).where(Unit.code == "p-tuphap")).one()
    session.add(StandingOffice(programme_id=made.id, unit_id=unit.id, valid_from=unit.valid_from))
    ladder = LadderVersion(programme_id=made.id, kind=LadderKind.EVERY, number=1, made_at=AT)
    ladder.steps = [LadderStep(step_offset=-10, roles=["owner"])]
    session.add(ladder)
    session.flush()
    return made


def test_an_event_mail_is_about_its_programme(session: Session, act: Act, one: Assignment, other: Programme) -> None:
    verbs.decline(act(HEAD), one.id, reason="Không đúng chức năng")
    session.flush()
    sent = session.scalars(select(OutboxMail).where(OutboxMail.kind == "declined")).all()
    assert {tuple(mail.programme_ids) for mail in sent} == {(one.programme_id,)}
    assert log_of(act(OFFICE)) == {one.programme_id}
    assert log_of(act(OTHER_OFFICE)) == {other.id}
    assert log_of(act(HEAD)) == frozenset()
    assert log_of(act("quantri")) is log_of(act("kiemtoan")) is None
    seen = [mails(session, MailFilters(), 1, programme_ids=ids) for ids in ({one.programme_id}, {other.id})]
    assert {mail.id for mail in seen[0].rows} >= {mail.id for mail in sent}
    assert seen[1].total == 0
    assert health(session, SWEPT, {other.id}).counts == {}


def test_a_digest_is_about_every_programme_in_it(session: Session, act: Act, one: Assignment, other: Programme) -> None:
    session.execute(update(Assignment).where(Assignment.id == one.id).values(programme_id=other.id))
    session.expire_all()
    sweep(act(at=SWEPT))
    session.flush()
    digests = session.scalars(select(OutboxMail).where(OutboxMail.kind == "digest")).all()
    about = {mail.to_address: set(mail.programme_ids) for mail in digests}
    first = session.scalars(select(Programme.id).where(Programme.id != other.id)).one()
    assert about["truong.p-yte@example.vn"] == {first, other.id}
    assert about["truong.p-gddt@example.vn"] == {first}
    assert mails(session, MailFilters(), 1, programme_ids={other.id}).total == 1


def test_only_ones_own_is_sent_again(session: Session, act: Act, one: Assignment, other: Programme) -> None:
    verbs.decline(act(HEAD), one.id, reason="Không đúng chức năng")
    person = session.scalars(select(User).where(User.login == HEAD)).one()
    about_nothing = enqueue(act(), "delegation", "k", person, Rendered("x", "x", "x"))
    session.flush()
    mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "declined")).first()
    assert mail is not None
    assert about_nothing is not None
    mail.state = about_nothing.state = MailState.FAILED
    session.flush()
    for login in (OTHER_OFFICE, HEAD):
        with pytest.raises(NotFound):
            resend(act(login), mail.id)
    with pytest.raises(NotFound):
        resend(act(OFFICE), about_nothing.id)
    with pytest.raises(NotAllowed):
        resend(act("kiemtoan"), mail.id)
    assert resend(act(OFFICE), mail.id).state is MailState.QUEUED
    assert resend(act("quantri"), about_nothing.id).state is MailState.QUEUED
