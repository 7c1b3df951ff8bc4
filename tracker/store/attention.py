"""What the standing office should look at first: things that wait for it or that nobody answers for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Executable, ScalarSelect, func, literal_column, select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.explanation import ExplanationRequest, ExplanationState
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.models.unit import Unit
from tracker.store.dead_address import Unreachable, dead_addresses
from tracker.store.delegation import units_without_head
from tracker.store.filters import (
    Day,
    Filters,
    Visible,
    ask,
    has_late_help,
    is_blocked,
    is_stale,
    value,
    was_returned,
    where,
)


@dataclass(frozen=True)
class Attention:
    """Counts over the filters of the monitor, those of the requests over its programmes."""

    extensions: int
    explanations: int
    late_explanations: int
    declined: int
    returned: int
    blocked: int
    stale: int
    late_help: int
    without_head: list[Unit]
    dead_addresses: list[Unreachable]

    @property
    def anything(self) -> bool:
        return any(vars(self).values())


# Nobody needs to know whether it is a hundred or a thousand; the link opens them all.
MOST = 100


def attention(session: Session, programme_ids: Collection[int], filters: Filters, day: Day) -> Attention:
    chosen = frozenset([filters.programme_id] if filters.programme_id else programme_ids)
    visible = Visible(chosen, frozenset())
    counts = ask(session, _counts, visible, filters.without("klass", "band"), day).one()
    return Attention(
        **counts._mapping,
        without_head=units_without_head(session, chosen, day.today),
        dead_addresses=dead_addresses(session, chosen, day.today),
    )


def _counts(visible: Visible, filters: Filters, day: Day) -> Executable:
    """All in one row. Requests are those of the programmes, whatever else is filtered."""
    base = where(filters, day)

    def some(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
        found = select(Assignment.id).where(*base, *conditions).limit(MOST).subquery()
        return select(func.count()).select_from(found).scalar_subquery()

    def requests(model: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
        query = select(func.count()).select_from(model).join(model.assignment)
        return query.where(visible.where(), *conditions).scalar_subquery()

    unanswered = ExplanationRequest.state == ExplanationState.OPEN
    late = ExplanationRequest.due_on < value("today", day.today)
    return select(
        requests(ExtensionRequest, ExtensionRequest.state == ExtensionState.OPEN).label("extensions"),
        requests(ExplanationRequest, unanswered).label("explanations"),
        requests(ExplanationRequest, unanswered, late).label("late_explanations"),
        # Said as the index says it: there are few of them among a million.
        some(literal_column("assignments.state = 'declined'", Boolean())).label("declined"),
        some(was_returned()).label("returned"),
        some(*is_blocked()).label("blocked"),
        some(*is_stale(day)).label("stale"),
        some(has_late_help(day)).label("late_help"),
    )
