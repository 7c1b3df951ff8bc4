"""What templates show of an assignment: plain values in the reader's language, no queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.rules.deadlines import WAITING, DeadlineClass, Standing, describe, shown_class, standing
from tracker.rules.words import N_, SIGNALS, STATES
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.web.language import say

# Classes that a tag of their own says in words.
TAGGED = frozenset({DeadlineClass.OVERDUE, DeadlineClass.DUE_SOON, DeadlineClass.DONE_LATE})


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One row of a list: the row itself, its names, where it stands, and that in words."""

    row: Any
    unit_name: str
    clause_ref: str
    owner_name: str | None
    standing: Standing
    words: str
    state_word: str
    star_word: str
    ref_words: str
    due_words: str
    # Beside the tag of the state: what was submitted in time is not "not yet due".
    in_time_words: str = ""
    blocked_word: str = ""

    @property
    def tag_words(self) -> str:
        return self.words[:1].upper() + self.words[1:]

    @property
    def klass(self) -> str:
        return self.standing.klass

    @property
    def due_on(self) -> date | None:
        return self.row.due_on  # type: ignore[no-any-return]


def view_of_row(ctx: Context, row: Any) -> AssignmentView:
    """Of a row as `store.listing` gives it."""
    return draw(row, row.unit_name, row.clause_ref, row.owner_name, _standing(ctx, row))


def view_of(ctx: Context, row: Any) -> AssignmentView:
    """Of an assignment as its own page loads it."""
    owner = row.owner.name if row.owner else None
    return draw(row, row.lead_unit.name, row.duty.clause.ref, owner, _standing(ctx, row))


def _standing(ctx: Context, row: Any) -> Standing:
    return standing(
        state=row.state,
        due_on=row.due_on,
        submitted_on=row.submitted_on,
        today=ctx.today,
        calendar=ctx.calendar,
    )


def draw(row: Any, unit_name: str, clause_ref: str, owner_name: str | None, stands: Standing) -> AssignmentView:
    message, params = describe(stands)
    words = say(message) % params if params else say(message)
    return AssignmentView(
        row=row,
        unit_name=unit_name,
        clause_ref=clause_ref,
        owner_name=owner_name,
        standing=stands,
        words=words,
        state_word=say(STATES[row.state]),
        star_word=say(N_("Trọng tâm")),
        ref_words=say(N_("mục %(ref)s")) % {"ref": clause_ref},
        due_words=_due_words(row, stands, words),
        in_time_words=say(N_("đã nộp trong hạn")) if row.due_on and shown_class(stands) == WAITING else "",
        blocked_word=say(SIGNALS["blocked"]) if row.blocked else "",
    )


def _due_words(row: Any, stands: Standing, words: str) -> str:
    """ "hạn 19/11/2026, còn 3 ngày làm việc"; beside a tag that says how far away it is, the date stands alone."""
    if row.due_on is None:
        return say(N_("không có thời hạn"))
    day = f"{say(N_('hạn'))} {row.due_on:%d/%m/%Y}"
    alone = stands.klass in TAGGED or row.state in (State.CANCELLED, State.SUBMITTED)
    return day if alone else f"{day}, {words}"
