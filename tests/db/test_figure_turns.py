"""Two people report the same figure at once, on two connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.db.test_figure import HEAD, NOVEMBER, measure_of, unit_of
from tests.helpers.stack import until
from tracker.models.figure import Figure
from tracker.rules.errors import Conflict
from tracker.rules.figures import Entry
from tracker.services.context import Context
from tracker.services.figure import report_figure
from tracker.services.identity import actor_of
from tracker.store.user import by_login


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[Session, Session]]:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with Session(engine) as first, Session(engine) as second:
        yield first, second
    engine.dispose()


def test_the_second_first_round_is_a_conflict(two: tuple[Session, Session]) -> None:
    """There is no row yet that one could wait for; and no fault of the database is shown to anybody."""
    first, second = two

    def put(session: Session, numerator: int) -> None:
        user = by_login(session, HEAD)
        assert user is not None
        actor = actor_of(session, user, NOVEMBER)
        ctx = Context(session, actor, NOVEMBER, "test", "http://test", "giao-viec@example.vn")
        entry = Entry(numerator=Decimal(numerator), denominator=Decimal(100))
        report_figure(ctx, measure_id=measure, unit_id=unit, period="2026", entry=entry, seen="")

    measure, unit = measure_of(first, 5), unit_of(first, "p-yte")
    with ThreadPoolExecutor(1) as pool:
        put(first, 97)
        late = pool.submit(put, second, 98)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        assert until(lambda: late.done() or first.scalar(waiting) == 1, 30)
        first.commit()
        assert isinstance(late.exception(30), Conflict)
    assert [one.numerator for one in first.scalars(select(Figure))] == [97]
