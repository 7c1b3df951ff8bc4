"""Who acts for whom."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, literal_column, or_, select, true
from sqlalchemy.orm import Session, joinedload

from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.delegation import Delegation
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.models.user import Post, User
from tracker.rules.workflow import WITH_UNIT, State
from tracker.store.people import SIGNING, answers, valid_on

_PEOPLE = (joinedload(Delegation.absent), joinedload(Delegation.acting), joinedload(Delegation.unit))


def load(session: Session, delegation_id: int, *, lock: bool = False) -> Delegation | None:
    query = select(Delegation).where(Delegation.id == delegation_id).options(*_PEOPLE)
    return session.scalar(query.with_for_update(of=Delegation) if lock else query)


def lock_people(session: Session, user_ids: Collection[int]) -> None:
    """Until the end of the transaction nobody else says who of these is away or acts."""
    locked = select(User.id).where(User.id.in_(user_ids)).order_by(User.id)
    session.execute(locked.with_for_update(key_share=True)).all()


def programmes_of(session: Session, unit_ids: Collection[int]) -> dict[int, set[int]]:
    """Unit → the programmes whose offices look after it: it leads or coordinates something there. A unit that issues
    programmes has none: no office stands above it."""
    leads = exists().where(
        Assignment.lead_unit_id == Unit.id,
        Assignment.programme_id == Programme.id,
        Assignment.state != State.CANCELLED,
    )
    helps = exists().where(
        CoordinatingUnit.unit_id == Unit.id,
        Assignment.id == CoordinatingUnit.assignment_id,
        Assignment.programme_id == Programme.id,
        Assignment.state != State.CANCELLED,
    )
    rows = session.execute(
        select(Unit.id, Programme.id)
        .join(Programme, true())
        .where(Unit.id.in_(unit_ids), Unit.id.not_in(select(Programme.issuer_unit_id)), or_(leads, helps))
    )
    found: dict[int, set[int]] = {}
    for unit_id, programme_id in rows:
        found.setdefault(unit_id, set()).add(programme_id)
    return found


def overlapping(session: Session, user_ids: Collection[int], start: date, end: date) -> list[Delegation]:
    """Not ended, with one of these people on either side, on one of these days."""
    return list(
        session.scalars(
            select(Delegation)
            .where(
                or_(Delegation.absent_id.in_(user_ids), Delegation.acting_id.in_(user_ids)),
                Delegation.ended_at.is_(None),
                Delegation.valid_from <= end,
                Delegation.valid_to >= start,
            )
            .options(*_PEOPLE)
            .order_by(Delegation.id)
        )
    )


def of_units(session: Session, unit_ids: Collection[int], day: date) -> list[Delegation]:
    """Those that hold on the day or later."""
    return list(
        session.scalars(
            select(Delegation)
            .where(Delegation.unit_id.in_(unit_ids), Delegation.ended_at.is_(None), Delegation.valid_to >= day)
            .options(*_PEOPLE)
            .order_by(Delegation.valid_from, Delegation.id)
        )
    )


def units_without_head(session: Session, programme_ids: Collection[int], day: date) -> list[Unit]:
    """Units with work to do in which nobody who signs can be reached: of those who would get the mail
    (`people.holders`) nobody has an address that takes mail."""
    return list(session.scalars(_without_head(day), {"programmes": list(programme_ids)}))


@lru_cache(4)
def _without_head(day: date) -> Select[Any]:
    # A unit can only be one of them when nobody without an end is kept for it (`Unit.heads`), or that one is away or
    # has not begun: of ten thousand units these few are looked at. The 0 is said as the index says it.
    away = select(Delegation.unit_id).where(Delegation.ended_at.is_(None), valid_on(Delegation, day))
    later = select(Post.unit_id).where(Post.valid_from > day)
    doubtful = select(Unit.id).where(Unit.heads == literal_column("0")).union(away, later).cte("doubtful")
    unreachable = select(User.id).where(or_(~User.active, User.email.is_(None), User.dead_email == User.email))
    heads = answers(day).where(Post.role.in_(SIGNING), Post.unit_id.in_(select(doubtful.c.id))).subquery()
    reachable = select(heads.c.unit_id).where(heads.c.user_id.not_in(unreachable))
    busy = exists().where(
        Assignment.lead_unit_id == Unit.id,
        Assignment.programme_id.in_(bindparam("programmes", expanding=True)),
        Assignment.state.in_(WITH_UNIT),
    )
    alone = select(Unit).join(doubtful, doubtful.c.id == Unit.id).where(Unit.id.not_in(reachable), valid_on(Unit, day))
    return alone.where(busy).order_by(Unit.position, Unit.id)
