"""One duty × one lead unit × one period: the thing with an owner, a deadline and a state."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value, utcnow
from tracker.models.coordination import CoordinatingUnit
from tracker.models.duty import Duty
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.workflow import State


class Assignment(Numbered, Base):
    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("duty_id", "lead_unit_id", "period"),
        # Whoever leads it now: what was opened for a unit is not opened for it again.
        UniqueConstraint("duty_id", "opened_for_id", "period"),
        CheckConstraint(
            "period = 'once' OR period ~ '^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$' AND left(period, 4) = year::text",
            name="period",
        ),
        CheckConstraint("carried_to IS NULL OR (period = 'once' AND carried_to > year)", name="carried_to"),
        CheckConstraint("carried_from_id <> id", name="not_carried_from_itself"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("state <> 'in_progress' OR owner_id IS NOT NULL", name="in_progress_has_owner"),
        CheckConstraint("(state = 'suspended') = (suspended_from IS NOT NULL)", name="suspended_from"),
        CheckConstraint("state NOT IN ('submitted', 'completed') OR submitted_on IS NOT NULL", name="submitted_on"),
        CheckConstraint("num_nonnulls(due_on, nominal_due_on, original_due_on) IN (0, 3)", name="due_dates_together"),
        Index(None, "lead_unit_id", "state"),
        Index(None, "programme_id", "year"),
        Index("ix_assignments_once", "programme_id", "carried_to", postgresql_where=sql("period = 'once'")),
        # Lists: what is open, starred first, by due date; of a programme, of a unit, of a year, of everything.
        Index("ix_assignments_list", "programme_id", "closed", sql("starred DESC"), "due_on", "id"),
        Index("ix_assignments_list_of_unit", "lead_unit_id", "closed", sql("starred DESC"), "due_on", "id"),
        Index("ix_assignments_list_of_year", "year", "closed", sql("starred DESC"), "due_on", "id"),
        Index("ix_assignments_list_of_all", "closed", sql("starred DESC"), "due_on", "id"),
        # When anything was last heard of what a unit should be doing.
        Index(
            "ix_assignments_heard",
            "programme_id",
            sql("coalesce(last_update_at, created_at)"),
            postgresql_where=sql("state IN ('assigned', 'in_progress')"),
        ),
        # What stands in the way of whom: few among all.
        Index(
            "ix_assignments_blocked",
            "programme_id",
            "closed",
            sql("starred DESC"),
            "due_on",
            "id",
            postgresql_where=sql("blocked"),
        ),
        CheckConstraint("NOT blocked OR state IN ('in_progress', 'suspended')", name="blocked_while_with_unit"),
        # What a unit has refused and nobody has given to another yet.
        Index("ix_assignments_declined", "programme_id", postgresql_where=sql("state = 'declined'")),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"))
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    # The assignment this one is a part of; a part is never due after its whole.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    # The year it is given in, and the key of its period (`rules.recurrence`): a year, a part of one, or "once".
    year: Mapped[int]
    period: Mapped[str]
    # The unit that the opening of the period gave it to; null of a part.
    opened_for_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    # What the same duty had left unfinished when this was opened (ADR 18).
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    # Of a single duty: the last year into whose lists it was carried, unfinished when the year before ended.
    carried_to: Mapped[int | None]
    # The wording as it was when the assignment was opened; a later version of the text does not rewrite it.
    text: Mapped[str]
    expected_result: Mapped[str]
    is_request: Mapped[bool] = mapped_column(server_default="false")
    owner_may_submit: Mapped[bool] = mapped_column(server_default="false")
    evidence_required: Mapped[bool] = mapped_column(server_default="false")
    starred: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[State] = mapped_column(by_value(State, "state"))
    closed: Mapped[bool] = mapped_column(Computed("state IN ('completed', 'cancelled')", persisted=True))
    suspended_from: Mapped[State | None] = mapped_column(by_value(State, "suspended_from_state"))
    percent: Mapped[int] = mapped_column(server_default="0")
    # Whether the unit's last word on work that is still its own was "có vướng mắc".
    blocked: Mapped[bool] = mapped_column(server_default="false")
    # The day the document names, the day that counts (moved off holidays or extended), and the first one that counted.
    nominal_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    original_due_on: Mapped[date | None]
    last_update_at: Mapped[datetime | None]
    submitted_on: Mapped[date | None]
    done_on: Mapped[date | None]
    # The day of the last change of state, deadline or lead unit; a trigger keeps the history by it.
    changed_on: Mapped[date] = mapped_column(server_default=sql("(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    version: Mapped[int] = mapped_column(server_default="1")

    programme: Mapped[Programme] = relationship()
    duty: Mapped[Duty] = relationship()
    parent: Mapped["Assignment | None"] = relationship(remote_side="Assignment.id", foreign_keys=[parent_id])
    lead_unit: Mapped[Unit] = relationship(foreign_keys=[lead_unit_id])
    owner: Mapped[User | None] = relationship()
    coordinating: Mapped[list[Unit]] = relationship(
        secondary="coordinating_units", order_by=Unit.position, viewonly=True
    )
    coordination: Mapped[list[CoordinatingUnit]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Signal(StrEnum):
    """What an update says of the work at a glance."""

    ON_TRACK = "on_track"
    BLOCKED = "blocked"
    DONE = "done"
    NOTE = "note"  # from a coordinating unit


class Update(Numbered, Base):
    """An append-only progress note."""

    __tablename__ = "updates"
    __table_args__ = (
        CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("length(btrim(text)) > 0", name="text_not_blank"),
        Index(None, "assignment_id", "created_at"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    signal: Mapped[Signal] = mapped_column(by_value(Signal, "signal"))
    text: Mapped[str]
    percent: Mapped[int | None]
    created_at: Mapped[datetime]
    # The unit for which a coordinating one speaks; null is the lead.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    # Its author took it back within ten minutes; it stays here and in the audit.
    undone_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship()
    author: Mapped[User] = relationship()
    unit: Mapped[Unit | None] = relationship()


class Round(Numbered, Base):
    """One submission and what the standing office decided on it."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("assignment_id", "number"),
        CheckConstraint("decision IS NULL OR decision IN ('confirmed', 'returned', 'withdrawn')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_together"),
        Index("ix_rounds_returned", "assignment_id", "number", postgresql_where=sql("decision = 'returned'")),
        CheckConstraint("decision IS DISTINCT FROM 'returned' OR reason IS NOT NULL", name="return_has_reason"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    number: Mapped[int]
    result: Mapped[str]
    done_on: Mapped[date]
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None]

    submitted_by: Mapped[User] = relationship(foreign_keys=submitted_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
