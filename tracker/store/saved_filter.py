"""Saved filters: one's own and those that one's units share."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models.saved_filter import SavedFilter


def named(session: Session, owner_id: int, name: str) -> SavedFilter | None:
    return session.scalar(select(SavedFilter).where(SavedFilter.owner_id == owner_id, SavedFilter.name == name))


@dataclass(frozen=True)
class Saved:
    """`unit_name`: whose it is too, where it is shared."""

    id: int
    owner_id: int
    name: str
    query: str
    unit_name: str | None


OF_PERSON = """
    SELECT f.id, f.owner_id, f.name, f.query, un.name AS unit_name
    FROM saved_filters AS f LEFT JOIN units AS un ON un.id = f.unit_id
    WHERE f.owner_id = :user OR f.unit_id = ANY(:units) ORDER BY f.name, f.id
"""
