"""The assignment that most tests of verbs act on, and the same as the only one at work."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.models.assignment import Assignment
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.services.assignment import accept


@pytest.fixture
def one(session: Session) -> Assignment:
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    return session.scalars(select(Assignment).where(Assignment.lead_unit_id == unit.id).order_by(Assignment.id)).first()  # type: ignore[return-value]


@pytest.fixture
def work(session: Session, act: Act, one: Assignment) -> Assignment:
    """Due on Thu 19/11/2026, with an owner since long ago; nobody has been told anything."""
    session.execute(text("UPDATE assignments SET state = 'cancelled' WHERE id <> :one"), {"one": one.id})
    session.execute(text("UPDATE assignments SET changed_on = '2026-01-05'"))
    session.execute(text("UPDATE ladder_versions SET made_at = '2026-01-05'"))
    owner = session.scalars(select(User).where(User.login == "canbo.p-yte")).one()
    accept(act("truong.p-yte"), one.id, owner_id=owner.id)
    session.execute(text("DELETE FROM mail_links"))
    session.execute(text("DELETE FROM outbox"))
    return one
