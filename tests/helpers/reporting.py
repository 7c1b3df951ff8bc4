"""A year of reporting as plain lists: what was told, which round of it counts, what changes around an edition."""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from tracker.models.figure import Figure
from tracker.rules.figures import Entry

# Of one figure, oldest first: (numerator, denominator), None for "no data"; and whether it was accepted.
Rounds = list[tuple[tuple[int, int] | None, bool]]
# What an issued edition must not notice.
AROUND = (
    "UPDATE measures SET name = name || ' (khác)'",
    "UPDATE indicators SET text = text || ' (khác)'",
    "UPDATE targets SET value = value + 1, upper = upper + 1",
    "UPDATE units SET name = name || ' (mới)'",
    "UPDATE programmes SET title = title || ' (sửa)'",
    "UPDATE assignments SET text = text || ' (sửa)'",
)


ACCEPTED = (
    select(
        Figure.id, Figure.measure_id, Figure.unit_id, Figure.unit_name, Figure.round, Figure.numerator,
        Figure.denominator, Figure.value, Figure.no_data, Figure.comment, Figure.reason, Figure.accepted_at,
    )
    .where(Figure.accepted_at.is_not(None))
)  # fmt: skip


def entry_of(numbers: tuple[int, int] | None, reason: str = "Đếm lại") -> Entry:
    if numbers is None:
        return Entry(no_data=True, comment="Sổ", reason=reason)
    numerator, denominator = map(Decimal, numbers)
    return Entry(numerator=numerator, denominator=denominator, comment="Sổ", reason=reason)


class Told:
    """(measure, unit) → the rounds of its figure."""

    def __init__(self) -> None:
        self.rounds: dict[tuple[int, str], Rounds] = {}

    def tell(self, measure: int, code: str, entry: Entry) -> None:
        """The newest round changes until it is accepted; then another one begins, if it says anything else."""
        rounds = self.rounds.setdefault((measure, code), [])
        numbers = None if entry.no_data else (int(entry.numerator or 0), int(entry.denominator or 0))
        if rounds and not rounds[-1][1]:
            rounds[-1] = (numbers, False)
        elif not rounds or rounds[-1][0] != numbers:
            rounds.append((numbers, False))

    def accept(self, measures: Collection[int], codes: Collection[str]) -> None:
        for (measure, code), rounds in self.rounds.items():
            if measure in measures and code in codes:
                rounds[-1] = (rounds[-1][0], True)

    def together(self, measure: int, codes: Collection[str], *, accepted_only: bool) -> Fraction | None:
        """In percent: of each unit the newest accepted round, or where none is and all are asked for, the newest."""
        known = []
        for code in codes:
            rounds = self.rounds.get((measure, code), [])
            accepted = [numbers for numbers, is_accepted in rounds if is_accepted]
            newest = [numbers for numbers, _ in rounds[-1:]] if not accepted_only else []
            known += [numbers for numbers in (accepted or newest)[-1:] if numbers is not None]
        return Fraction(100 * sum(one for one, _ in known), sum(one for _, one in known)) if known else None
