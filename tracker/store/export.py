"""Every row of a list, streamed: plain columns in the order of the list, in bounded memory."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.unit import Unit
from tracker.store.filters import Day, Filters, Visible, where
from tracker.store.listing import ORDER, listed

BATCH = 1_000


def export_rows(session: Session, visible: Visible, filters: Filters, day: Day) -> Iterator[Any]:
    """Rows of the list with `coordinating` (names) and `last_update_at` besides. Reads on while it is read."""
    helpers = (
        select(func.string_agg(Unit.short_name, ", "))
        .join(CoordinatingUnit, CoordinatingUnit.unit_id == Unit.id)
        .where(CoordinatingUnit.assignment_id == Assignment.id)
        .correlate(Assignment)
        .scalar_subquery()
        .label("coordinating")
    )
    query = (
        listed(helpers, Assignment.__table__.c.last_update_at)
        .where(visible.where(), *where(filters, day))
        .order_by(*ORDER)
    )
    return iter(session.execute(query.execution_options(yield_per=BATCH)))
