"""The words of a reporting cycle: its kinds, the levels that file one after another, and the states of a unit's report
(design 3.5)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CycleKind(StrEnum):
    """Decree 09/2019/NĐ-CP and Section V of a programme: yearly, half-yearly, in the middle and at the end of it."""

    ANNUAL = "annual"
    HALF_YEAR = "half_year"
    MID_TERM = "mid_term"
    FINAL = "final"


class Level(StrEnum):
    """Who consolidates whom: communes file first, departments see theirs, the standing office sees all."""

    COMMUNE = "commune"
    DEPARTMENT = "department"
    OFFICE = "office"


class FilingState(StrEnum):
    """Of a unit's report. `expected`: nothing written yet; `exempt`: need not file, and why is written down."""

    EXPECTED = "expected"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    EXEMPT = "exempt"


FILED = frozenset({FilingState.SUBMITTED, FilingState.ACCEPTED})
WITH_THE_UNIT = frozenset({FilingState.EXPECTED, FilingState.DRAFT, FilingState.RETURNED})


@dataclass(frozen=True)
class Gaps:
    """Of the units that must file: how many reports were accepted, wait to be read, lie with the unit again (returned),
    were never filed or were taken back."""

    accepted: int = 0
    waiting: int = 0
    returned: int = 0
    not_filed: int = 0

    @property
    def expected(self) -> int:
        return self.accepted + self.waiting + self.returned + self.not_filed

    @property
    def any(self) -> bool:
        return self.accepted < self.expected


def gaps(states: Iterable[str]) -> Gaps:
    """`states`: values of FilingState, one a unit; exempt ones are not counted."""
    found = Counter(FilingState(one) for one in states)
    return Gaps(
        accepted=found[FilingState.ACCEPTED],
        waiting=found[FilingState.SUBMITTED],
        returned=found[FilingState.RETURNED],
        not_filed=found[FilingState.EXPECTED] + found[FilingState.DRAFT],
    )
