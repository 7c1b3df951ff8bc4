"""Editions of the consolidated report, each built from its own frozen snapshot."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.cycle import ReportCycle
from tracker.models.programme import Programme
from tracker.models.user import User


class BuildState(StrEnum):
    QUEUED = "queued"
    BUILDING = "building"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ConsolidatedReport(Numbered, Base):
    """One numbered edition, of a year or of a reporting cycle. Its documents lie in the database: no machine's disk is
    needed to serve them. Once issued nothing of it changes any more.

    Editions are counted for each cycle (or year without one) and recipient. `recipient` is whom it is addressed to: the
    committee that issued the programme, or the agency above the office.
    `texts` are its sections as the office had them: {section key: {"text", "sources": [unit names]}}.
    """

    __tablename__ = "consolidated_reports"
    __table_args__ = (
        UniqueConstraint(
            "programme_id", "year", "cycle_id", "recipient", "edition", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("recipient IN ('committee', 'agency')", name="recipient"),
        CheckConstraint("(issued_number IS NULL) = (issued_on IS NULL)", name="number_with_day"),
        CheckConstraint("(issued_number IS NULL) = (issued_by_id IS NULL)", name="number_by_somebody"),
        CheckConstraint("issued_at IS NULL OR (state = 'done' AND issued_number IS NOT NULL)", name="issued_when_done"),
        CheckConstraint("(state = 'building') = (lease_token IS NOT NULL)", name="lease_while_building"),
        CheckConstraint("(lease_token IS NULL) = (lease_until IS NULL)", name="lease_together"),
        CheckConstraint("state <> 'done' OR document IS NOT NULL", name="done_has_document"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    year: Mapped[int]
    edition: Mapped[int]
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("report_cycles.id"), index=True)
    recipient: Mapped[str] = mapped_column(server_default="committee")
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

    texts: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    # Whose snapshot this one was made from, where it is not its own: the same figures for another recipient.
    basis_id: Mapped[int | None] = mapped_column(ForeignKey("consolidated_reports.id"), index=True)
    # With number and day the documents are written once more; then, at `issued_at`, the edition is locked.
    issued_at: Mapped[datetime | None]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # As the clerk gave it after signing: "15/BC-LĐTBXH".
    issued_number: Mapped[str | None]
    issued_on: Mapped[date | None]
    # "KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", and who signed; empty: the head's title and no name.
    signed_as: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    signer: Mapped[str] = mapped_column(server_default="")

    programme: Mapped[Programme] = relationship()
    cycle: Mapped[ReportCycle | None] = relationship()
    requested_by: Mapped[User] = relationship(foreign_keys=requested_by_id)
    issued_by: Mapped[User | None] = relationship(foreign_keys=issued_by_id)


class EditionFile(Numbered, Base):
    """A document of an edition beside its .docx: "pdf", "xlsx"."""

    __tablename__ = "edition_files"
    __table_args__ = (UniqueConstraint("report_id", "kind"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("consolidated_reports.id", ondelete="CASCADE"))
    kind: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class SnapshotPart(Numbered, Base):
    """Rows of a snapshot that are too many for it: JSON lines, compressed. `kind`: "work" or "cells"."""

    __tablename__ = "snapshot_parts"
    __table_args__ = (UniqueConstraint("report_id", "kind", "number"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("consolidated_reports.id", ondelete="CASCADE"))
    kind: Mapped[str]
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class EditedSection(Numbered, Base):
    """What the office made of a section of a cycle's report. It outlives every rebuild.

    `drawn` is the text that was drawn from the units' reports when it was edited: where that has changed since, the
    office is shown how. The newest row of a section counts; earlier ones are its history.
    """

    __tablename__ = "edited_sections"
    __table_args__ = (Index("ix_edited_sections_newest", "cycle_id", "key", "id"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("report_cycles.id"))
    key: Mapped[str]
    # None: back to what is drawn.
    text: Mapped[str | None]
    drawn: Mapped[str]
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    edited_by: Mapped[User] = relationship()
