"""Indicators of Section I, their measures and the targets by year."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.clause import Clause
from tracker.models.unit import Unit
from tracker.rules.measure import Better


class Indicator(Numbered, Base):
    __tablename__ = "indicators"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    clause_id: Mapped[int] = mapped_column(ForeignKey("clauses.id"), unique=True)
    number: Mapped[int]
    text: Mapped[str]
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    retired_in: Mapped[int | None]

    clause: Mapped[Clause] = relationship()
    lead_unit: Mapped[Unit | None] = relationship()
    support: Mapped[list[Unit]] = relationship(secondary="indicator_support")
    # Those of the newest text.
    measures: Mapped[list["Measure"]] = relationship(
        order_by="Measure.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
        back_populates="indicator",
        primaryjoin="and_(Measure.indicator_id == Indicator.id, Measure.retired_in.is_(None))",
    )


class IndicatorSupport(Base):
    __tablename__ = "indicator_support"

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)


class Measure(Numbered, Base):
    """One measurable part of an indicator; `per` is the denominator (100, 1 000 live births, 4 000 children).

    What a later text defines differently is another measure: the old one keeps its figures and is `retired_in` it.
    """

    __tablename__ = "measures"
    __table_args__ = (
        Index(
            "uq_measures_indicator_id_position",
            "indicator_id",
            "position",
            unique=True,
            postgresql_where=text("retired_in IS NULL"),
        ),
        CheckConstraint("per > 0", name="per_positive"),
        CheckConstraint("(baseline IS NULL) = (baseline_year IS NULL)", name="baseline_has_year"),
    )

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    better: Mapped[Better] = mapped_column(by_value(Better, "better"))
    per: Mapped[int]
    stratum: Mapped[str | None]
    # Where the road to the targets begins; optional.
    baseline: Mapped[Decimal | None] = mapped_column(Numeric)
    baseline_year: Mapped[int | None]
    retired_in: Mapped[int | None]

    indicator: Mapped[Indicator] = relationship(back_populates="measures")
    targets: Mapped[list["Target"]] = relationship(
        order_by="Target.year", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def ref(self) -> str:
        """ "4.3" where the indicator has several measures, "1" where it has one."""
        several = len(self.indicator.measures) > 1
        return f"{self.indicator.number}.{self.position + 1}" if several else str(self.indicator.number)


class Target(Numbered, Base):
    """Comparator and value for a year; a yearly range has no year but `value` and `upper`."""

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("measure_id", "year", postgresql_nulls_not_distinct=True),
        CheckConstraint("comparator IN ('>=', '<=', '<', '>', '=', 'maintain', 'range')", name="comparator"),
        CheckConstraint("(comparator = 'range') = (upper IS NOT NULL)", name="range_has_upper"),
        CheckConstraint("upper IS NULL OR upper >= value", name="range_in_order"),
    )

    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id", ondelete="CASCADE"))
    year: Mapped[int | None]
    comparator: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Numeric)
    upper: Mapped[Decimal | None] = mapped_column(Numeric)
