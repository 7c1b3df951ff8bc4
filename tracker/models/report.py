"""Editions of the consolidated report, each built from its own frozen snapshot."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.programme import Programme
from tracker.models.user import User


class BuildState(StrEnum):
    QUEUED = "queued"
    BUILDING = "building"
    DONE = "done"
    FAILED = "failed"


class ConsolidatedReport(Numbered, Base):
    """One numbered edition. The document lies in the database: no machine's disk is needed to serve it."""

    __tablename__ = "consolidated_reports"
    __table_args__ = (
        UniqueConstraint("programme_id", "year", "edition"),
        CheckConstraint("(state = 'building') = (lease_token IS NOT NULL)", name="lease_while_building"),
        CheckConstraint("(lease_token IS NULL) = (lease_until IS NULL)", name="lease_together"),
        CheckConstraint("(state = 'done') = (document IS NOT NULL)", name="done_has_document"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    year: Mapped[int]
    edition: Mapped[int]
    state: Mapped[BuildState] = mapped_column(by_value(BuildState, "state"), default=BuildState.QUEUED)
    progress: Mapped[int] = mapped_column(server_default="0")
    stage: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(server_default="0")
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    programme: Mapped[Programme] = relationship()
    requested_by: Mapped[User] = relationship()
