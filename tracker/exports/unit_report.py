"""What a unit's report says, as its Word print-out takes it: plain values, in Vietnamese."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

_JOINED = re.compile(r"[\s&-]+")
_UNSAID = frozenset({"Phòng", "và", "huyện"})


def symbol_of(name: str) -> str:
    """What stands for a unit in the symbol of its documents: "Phòng Y tế" → "YT", "Phòng GDĐT" → "GDĐT"."""
    words = [word for word in _JOINED.split(name) if word and word not in _UNSAID]
    return "".join(word if word.isupper() else word[0].upper() for word in words)


@dataclass(frozen=True)
class FigureLine:
    """`number`: as the consolidated report has it, "3.1"."""

    number: str
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
    """`about`: "năm 2026"; `parent_agency`: "" where nothing is above; `head_title`: a line or two; `sections`: (title,
    text); `round` 0: not filed, so it is a draft. `work_more`: how much more there is than is
    listed. `before`: the year before, over its column."""

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
    work_more: int
    round: int
    filed_at: datetime | None
    filed_by: str
    filed_for: str
    before: str
    sample: bool
    is_yearly: bool
    covers: date
    # On which the results of its assignments were read: they go on after it filed.
    as_of: date
