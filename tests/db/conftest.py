"""The assignment that most tests of verbs act on."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.unit import Unit


@pytest.fixture
def one(session: Session) -> Assignment:
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    return session.scalars(select(Assignment).where(Assignment.lead_unit_id == unit.id).order_by(Assignment.id)).first()  # type: ignore[return-value]
