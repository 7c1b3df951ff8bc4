"""What was tried about late work, shortly, for whoever leads the committee: who was told when, what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from tracker.rules.ladder import OF_UNIT, LadderRole
from tracker.rules.register import Result

# So many are told, the newest; what came before is counted.
MOST = 5


class What(StrEnum):
    """The unit was reminded before the deadline, urged from then on; somebody above it was told."""

    REMINDED = "reminded"
    URGED = "urged"
    TOLD = "told"
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

    days: tuple[date, ...]
    what: What
    whom: tuple[str, ...] = ()
    arrived: Result | None = None
    day: date | None = None
    came: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """`deeds` in order of time; `earlier` counts what is not told. `heard`: the unit has ever said anything."""

    deeds: tuple[Deed, ...] = ()
    earlier: int = 0
    heard: bool = False


def reminder(on: date, told_as: str, offset: int, arrived: Result) -> Deed:
    """A step of the ladder: one person told as `told_as`, `offset` working days after the deadline."""
    if told_as not in OF_UNIT:
        return Deed((on,), What.TOLD, (told_as,), arrived)
    return Deed((on,), What.REMINDED if offset < 0 else What.URGED, (told_as,), arrived)


def brief(deeds: Iterable[Deed], most: int = MOST) -> Tried:
    """`deeds` one for each person and moment, in order of time. Of one day those alike become one, with every role that
    was told; what was repeated unchanged on later days is told once, with its days."""
    of_days = [one for _day, group in groupby(deeds, key=lambda one: one.days) for one in _of_one_day(list(group))]
    told: list[Deed] = []
    for one in of_days:
        if told and replace(told[-1], days=one.days) == one and one.what is not What.UPDATED:
            told[-1] = replace(one, days=(*told[-1].days, *one.days))
        else:
            told.append(one)
    return Tried(tuple(told[-most:]), len(told[:-most]), any(one.what is What.UPDATED for one in told))


_BY_ROLE = frozenset({What.REMINDED, What.URGED, What.TOLD})
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
    return [replace(one, whom=tuple(_in_order(one.what, names))) for one, names in whom.items()]


def _place(deed: Deed) -> int:
    """Reminders go out in the morning, in order of rank; the rest of the day stays in order of time."""
    return _ROLES.index(LadderRole(deed.whom[0])) if deed.what in _BY_ROLE else len(_ROLES)


def _rank(deed: Deed) -> int:
    return _RESULTS.index(deed.arrived) if deed.arrived else 0


def _in_order(what: What, names: Iterable[str]) -> list[str]:
    unique = list(dict.fromkeys(names))
    return sorted(unique, key=lambda name: _ROLES.index(LadderRole(name))) if what in _BY_ROLE else unique
