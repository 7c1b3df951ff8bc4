"""Chases of an assignment with their readers."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.chase import Chase, ChaseReader


def chases_of(session: Session, assignment_id: int) -> list[Chase]:
    return list(
        session.scalars(
            select(Chase)
            .where(Chase.assignment_id == assignment_id)
            .options(joinedload(Chase.sent_by), selectinload(Chase.readers).joinedload(ChaseReader.user))
            .order_by(Chase.id)
        )
    )
