"""One paragraph of the document with its reference; together a tree that mirrors the document."""

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.programme import Programme


class ClauseKind(StrEnum):
    SECTION = "section"
    HEADING = "heading"
    GOAL = "goal"
    INDICATOR = "indicator"
    SOLUTION_GROUP = "solution_group"
    SOLUTION_ITEM = "solution_item"
    ADDRESSEE = "addressee"
    DUTY = "duty"
    REPORTING = "reporting"
    PARAGRAPH = "paragraph"


class Clause(Numbered, Base):
    """The text is the newest version's; older texts stay in `ProgrammeVersion.source`."""

    __tablename__ = "clauses"
    __table_args__ = (UniqueConstraint("programme_id", "ref"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    ref: Mapped[str]
    kind: Mapped[ClauseKind] = mapped_column(by_value(ClauseKind, "kind"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("clauses.id"), index=True)
    position: Mapped[int]
    number: Mapped[int | None]
    text: Mapped[str]
    # The version in which the clause was no longer found; its assignments keep it.
    retired_in: Mapped[int | None]

    programme: Mapped[Programme] = relationship()
    parent: Mapped["Clause | None"] = relationship(remote_side="Clause.id")
