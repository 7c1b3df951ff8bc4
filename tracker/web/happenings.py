"""What a line of an assignment's timeline says beside what was done."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from markupsafe import Markup

from tracker.rules.words import CHOICES, SIGNALS
from tracker.store.timeline import Happening
from tracker.web.language import gettext as _
from tracker.web.view import period_said


def details(one: Happening) -> Iterator[str]:
    """In the order in which they stand: the signal, who and by when, why."""
    facts = one.facts
    if one.what == "update" and facts.get("signal"):
        yield _(SIGNALS[facts["signal"]])
    if facts.get("percent") is not None:
        yield f"{facts['percent']}%"
    if facts.get("unit"):
        yield facts["unit"]
    if facts.get("owner"):
        yield _changed(facts.get("owner_before"), facts["owner"])
    if facts.get("lead"):
        yield _changed(facts.get("lead_before"), facts["lead"])
    yield from _days(facts)
    if one.what == "carry":
        yield period_said(facts["period"]) if facts.get("period") else _("Năm %(year)s", year=facts.get("year"))
    if facts.get("choice"):
        day = f" {_day(facts['day'])}" if facts.get("day") else ""
        yield f"{_(CHOICES[facts['choice']])}{day}"
    elif facts.get("via") == "mail":
        yield _("từ thư")
    if facts.get("undone"):
        yield Markup("<em>{}</em>").format(_("đã hoàn tác"))


def _days(facts: dict[str, Any]) -> Iterator[str]:
    """At most one of them: the day that this was about."""
    if facts.get("due_before"):
        yield _changed(_day(facts["due_before"]), _day(facts.get("due_on")))
    elif facts.get("promised"):
        yield _changed(_day(facts.get("promised_before")), _day(facts["promised"]))
    elif facts.get("asked"):
        yield _("đến %(day)s", day=_day(facts["asked"]))
    elif facts.get("proposed"):
        yield _("đến %(day)s", day=_day(facts["proposed"]))
    elif facts.get("answer_by"):
        yield _("trả lời chậm nhất ngày %(day)s", day=_day(facts["answer_by"]))
    elif facts.get("done_on") and facts.get("done_before"):
        yield _changed(_day(facts["done_before"]), _day(facts["done_on"]))


def _changed(before: str | None, now: str) -> str:
    return f"{before} → {now}" if before else now


def _day(value: str | None) -> str:
    """A day as the audit keeps it."""
    return f"{date.fromisoformat(value):%d/%m/%Y}" if value else ""
