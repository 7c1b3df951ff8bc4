"""Units of the state and the classes that a document addresses; all dated, because units come and go."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value


class UnitKind(StrEnum):
    COMMITTEE = "committee"
    DEPARTMENT = "department"
    POLICE = "police"
    CENTRE = "centre"
    ORGANISATION = "organisation"
    COMMUNE = "commune"


class Unit(Numbered, Base):
    """A department, commune, police, centre, mass organisation or the People's Committee itself."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
        Index("ix_units_without_heads", "id", postgresql_where=text("heads = 0")),
    )

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[UnitKind] = mapped_column(by_value(UnitKind, "kind"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    # Other spellings of the name that documents use; compared folded (`rules.text.fold`).
    aliases: Mapped[list[str]] = mapped_column(server_default="{}")
    position: Mapped[int] = mapped_column(server_default="0")
    # Posts that sign, without an end, of people whom mail reaches; kept by triggers on posts and users.
    heads: Mapped[int] = mapped_column(server_default="0")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class UnitClass(Numbered, Base):
    """A set of units that one clause binds together: "UBND các xã, thị trấn"."""

    __tablename__ = "unit_classes"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(server_default="{}")

    members: Mapped[list["UnitClassMember"]] = relationship(back_populates="unit_class")


class UnitClassMember(Numbered, Base):
    __tablename__ = "unit_class_members"
    __table_args__ = (
        UniqueConstraint("class_id", "unit_id", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )

    class_id: Mapped[int] = mapped_column(ForeignKey("unit_classes.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    unit_class: Mapped[UnitClass] = relationship(back_populates="members")
    unit: Mapped[Unit] = relationship()
