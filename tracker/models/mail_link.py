"""Links in mails: each the right of one person to one answer about one version of one assignment."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value
from tracker.models.user import User
from tracker.rules.mail_link import Choice


class MailLink(Numbered, Base):
    """Only the token's hash is kept. `undoes_id`: this link takes back what that one did, and does nothing else."""

    __tablename__ = "mail_links"
    __table_args__ = (
        CheckConstraint("expires_at > made_at", name="expires_later"),
        CheckConstraint("choice IS NULL OR used_at IS NOT NULL", name="choice_when_used"),
        CheckConstraint("undone_at IS NULL OR used_at IS NOT NULL", name="undone_when_used"),
        Index(None, "assignment_id"),
        Index(None, "expires_at"),
        # Forgetting a link asks for those that point at it.
        Index(None, "undoes_id", postgresql_where=text("undoes_id IS NOT NULL")),
    )

    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    version: Mapped[int]
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("mail_links.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    choice: Mapped[Choice | None] = mapped_column(by_value(Choice, "choice"))
    # That was promised or asked for with it.
    day: Mapped[date | None]
    # What the use wrote, as far as it can be taken back.
    update_id: Mapped[int | None] = mapped_column(ForeignKey("updates.id"))
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id"))
    undone_at: Mapped[datetime | None]
    # The work was closed, the person has left or acts no longer, or answered from another mail.
    revoked_at: Mapped[datetime | None]

    person: Mapped[User] = relationship()
