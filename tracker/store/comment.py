"""Comments of an assignment with whom they name."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.comment import Comment, Mention


def comments_of(session: Session, assignment_id: int) -> list[Comment]:
    return list(
        session.scalars(
            select(Comment)
            .where(Comment.assignment_id == assignment_id)
            .options(
                joinedload(Comment.author),
                selectinload(Comment.mentions).options(joinedload(Mention.user), joinedload(Mention.unit)),
            )
            .order_by(Comment.id)
        )
    )
