"""What waits for an answer of a unit: explanations, contributions, proposed dates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit, CoordinationState
from tracker.models.explanation import ExplanationRequest, ExplanationState
from tracker.models.extension import ExtensionRequest, ExtensionState


@dataclass(frozen=True)
class Waiting:
    """`kind`: explanation, contribution or proposal; `id` is the request's, for a contribution the assignment's."""

    kind: str
    id: int
    what: str
    of: str
    due_on: date | None


def waiting_for(session: Session, unit_ids: Collection[int]) -> list[Waiting]:
    """By their own deadline, those without one last."""
    explanations = (
        select(ExplanationRequest.id, ExplanationRequest.question, Assignment.text, ExplanationRequest.due_on)
        .join(Assignment, Assignment.id == ExplanationRequest.assignment_id)
        .where(ExplanationRequest.state == ExplanationState.OPEN, Assignment.lead_unit_id.in_(unit_ids))
    )
    contributions = (
        select(Assignment.id, CoordinatingUnit.question, Assignment.text, CoordinatingUnit.due_on)
        .join(Assignment, Assignment.id == CoordinatingUnit.assignment_id)
        .where(
            CoordinatingUnit.state == CoordinationState.ASKED,
            CoordinatingUnit.unit_id.in_(unit_ids),
            Assignment.closed.is_(False),
        )
    )
    proposals = (
        select(ExtensionRequest.id, ExtensionRequest.decision_reason, Assignment.text, ExtensionRequest.decided_due_on)
        .join(Assignment, Assignment.id == ExtensionRequest.assignment_id)
        .where(ExtensionRequest.state == ExtensionState.PROPOSED, Assignment.lead_unit_id.in_(unit_ids))
    )
    kinds = (("explanation", explanations), ("contribution", contributions), ("proposal", proposals))
    found = [
        Waiting(kind, id_, what or "", of, due if kind != "proposal" else None)
        for kind, query in kinds
        for id_, what, of, due in session.execute(query)
    ]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.kind, one.id))
