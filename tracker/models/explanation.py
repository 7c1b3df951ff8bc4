"""A leader or the standing office asks a unit to explain itself (yêu cầu giải trình), by a date of its own."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered, by_value
from tracker.models.user import User


class ExplanationState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ExplanationRequest(Numbered, Base):
    __tablename__ = "explanation_requests"
    __table_args__ = (
        CheckConstraint("length(btrim(question)) > 0", name="question_not_blank"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_together"),
        CheckConstraint("state NOT IN ('answered', 'closed') OR answer IS NOT NULL", name="answered"),
        Index(None, "assignment_id"),
        Index("ix_explanation_requests_open", "due_on", postgresql_where=text("state = 'open'")),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    question: Mapped[str]
    due_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[ExplanationState] = mapped_column(by_value(ExplanationState, "explanation_state"))
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    assignment: Mapped[Assignment] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)
