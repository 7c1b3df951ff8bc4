"""What was tried about late work, shortly, for whoever leads the committee: who was told when, what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from tracker.rules.ladder import OF_UNIT, LadderRole
from tracker.rules.register import Result

# Of so many days it is told, the newest; what came before is counted.
MOST = 5


class What(StrEnum):
    """The unit was reminded before the deadline, urged from then on; somebody above it was told, or told in its place
    because it could not be reached."""

    REMINDED = "reminded"
    URGED = "urged"
    TOLD = "told"
    INSTEAD = "instead"
    CHASED = "chased"
    PROMISED = "promised"
    EXTENSION = "extension"
    EXPLANATION = "explanation"
    RETURNED = "returned"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Deed:
    """`whom`: roles of the ladder; of a chase whoever wrote it. `day`: promised, asked for, granted or to explain by.
    `came`: what became of it, as the values of that noun say. `percent` of an update."""

    what: What
    whom: tuple[str, ...] = ()
    arrived: Result | None = None
    day: date | None = None
    came: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The same on each of these days."""

    days: tuple[date, ...]
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """`told` in order of time; `earlier` counts the days before. `heard`: the unit has said anything at all."""

    told: tuple[Told, ...] = ()
    earlier: int = 0
    heard: bool = False


def reminder(role: str, told_as: str, offset: int, arrived: Result) -> Deed:
    """A step for `role`, one person told of it as `told_as`, `offset` working days after the deadline."""
    if told_as in OF_UNIT:
        return Deed(What.REMINDED if offset < 0 else What.URGED, (told_as,), arrived)
    return Deed(What.INSTEAD if role in OF_UNIT else What.TOLD, (told_as,), arrived)


def brief(deeds: Iterable[tuple[date, Deed]], most: int = MOST) -> Tried:
    """`deeds` one for each person and moment, in order of time. Of one day those alike become one, with every role that
    was told; days on which the same was done stand together."""
    told: list[Told] = []
    for day, group in groupby(deeds, key=lambda one: one[0]):
        of_day = tuple(_of_one_day([deed for _day, deed in group]))
        if told and told[-1].deeds == of_day:
            told[-1] = Told((*told[-1].days, day), of_day)
        else:
            told.append(Told((day,), of_day))
    heard = any(_is_units(deed) for one in told for deed in one.deeds)
    return Tried(tuple(told[-most:]), sum(len(one.days) for one in told[:-most]), heard)


_UNITS_WORD = frozenset({What.UPDATED, What.PROMISED, What.EXTENSION, What.RETURNED})


def _is_units(deed: Deed) -> bool:
    return deed.what in _UNITS_WORD or (deed.what is What.EXPLANATION and deed.came != "open")


_BY_ROLE = frozenset({What.REMINDED, What.URGED, What.TOLD, What.INSTEAD})
_ROLES = list(LadderRole)
# From the best to the worst.
_RESULTS = list(Result)


def _of_one_day(deeds: Sequence[Deed]) -> list[Deed]:
    best: dict[Deed, Deed] = {}
    for one in sorted(deeds, key=_place):
        # A role is reached when one of its people is.
        alike = replace(one, arrived=None)
        if alike not in best or _rank(one) < _rank(best[alike]):
            best[alike] = one
    whom: dict[Deed, list[str]] = {}
    for one in best.values():
        whom.setdefault(replace(one, whom=()), []).extend(one.whom)
    # Told for its own sake already, nobody is told in another's place as well.
    told = {name for one, names in whom.items() if one.what is What.TOLD for name in names}
    return [
        replace(one, whom=tuple(names))
        for one, names in whom.items()
        if not (one.what is What.INSTEAD and told.issuperset(names))
    ]


def _rank(deed: Deed) -> int:
    return _RESULTS.index(deed.arrived) if deed.arrived else 0


def _place(deed: Deed) -> int:
    """Reminders go out in the morning, in order of rank; the rest of the day stays in order of time."""
    return _ROLES.index(LadderRole(deed.whom[0])) if deed.what in _BY_ROLE else len(_ROLES)
