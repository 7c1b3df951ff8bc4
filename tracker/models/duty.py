"""A clause that binds a unit or a class of units, year after year."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.clause import Clause
from tracker.models.indicator import Indicator
from tracker.models.unit import Unit, UnitClass


class DutyKind(StrEnum):
    RESPONSIBILITY = "responsibility"
    INDICATOR = "indicator"
    REPORT = "report"


class DutyRole(StrEnum):
    LEAD = "lead"
    SUPPORT = "support"


class Duty(Numbered, Base):
    """`key` names the duty inside its programme: the clause's reference, `indicator:N` or `report`.

    A responsibility or an indicator addresses one unit or one class; the report duty addresses every unit.
    """

    __tablename__ = "duties"
    __table_args__ = (
        UniqueConstraint("programme_id", "key"),
        CheckConstraint(
            "CASE WHEN kind = 'report' THEN num_nonnulls(unit_id, class_id) = 0"
            " ELSE num_nonnulls(unit_id, class_id) = 1 END",
            name="one_addressee",
        ),
        CheckConstraint("(kind = 'indicator') = (indicator_id IS NOT NULL)", name="indicator_named"),
        CheckConstraint("(changes_on IS NULL) = (before_recurrence IS NULL)", name="changes_from_something"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    key: Mapped[str]
    kind: Mapped[DutyKind] = mapped_column(by_value(DutyKind, "kind"))
    clause_id: Mapped[int] = mapped_column(ForeignKey("clauses.id"), index=True)
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicators.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("unit_classes.id"))
    role: Mapped[DutyRole] = mapped_column(by_value(DutyRole, "role"))
    # Asked, not ordered ("Đề nghị …"): same workflow, other wording.
    is_request: Mapped[bool] = mapped_column(server_default="false")
    # The deadline that the clause itself names; without one the reporting rule of the programme holds.
    deadline_wording: Mapped[str | None]
    recurrence: Mapped[str | None]
    # "MM-DD", the month counted from the first one of the period (`rules.recurrence.Rule.of_year`).
    last_day: Mapped[str | None]
    deadline_on: Mapped[date | None]
    # Recurrence and deadline were set by the office; a new version of the text does not take them back.
    set_by_office: Mapped[bool] = mapped_column(server_default="false")
    # Until this day what was set before holds still: no period runs beside another one of the same duty.
    changes_on: Mapped[date | None]
    before_recurrence: Mapped[str | None]
    before_wording: Mapped[str | None]
    before_last_day: Mapped[str | None]
    before_deadline_on: Mapped[date | None]
    retired_in: Mapped[int | None]

    clause: Mapped[Clause] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    unit_class: Mapped[UnitClass | None] = relationship()
