"""What stands open about work that is reminded of: the day a unit promised, the deadline it asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Pending:
    """`promised_on` is not over yet; `asked_due_on` waits for a decision."""

    promised_on: date | None = None
    asked_due_on: date | None = None


_PENDING = text("""
    SELECT assignment_id, max(promised_on) AS promised_on, max(asked_due_on) AS asked_due_on FROM (
        SELECT assignment_id, promised_on, CAST(NULL AS date) AS asked_due_on FROM promises
        WHERE assignment_id = ANY(:ids) AND outcome = 'open' AND promised_on >= :today
        UNION ALL
        SELECT assignment_id, NULL, asked_due_on FROM extension_requests
        WHERE assignment_id = ANY(:ids) AND state = 'open'
    ) AS open GROUP BY assignment_id
""")


def pending(session: Session, assignment_ids: Collection[int], today: date) -> dict[int, Pending]:
    """Only of assignments of which something is open; in one statement, however many."""
    rows = session.execute(_PENDING, {"ids": list(assignment_ids), "today": today})
    return {row.assignment_id: Pending(row.promised_on, row.asked_due_on) for row in rows}
