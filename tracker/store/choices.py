"""What there is to choose from in a list of assignments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.store.programme import OPENED, Opened, opened_of
from tracker.store.saved_filter import OF_PERSON, Saved
from tracker.store.together import Together
from tracker.store.unit import FEW, few_of


@dataclass(frozen=True)
class Choices:
    """What a list may be narrowed to, and the filters that somebody saved. `units` None where they are too many to
    choose from."""

    opened: Opened
    saved: Sequence[Saved]
    units: list[tuple[int, str]] | None


_CHOICES = Together(opened=OPENED, saved=OF_PERSON, units=FEW.format(but=0))


def choices(session: Session, day: date, user_id: int | None, unit_ids: Collection[int]) -> Choices:
    found = _CHOICES.ask(session, user=user_id, units=list(unit_ids), day=day)
    return Choices(
        opened_of((one["id"], one["title"], one["years"]) for one in found["opened"]),
        [Saved(**one) for one in found["saved"]],
        few_of([(one["id"], one["name"]) for one in found["units"]]),
    )
