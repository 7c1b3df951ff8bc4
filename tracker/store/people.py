"""Who holds a post today: the people behind "head", "standing office" and "leader"."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.programme import StandingOffice
from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole, User

SIGNING = (PostRole.HEAD, PostRole.DEPUTY)


def valid_on(model: Any, day: date) -> ColumnElement[bool]:
    """Rows of a dated table that hold on `day`."""
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))


def _holders(day: date) -> Select[Post]:
    return (
        select(Post)
        .join(Post.user)
        .join(Post.unit)
        .where(valid_on(Post, day), valid_on(Unit, day), User.active)
        .options(joinedload(Post.user))
        .order_by(Post.unit_id, Post.id)
    )


def holders(
    session: Session, unit_ids: Collection[int], roles: Collection[PostRole], day: date
) -> dict[int, list[User]]:
    """Unit id → active people who hold one of the roles there on the day."""
    found: dict[int, list[User]] = {}
    for post in session.scalars(_holders(day).where(Post.unit_id.in_(unit_ids), Post.role.in_(roles))):
        people = found.setdefault(post.unit_id, [])
        if post.user not in people:
            people.append(post.user)
    return found


def members(session: Session, unit_id: int, day: date) -> list[User]:
    """Everybody with a post in the unit on the day, heads first."""
    posts = session.scalars(_holders(day).where(Post.unit_id == unit_id)).all()
    order = list(PostRole)
    unique: dict[int, User] = {}
    for post in sorted(posts, key=lambda post: order.index(post.role)):
        unique.setdefault(post.user_id, post.user)
    return list(unique.values())


def posts_of(session: Session, user_id: int, day: date) -> list[Post]:
    return list(
        session.scalars(
            select(Post)
            .join(Post.unit)
            .where(Post.user_id == user_id, valid_on(Post, day), valid_on(Unit, day))
            .options(joinedload(Post.unit))
            .order_by(Post.id)
        )
    )


def standing_unit_ids(session: Session, day: date) -> dict[int, frozenset[int]]:
    """Programme id → units that hold its standing-office role on the day."""
    rows = session.execute(
        select(StandingOffice.programme_id, StandingOffice.unit_id).where(valid_on(StandingOffice, day))
    )
    found: dict[int, set[int]] = {}
    for programme_id, unit_id in rows:
        found.setdefault(programme_id, set()).add(unit_id)
    return {programme_id: frozenset(unit_ids) for programme_id, unit_ids in found.items()}


def standing_units(session: Session, programme_id: int, day: date) -> list[Unit]:
    """The units that hold the standing-office role of a programme on the day."""
    return list(
        session.scalars(
            select(Unit)
            .join(StandingOffice, StandingOffice.unit_id == Unit.id)
            .where(StandingOffice.programme_id == programme_id, valid_on(StandingOffice, day))
            .order_by(Unit.position)
        )
    )
