"""What the parser found, and the JSON shape that `tracker import --dry-run --json` prints."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from tracker.importing.deadlines import Deadline
from tracker.rules.text import fold


@dataclass(frozen=True)
class ParsedClause:
    """One paragraph, word for word; `ref` is its place in the tree, `kind` a `ClauseKind` value."""

    ref: str
    parent_ref: str | None
    kind: str
    position: int
    number: int | None
    text: str


@dataclass(frozen=True)
class ParsedHeader:
    title: str
    kind: str
    number: str | None
    issuer: str
    issued_on: date | None
    issued_text: str | None
    period: tuple[int, int]
    based_on: list[str]


@dataclass(frozen=True)
class ParsedGoal:
    number: int
    title: str
    indicators: list[int]


@dataclass(frozen=True)
class ParsedTarget:
    """A comparator of >= <= < > = maintain range; `upper` only for a range; `year` None: every year."""

    year: int | None
    comparator: str
    value: float
    upper: float | None = None


@dataclass(frozen=True)
class ParsedMeasure:
    name: str
    better: str
    per: int
    stratum: str | None
    targets: list[ParsedTarget]


@dataclass
class ParsedIndicator:
    number: int
    text: str
    ref: str
    measures: list[ParsedMeasure]
    lead: str | None = None
    support: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ParsedGroup:
    number: int
    title: str
    items: list[str]


@dataclass(frozen=True)
class ParsedDuty:
    ref: str
    text: str
    role: str
    indicators: list[int]
    deadline: Deadline | None


@dataclass(frozen=True)
class ParsedAddressee:
    number: int
    name: str
    kind: str
    standing_office: bool
    request: bool
    clauses: list[ParsedDuty]


@dataclass(frozen=True)
class ParsedReporting:
    ref: str
    recurrence: str
    last_day: str | None
    wording: str
    to: list[str]


@dataclass(frozen=True)
class ParsedWarning:
    ref: str
    message: str


@dataclass(frozen=True)
class ParsedProgramme:
    programme: ParsedHeader
    goals: list[ParsedGoal]
    indicators: list[ParsedIndicator]
    solution_groups: list[ParsedGroup]
    addressees: list[ParsedAddressee]
    reporting: ParsedReporting | None
    warnings: list[ParsedWarning]
    clauses: list[ParsedClause]

    @property
    def identity(self) -> str:
        """Number + issuer + date + period: numbers alone repeat, and this one may be blank."""
        header = self.programme
        issued = header.issued_on.isoformat() if header.issued_on else header.issued_text or ""
        return " | ".join(
            fold(part) for part in (header.number or "", header.issuer, issued, header.kind, f"{header.period}")
        )

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: dates as ISO text, the tree of clauses left out."""
        found: dict[str, Any] = _plain(asdict(self))
        del found["clauses"]
        for indicator in found["indicators"]:
            del indicator["ref"]
        if found["reporting"]:
            del found["reporting"]["ref"]
        return found


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
