"""What templates show of an assignment: plain values in the reader's language, no queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.rules.deadlines import DeadlineClass, Standing, describe, standing
from tracker.rules.recurrence import period_words
from tracker.rules.rollover import ONCE
from tracker.rules.words import N_, STATES
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
    # "Quý II/2026"; "" where the year of the deadline says it.
    period_words: str

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
        period_words=_period_words(row),
    )


def period_said(key: str) -> str:
    message, params = period_words(key)
    return say(message) % params


def _period_words(row: Any) -> str:
    """A part of a year, or a single duty with the year it is from; and that the period before was not finished."""
    words = []
    if row.period == ONCE.key:
        words.append(say(N_("một lần, giao năm %(year)s")) % {"year": row.year})
        if row.carried_to:
            words.append(say(N_("chuyển tiếp sang năm %(year)s")) % {"year": row.carried_to})
    elif "-" in row.period:
        words.append(period_said(row.period))
    if row.carried_from_id:
        words.append(say(N_("chuyển tiếp từ kỳ trước")))
    return " · ".join(words)


def _due_words(row: Any, stands: Standing, words: str) -> str:
    """ "hạn 19/11/2026, còn 3 ngày làm việc"; beside a tag that says how far away it is, the date stands alone."""
    if row.due_on is None:
        return say(N_("không có thời hạn"))
    day = f"{say(N_('hạn'))} {row.due_on:%d/%m/%Y}"
    return day if stands.klass in TAGGED or row.state == State.CANCELLED else f"{day}, {words}"
