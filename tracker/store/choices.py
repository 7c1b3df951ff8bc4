"""What there is to choose from: in a list of assignments, and in the forms of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.store.people import PEOPLE_IN, by_unit
from tracker.store.programme import OPENED, Opened, opened_of
from tracker.store.saved_filter import OF_PERSON, Saved
from tracker.store.together import Together
from tracker.store.unit import FEW, MANY, few_of


@dataclass(frozen=True)
class Choices:
    """Of a list: what it may be narrowed to, and the filters that somebody saved. `units` None where they are too many
    to choose from."""

    opened: Opened
    saved: Sequence[Saved]
    units: list[tuple[int, str]] | None


_CHOICES = Together(opened=OPENED, saved=OF_PERSON, units=FEW)


def choices(session: Session, day: date, user_id: int | None, unit_ids: Collection[int]) -> Choices:
    found = _CHOICES.ask(session, user=user_id, units=list(unit_ids), day=day, but=0, most=MANY + 1)
    return Choices(
        opened_of((one["id"], one["title"], one["years"]) for one in found["opened"]),
        [Saved(**one) for one in found["saved"]],
        few_of([(one["id"], one["name"]) for one in found["units"]]),
    )


@dataclass(frozen=True)
class Offered:
    """Of the forms of one assignment. `people`: unit → {person: name}; `units` as of a list."""

    people: dict[int, dict[int, str]]
    units: list[tuple[int, str]] | None


_OFFERED = Together(people=PEOPLE_IN, choices=FEW)


def offered(session: Session, day: date, unit_ids: Collection[int], *, but: int | None, with_units: bool) -> Offered:
    """People of these units, and of all units but one those to choose from, where that is asked for."""
    most = MANY + 1 if with_units else 0
    found = _OFFERED.ask(session, units=list(unit_ids), day=day, but=but or 0, most=most)
    return Offered(
        by_unit(unit_ids, ((one["unit_id"], one["id"], one["name"]) for one in found["people"])),
        few_of([(one["id"], one["name"]) for one in found["choices"]]),
    )
