"""Chases of an assignment with their readers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models.chase import Chase
from tracker.models.user import User


def chasers(session: Session, assignment_id: int, since: datetime) -> list[User]:
    """Who wrote chases about it since then."""
    wrote = select(Chase.sent_by_id).where(Chase.assignment_id == assignment_id, Chase.sent_at >= since)
    return list(session.scalars(select(User).where(User.id.in_(wrote)).order_by(User.id)))
