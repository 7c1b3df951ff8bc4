"""Full-text search over assignments: text, clause, unit, result, notes and comments, without diacritics."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.search import SearchDocument
from tracker.store.filters import Visible
from tracker.store.listing import Listed, listed

# A word that stands everywhere says nothing about any one: so many of its assignments, the newest, are ranked.
RANKED = 1_000
# Such a word is found so often among the newest that the index, which would name all the others too, is not asked.
NEWEST = 3_000
PAGE = 20


@dataclass(frozen=True)
class Found:
    """`total` stops counting at RANKED; `more` says that it did."""

    rows: list[Listed]
    total: int
    number: int
    more: bool

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE))


def find(
    session: Session,
    question: str,
    *,
    programme_ids: Collection[int] | None,
    unit_ids: Collection[int],
    page: int = 1,
) -> Found:
    """`question` is a tsquery. Each document holds its programme's and units' marks, so that one index finds what a
    person may see; the marks only narrow it down, because anybody can write "unit7" into a comment.

    `programme_ids` None: everything.
    """
    visible = Visible(None if programme_ids is None else frozenset(programme_ids), frozenset(unit_ids))
    if programme_ids is not None:
        marks = [f"programme{id_}" for id_ in programme_ids] + [f"unit{id_}" for id_ in unit_ids]
        if not marks:
            return Found([], 0, 1, more=False)
        question = f"({question}) & ({' | '.join(marks)})"
    asked = func.to_tsquery(literal_column("'simple'::regconfig"), question)
    matched = _matched(asked)
    rank = func.ts_rank(literal_column("'{0.05, 0.2, 0.5, 1.0}'::real[]"), matched.c.words, asked)
    ranked = (
        select(matched.c.assignment_id.label("id"), rank.label("rank"), func.count().over().label("total"))
        .join(Assignment, Assignment.id == matched.c.assignment_id)
        .where(visible.where())
        .order_by(rank.desc(), Assignment.closed, matched.c.assignment_id.desc())
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
        .subquery()
    )
    query = (
        listed(ranked.c.total)
        .join(ranked, ranked.c.id == Assignment.id)
        .order_by(ranked.c.rank.desc(), Assignment.closed, Assignment.id.desc())
    )
    rows = list(session.execute(query))
    total = rows[0].total if rows else 0
    return Found(rows, min(total, RANKED), max(page, 1), more=total > RANKED)  # type: ignore[arg-type]


def _matched(asked: ColumnElement[Any]) -> Subquery:
    """(assignment_id, words) of the newest that match, one more than are ranked."""
    document = SearchDocument.__table__.c
    newest = select(SearchDocument.__table__).order_by(document.assignment_id.desc()).limit(NEWEST).subquery()
    near = select(newest).where(newest.c.words.op("@@")(asked)).limit(RANKED + 1).cte("near")
    enough = select(func.count() > RANKED).select_from(near).scalar_subquery()
    all_ = (
        select(SearchDocument.__table__)
        .where(document.words.op("@@")(asked), ~enough)
        .order_by(document.assignment_id.desc())
        .limit(RANKED + 1)
    )
    return union_all(select(near).where(enough), all_.subquery().select()).subquery()
