"""What templates show of an assignment: plain values in the reader's language, no queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from tracker.rules.deadlines import Standing, describe, standing
from tracker.services.context import Context


@dataclass(frozen=True)
class AssignmentView:
    """One row of a list: the row itself, where it stands, and that in words."""

    row: Any
    standing: Standing
    words: str

    @property
    def klass(self) -> str:
        return str(self.standing.klass)

    @property
    def due_on(self) -> date | None:
        return self.row.due_on  # type: ignore[no-any-return]


def view_of(ctx: Context, row: Any) -> AssignmentView:
    stands = standing(
        state=row.state,
        due_on=row.due_on,
        submitted_on=row.submitted_on,
        today=ctx.today,
        calendar=ctx.calendar,
    )
    message, params = describe(stands)
    return AssignmentView(row, stands, _(message) % params if params else _(message))
