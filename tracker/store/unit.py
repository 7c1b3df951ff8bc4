"""Units and classes as they are on a day, and finding them by a name that a document uses."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tracker.models.unit import Unit, UnitClass, UnitClassMember
from tracker.rules.errors import Invalid
from tracker.rules.text import fold
from tracker.rules.words import N_
from tracker.store.people import valid_on


def unit_on(session: Session, unit_id: int, day: date) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.id == unit_id, valid_on(Unit, day)))


def units_on(session: Session, day: date) -> list[Unit]:
    return list(session.scalars(select(Unit).where(valid_on(Unit, day)).order_by(Unit.position, Unit.id)))


MANY = 100
# Ten thousand need not be put in order to find out that they are too many.
FEW = f"""
    WITH found AS (
        SELECT id, name, position FROM units
        WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) AND id <> {{but}} LIMIT {MANY + 1}
    )
    SELECT id, name FROM found ORDER BY position, id
"""
_FEW = text(FEW.format(but=":but"))


def few_units(session: Session, day: date, *, but: int | None = None) -> list[tuple[int, str]] | None:
    """(id, name) of all of them, to choose from; None where they are too many for a list. `but` one."""
    rows = session.execute(_FEW, {"day": day, "but": but or 0})
    return few_of([(id_, name) for id_, name in rows])


def few_of(found: list[tuple[int, str]]) -> list[tuple[int, str]] | None:
    """Of the rows of FEW."""
    return found if len(found) <= MANY else None


def load(session: Session, unit_id: int) -> Unit | None:
    return session.get(Unit, unit_id)


def names(session: Session, unit_ids: Collection[int]) -> dict[int, str]:
    return dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(unit_ids))).all())


def unit_named(session: Session, name: str, day: date) -> Unit | None:
    """The unit whose code, name or short name a person typed, without diacritics too.

    Raises Invalid naming the candidates when several bear it: work must not go to the first that comes.
    """
    typed = func.fold(name)
    for same in (Unit.code == name, func.fold(Unit.name) == typed, func.fold(Unit.short_name) == typed):
        found = session.scalars(
            select(Unit).where(valid_on(Unit, day), same).order_by(Unit.position, Unit.id).limit(6)
        ).all()
        if len(found) > 1:
            raise Invalid(
                N_("Có nhiều đơn vị tên này; hãy ghi mã: %(names)s."),
                field="unit",
                names="; ".join(f"{one.name} ({one.code})" for one in found),
            )
        if found:
            return found[0]
    return None


def units_by_name(session: Session) -> dict[str, Unit]:
    """Folded name, short name or alias → unit."""
    found: dict[str, Unit] = {}
    for unit in session.scalars(select(Unit).order_by(Unit.id)):
        for name in (unit.name, unit.short_name, *unit.aliases):
            found.setdefault(fold(name), unit)
    return found


def classes_by_name(session: Session) -> dict[str, UnitClass]:
    found: dict[str, UnitClass] = {}
    for unit_class in session.scalars(select(UnitClass).order_by(UnitClass.id)):
        for name in (unit_class.name, *unit_class.aliases):
            found.setdefault(fold(name), unit_class)
    return found


def members_of_class(session: Session, class_id: int, day: date) -> list[Unit]:
    return list(
        session.scalars(
            select(Unit)
            .join(UnitClassMember, UnitClassMember.unit_id == Unit.id)
            .where(UnitClassMember.class_id == class_id, valid_on(UnitClassMember, day), valid_on(Unit, day))
            .order_by(Unit.position, Unit.id)
        )
    )
