"""The issued document: its identity, the versions of its text, and who is its standing office."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.unit import Unit
from tracker.rules.ranking import USUAL_THRESHOLD


class Programme(Numbered, Base):
    """Identified by number + issuer + date + period: numbers alone repeat, and may be blank."""

    __tablename__ = "programmes"
    __table_args__ = (
        CheckConstraint("mail_hour BETWEEN 0 AND 23", name="mail_hour"),
        CheckConstraint("extension_days BETWEEN 0 AND 60", name="extension_days"),
        CheckConstraint("jump_percent BETWEEN 1 AND 1000", name="jump_percent"),
        CheckConstraint("ranking_threshold >= 1", name="ranking_threshold"),
        CheckConstraint("period_end >= period_start", name="period_in_order"),
    )

    identity: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str | None]
    issuer: Mapped[str]
    issuer_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    issued_on: Mapped[date | None]
    issued_text: Mapped[str | None]
    period_start: Mapped[int]
    period_end: Mapped[int]
    based_on: Mapped[list[str]]
    # The reporting rule; `report_last_day` is "MM-DD", the last day that still counts as on time.
    report_wording: Mapped[str | None]
    report_recurrence: Mapped[str | None]
    report_last_day: Mapped[str | None]
    report_to: Mapped[list[str]]
    # Settings of the programme.
    shift_days_off: Mapped[bool] = mapped_column(server_default="true")
    mail_hour: Mapped[int] = mapped_column(server_default="8")
    # How many working days before the deadline a unit may still ask for more time; later only the office can give it.
    extension_days: Mapped[int] = mapped_column(server_default=str(USUAL_THRESHOLD))
    # Units with fewer finished or overdue assignments are listed beside the ranking, not in it.
    ranking_threshold: Mapped[int] = mapped_column(server_default="3")
    # A figure that differs by more than this from the one before, in percent of it, must be explained.
    jump_percent: Mapped[int] = mapped_column(server_default="20")
    # Gathers the money for the programme (Section III, IV.8).
    finance_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    # Periods that begin on this day or later open by themselves; null until the office has opened one.
    opens_from: Mapped[date | None]

    issuer_unit: Mapped[Unit] = relationship(foreign_keys=issuer_unit_id)
    finance_unit: Mapped[Unit | None] = relationship(foreign_keys=finance_unit_id)
    versions: Mapped[list["ProgrammeVersion"]] = relationship(
        back_populates="programme", order_by="ProgrammeVersion.number"
    )


class ProgrammeVersion(Numbered, Base):
    """One text of the programme as it was imported, with what changed against the one before."""

    __tablename__ = "programme_versions"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    number: Mapped[int]
    sha256: Mapped[str]
    source: Mapped[str]
    parsed: Mapped[dict[str, Any]]
    changes: Mapped[list[dict[str, Any]]]
    warnings: Mapped[list[dict[str, Any]]]
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    programme: Mapped[Programme] = relationship(back_populates="versions")


class StandingOffice(Numbered, Base):
    """A unit holds the standing-office role (cơ quan thường trực) of a programme from a date."""

    __tablename__ = "standing_offices"
    __table_args__ = (
        UniqueConstraint("programme_id", "unit_id", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship()
