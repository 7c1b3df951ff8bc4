"""A unit that is put on a cycle's list after it opened is asked as all were: open, by the cycle's day, told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import HEAD, LATER, OFFICE, actor_named, filled, opened, report_of, unit_named
from tracker.acting import acting
from tracker.models.cycle import ReportCycle
from tracker.models.outbox import OutboxMail
from tracker.rules.filing import FilingState
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import cycle as cycles
from tracker.services import expected, filing
from tracker.services.cycle_opening import open_cycle
from tracker.services.opening import LOCK

COMMUNE = "truong.xa-cao-xa"


def asked(session: Session) -> list[str]:
    return sorted(session.scalars(select(OutboxMail.to_address).where(OutboxMail.kind == "report_asked")))


def untouched(act: Act, id_: int) -> None:
    pass


def confirmed(act: Act, id_: int) -> None:
    verbs.accept(act(COMMUNE, at=LATER), id_)
    verbs.submit(act(COMMUNE, at=LATER), id_, result="Đã gửi bản giấy", done_on=LATER.date())
    verbs.confirm(act(OFFICE, at=LATER), id_)


def cancelled(act: Act, id_: int) -> None:
    verbs.cancel(act(OFFICE, at=LATER), id_, reason="Nhầm")


@pytest.mark.parametrize("so_far", [untouched, confirmed, cancelled])
def test_what_an_added_unit_was_given_before_is_asked_for(
    session: Session, act: Act, so_far: Callable[[Act, int], None]
) -> None:
    cycle = opened(act)
    report = report_of(session, cycle, "xa-cao-xa")
    unit, id_ = report.unit, report.assignment_id or 0
    session.execute(text("DELETE FROM unit_reports WHERE id = :id"), {"id": report.id})
    session.execute(
        text("UPDATE assignments SET due_on = original_due_on, nominal_due_on = original_due_on WHERE id = :id"),
        {"id": id_},
    )
    session.expire_all()
    so_far(act, id_)
    assert asked(session) == []
    report = expected.add_unit(act(OFFICE, at=LATER), cycle.id, unit.id, reason="Thành lập lại")
    row = report.assignment
    assert row is not None
    assert (row.id, row.due_on) == (id_, date(2026, 11, 16))
    assert row.state is (State.IN_PROGRESS if so_far is confirmed else State.ASSIGNED)
    assert [one.split("@")[0] for one in asked(session)] == [COMMUNE]
    filled(act, report, COMMUNE)
    filing.submit(act(COMMUNE, at=LATER), report.id)


def test_who_is_exempt_no_longer_has_the_day_of_today_and_is_told(session: Session, act: Act) -> None:
    cycle, office = opened(act), act(OFFICE, at=LATER)
    unit = unit_named(session, "p-yte")
    expected.exempt(office, cycle.id, unit.id, reason="Đã giải thể")
    days = replace(cycles.days_of(cycle), due_department_on=date(2026, 11, 24))
    cycles.set_days(office, cycle.id, days)
    expected.expect(office, cycle.id, unit.id)
    report = report_of(session, cycle, "p-yte")
    assert report.assignment is not None
    assert (report.state, report.due_on, report.assignment.due_on) == (
        FilingState.EXPECTED, date(2026, 11, 24), date(2026, 11, 24),
    )  # fmt: skip
    assert [one.split("@")[0] for one in asked(session)] == [HEAD]


@pytest.mark.parametrize("code", ["ccb", "p-yte"])
def test_it_waits_for_periods_that_open(app: Flask, code: str) -> None:
    """They give the same duty: both at once would give it twice. `ccb` was exempt from the beginning."""
    with app.app_context():
        office = actor_named(OFFICE)
        with acting(office, now=LATER) as ctx:
            cycle_id = cycles.plan(ctx, programme_id=1, kind="half_year", period="2026-H2").id
            unit_id = unit_named(ctx.session, code).id
            if code == "ccb":
                expected.exempt(ctx, cycle_id, unit_id, reason="Không có nhiệm vụ")
            open_cycle(ctx, cycle_id, told=False)
            if code != "ccb":
                expected.exempt(ctx, cycle_id, unit_id, reason="Không có nhiệm vụ")
            ctx.nudges.clear()
        with acting(office, now=LATER) as ctx:
            expected.expect(ctx, cycle_id, unit_id)
            held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :key")
            assert ctx.session.scalar(held, {"key": LOCK}) == 1
            report = report_of(ctx.session, ctx.session.get_one(ReportCycle, cycle_id), code)
            assert report.assignment is not None
            assert report.assignment.state is State.ASSIGNED
            ctx.nudges.clear()
