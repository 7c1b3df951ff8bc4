"""What is due on which day: work, explanations, contributions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.explanation import ExplanationRequest, ExplanationState
from tracker.models.unit import Unit

MOST = 2_000


@dataclass(frozen=True)
class Due:
    """`kind`: work, explanation or contribution; `id` is the assignment's, `request_id` the explanation's."""

    on: date
    kind: str
    id: int
    text: str
    unit: str
    state: str
    starred: bool
    nominal_on: date | None = None
    version: int = 1
    request_id: int | None = None


def due_between(
    session: Session,
    start: date,
    end: date,
    *,
    owner_id: int | None = None,
    owner_units: Collection[int] = (),
    unit_ids: Collection[int] | None = None,
    programme_ids: Collection[int] | None = None,
    closed_since: date | None = None,
) -> list[Due]:
    """Both days included, by day; open work only, or also what was submitted since a day.

    Of one owner in the units where they hold a post today (who has moved on owns nothing there), of units (as lead,
    and what they were asked to contribute), or of whole programmes.
    """
    where: list[ColumnElement[bool]] = [Assignment.due_on.between(start, end)]
    if closed_since is None:
        where.append(Assignment.closed.is_(False))
    else:
        where.append(Assignment.closed.is_(False) | (Assignment.submitted_on >= closed_since))
    of: list[ColumnElement[bool]] = []
    if owner_id is not None:
        of += [Assignment.owner_id == owner_id, Assignment.lead_unit_id.in_(owner_units)]
    if unit_ids is not None:
        of.append(Assignment.lead_unit_id.in_(unit_ids))
    if programme_ids is not None:
        of.append(Assignment.programme_id.in_(programme_ids))
    work = (
        select(
            Assignment.due_on, Assignment.id, Assignment.text, Unit.name, Assignment.state, Assignment.starred,
            Assignment.nominal_due_on, Assignment.version,
        )
        .join(Unit, Unit.id == Assignment.lead_unit_id)
        .where(*where, *of)
        .order_by(Assignment.due_on, Assignment.starred.desc(), Assignment.id)
        .limit(MOST)
    )  # fmt: skip
    found = [
        Due(on, "work", id_, text, unit, str(state), starred, nominal, version)
        for on, id_, text, unit, state, starred, nominal, version in session.execute(work)
        if on is not None
    ]
    asked = (
        select(ExplanationRequest.due_on, Assignment.id, ExplanationRequest.question, Unit.name, ExplanationRequest.id)
        .join(ExplanationRequest.assignment)
        .join(Unit, Unit.id == Assignment.lead_unit_id)
        .where(ExplanationRequest.state == ExplanationState.OPEN, ExplanationRequest.due_on.between(start, end), *of)
        .limit(MOST)
    )
    found += [
        Due(on, "explanation", id_, text, unit, "open", False, request_id=request_id)
        for on, id_, text, unit, request_id in session.execute(asked)
    ]
    if unit_ids is not None:
        helps = (
            select(CoordinatingUnit.due_on, Assignment.id, CoordinatingUnit.question, Unit.name)
            .join(Assignment, Assignment.id == CoordinatingUnit.assignment_id)
            .join(Unit, Unit.id == CoordinatingUnit.unit_id)
            .where(
                CoordinatingUnit.state == "asked",
                CoordinatingUnit.due_on.between(start, end),
                CoordinatingUnit.unit_id.in_(unit_ids),
            )
            .limit(MOST)
        )
        found += [
            Due(on, "contribution", id_, text or "", unit, "asked", False)
            for on, id_, text, unit in session.execute(helps)
            if on is not None
        ]
    return sorted(found, key=lambda one: (one.on, not one.starred, one.kind, one.id))
