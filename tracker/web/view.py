"""What templates show of an assignment: plain values in the reader's language, no queries.

A list has fifty rows and is asked for again and again: a row that has not changed is not drawn anew on the same day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.deadlines import WAITING, DeadlineClass, Standing, describe, shown_class, standing
from tracker.rules.recurrence import period_words
from tracker.rules.rollover import ONCE
from tracker.rules.words import N_, SIGNALS, STATES
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.store.listing import COLUMNS
from tracker.web.language import language, say

# Classes that a tag of their own says in words.
TAGGED = frozenset({DeadlineClass.OVERDUE, DeadlineClass.DUE_SOON, DeadlineClass.DONE_LATE})


def rate(value: Fraction | None) -> str:
    """ "66,7%" in the reader's language; "–" where there is nothing to judge yet."""
    if value is None:
        return "–"
    words = f"{float(value * 100):.1f}%"
    return words.replace(".", ",") if language() == "vi" else words


def percent_of(part: int, of: int) -> str:
    return rate(Fraction(part, of) if of else None)


@dataclass(slots=True)  # not frozen: that alone would take a third of the time
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
    # Of the bar; "" where there is none.
    percent_word: str
    # Beside the tag of the state: what was submitted in time is not "not yet due".
    in_time_words: str
    blocked_word: str
    # With its unit and without, once it has been drawn; its line in a list with a tick and without, and the form of its
    # update, around what is each page's own.
    html: dict[bool, Markup] = field(default_factory=dict)
    lines: dict[bool, list[str]] = field(default_factory=dict)
    forms: dict[bool, list[str]] = field(default_factory=dict)

    @property
    def facts(self) -> str:
        return f"{self.unit_name} · {self.short_facts}"

    @property
    def short_facts(self) -> str:
        """Where one unit's work is listed."""
        known = (self.ref_words, self.period_words, self.due_words, self.owner_name)
        return " · ".join(one for one in known if one)

    @property
    def tag_words(self) -> str:
        return self.words[:1].upper() + self.words[1:]

    @property
    def klass(self) -> str:
        return self.standing.klass

    @property
    def due_on(self) -> date | None:
        return self.row.due_on  # type: ignore[no-any-return]


# Views that a process remembers; each takes about 3 KB.
REMEMBERED = 2_000
# No text that can come from a form or a document.
_HERE = "\0"


def view_of_row(ctx: Context, row: Any) -> AssignmentView:
    """Of a row as `store.listing` gives it."""
    if len(row) == len(COLUMNS):
        return _remembered(language(), ctx.today, ctx.calendar, row)
    return new_view(row, ctx.today, ctx.calendar)


@lru_cache(REMEMBERED)
def _remembered(_language: str, today: date, calendar: WorkingCalendar, row: Any) -> AssignmentView:
    return new_view(row, today, calendar)


def new_view(row: Any, today: date, calendar: WorkingCalendar) -> AssignmentView:
    return draw(row, row.unit_name, row.clause_ref, row.owner_name, _standing(row, today, calendar))


def work(one: AssignmentView, unit: bool = True) -> Markup:
    """The inside of a row, as the macro of that name in components/lists.html draws it."""
    html = one.html.get(unit)
    if html is None:
        macro = current_app.jinja_env.get_template("components/lists.html").module.work  # type: ignore[attr-defined]
        html = one.html[unit] = macro(one, unit)
    return html


def lines(views: Iterable[AssignmentView], told: Mapping[int, Any], ticked: bool, root: str) -> Markup:
    """Rows of a long list, as the macro `line` draws one; `told` by id, and `root`, are this page's."""
    macros: Any = current_app.jinja_env.get_template("components/lists.html").module
    found: list[str] = []
    for one in views:
        parts = one.lines.get(ticked)
        if parts is None:
            parts = one.lines[ticked] = str(macros.line(one, ticked, _HERE, _HERE)).split(_HERE)
        before, href, after = parts
        last = told.get(one.row.id)
        found += (before, root, href, str(macros.was_told(last)) if last else "", after)
    return Markup("".join(found))


def quick_form(one: AssignmentView, may_submit: bool, hidden: Markup) -> Markup:
    """The update in place, empty, as the macro `quick` draws it for my work; `hidden` are the fields of this page."""
    parts = one.forms.get(may_submit)
    if parts is None:
        macro = current_app.jinja_env.get_template("components/forms.html").module.quick  # type: ignore[attr-defined]
        drawn = macro(one.row, {}, {}, may_submit, "my-work", f"-{one.row.id}", hidden=_HERE)
        parts = one.forms[may_submit] = str(drawn).split(_HERE)
    # Fields and parts were escaped when they were drawn.
    return Markup(str(hidden).join(parts))


def view_of(ctx: Context, row: Any) -> AssignmentView:
    """Of an assignment as its own page loads it."""
    owner = row.owner.name if row.owner else None
    return draw(row, row.lead_unit.name, row.duty.clause.ref, owner, _standing(row, ctx.today, ctx.calendar))


def _standing(row: Any, today: date, calendar: WorkingCalendar) -> Standing:
    return standing(
        state=row.state,
        due_on=row.due_on,
        submitted_on=row.submitted_on,
        today=today,
        calendar=calendar,
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
        percent_word=say(N_("Tiến độ")) if row.percent and row.state == State.IN_PROGRESS else "",
        in_time_words=say(N_("đã nộp trong hạn")) if row.due_on and shown_class(stands) == WAITING else "",
        blocked_word=say(SIGNALS["blocked"]) if row.blocked else "",
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
    day = f"{say(N_('hạn'))} {_day(row.due_on)}"
    alone = stands.klass in TAGGED or row.state in (State.CANCELLED, State.SUBMITTED)
    return day if alone else f"{day}, {words}"


@lru_cache(1024)
def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
