"""A list's filters under a name: the part of its address after the question mark."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.unit import Unit
from tracker.models.user import User


class SavedFilter(Numbered, Base):
    """Private, or shared with a unit."""

    __tablename__ = "saved_filters"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("length(btrim(name)) > 0", name="name_not_blank"),
        Index(None, "unit_id"),
    )

    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime]

    owner: Mapped[User] = relationship()
    unit: Mapped[Unit | None] = relationship()
