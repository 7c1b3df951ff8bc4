"""A person's or a unit's deadlines as a calendar that other programs subscribe to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.unit import Unit
from tracker.models.user import User


class CalendarFeed(Numbered, Base):
    """The address carries the number and a signature over `secret`; revoking the row closes it."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (Index(None, "user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # None: what the person owns. Otherwise everything the unit leads or coordinates.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    secret: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    unit: Mapped[Unit | None] = relationship()
