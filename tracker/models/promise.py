"""Promises: by which day work will be done, what became of it, and who was told that it was not."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.assignment import Assignment
from tracker.models.base import Base, Numbered, by_value
from tracker.models.user import User
from tracker.rules.promise import Outcome


class Promise(Numbered, Base):
    """`version` is the assignment's when it was made; `replaces_id` the open one that it took the place of."""

    __tablename__ = "promises"
    __table_args__ = (
        CheckConstraint("(outcome = 'open') = (settled_at IS NULL)", name="settled_together"),
        Index(None, "assignment_id"),
        Index("uq_promises_one_open", "assignment_id", unique=True, postgresql_where=text("outcome = 'open'")),
        # What the sweep reads: as many as have a day that is over.
        Index("ix_promises_open", "promised_on", postgresql_where=text("outcome = 'open'")),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    promised_on: Mapped[date]
    note: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[datetime]
    version: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id"))
    outcome: Mapped[Outcome] = mapped_column(by_value(Outcome, "outcome"), default=Outcome.OPEN)
    settled_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship()
    person: Mapped[User] = relationship()


class PromiseNotice(Numbered, Base):
    """Somebody was told of a broken promise; `recipient_id` is null when nobody could be reached.

    As of an escalation: who led the work then and until when, and the mail whose place this one took.
    """

    __tablename__ = "promise_notices"
    __table_args__ = (
        UniqueConstraint(
            "promise_id",
            "recipient_id",
            "instead_of_id",
            name="uq_promise_notices_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "outbox_id"),
        Index(None, "fired_at"),
    )

    promise_id: Mapped[int] = mapped_column(ForeignKey("promises.id"))
    role: Mapped[str]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date | None]
    fired_at: Mapped[datetime]
