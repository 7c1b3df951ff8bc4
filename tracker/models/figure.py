"""What a unit reports of a measure for a period: rounds that are never overwritten once accepted (design 3.4)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.indicator import Measure
from tracker.models.unit import Unit
from tracker.models.user import User


class Figure(Numbered, Base):
    """One round of a value. The highest `round` counts; until it is accepted its unit may still change it.

    A ratio has `numerator` and `denominator`, and its `value` is theirs per what the measure says; another value stands
    alone. "0" is a value; `no_data` says that there is none. `unit_name` stays as it was when it was reported.
    """

    __tablename__ = "figures"
    __table_args__ = (
        UniqueConstraint("measure_id", "unit_id", "period", "round"),
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint("no_data = (value IS NULL)", name="value_or_no_data"),
        CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name="ratio_together"),
        CheckConstraint("numerator IS NULL OR value IS NOT NULL", name="ratio_has_value"),
        # A change may be negative; what may not is said by `rules.figures`.
        CheckConstraint("denominator > 0", name="denominator"),
        CheckConstraint("round = 1 OR length(btrim(reason)) > 0", name="correction_has_reason"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_together"),
        Index("ix_figures_period", "period", "measure_id"),
    )

    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    unit_name: Mapped[str]
    # "2026", "2026-H1" (`rules.recurrence`).
    period: Mapped[str]
    round: Mapped[int]
    numerator: Mapped[Decimal | None] = mapped_column(Numeric)
    denominator: Mapped[Decimal | None] = mapped_column(Numeric)
    value: Mapped[Decimal | None] = mapped_column(Numeric)
    no_data: Mapped[bool] = mapped_column(server_default="false")
    # "Ước thực hiện": reported before the period closed.
    estimate: Mapped[bool] = mapped_column(server_default="false")
    source: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")
    reported_at: Mapped[datetime]
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    measure: Mapped[Measure] = relationship()
    unit: Mapped[Unit] = relationship()
    reported_by: Mapped[User] = relationship(foreign_keys=reported_by_id)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads a plain dict here)
