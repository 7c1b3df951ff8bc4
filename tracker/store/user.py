"""Finding people and their sessions."""

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.user import LoginSession, User


def by_login(session: Session, login: str, *, lock: bool = False) -> User | None:
    query = select(User).where(User.login == login.strip().lower())
    return session.scalar(query.with_for_update() if lock else query)


def hold(session: Session, user_id: int) -> User | None:
    """Until the end of the transaction nobody else changes this person; letters to them can still be written."""
    return session.get(User, user_id, with_for_update={"key_share": True})


def open_session(session: Session, token_hash: str) -> LoginSession | None:
    """A session that was not signed out, of a person who is still active."""
    return session.scalar(
        select(LoginSession)
        .join(LoginSession.user)
        .where(LoginSession.token_hash == token_hash, LoginSession.revoked_at.is_(None), User.active)
        .options(joinedload(LoginSession.user))
    )


def open_sessions(session: Session, user_id: int) -> list[LoginSession]:
    query = select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
    return list(session.scalars(query))


def named(session: Session, user_ids: Collection[int]) -> list[User]:
    return list(session.scalars(select(User).where(User.id.in_(user_ids)).order_by(User.id)))


def has_sample_data(session: Session) -> bool:
    return session.scalar(select(exists().where(User.is_sample))) or False


def has_users(session: Session) -> bool:
    return session.scalar(select(exists().where(User.id.is_not(None)))) or False
