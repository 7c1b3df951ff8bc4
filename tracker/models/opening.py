"""Which periods of a programme were opened: a row for each, and never a second one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class PeriodOpening(Base):
    """`period` is a key of `rules.recurrence`; `opened_by_id` null is the system."""

    __tablename__ = "period_openings"
    __table_args__ = (CheckConstraint("period <> 'once'", name="recurs"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
