"""Coordinating units: asked by a day, late on their own account, with their own contact and contribution."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICER, mails
from tracker.models.assignment import Assignment
from tracker.models.outbox import OutboxMail
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.workflow import State
from tracker.services import coordination
from tracker.services.access import view
from tracker.services.update import note, undo

BY = date(2026, 3, 2)


@pytest.fixture
def police(session: Session) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == "congan")).one()


def test_asked_contributed_asked_again(session: Session, act: Act, one: Assignment, police: Unit) -> None:
    with pytest.raises(NotFound):
        view(act("truong.congan"), one.id)
    asked = coordination.ask(act(HEAD), one.id, police.id, question="Số liệu tai nạn", due_on=BY)
    assert asked.state == "asked"
    assert mails(session, "contribution_asked") == {"truong.congan@example.vn"}
    written = note(act("truong.congan"), one.id, text="12 vụ")
    assert (asked.state, asked.contributed_on, written.unit_id) == ("contributed", date(2026, 1, 5), police.id)
    assert mails(session, "contributed") == {"truong.p-yte@example.vn"}
    subjects = {mail.kind: mail.subject for mail in session.scalars(select(OutboxMail))}
    assert subjects["contribution_asked"].startswith("[Giao Việc] Đề nghị phối hợp – Phòng Y tế: ")
    assert subjects["contributed"].startswith("[Giao Việc] Ý kiến phối hợp – Công an huyện: ")
    undo(act("truong.congan"), one.id, written.id)
    assert (asked.state, asked.contributed_on) == ("asked", None)
    coordination.release(act(HEAD), one.id, police.id)
    assert asked.state == "not_needed"


def test_the_units_own_head_names_its_contact(session: Session, act: Act, one: Assignment, police: Unit) -> None:
    coordination.ask(act(HEAD), one.id, police.id, question="Số liệu", due_on=BY)
    people = {user.login: user.id for user in session.scalars(select(User))}
    with pytest.raises(Invalid, match="người của đơn vị phối hợp"):
        coordination.name_contact(act("truong.congan"), one.id, police.id, contact_id=people[OFFICER])
    for login in (HEAD, "canbo.congan"):
        with pytest.raises(NotAllowed):
            coordination.name_contact(act(login), one.id, police.id, contact_id=people["canbo.congan"])
    asked = coordination.name_contact(act("truong.congan"), one.id, police.id, contact_id=people["canbo.congan"])
    coordination.ask(act(HEAD), one.id, police.id, question="Thêm số liệu", due_on=BY)
    assert mails(session, "contribution_asked") >= {"canbo.congan@example.vn"}
    assert asked.contact is not None


def test_what_cannot_be_asked(act: Act, one: Assignment, police: Unit) -> None:
    for unit_id, question, due_on, field in (
        (police.id, " ", BY, "question"),
        (police.id, "x", None, "contribute_by"),
        (police.id, "x", date(2025, 1, 1), "contribute_by"),
        (police.id, "x", date(2026, 11, 20), "contribute_by"),  # after the deadline of the work itself
        (one.lead_unit_id, "x", BY, "unit_id"),
        (10**6, "x", BY, "unit_id"),
    ):
        with pytest.raises(Invalid) as refused:
            coordination.ask(act(HEAD), one.id, unit_id, question=question, due_on=due_on)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        coordination.ask(act("canbo.p-yte"), one.id, police.id, question="x", due_on=BY)


@pytest.mark.parametrize("state", [State.COMPLETED, State.CANCELLED])
def test_nothing_is_coordinated_after_the_end(
    session: Session, act: Act, one: Assignment, police: Unit, state: State
) -> None:
    asked = coordination.ask(act(HEAD), one.id, police.id, question="Số liệu", due_on=BY)
    one.state, one.submitted_on, one.done_on = state, BY, BY
    contact = session.scalars(select(User.id).where(User.login == "canbo.congan")).one()
    for refused in (
        lambda: coordination.ask(act(HEAD), one.id, police.id, question="Thêm", due_on=BY),
        lambda: coordination.release(act(HEAD), one.id, police.id),
        lambda: coordination.name_contact(act("truong.congan"), one.id, police.id, contact_id=contact),
        lambda: note(act("truong.congan"), one.id, text="12 vụ"),
    ):
        with pytest.raises(IllegalMove):
            refused()
    assert (asked.state, asked.contact_id, asked.question) == ("asked", None, "Số liệu")
