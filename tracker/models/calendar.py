"""The administrator's table of days that differ from the holidays library, both ways."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class DayOverride(Base):
    __tablename__ = "day_overrides"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str]
