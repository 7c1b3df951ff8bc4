"""What people say to each other on an assignment, and whom they name."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.unit import Unit
from tracker.models.user import User


class Comment(Numbered, Base):
    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("length(btrim(text)) > 0", name="text_not_blank"),
        Index(None, "assignment_id", "created_at"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[User] = relationship()
    mentions: Mapped[list["Mention"]] = relationship(order_by="Mention.id")


class Mention(Numbered, Base):
    """A person or a whole unit that a comment names."""

    __tablename__ = "mentions"
    __table_args__ = (CheckConstraint("num_nonnulls(user_id, unit_id) = 1", name="one_named"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))

    user: Mapped[User | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
