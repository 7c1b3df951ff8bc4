"""Acting authority: who acts for whom in a unit, from a date to a date (quyền, ủy quyền)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered
from tracker.models.unit import Unit
from tracker.models.user import User


class Delegation(Numbered, Base):
    """`acting` holds the posts of `absent` in the unit on these days; both days count."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint("absent_id <> acting_id", name="two_people"),
        # Numbers as ranges of one: btree_gist, which a server may lack, is not needed.
        ExcludeConstraint(
            (text("int4range(unit_id, unit_id, '[]')"), "&&"),
            (text("int4range(absent_id, absent_id, '[]')"), "&&"),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=text("ended_at IS NULL"),
            name="ex_delegations_one_at_a_time",
        ),
        Index(None, "acting_id"),
        Index(None, "unit_id"),
        Index(None, "valid_to", postgresql_where=text("ended_at IS NULL")),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    absent_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    acting_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    absent: Mapped[User] = relationship(foreign_keys=absent_id)
    acting: Mapped[User] = relationship(foreign_keys=acting_id)
