"""Who did what, when, for whom. Append-only: a trigger refuses UPDATE and DELETE."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.user import User


class AuditEvent(Numbered, Base):
    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    at: Mapped[datetime]
    # Null is the system itself: the sweep, an import from the command line.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verb: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    request_id: Mapped[str]

    actor: Mapped[User | None] = relationship(foreign_keys=actor_id)
    on_behalf_of: Mapped[User | None] = relationship(foreign_keys=on_behalf_of_id)
