"""The measures of an indicator as a text has them; figures reported of an older definition stay with it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.importing.parsed import ParsedMeasure
from tracker.models.indicator import Indicator, Measure, Target
from tracker.rules.measure import Better
from tracker.rules.text import fold
from tracker.store.measure import in_use

# Far above any position: rows that change places must not meet on the way.
_ASIDE = 10_000


def write_measures(session: Session, row: Indicator, parsed: Sequence[ParsedMeasure], version: int) -> list[str]:
    """A measure of the same name, direction, denominator and stratum is the same one: its targets may change, its id
    and its figures stay. Any other is new; the old one goes, or is retired where something was reported of it.

    Gives the names of those that were retired.
    """
    rows = session.scalars(select(Measure).where(Measure.indicator_id == row.id).order_by(Measure.id))
    known, wanted = _by_definition(rows), _by_definition(parsed)
    gone = [one for key, one in known.items() if key not in wanted and one.retired_in is None]
    used = in_use(session, [one.id for one in gone])
    for one in gone:
        if one.id in used:
            one.retired_in = version
        else:
            session.delete(one)
    for key, one in known.items():
        if key in wanted:
            one.position += _ASIDE
    session.flush()
    for position, (key, new) in enumerate(wanted.items()):
        measure = known.get(key) or Measure(indicator_id=row.id, better=Better(new.better), per=new.per)
        measure.name, measure.stratum, measure.position, measure.retired_in = new.name, new.stratum, position, None
        _write_targets(session, measure, new)
    session.flush()
    session.expire(row, ["measures"])
    return [one.name for one in gone if one.id in used]


_Key = tuple[str, str, int, str | None, int]
_One = TypeVar("_One", Measure, ParsedMeasure)


def _by_definition(measures: Iterable[_One]) -> dict[_Key, _One]:
    """The last part of a key counts those that are defined alike."""
    found: dict[_Key, _One] = {}
    for one in measures:
        definition: tuple[str, str, int, str | None] = (fold(one.name), str(one.better), one.per, one.stratum)
        same = sum(key[:4] == definition for key in found)
        found[(*definition, same)] = one
    return found


def _write_targets(session: Session, measure: Measure, new: ParsedMeasure) -> None:
    before = {(one.year, one.comparator, one.value, one.upper) for one in measure.targets}
    after = [(one.year, one.comparator, _number(one.value), _number(one.upper)) for one in new.targets]
    if before != set(after):
        measure.targets = []
        session.flush()  # the old ones leave before new ones take their years
        measure.targets = [Target(year=y, comparator=c, value=v, upper=u) for y, c, v, u in after]
    session.add(measure)


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
