"""What templates show of an assignment: plain values in the reader's language, no queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.rules.deadlines import Standing, describe, standing
from tracker.services.context import Context
from tracker.web.language import say


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One row of a list: the row itself, its names, where it stands, and that in words."""

    row: Any
    unit_name: str
    clause_ref: str
    owner_name: str | None
    standing: Standing
    words: str

    @property
    def klass(self) -> str:
        return self.standing.klass

    @property
    def due_on(self) -> date | None:
        return self.row.due_on  # type: ignore[no-any-return]


def view_of_row(ctx: Context, row: Any) -> AssignmentView:
    """Of a row as `store.listing` gives it."""
    return _view(ctx, row, row.unit_name, row.clause_ref, row.owner_name)


def view_of(ctx: Context, row: Any) -> AssignmentView:
    """Of an assignment as its own page loads it."""
    return _view(ctx, row, row.lead_unit.name, row.duty.clause.ref, row.owner.name if row.owner else None)


def _view(ctx: Context, row: Any, unit_name: str, clause_ref: str, owner_name: str | None) -> AssignmentView:
    stands = standing(
        state=row.state,
        due_on=row.due_on,
        submitted_on=row.submitted_on,
        today=ctx.today,
        calendar=ctx.calendar,
    )
    message, params = describe(stands)
    words = say(message)
    return AssignmentView(row, unit_name, clause_ref, owner_name, stands, words % params if params else words)
