"""The ladders of a programme, each version of them, and the steps that fired: the proof that a unit was told."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered, by_value
from tracker.models.outbox import OutboxMail
from tracker.models.user import User
from tracker.rules.ladder import Channel, LadderKind


class LadderVersion(Numbered, Base):
    """A ladder as it was saved; never changed afterwards. Without steps, the kind takes that of every assignment."""

    __tablename__ = "ladder_versions"
    __table_args__ = (UniqueConstraint("programme_id", "kind", "number"), CheckConstraint("number > 0", name="number"))

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    kind: Mapped[LadderKind] = mapped_column(by_value(LadderKind, "ladder_kind"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[datetime]
    # Null: it came with the programme.
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    made_by: Mapped[User | None] = relationship()
    steps: Mapped[list["LadderStep"]] = relationship(order_by="LadderStep.step_offset")


class LadderStep(Numbered, Base):
    """Who is told how many working days before (negative) or after the deadline."""

    __tablename__ = "ladder_steps"
    __table_args__ = (
        UniqueConstraint("version_id", "step_offset"),
        CheckConstraint("cardinality(roles) > 0", name="has_roles"),
        CheckConstraint("every >= 0 AND times >= 0 AND (every = 0) = (times = 0)", name="repeats"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("ladder_versions.id"))
    step_offset: Mapped[int]
    roles: Mapped[list[str]]
    channel: Mapped[Channel] = mapped_column(by_value(Channel, "channel"), server_default=Channel.MAIL.value)
    # Again every so many working days, so many times; 0 for a step that does not repeat.
    every: Mapped[int] = mapped_column(server_default="0")
    times: Mapped[int] = mapped_column(server_default="0")
    wording: Mapped[str] = mapped_column(server_default="")


class EscalationAudit(Numbered, Base):
    """What the auditor found: `missed` steps more than one working day late, of `checked` assignments."""

    __tablename__ = "escalation_audits"
    __table_args__ = (Index(None, "at"),)

    at: Mapped[datetime]
    checked: Mapped[int]
    missed: Mapped[int]
    # The earliest due date of an assignment with a missed step.
    oldest_due_on: Mapped[date | None]


class UpcomingStep(Base):
    """The day on which the sweep looks at an assignment next; null when no step is left. Kept by triggers."""

    __tablename__ = "upcoming_steps"
    __table_args__ = (Index(None, "step_on"),)

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    step_on: Mapped[date | None]


class Escalation(Numbered, Base):
    """A step that fired for an assignment and a due date. `recipient_id` is null when nobody could be reached."""

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint(
            "assignment_id",
            "due_on",
            "step_offset",
            "role",
            "recipient_id",
            "instead_of_id",
            name="uq_escalations_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "recipient_id"),
        Index(None, "outbox_id"),
        Index(None, "fired_at"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    due_on: Mapped[date]
    step_offset: Mapped[int]
    role: Mapped[str]
    # As what the recipient was told: of the next in line, when nobody of the role can be reached. Null: nobody knows.
    told_as: Mapped[str | None]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    # The mail to somebody else of this step that could not be delivered: why this person was told in their stead.
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    # Who led the work then; it may be another unit's today.
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    fired_at: Mapped[datetime]
    # The version of the ladder whose step this was.
    ladder_version_id: Mapped[int | None] = mapped_column(ForeignKey("ladder_versions.id"))

    assignment: Mapped[Assignment] = relationship()
    recipient: Mapped[User | None] = relationship()
    mail: Mapped[OutboxMail | None] = relationship(foreign_keys=outbox_id)
    ladder_version: Mapped[LadderVersion | None] = relationship()
