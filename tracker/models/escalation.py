"""The ladder of a programme and the steps that fired: the proof that a unit was told."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered
from tracker.models.outbox import OutboxMail
from tracker.models.user import User


class LadderStep(Numbered, Base):
    """Who is told how many working days before (negative) or after the deadline."""

    __tablename__ = "ladder_steps"
    __table_args__ = (
        UniqueConstraint("programme_id", "step_offset"),
        CheckConstraint("cardinality(roles) > 0", name="has_roles"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    step_offset: Mapped[int]
    roles: Mapped[list[str]]


class Escalation(Numbered, Base):
    """A step that fired for an assignment and a due date. `recipient_id` is null when nobody could be reached."""

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint(
            "assignment_id",
            "due_on",
            "step_offset",
            "role",
            "recipient_id",
            name="uq_escalations_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "recipient_id"),
        Index(None, "outbox_id"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    due_on: Mapped[date]
    step_offset: Mapped[int]
    role: Mapped[str]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    fired_at: Mapped[datetime]

    assignment: Mapped[Assignment] = relationship()
    recipient: Mapped[User | None] = relationship()
    mail: Mapped[OutboxMail | None] = relationship()
