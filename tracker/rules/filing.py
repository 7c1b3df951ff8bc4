"""The words of a reporting cycle: its kinds, the levels that file one after another, and the states of a unit's report
(design 3.5)."""

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
