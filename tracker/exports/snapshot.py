"""The frozen figures of one year. The report is made from this and nothing else; it travels as plain JSON."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True)
class MeasureRow:
    """Targets are words ("≥ 82%"); a missing one is ""."""

    name: str
    unit: str
    target_2025: str
    target_2030: str


@dataclass(frozen=True)
class IndicatorRow:
    number: int
    text: str
    lead: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class GoalRow:
    number: int
    title: str
    indicators: tuple[IndicatorRow, ...]


@dataclass(frozen=True)
class WorkRow:
    """One assignment. `official` is one of the four classes; `days_late` in working days; dates are ISO text. `waits`:
    it was submitted, and the standing office has not decided yet.

    `period` is a part of the year, in words, or ""; `carried`: a single duty's, given in an earlier year.
    """

    text: str
    ref: str
    kind: str
    coordinating: str
    due_on: str | None
    progress: str
    result: str
    official: str
    days_late: int
    waits: bool = False
    period: str = ""
    carried: bool = False


@dataclass(frozen=True)
class UnitRow:
    name: str
    work: tuple[WorkRow, ...]
    report_filed: bool


@dataclass(frozen=True)
class Snapshot:
    """`built_at` is ISO text; `year` the year reported on."""

    title: str
    kind: str
    year: int
    built_at: str
    place: str
    parent_agency: str
    agency: str
    agency_short: str
    head_title: str
    addressee: str
    recipients: tuple[str, ...]
    based_on: tuple[str, ...]
    solution_groups: tuple[str, ...]
    goals: tuple[GoalRow, ...]
    units: tuple[UnitRow, ...]
    sample_data: bool

    def counts(self) -> dict[str, int]:
        """Official class → number of assignments."""
        return count_classes(self.work())

    def work(self) -> list[WorkRow]:
        return [row for unit in self.units for row in unit.work]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        goals = tuple(
            GoalRow(
                goal["number"],
                goal["title"],
                tuple(
                    IndicatorRow(
                        one["number"], one["text"], one["lead"], tuple(MeasureRow(**m) for m in one["measures"])
                    )
                    for one in goal["indicators"]
                ),
            )
            for goal in data["goals"]
        )
        units = tuple(
            UnitRow(unit["name"], tuple(WorkRow(**row) for row in unit["work"]), unit["report_filed"])
            for unit in data["units"]
        )
        listed = {name: tuple(data[name]) for name in ("recipients", "based_on", "solution_groups")}
        return cls(**{**data, **listed, "goals": goals, "units": units})


def count_classes(rows: Any) -> dict[str, int]:
    counts = dict.fromkeys(("done_on_time", "done_late", "open_in_time", "open_overdue"), 0)
    for row in rows:
        counts[row.official] += 1
    return counts


def vietnamese_day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""
