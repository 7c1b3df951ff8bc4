"""Saved filters: one's own and those that one's units share."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.models.saved_filter import SavedFilter


def named(session: Session, owner_id: int, name: str) -> SavedFilter | None:
    return session.scalar(select(SavedFilter).where(SavedFilter.owner_id == owner_id, SavedFilter.name == name))


_OF_PERSON = text("""
    SELECT f.id, f.owner_id, f.name, f.query, un.name AS unit_name
    FROM saved_filters AS f LEFT JOIN units AS un ON un.id = f.unit_id
    WHERE f.owner_id = :user OR f.unit_id = ANY(:units) ORDER BY f.name, f.id
""")


def saved_filters(session: Session, user_id: int | None, unit_ids: Collection[int]) -> Sequence[Any]:
    """Rows of id, owner_id, name, query and, where they are shared, unit_name."""
    return session.execute(_OF_PERSON, {"user": user_id, "units": list(unit_ids)}).all()
