"""Files that prove what was done. The content is named by its SHA-256 and lies outside the database."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.user import User


class Evidence(Numbered, Base):
    """One file on an assignment; `update_id` or `round_id` says with what it came. Removed ones stay in the audit."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        Index(None, "assignment_id"),
        Index(None, "sha256"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    update_id: Mapped[int | None] = mapped_column(ForeignKey("updates.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"))
    sha256: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    removed_at: Mapped[datetime | None]

    added_by: Mapped[User] = relationship()
