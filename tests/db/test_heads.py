"""Units in which nobody who signs can be reached: found from what triggers keep, as if everybody were looked up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from itertools import permutations

import pytest
from flask_migrate import downgrade, upgrade
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.helpers.stack import until
from tests.helpers.world import make_settings
from tracker.app import create_app
from tracker.extensions import db
from tracker.models.assignment import Assignment
from tracker.models.unit import Unit
from tracker.store.delegation import units_without_head
from tracker.store.people import SIGNING, holders

TODAY = date(2026, 10, 1)
KEPT = text("SELECT id, heads FROM units ORDER BY id")
COUNTED = text("""
    SELECT un.id, count(u.id) FROM units AS un
    LEFT JOIN posts AS p ON p.unit_id = un.id AND p.role <> 'officer' AND p.valid_to IS NULL
    LEFT JOIN users AS u ON u.id = p.user_id AND u.active AND u.email IS NOT NULL
        AND u.email IS DISTINCT FROM u.dead_email
    GROUP BY un.id ORDER BY un.id
""")
# What may happen to a person's post, to the person and to the unit; each with the numbers of the draw.
CHANGES = [
    "UPDATE users SET active = NOT active WHERE id = :person",
    "UPDATE users SET email = CASE WHEN email IS NULL THEN 'x@example.vn' END WHERE id = :person",
    "UPDATE users SET dead_email = CASE WHEN dead_email IS NULL THEN email END WHERE id = :person",
    "UPDATE posts SET valid_to = CASE WHEN valid_to IS NULL THEN greatest(valid_from, :day) END"
    " WHERE user_id = :person",
    "UPDATE posts SET valid_from = least(:day, valid_to) WHERE user_id = :person",
    "UPDATE posts SET role = CASE WHEN role = 'officer' THEN 'deputy' ELSE 'officer' END WHERE user_id = :person",
    "UPDATE posts SET unit_id = :unit WHERE user_id = :person",
    "UPDATE posts SET user_id = :other WHERE user_id = :person",
    "DELETE FROM posts WHERE user_id = :person AND unit_id = :unit",
    "INSERT INTO posts (user_id, unit_id, role, valid_from) VALUES (:person, :unit, 'head', :day)",
    "UPDATE units SET valid_to = CASE WHEN valid_to IS NULL THEN :day ELSE NULL END WHERE id = :unit",
    "INSERT INTO delegations (unit_id, absent_id, acting_id, valid_from, valid_to, made_by_id, made_at)"
    " SELECT :unit, :person, :other, :day, :later, :person, now() WHERE :person <> :other AND NOT EXISTS ("
    " SELECT FROM delegations WHERE unit_id = :unit AND absent_id = :person AND ended_at IS NULL)",
    "UPDATE delegations SET ended_at = now() WHERE unit_id = :unit",
]
DRAWS = st.lists(
    st.tuples(st.sampled_from(CHANGES), *[st.integers(0, 2)] * 3, st.integers(-9, 9)), min_size=1, max_size=12
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120)
@given(draws=DRAWS)
# Whoever acts for a head has no account any more; then a deputy holds the unit.
@example(draws=[(CHANGES[11], 0, 0, 1, 0), (CHANGES[0], 1, 1, 0, 0)])
@example(draws=[(CHANGES[9], 0, 2, 0, 0), (CHANGES[11], 0, 0, 1, 0), (CHANGES[0], 1, 1, 0, 0)])
def test_whatever_happened_to_people_and_posts(session: Session, draws: list[tuple[str, int, int, int, int]]) -> None:
    posts = session.execute(
        text("SELECT unit_id, user_id FROM posts WHERE role = 'head' AND unit_id IN (SELECT lead_unit_id FROM"
             " assignments) ORDER BY unit_id LIMIT 3")
    ).all()  # fmt: skip
    units, people = [row[0] for row in posts], [row[1] for row in posts]
    programmes = list(session.scalars(select(Assignment.programme_id).distinct()))
    with session.begin_nested() as then:
        for change, unit, person, other, days in draws:
            day = TODAY + timedelta(days)
            values = {"unit": units[unit], "person": people[person], "other": people[other], "day": day}
            with suppress(IntegrityError), session.begin_nested():  # the same post twice
                session.execute(text(change), {**values, "later": day + timedelta(5)})
        session.expire_all()
        assert session.execute(KEPT).all() == session.execute(COUNTED).all()
        for days in (-15, -4, 0, 4, 15):
            day = TODAY + timedelta(days)
            found = {unit.id for unit in units_without_head(session, programmes, day)}
            held = holders(session, units, SIGNING, day)
            stands = session.scalars(
                select(Unit.id).where(Unit.id.in_(units), Unit.valid_to.is_(None) | (Unit.valid_to >= day))
            )
            alone = {unit for unit in stands if not any(one.reachable for one in held.get(unit, []))}
            assert found & set(units) == alone
        then.rollback()


def test_what_is_there_is_counted_by_the_migration(database_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET active = false WHERE login = 'truong.p-yte'")
        before = connection.execute(KEPT).all()
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with app.app_context():
        downgrade(revision="0024")
        upgrade()
        db.engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(KEPT).all() == connection.execute(COUNTED).all() == before
    assert {heads for _unit, heads in before} > {0, 1}


SECOND = "INSERT INTO posts (user_id, unit_id, role, valid_from) SELECT {who}, {unit}, 'deputy', '2026-01-01'"
AWAY = "UPDATE users SET active = false WHERE id = {who}"
# Two at once, and how many are left: the one who comes and goes, and both who are there.
AT_ONCE = [
    *(pytest.param(*pair, 1, id=f"{pair[0].split()[0]} first") for pair in permutations([SECOND, AWAY])),
    pytest.param(AWAY.replace("who", "head"), AWAY, 0, id="both leave"),
]


@pytest.mark.parametrize(("first", "second", "left"), AT_ONCE)
def test_two_at_once(engine: Engine, first: str, second: str, left: int) -> None:
    with engine.connect() as one:
        unit, head = one.exec_driver_sql("SELECT unit_id, user_id FROM posts WHERE role = 'head' LIMIT 1").one()
        who = one.exec_driver_sql("SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM posts) LIMIT 1").scalar()
        names = {"unit": unit, "head": head, "who": who}
        one.exec_driver_sql("UPDATE users SET active = true, email = 'x@example.vn' WHERE id = %s", (who,))
        if left == 0:
            one.exec_driver_sql(SECOND.format(**names))
        one.exec_driver_sql("DELETE FROM posts WHERE unit_id = %s AND user_id NOT IN (%s, %s)", (unit, head, who))
        one.commit()
        one.exec_driver_sql(first.format(**names))
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(_commit, engine, second.format(**names))
            assert until(_waits(engine), 20)
            one.commit()
            other.result(timeout=20)
        assert one.exec_driver_sql("SELECT heads FROM units WHERE id = %s", (unit,)).scalar() == left
        assert one.execute(KEPT).all() == one.execute(COUNTED).all()


def _commit(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def _waits(engine: Engine) -> Callable[[], bool]:
    def waits() -> bool:
        with engine.connect() as connection:
            return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())

    return waits
