"""What a list of assignments may be narrowed to, and the filters that somebody saved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.store.programme import OPENED, Opened, opened_of
from tracker.store.saved_filter import OF_PERSON, Saved
from tracker.store.together import Together
from tracker.store.unit import FEW, MANY, few_of


@dataclass(frozen=True)
class Choices:
    """`units` None where they are too many for a list."""

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
