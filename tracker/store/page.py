"""One page of a list."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")
PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: list[T]
    total: int
    number: int
    size: int = PAGE_SIZE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


def paginate(session: Session, query: Select[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """Rows of page `number` (from 1); a number past the end gives the last page."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0
    number = max(1, min(number, -(-total // size) or 1))
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Page(list(rows), total, number, size)
