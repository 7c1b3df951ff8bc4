"""The words of each assignment, folded, in one document. Kept by triggers; `rules.text.fold` is the same rule."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class SearchDocument(Base):
    """Besides the words, `unit12` and `programme1` stand in it, so that a person's own is found by one index."""

    __tablename__ = "search_documents"
    __table_args__ = (Index("ix_search_documents_words", "words", postgresql_using="gin"),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)
