"""Counters of assignments. A trigger adds +1 and -1 rows and never waits; `services.tally.fold` adds them up."""

from datetime import date

from sqlalchemy import Date, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, Numbered


class Tally(Numbered, Base):
    """`n` assignments that stand alike: the sum over equal rows is the count, folded or not.

    `klass` where it no longer depends on today (done, submitted, stopped); else null, and `due_on` decides.
    """

    __tablename__ = "tallies"
    __table_args__ = (
        Index(
            "ix_tallies_key",
            "programme_id",
            "year",
            "lead_unit_id",
            postgresql_include=["state", "klass", "due_on", "n", "carried"],
        ),
        Index("ix_tallies_fresh", "year", postgresql_where=text("NOT folded")),
    )

    programme_id: Mapped[int]
    year: Mapped[int]
    lead_unit_id: Mapped[int]
    state: Mapped[str]
    klass: Mapped[str | None]
    due_on: Mapped[date | None]
    n: Mapped[int]
    # Counted in a year after its own, into which it was carried; counts of all years leave these out.
    carried: Mapped[bool] = mapped_column(server_default="false")
    # Not yet: what `YearTally` and `UnitTally` have to be added to.
    folded: Mapped[bool] = mapped_column(server_default="false")


class YearTally(Numbered, Base):
    """All units together, of what is folded: a hundred rows a year, whether there are ten units or ten thousand."""

    __tablename__ = "year_tallies"
    __table_args__ = (Index("ix_year_tallies_key", "programme_id", "year"),)

    programme_id: Mapped[int]
    year: Mapped[int]
    state: Mapped[str]
    klass: Mapped[str | None]
    due_on: Mapped[date | None]
    n: Mapped[int]
    carried: Mapped[bool] = mapped_column(server_default="false")


class UnitTally(Base):
    """A unit in a year, of what is folded and not cancelled, in one row: how many are overdue on any day.

    `n` of them, `late` submitted after their deadline; `deadlines` of those for which today decides, in order.
    """

    __tablename__ = "unit_tallies"

    programme_id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    lead_unit_id: Mapped[int] = mapped_column(primary_key=True)
    carried: Mapped[bool] = mapped_column(primary_key=True)
    n: Mapped[int]
    late: Mapped[int]
    deadlines: Mapped[list[date]] = mapped_column(ARRAY(Date))
