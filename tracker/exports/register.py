"""The register of reminders as it is printed and downloaded: the same lines, in words already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

TITLE = "Sổ theo dõi đôn đốc thực hiện nhiệm vụ"


@dataclass(frozen=True, slots=True)
class Line:
    """One person told of one assignment. Moments are local, without a zone; `by`: the step, or who chased."""

    told_at: datetime
    sent_at: datetime | None
    assignment_id: int
    clause_ref: str
    text: str
    unit: str
    due_on: date | None
    by: str
    to_name: str
    to_address: str
    instead_of: str
    result: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Cover:
    """What the register is of. `counts`: results in words, with how often. `unit`: "" for all of them; `office`: who
    keeps it, by name."""

    programme: str
    unit: str
    start: date
    end: date
    counts: Sequence[tuple[str, int]]
    made_by: str
    made_at: datetime
    sample: bool
    place: str
    parent_agency: str
    agency: str
    agency_short: str
    head_title: str
    office: str = ""

    @property
    def period(self) -> str:
        return f"từ ngày {self.start:%d/%m/%Y} đến hết ngày {self.end:%d/%m/%Y}"

    @property
    def total(self) -> int:
        return sum(n for _result, n in self.counts)
