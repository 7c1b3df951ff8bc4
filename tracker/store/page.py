"""One page of a list."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

T = TypeVar("T")
PAGE_SIZE = 50
# Beyond this nobody counts, and nobody leafs: a filter or the search finds faster.
BOUND = 1_000
DEEPEST = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """`more`: there are more than `total`, which is where the counting stopped."""

    rows: list[T]
    total: int
    number: int
    size: int = PAGE_SIZE
    more: bool = False

    @property
    def last(self) -> int:
        return max(1, min(-(-self.total // self.size), DEEPEST))


def plan_anew(session: Session) -> None:
    """For the rest of the transaction: questions whose answer may be ten rows or a million, by what they ask for."""
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def paginate(session: Session, query: Select[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """Rows of page `number` (from 1); a number past the end gives the last page."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0
    number = max(1, min(number, -(-total // size) or 1))
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Page(list(rows), total, number, size)
