"""What a unit's report says, as its Word print-out takes it: plain values, in Vietnamese."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class FigureLine:
    number: int
    name: str
    unit: str
    target: str
    before: str
    now: str
    note: str


@dataclass(frozen=True)
class WorkLine:
    """`official`: one of the four classes in words; `files`: how many are kept with it."""

    ref: str
    text: str
    official: str
    due_on: date | None
    result: str
    files: int


@dataclass(frozen=True)
class ReportFacts:
    """`about`: "năm 2026"; `sections`: (title, text); `round` 0: not filed, so it is a draft. `before`: the year
    before, over its column."""

    title: str
    about: str
    unit: str
    parent_agency: str
    agency: str
    agency_short: str
    place: str
    head_title: str
    addressee: str
    year: int
    sections: Sequence[tuple[str, str]]
    figures: Sequence[FigureLine]
    work: Sequence[WorkLine]
    round: int
    filed_at: datetime | None
    filed_by: str
    filed_for: str
    before: str
    sample: bool
    is_yearly: bool
    covers: date
