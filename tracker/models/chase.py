"""A reminder that somebody in the standing office or a leader wrote, and who has read it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered
from tracker.models.user import User


class Chase(Numbered, Base):
    __tablename__ = "chases"
    __table_args__ = (
        CheckConstraint("length(btrim(text)) > 0", name="text_not_blank"),
        Index(None, "assignment_id"),
        Index(None, "sent_at"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    # Who led the work then, and until when; both may be others today.
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date | None]
    text: Mapped[str]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    assignment: Mapped[Assignment] = relationship()
    sent_by: Mapped[User] = relationship()
    readers: Mapped[list["ChaseReader"]] = relationship(order_by="ChaseReader.id")


class ChaseReader(Numbered, Base):
    """Somebody a chase went to; read when they opened the assignment afterwards."""

    __tablename__ = "chase_readers"
    __table_args__ = (UniqueConstraint("chase_id", "user_id"), Index(None, "user_id"))

    chase_id: Mapped[int] = mapped_column(ForeignKey("chases.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    read_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
