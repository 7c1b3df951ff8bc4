"""A reporting cycle, and the report of each unit that is expected to file in it (design 3.5)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered, by_value
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.filing import CycleKind, FilingState, Level


class ReportCycle(Numbered, Base):
    """`form` is what units fill in, frozen when the cycle opens:
    {"sections": [{"key", "title", "help", "required"}]}; which measures each fills stands in its own report.

    `period` is a key of `rules.recurrence` ("2026", "2026-H1"); of a mid-term or final cycle the last year it covers,
    and `first_year` the first. Units report figures as of `cut_off_on`; an edition has what was accepted of them when
    it was taken.
    """

    __tablename__ = "report_cycles"
    __table_args__ = (
        UniqueConstraint("programme_id", "kind", "period"),
        CheckConstraint("cut_off_on <= due_commune_on", name="cut_off_first"),
        CheckConstraint("due_commune_on <= due_department_on AND due_department_on <= due_office_on", name="levels"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    kind: Mapped[CycleKind] = mapped_column(by_value(CycleKind, "cycle_kind"))
    period: Mapped[str]
    first_year: Mapped[int]
    opens_on: Mapped[date]
    cut_off_on: Mapped[date]
    due_commune_on: Mapped[date]
    due_department_on: Mapped[date]
    due_office_on: Mapped[date]
    form: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # By the office, or by beat on its day.
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    programme: Mapped[Programme] = relationship()


class UnitReport(Numbered, Base):
    """One row of the frozen list of expected units, and the head of what that unit files.

    `unit_name` and `level` stay as they were when the cycle opened. `assignment_id` is the duty to report: reminders,
    escalations and the workflow's history are its own.
    """

    __tablename__ = "unit_reports"
    __table_args__ = (
        UniqueConstraint("cycle_id", "unit_id"),
        CheckConstraint("(state = 'exempt') = (exempt_reason IS NOT NULL)", name="exempt_has_reason"),
        CheckConstraint("state NOT IN ('submitted', 'accepted') OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="accepted"),
        Index("ix_unit_reports_state", "cycle_id", "level", "state"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("report_cycles.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    unit_name: Mapped[str]
    level: Mapped[Level] = mapped_column(by_value(Level, "level"))
    position: Mapped[int]
    due_on: Mapped[date]
    measure_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    state: Mapped[FilingState] = mapped_column(by_value(FilingState, "filing_state"), default=FilingState.EXPECTED)
    version: Mapped[int] = mapped_column(server_default="1")
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    exempt_reason: Mapped[str | None]
    # Why the figures came back; of a section it stands there.
    figures_returned: Mapped[str | None]
    first_submitted_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]

    cycle: Mapped[ReportCycle] = relationship()
    unit: Mapped[Unit] = relationship()
    assignment: Mapped[Assignment | None] = relationship()
    sections: Mapped[list["ReportSection"]] = relationship(
        order_by="ReportSection.position", cascade="all, delete-orphan", passive_deletes=True
    )
    rounds: Mapped[list["FiledRound"]] = relationship(order_by="FiledRound.number")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads a plain dict here)


class ReportSection(Numbered, Base):
    """The text of one section now. `version` grows with every save; `returned_reason` until it is submitted again."""

    __tablename__ = "report_sections"
    __table_args__ = (UniqueConstraint("report_id", "key"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("unit_reports.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    text: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")
    edited_at: Mapped[datetime | None]
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned_reason: Mapped[str | None]

    edited_by: Mapped[User | None] = relationship(foreign_keys=edited_by_id)


class FiledRound(Numbered, Base):
    """One submission as it was, and what came of it; a trigger keeps both.

    `content`: {"sections": {key: text}, "figures": [figure ids], "values": {measure id: words}, "answers": {part:
    reason}} – the figures as they were then, and what had come back before it. `returned` is {part: reason}, a part
    being a section's key or "figures"; {} where it was accepted or nothing was decided yet.
    """

    __tablename__ = "filed_rounds"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_together"),
        CheckConstraint("decision IN ('accepted', 'returned', 'withdrawn')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_with_day"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("unit_reports.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # Whose post it is, when its holder acts for somebody away.
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    submitted_by: Mapped[User] = relationship(foreign_keys=submitted_by_id)
    on_behalf_of: Mapped[User | None] = relationship(foreign_keys=on_behalf_of_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
