"""Extension requests: of an assignment, and those that wait for somebody."""

from collections.abc import Collection

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.assignment import Assignment
from tracker.models.duty import Duty
from tracker.models.extension import ExtensionRequest, ExtensionState
from tracker.store.page import Page, paginate

WAITING = (ExtensionState.OPEN, ExtensionState.PROPOSED)


def load(session: Session, request_id: int) -> ExtensionRequest | None:
    return session.get(ExtensionRequest, request_id)


def open_request(session: Session, assignment_id: int) -> ExtensionRequest | None:
    return session.scalar(
        select(ExtensionRequest).where(
            ExtensionRequest.assignment_id == assignment_id, ExtensionRequest.state.in_(WAITING)
        )
    )


def next_number(assignment_id: int) -> ScalarSelect[int]:
    """Counted by the insert itself."""
    query = select(func.count() + 1).select_from(ExtensionRequest)
    return query.where(ExtensionRequest.assignment_id == assignment_id).scalar_subquery()


def of_assignment(session: Session, assignment_id: int) -> list[ExtensionRequest]:
    return list(
        session.scalars(
            select(ExtensionRequest)
            .where(ExtensionRequest.assignment_id == assignment_id)
            .options(joinedload(ExtensionRequest.asked_by), joinedload(ExtensionRequest.decided_by))
            .order_by(ExtensionRequest.number)
        )
    )


def requests(
    session: Session,
    programme_ids: Collection[int],
    unit_ids: Collection[int],
    *,
    waiting: bool,
    page: int,
) -> Page[ExtensionRequest]:
    """Of whole programmes and of the units that lead; the longest waiting first, else the newest first."""
    order = ExtensionRequest.asked_at if waiting else ExtensionRequest.asked_at.desc()
    query = (
        select(ExtensionRequest)
        .join(ExtensionRequest.assignment)
        .where(Assignment.programme_id.in_(programme_ids) | Assignment.lead_unit_id.in_(unit_ids))
        .options(
            joinedload(ExtensionRequest.asked_by),
            joinedload(ExtensionRequest.assignment).options(
                joinedload(Assignment.lead_unit), joinedload(Assignment.duty).joinedload(Duty.clause)
            ),
        )
        .order_by(order, ExtensionRequest.id)
    )
    if waiting:
        query = query.where(ExtensionRequest.state.in_(WAITING))
    return paginate(session, query, page)
