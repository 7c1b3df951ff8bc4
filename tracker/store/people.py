"""Who holds a post today: the people behind "head", "standing office" and "leader"."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session, joinedload

from tracker.models.delegation import Delegation
from tracker.models.programme import StandingOffice
from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole, User
from tracker.rules.permissions import Post as HeldPost

SIGNING = (PostRole.HEAD, PostRole.DEPUTY)


def valid_on(model: Any, day: date) -> ColumnElement[bool]:
    """Rows of a dated table that hold on `day`."""
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))


_ANSWERS = func.coalesce(Delegation.acting_id, Post.user_id)


def answers(day: date) -> Select[int, int]:
    """(unit id, id of the person) of every post on the day; whoever is away is their substitute."""
    acts = and_(
        Delegation.absent_id == Post.user_id,
        Delegation.unit_id == Post.unit_id,
        Delegation.ended_at.is_(None),
        valid_on(Delegation, day),
    )
    return select(Post.unit_id, _ANSWERS.label("user_id")).outerjoin(Delegation, acts).where(valid_on(Post, day))


def answering(day: date) -> Select[int, User]:
    """(unit id, person) of every post on the day in a unit of the day. Whoever is away is their substitute first, and
    only then must the person be active: an account that was closed stands in nobody's way, and nobody's substitute is
    passed over."""
    of_today = answers(day).join(Post.unit).join(User, User.id == _ANSWERS)
    return of_today.where(valid_on(Unit, day), User.active).with_only_columns(Post.unit_id, User)


def holders(
    session: Session, unit_ids: Collection[int], roles: Collection[PostRole], day: date
) -> dict[int, list[User]]:
    """Unit id → active people who hold one of the roles there on the day; whoever is away is their substitute."""
    rows = session.execute(
        answering(day)
        .where(Post.unit_id.in_(unit_ids), Post.role.in_(roles))
        .order_by(Post.unit_id, Post.id, Delegation.id)
    )
    found: dict[int, list[User]] = {}
    for unit_id, person in rows:
        people = found.setdefault(unit_id, [])
        if person not in people:
            people.append(person)
    return found


def head_names(session: Session, unit_ids: Collection[int], day: date) -> dict[int, str]:
    """Unit → its head on the day, or who acts for the head; a unit without one is not there."""
    return {unit_id: people[0].name for unit_id, people in holders(session, unit_ids, [PostRole.HEAD], day).items()}


def members(session: Session, unit_id: int, day: date) -> list[User]:
    """Everybody with a post in the unit on the day, heads first."""
    posts = session.scalars(
        select(Post)
        .join(Post.user)
        .join(Post.unit)
        .where(Post.unit_id == unit_id, valid_on(Post, day), valid_on(Unit, day), User.active)
        .options(joinedload(Post.user))
        .order_by(Post.id)
    ).all()
    order = list(PostRole)
    unique: dict[int, User] = {}
    for post in sorted(posts, key=lambda post: order.index(post.role)):
        unique.setdefault(post.user_id, post.user)
    return list(unique.values())


# `units`: an array of SQL.
PEOPLE_IN = """
    SELECT p.unit_id, u.id, u.name FROM posts AS p JOIN users AS u ON u.id = p.user_id
    WHERE p.unit_id = ANY({units}) AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day) AND u.active
    ORDER BY p.unit_id, array_position(ARRAY['head', 'deputy', 'officer'], CAST(p.role AS text)), p.id
"""
_PEOPLE_IN = text(PEOPLE_IN.format(units=":units"))


def people_in(session: Session, unit_ids: Collection[int], day: date) -> dict[int, dict[int, str]]:
    """Unit → {person: name} of everybody with a post there on the day, heads first."""
    return by_unit(unit_ids, session.execute(_PEOPLE_IN, {"units": list(unit_ids), "day": day}).all())


def by_unit(unit_ids: Collection[int], rows: Iterable[tuple[int, int, str]]) -> dict[int, dict[int, str]]:
    """Of the rows of PEOPLE_IN."""
    found: dict[int, dict[int, str]] = {unit_id: {} for unit_id in unit_ids}
    for unit_id, user_id, name in rows:
        found[unit_id].setdefault(user_id, name)
    return found


def posts_of(session: Session, user_id: int, day: date) -> list[HeldPost]:
    """The person's own posts on the day, and those of whom they act for."""
    for_whom = and_(
        Delegation.absent_id == Post.user_id,
        Delegation.unit_id == Post.unit_id,
        Delegation.acting_id == user_id,
        Delegation.ended_at.is_(None),
        valid_on(Delegation, day),
    )
    rows = session.execute(
        select(Post.unit_id, Post.role, Post.user_id)
        .join(Post.unit)
        .outerjoin(Delegation, for_whom)
        .where(or_(Post.user_id == user_id, Delegation.id.is_not(None)), valid_on(Post, day), valid_on(Unit, day))
        .order_by(Post.id)
    )
    return [HeldPost(unit, role, None if holder == user_id else holder) for unit, role, holder in rows]


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
