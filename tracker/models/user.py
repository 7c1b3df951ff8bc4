"""People who sign in, their sessions, and the posts they hold in units."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Numbered, by_value, utcnow
from tracker.models.unit import Unit


class PostRole(StrEnum):
    HEAD = "head"
    DEPUTY = "deputy"
    OFFICER = "officer"


class User(Numbered, Base):
    __tablename__ = "users"
    # As `store.delegation` asks for those whom no mail reaches.
    __table_args__ = (
        Index("ix_users_unreachable", "id", postgresql_where=text("NOT active OR email IS NULL OR dead_email = email")),
    )

    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    # The address that a mail server said does not exist; it says nothing once `email` is another.
    dead_email: Mapped[str | None]
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(server_default="true")
    is_admin: Mapped[bool] = mapped_column(server_default="false")
    is_auditor: Mapped[bool] = mapped_column(server_default="false")
    # Made by `tracker demo`; one such row is enough for every page to say so.
    is_sample: Mapped[bool] = mapped_column(server_default="false")
    active: Mapped[bool] = mapped_column(server_default="true")
    locale: Mapped[str] = mapped_column(server_default="vi")
    # Topics (rules.notification.Topic) that this person wants in the product only.
    muted: Mapped[list[str]] = mapped_column(server_default="{}")
    # When mails were last switched on again; the links of earlier ones switch nothing off any more.
    unmuted_at: Mapped[datetime | None]
    wrong_logins: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    posts: Mapped[list["Post"]] = relationship(back_populates="user")

    @property
    def unreachable(self) -> bool:
        return self.email is not None and self.email == self.dead_email

    @property
    def reachable(self) -> bool:
        """A mail to this person has somewhere to go and somebody to read it."""
        return self.active and bool(self.email) and not self.unreachable


class LoginSession(Numbered, Base):
    """A signed-in browser. Only the hash of its token is kept; revoking the row signs it out."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Post(Numbered, Base):
    """A person × unit × role, from a date to a date."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("user_id", "unit_id", "role", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
        Index(None, "unit_id", "role"),
        Index(None, "valid_from"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    role: Mapped[PostRole] = mapped_column(by_value(PostRole, "role"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    user: Mapped[User] = relationship(back_populates="posts")
    unit: Mapped[Unit] = relationship()
