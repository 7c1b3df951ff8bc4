"""The sweep and what people do at the same moment: no deadlock, and nothing that is due is passed over."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.helpers.stack import until
from tracker.models.assignment import Assignment
from tracker.models.escalation import Escalation
from tracker.rules.calendar import LOCAL
from tracker.rules.permissions import SYSTEM
from tracker.services import assignment as verbs
from tracker.services.context import Context
from tracker.services.escalation import Swept, sweep
from tracker.services.identity import actor_of
from tracker.store.assignment import load
from tracker.store.user import by_login

# The assignment was due the day before.
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=LOCAL)


@dataclass
class Two:
    """A head at a form and a sweep, each in a transaction of its own."""

    form: Session
    sweep: Session
    id: int

    def hand_in(self) -> None:
        user = by_login(self.form, "truong.p-yte")
        assert user is not None
        ctx = Context(self.form, actor_of(self.form, user, NOW), NOW, "form", "http://test", "giao-viec@example.vn")
        version = self.form.scalars(select(Assignment.version).where(Assignment.id == self.id)).one()
        verbs.submit(ctx, self.id, result="Xong", done_on=NOW.date(), version=version)
        self.form.flush()

    def swept(self) -> Swept:
        # It has no reason to wait for anybody.
        self.sweep.execute(text("SET LOCAL lock_timeout = '2s'"))
        return sweep(Context(self.sweep, SYSTEM, NOW, "sweep", "http://test", "giao-viec@example.vn"))

    @property
    def told(self) -> int:
        self.sweep.rollback()
        return len(self.sweep.scalars(select(Escalation).where(Escalation.assignment_id == self.id)).all())


@pytest.fixture
def two(database_url: str) -> Iterator[Two]:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with Session(engine) as form, Session(engine) as sweeping:
        mine = "(SELECT min(a.id) FROM assignments a JOIN units u ON u.id = a.lead_unit_id WHERE u.code = 'p-yte')"
        form.execute(text(f"UPDATE assignments SET state = 'cancelled' WHERE id <> {mine}"))
        begun = "state = 'in_progress', owner_id = (SELECT id FROM users WHERE login = 'canbo.p-yte')"
        id_ = form.execute(text(f"UPDATE assignments SET {begun} WHERE id = {mine} RETURNING id")).scalar_one()
        form.commit()
        yield Two(form, sweeping, id_)
    engine.dispose()


def test_a_form_that_has_only_begun_holds_up_no_sweep(two: Two) -> None:
    assert load(two.form, two.id, lock=True) is not None
    assert two.swept().escalations == 2
    two.sweep.commit()
    two.hand_in()
    two.form.commit()
    assert two.told == 2


def test_what_a_form_has_changed_is_left_to_the_next_sweep(two: Two) -> None:
    two.hand_in()
    assert two.swept().escalations == 0
    two.sweep.commit()
    two.form.rollback()  # it came to nothing: the work is still due
    assert two.swept().escalations == 2


def test_a_promise_that_a_form_keeps_is_not_told_as_broken(two: Two) -> None:
    two.form.execute(
        text(
            "INSERT INTO promises (assignment_id, person_id, promised_on, made_at, version, outcome)"
            " SELECT id, owner_id, '2026-11-19', now(), version, 'open' FROM assignments WHERE id = :id"
        ),
        {"id": two.id},
    )
    two.form.commit()
    two.hand_in()
    swept = two.swept()
    two.sweep.commit()
    two.form.commit()
    assert (swept.broken, two.told) == (0, 0)


def test_a_form_waits_for_a_sweep_that_tells_of_its_work(two: Two) -> None:
    swept = two.swept()
    with ThreadPoolExecutor(1) as pool:
        handed_in = pool.submit(two.hand_in)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        assert until(lambda: two.sweep.scalar(waiting) == 1, 10)
        two.sweep.commit()
        handed_in.result(10)
    two.form.commit()
    assert two.told == swept.escalations == 2
