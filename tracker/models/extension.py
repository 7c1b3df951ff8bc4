"""A unit asks for a later deadline; the standing office decides. The original date is never overwritten."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered, by_value
from tracker.models.user import User


class ExtensionState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"  # the office offers another date; the unit answers
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ExtensionRequest(Numbered, Base):
    """`due_before` is the deadline when it was asked; `decided_due_on` the one that was granted or proposed."""

    __tablename__ = "extension_requests"
    __table_args__ = (
        UniqueConstraint("assignment_id", "number"),
        CheckConstraint("asked_due_on > due_before", name="later"),
        CheckConstraint("length(btrim(reason)) > 0", name="reason_not_blank"),
        CheckConstraint("state NOT IN ('granted', 'proposed') OR decided_due_on IS NOT NULL", name="decided_date"),
        CheckConstraint("state NOT IN ('refused', 'proposed') OR decision_reason IS NOT NULL", name="refusal_reason"),
        Index(
            "uq_extension_requests_one_open",
            "assignment_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'proposed')"),
        ),
        Index("ix_extension_requests_open", "asked_at", postgresql_where=text("state IN ('open', 'proposed')")),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    number: Mapped[int]
    reason: Mapped[str]
    due_before: Mapped[date]
    asked_due_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[ExtensionState] = mapped_column(by_value(ExtensionState, "extension_state"))
    decided_due_on: Mapped[date | None]
    decision_reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    assignment: Mapped[Assignment] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
