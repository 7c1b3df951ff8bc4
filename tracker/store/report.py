"""Editions of consolidated reports."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.report import ConsolidatedReport

_WITH = (
    joinedload(ConsolidatedReport.programme),
    joinedload(ConsolidatedReport.cycle),
    joinedload(ConsolidatedReport.requested_by),
    joinedload(ConsolidatedReport.issued_by),
)


def load(session: Session, report_id: int, *, lock: bool = False) -> ConsolidatedReport | None:
    query = select(ConsolidatedReport).where(ConsolidatedReport.id == report_id).options(*_WITH)
    if lock:
        query = query.with_for_update(of=ConsolidatedReport).execution_options(populate_existing=True)
    return session.scalar(query)


def has_document(session: Session, report_id: int) -> bool:
    """Whether its .docx has been written, without reading it."""
    query = select(ConsolidatedReport.document.is_not(None)).where(ConsolidatedReport.id == report_id)
    return session.scalar(query) is True


def editions(
    session: Session, programme_ids: Collection[int], *, cycle_id: int | None = None, limit: int = 100
) -> list[ConsolidatedReport]:
    """Newest first; of one cycle, or of all."""
    query = select(ConsolidatedReport).where(ConsolidatedReport.programme_id.in_(programme_ids))
    if cycle_id is not None:
        query = query.where(ConsolidatedReport.cycle_id == cycle_id)
    return list(session.scalars(query.options(*_WITH).order_by(ConsolidatedReport.id.desc()).limit(limit)))


def last_edition(session: Session, programme_id: int, year: int, cycle_id: int | None, recipient: str) -> int:
    """The highest number so far of a cycle, or of a year without one, to a recipient; 0 before the first."""
    return (
        session.scalar(
            select(func.max(ConsolidatedReport.edition)).where(
                ConsolidatedReport.programme_id == programme_id,
                ConsolidatedReport.year == year,
                ConsolidatedReport.cycle_id.is_not_distinct_from(cycle_id),
                ConsolidatedReport.recipient == recipient,
            )
        )
        or 0
    )


def number_is_taken(session: Session, report_id: int, number: str, year: int) -> bool:
    """Whether another edition of the programme was given this number in the year, its documents written or not."""
    programme_id = select(ConsolidatedReport.programme_id).where(ConsolidatedReport.id == report_id).scalar_subquery()
    found = select(ConsolidatedReport.id).where(
        ConsolidatedReport.programme_id == programme_id,
        ConsolidatedReport.id != report_id,
        ConsolidatedReport.issued_number == number,
        func.date_part("year", ConsolidatedReport.issued_on) == year,
    )
    return session.scalar(found.limit(1)) is not None
