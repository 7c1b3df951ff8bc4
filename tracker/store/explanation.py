"""Explanation requests: of an assignment, and those that wait for an answer."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.models.assignment import Assignment
from tracker.models.duty import Duty
from tracker.models.explanation import ExplanationRequest, ExplanationState
from tracker.store.page import Page, paginate


def load(session: Session, request_id: int) -> ExplanationRequest | None:
    return session.get(ExplanationRequest, request_id)


def of_assignment(session: Session, assignment_id: int) -> list[ExplanationRequest]:
    return list(
        session.scalars(
            select(ExplanationRequest)
            .where(ExplanationRequest.assignment_id == assignment_id)
            .options(joinedload(ExplanationRequest.asked_by), joinedload(ExplanationRequest.answered_by))
            .order_by(ExplanationRequest.id)
        )
    )


def requests(
    session: Session,
    programme_ids: Collection[int],
    unit_ids: Collection[int],
    *,
    waiting: bool,
    page: int,
) -> Page[ExplanationRequest]:
    """Of whole programmes and of the units that lead; unanswered ones by their deadline, else the newest first."""
    order = ExplanationRequest.due_on if waiting else ExplanationRequest.asked_at.desc()
    query = (
        select(ExplanationRequest)
        .join(ExplanationRequest.assignment)
        .where(Assignment.programme_id.in_(programme_ids) | Assignment.lead_unit_id.in_(unit_ids))
        .options(
            joinedload(ExplanationRequest.asked_by),
            joinedload(ExplanationRequest.assignment).options(
                joinedload(Assignment.lead_unit), joinedload(Assignment.duty).joinedload(Duty.clause)
            ),
        )
        .order_by(order, ExplanationRequest.id)
    )
    if waiting:
        query = query.where(ExplanationRequest.state == ExplanationState.OPEN)
    return paginate(session, query, page)
