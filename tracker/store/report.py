"""Editions of consolidated reports."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.report import ConsolidatedReport


def load(session: Session, report_id: int) -> ConsolidatedReport | None:
    return session.scalar(
        select(ConsolidatedReport)
        .where(ConsolidatedReport.id == report_id)
        .options(joinedload(ConsolidatedReport.programme), joinedload(ConsolidatedReport.requested_by))
    )


def editions(session: Session, programme_ids: Collection[int], limit: int = 100) -> list[ConsolidatedReport]:
    return list(
        session.scalars(
            select(ConsolidatedReport)
            .where(ConsolidatedReport.programme_id.in_(programme_ids))
            .options(joinedload(ConsolidatedReport.programme), joinedload(ConsolidatedReport.requested_by))
            .order_by(ConsolidatedReport.id.desc())
            .limit(limit)
        )
    )


def last_edition(session: Session, programme_id: int, year: int) -> int:
    return (
        session.scalar(
            select(func.max(ConsolidatedReport.edition)).where(
                ConsolidatedReport.programme_id == programme_id, ConsolidatedReport.year == year
            )
        )
        or 0
    )
