"""How each assignment stood at the end of each day on which it changed. Kept by a trigger on `assignments`."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, by_value
from tracker.rules.workflow import State


class PastStanding(Base):
    """Holds from `since` until the next row of the same assignment, or until today."""

    __tablename__ = "past_standings"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    state: Mapped[State] = mapped_column(by_value(State, "past_state"))
    due_on: Mapped[date | None]
    submitted_on: Mapped[date | None]
