"""Saved filters: one's own and those that one's units share."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.saved_filter import SavedFilter


def named(session: Session, owner_id: int, name: str) -> SavedFilter | None:
    return session.scalar(select(SavedFilter).where(SavedFilter.owner_id == owner_id, SavedFilter.name == name))


def saved_filters(session: Session, user_id: int | None, unit_ids: Collection[int]) -> list[SavedFilter]:
    return list(
        session.scalars(
            select(SavedFilter)
            .where(or_(SavedFilter.owner_id == user_id, SavedFilter.unit_id.in_(unit_ids)))
            .options(joinedload(SavedFilter.unit))
            .order_by(SavedFilter.name, SavedFilter.id)
        )
    )
