"""What the page of one assignment reads with it: the people of the units that take part, the units to choose from."""

from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.world import AT
from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.programme import StandingOffice
from tracker.models.unit import Unit, UnitKind
from tracker.models.user import Post, PostRole
from tracker.services.comment import units_of
from tracker.store.dossier import dossier
from tracker.store.people import people_in
from tracker.store.unit import MANY, few_units

DAY = AT.date()


def test_people_are_those_of_the_units_that_take_part(session: Session, act: Act, one: Assignment) -> None:
    ctx, most = act(), 0
    other = session.scalars(select(Unit.id).where(Unit.code == "p-gddt")).one()
    one.coordination.append(CoordinatingUnit(unit_id=other))
    session.flush()
    for row in [one, *session.scalars(select(Assignment).order_by(Assignment.id).limit(40))]:
        found = dossier(session, row.id, DAY)
        asked = people_in(session, units_of(ctx, row), DAY)
        assert found.people == asked
        assert {unit: list(people) for unit, people in found.people.items()} == {
            unit: list(people) for unit, people in asked.items()
        }
        assert found.people[row.lead_unit_id]
        assert next(iter(found.people)) == row.lead_unit_id
        most = max(most, len(found.people))
    assert most == 3


def test_whose_post_has_ended_or_begins_later_is_not_among_them(session: Session, act: Act, one: Assignment) -> None:
    head, officer = session.scalars(
        select(Post).where(Post.unit_id == one.lead_unit_id).order_by(Post.role == PostRole.OFFICER, Post.id)
    ).all()
    assert list(dossier(session, one.id, DAY).people[one.lead_unit_id]) == [head.user_id, officer.user_id]
    head.valid_to = DAY - timedelta(days=1)
    officer.valid_from = DAY + timedelta(days=1)
    session.flush()
    found = dossier(session, one.id, DAY)
    assert found.people[one.lead_unit_id] == {}
    officer.valid_from, officer.user.active = DAY, False
    session.flush()
    assert dossier(session, one.id, DAY).people[one.lead_unit_id] == {}


def test_an_office_of_another_day_takes_no_part(session: Session, one: Assignment) -> None:
    others = select(Unit.id).where(Unit.id.not_in(select(StandingOffice.unit_id)), Unit.id != one.lead_unit_id)
    ended, later = session.scalars(others.order_by(Unit.id).limit(2)).all()
    before = dossier(session, one.id, DAY).people
    day = timedelta(days=1)
    for unit, begins, ends in ((ended, DAY - 9 * day, DAY - day), (later, DAY + day, None)):
        session.add(StandingOffice(programme_id=one.programme_id, unit_id=unit, valid_from=begins, valid_to=ends))
    session.flush()
    found = dossier(session, one.id, DAY)
    assert found.people == before
    assert not {ended, later} & {office.id for office in found.offices}


def test_who_has_two_posts_in_a_unit_stands_there_once(session: Session, one: Assignment) -> None:
    posts = session.scalars(select(Post).where(Post.unit_id == one.lead_unit_id).order_by(Post.id)).all()
    officer = next(post for post in posts if post.role == PostRole.OFFICER)
    deputy = Post(
        user_id=officer.user_id, unit_id=one.lead_unit_id, role=PostRole.DEPUTY, valid_from=officer.valid_from
    )
    session.add(deputy)
    session.flush()
    people = list(dossier(session, one.id, DAY).people[one.lead_unit_id])
    assert people.count(officer.user_id) == 1


def test_units_are_all_but_the_issuer_until_they_are_too_many(session: Session, one: Assignment) -> None:
    issuer = one.programme.issuer_unit_id
    units = dossier(session, one.id, DAY).units
    assert units == few_units(session, DAY, but=issuer)
    assert issuer not in dict(units)
    assert one.lead_unit_id in dict(units)
    for n in range(len(units), MANY):
        session.execute(insert(Unit).values(**_unit(n)))
    assert len(dossier(session, one.id, DAY).units) == MANY
    session.execute(insert(Unit).values(**_unit(MANY)))
    assert dossier(session, one.id, DAY).units is None


def _unit(n: int) -> dict[str, object]:
    name = f"Đơn vị thêm {n}"
    return {"code": f"them-{n}", "name": name, "short_name": name, "kind": UnitKind.COMMUNE, "valid_from": DAY}
