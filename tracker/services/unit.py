"""Taking in the list of units and the classes they belong to."""

from collections.abc import Sequence

from sqlalchemy import select

from tracker.importing.units import UnitRow
from tracker.models.unit import Unit, UnitClass, UnitClassMember, UnitKind
from tracker.rules.errors import Invalid
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context


def import_units(ctx: Context, rows: Sequence[UnitRow]) -> int:
    """Adds or updates units by code and their class memberships; the same list twice changes nothing.

    Returns how many units are new. A class is named by its own name in the document.
    """
    units = {unit.code: unit for unit in ctx.session.scalars(select(Unit))}
    added = 0
    for position, row in enumerate(rows):
        if row.parent is not None and row.parent not in units:
            raise Invalid(
                N_("Đơn vị %(code)s thuộc %(parent)s, nhưng mã này không có."), code=row.code, parent=row.parent
            )
        unit = units.get(row.code)
        if unit is None:
            unit = Unit(code=row.code, valid_from=row.valid_from)
            ctx.session.add(unit)
            units[row.code] = unit
            added += 1
        unit.name, unit.short_name, unit.kind = row.name, row.short_name, UnitKind(row.kind)
        unit.parent_id = units[row.parent].id if row.parent else None
        unit.aliases, unit.position = list(row.aliases), position
        unit.valid_from, unit.valid_to = row.valid_from, row.valid_to
        ctx.session.flush()
        for name in row.classes:
            _join_class(ctx, unit, name, row)
    if added:
        record(ctx, "import_units", "unit", 0, data={"added": added})
    return added


def _join_class(ctx: Context, unit: Unit, name: str, row: UnitRow) -> None:
    unit_class = ctx.session.scalar(select(UnitClass).where(UnitClass.name == name))
    if unit_class is None:
        unit_class = UnitClass(code=name, name=name, aliases=[])
        ctx.session.add(unit_class)
        ctx.session.flush()
    member = ctx.session.scalar(
        select(UnitClassMember).where(UnitClassMember.class_id == unit_class.id, UnitClassMember.unit_id == unit.id)
    )
    if member is None:
        member = UnitClassMember(class_id=unit_class.id, unit_id=unit.id)
        ctx.session.add(member)
    member.valid_from, member.valid_to = row.valid_from, row.valid_to
