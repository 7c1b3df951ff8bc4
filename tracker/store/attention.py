"""What the standing office should look at first: things that wait for it or that nobody answers for."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.explanation import ExplanationRequest, ExplanationState
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.models.unit import Unit
from tracker.rules.workflow import State
from tracker.store.dead_address import Unreachable, dead_addresses
from tracker.store.delegation import units_without_head
from tracker.store.filters import Day, Filters, has_late_help, is_stale, was_returned, where


@dataclass(frozen=True)
class Attention:
    """Counts over the filters of the monitor, those of the requests over its programmes."""

    extensions: int
    explanations: int
    late_explanations: int
    declined: int
    returned: int
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
    chosen = [filters.programme_id] if filters.programme_id else list(programme_ids)
    base = where(filters.without("klass", "band"), day)

    def count(*conditions: object) -> int:
        some = select(Assignment.id).where(*base, *conditions).limit(MOST).subquery()  # type: ignore[arg-type]
        return session.scalar(select(func.count()).select_from(some)) or 0

    late, unanswered = session.execute(
        select(func.count().filter(ExplanationRequest.due_on < day.today), func.count())
        .select_from(ExplanationRequest)
        .join(ExplanationRequest.assignment)
        .where(Assignment.programme_id.in_(chosen), ExplanationRequest.state == ExplanationState.OPEN)
    ).one()
    asked = session.scalar(
        select(func.count())
        .select_from(ExtensionRequest)
        .join(ExtensionRequest.assignment)
        .where(Assignment.programme_id.in_(chosen), ExtensionRequest.state == ExtensionState.OPEN)
    )
    return Attention(
        extensions=asked or 0,
        explanations=unanswered,
        late_explanations=late,
        declined=count(Assignment.state == State.DECLINED),
        returned=count(was_returned()),
        stale=count(*is_stale(day)),
        late_help=count(has_late_help(day)),
        without_head=units_without_head(session, chosen, day.today),
        dead_addresses=dead_addresses(session, chosen, day.today),
    )
