"""Chases of an assignment with their readers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.chase import Chase, ChaseReader
from tracker.models.user import User


def chases_of(session: Session, assignment_id: int) -> list[Chase]:
    return list(
        session.scalars(
            select(Chase)
            .where(Chase.assignment_id == assignment_id)
            .options(joinedload(Chase.sent_by), selectinload(Chase.readers).joinedload(ChaseReader.user))
            .order_by(Chase.id)
        )
    )


def chasers(session: Session, assignment_id: int, since: datetime) -> list[User]:
    """Who wrote chases about it since then."""
    wrote = select(Chase.sent_by_id).where(Chase.assignment_id == assignment_id, Chase.sent_at >= since)
    return list(session.scalars(select(User).where(User.id.in_(wrote)).order_by(User.id)))
