"""A unit that coordinates: what it was asked for, by when, and whether it gave it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, by_value
from tracker.models.unit import Unit
from tracker.models.user import User


class CoordinationState(StrEnum):
    NAMED = "named"  # the document names it; nothing was asked yet
    ASKED = "asked"
    CONTRIBUTED = "contributed"
    NOT_NEEDED = "not_needed"


class CoordinatingUnit(Base):
    """`due_on` is the day by which the lead asked for the contribution: the coordinator's own deadline."""

    __tablename__ = "coordinating_units"
    __table_args__ = (
        CheckConstraint("state <> 'asked' OR (asked_at IS NOT NULL AND due_on IS NOT NULL)", name="asked_with_date"),
        Index("ix_coordinating_units_asked", "due_on", postgresql_where=text("state = 'asked'")),
        CheckConstraint("(state = 'contributed') = (contributed_on IS NOT NULL)", name="contributed_on"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    state: Mapped[CoordinationState] = mapped_column(
        by_value(CoordinationState, "coordination_state"), server_default="named", default=CoordinationState.NAMED
    )
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    question: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_on: Mapped[date | None]
    contributed_on: Mapped[date | None]

    unit: Mapped[Unit] = relationship()
    contact: Mapped[User | None] = relationship(foreign_keys=contact_id)
