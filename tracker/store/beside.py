"""What my work says beside its rows: why one came back, what was promised, which report fulfils it; and what waits for
an answer of the units."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.rules.promise import Outcome
from tracker.store.together import Together
from tracker.store.unit_report import FULFILLING


@dataclass(frozen=True)
class Waiting:
    """`kind`: explanation, contribution or proposal; `id` is the request's, for a contribution the assignment's."""

    kind: str
    id: int
    what: str
    of: str
    due_on: date | None


@dataclass(frozen=True)
class Beside:
    """By assignment: the reason of its last round, where that was returned; day and outcome of its newest promise; its
    report. `waiting`: by their own deadline, those without one last."""

    reasons: dict[int, str]
    promises: dict[int, tuple[date, Outcome]]
    reports: dict[int, int]
    waiting: list[Waiting]


_RETURNED = """
    SELECT r.assignment_id, r.reason FROM rounds AS r
    WHERE r.assignment_id = ANY(:ids) AND r.decision = 'returned'
        AND NOT EXISTS (SELECT FROM rounds AS later WHERE later.assignment_id = r.assignment_id
            AND later.number > r.number)
"""
# Of those that were not taken back.
_PROMISED = """
    SELECT DISTINCT ON (assignment_id) assignment_id, promised_on, outcome FROM promises
    WHERE assignment_id = ANY(:ids) AND outcome <> 'withdrawn'
    ORDER BY assignment_id, id DESC
"""
_WAITING = """
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
"""
_BESIDE = Together(reasons=_RETURNED, promises=_PROMISED, reports=FULFILLING, waiting=_WAITING)


def beside(session: Session, assignment_ids: Collection[int], unit_ids: Collection[int]) -> Beside:
    found = _BESIDE.ask(session, ids=list(assignment_ids), units=list(unit_ids))
    return Beside(
        {one["assignment_id"]: one["reason"] or "" for one in found["reasons"]},
        {
            one["assignment_id"]: (date.fromisoformat(one["promised_on"]), Outcome(one["outcome"]))
            for one in found["promises"]
        },
        {one["assignment_id"]: one["id"] for one in found["reports"]},
        [
            Waiting(**{**one, "due_on": date.fromisoformat(one["due_on"]) if one["due_on"] else None})
            for one in found["waiting"]
        ],
    )
