"""What waits for an answer of a unit: explanations, contributions, proposed dates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Waiting:
    """`kind`: explanation, contribution or proposal; `id` is the request's, for a contribution the assignment's."""

    kind: str
    id: int
    what: str
    of: str
    due_on: date | None


# A statement of plain text: building three of expressions takes longer than answering them.
_QUERY = text("""
    SELECT 'explanation' AS kind, x.id, x.question AS what, a.text AS of, x.due_on
        FROM explanation_requests AS x JOIN assignments AS a ON a.id = x.assignment_id
        WHERE x.state = 'open' AND a.lead_unit_id = ANY(:units)
    UNION ALL
    SELECT 'contribution', a.id, coalesce(c.question, ''), a.text, c.due_on
        FROM coordinating_units AS c JOIN assignments AS a ON a.id = c.assignment_id
        WHERE c.state = 'asked' AND c.unit_id = ANY(:units) AND NOT a.closed
    UNION ALL
    SELECT 'proposal', x.id, coalesce(x.decision_reason, ''), a.text, NULL
        FROM extension_requests AS x JOIN assignments AS a ON a.id = x.assignment_id
        WHERE x.state = 'proposed' AND a.lead_unit_id = ANY(:units)
    ORDER BY due_on NULLS LAST, kind, id
""")


def waiting_for(session: Session, unit_ids: Collection[int]) -> list[Waiting]:
    """By their own deadline, those without one last."""
    return [Waiting(*row) for row in session.execute(_QUERY, {"units": list(unit_ids)})]
