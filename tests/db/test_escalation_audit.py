"""The auditor recomputes what should have been sent; it finds what the sweep lost, and nothing else."""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_sweep import morning
from tracker.services.escalation import sweep
from tracker.services.escalation_audit import audit, overslept

LONG_AGO = text("UPDATE assignments SET changed_on = '2026-01-05'")
VERSIONS_LONG_AGO = text("UPDATE ladder_versions SET made_at = '2026-01-05'")


def test_nothing_is_missed_while_the_sweep_runs(session: Session, act: Act) -> None:
    session.execute(LONG_AGO)
    session.execute(VERSIONS_LONG_AGO)
    day = morning("2026-11-16")
    while day < morning("2026-12-08"):
        sweep(act(at=day))
        found = audit(act(at=day))
        assert (found.checked > 0, found.missed) == (True, 0), day
        day += timedelta(days=1)


def test_a_sweep_that_does_not_look_is_seen(session: Session, act: Act) -> None:
    """As if a trigger were lost: the sweep believes that nothing is to be done."""
    session.execute(LONG_AGO)
    session.execute(VERSIONS_LONG_AGO)
    session.execute(text("UPDATE upcoming_steps SET step_on = NULL"))
    sweep(act(at=morning("2026-11-24")))
    found = audit(act(at=morning("2026-11-24")))
    assert found.missed > 0
    assert found.oldest_due_on is not None
    assert overslept(act(at=morning("2026-11-24"))) is found
    # What was given or moved only now is not late.
    session.execute(text("UPDATE assignments SET changed_on = '2026-11-23'"))
    assert audit(act(at=morning("2026-11-24"))).missed == 0
    assert overslept(act(at=morning("2026-11-24"))) is None


def test_one_working_day_is_granted(session: Session, act: Act) -> None:
    """Steps of Friday 20/11 are late on Tuesday evening at the earliest: the weekend is quiet."""
    session.execute(LONG_AGO)
    session.execute(VERSIONS_LONG_AGO)
    sweep(act(at=morning("2026-11-19")))
    assert audit(act(at=morning("2026-11-20"))).missed == 0
    assert audit(act(at=morning("2026-11-23"))).missed == 0
    late = audit(act(at=morning("2026-11-24")))
    assert (late.missed > 0, late.oldest_due_on) == (True, date(2026, 11, 19))


def test_a_stopped_auditor_is_seen_too(session: Session, act: Act) -> None:
    assert overslept(act()) is None
    session.execute(LONG_AGO)
    session.execute(VERSIONS_LONG_AGO)
    sweep(act(at=morning("2026-11-23")))
    found = audit(act(at=morning("2026-11-23")))
    assert overslept(act(at=morning("2026-11-23", hour=20))) is None
    assert overslept(act(at=morning("2026-11-24", hour=9))) is found
