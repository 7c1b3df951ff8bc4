"""Money for the programme, per unit, year and source: estimated, approved, spent (Section III and IV.8)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.unit import Unit


class BudgetSource(StrEnum):
    CENTRAL = "central"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    SOCIAL = "social"


class BudgetLine(Numbered, Base):
    """Amounts in đồng, whole; None is not known yet, which is not 0."""

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("programme_id", "unit_id", "year", "source"),
        CheckConstraint("estimate >= 0 AND approved >= 0 AND spent >= 0", name="not_negative"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    year: Mapped[int]
    source: Mapped[BudgetSource] = mapped_column(by_value(BudgetSource, "budget_source"))
    estimate: Mapped[Decimal | None] = mapped_column(Numeric(15, 0))
    approved: Mapped[Decimal | None] = mapped_column(Numeric(15, 0))
    spent: Mapped[Decimal | None] = mapped_column(Numeric(15, 0))
    version: Mapped[int] = mapped_column(server_default="1")
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    unit: Mapped[Unit] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads a plain dict here)
