"""The job that beat wakes: each programme by itself, however often, and from the command line as well."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from tests.db.test_rollover import NEW_YEAR
from tracker.acting import acting
from tracker.cli.assignments import assignments
from tracker.extensions import db
from tracker.models.assignment import Assignment
from tracker.models.programme import Programme
from tracker.rolling import roll_over_all
from tracker.services import opening
from tracker.services.context import Context


@contextmanager
def in_the_new_year() -> Iterator[Context]:
    with acting(now=NEW_YEAR) as ctx:
        yield ctx


def opened() -> int:
    found = db.session.scalar(select(func.count(Assignment.id)).where(Assignment.year == 2027)) or 0
    db.session.remove()
    return found


def test_woken_twice(app: Flask) -> None:
    with app.app_context():
        assert [one.created for one in roll_over_all(in_the_new_year)] == [164]
        assert roll_over_all(in_the_new_year) == []
        assert opened() == 164


def test_a_programme_that_fails_holds_up_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), acting() as ctx:
        real = ctx.session.scalars(select(Programme.id)).one()
    as_it_is = opening.roll_over

    def broken(ctx: Context, programme_id: int) -> object:
        if programme_id != real:
            raise RuntimeError("this one is broken")
        return as_it_is(ctx, programme_id)

    monkeypatch.setattr(opening, "to_roll_over", lambda _ctx: [real + 1, real])
    monkeypatch.setattr(opening, "roll_over", broken)
    with app.app_context():
        roll_over_all(in_the_new_year)
        assert opened() == 164


def test_from_the_command_line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.cli.assignments.create_app", lambda: app)
    monkeypatch.setattr("tracker.cli.assignments.acting", in_the_new_year)
    said = CliRunner().invoke(assignments, ["roll-over"])
    assert said.output == "164 nhiệm vụ mới, 164 chuyển tiếp, 42 thư.\n", said
    assert CliRunner().invoke(assignments, ["roll-over"]).output == ""
