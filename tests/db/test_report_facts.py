"""What the page of a unit's report says of it: how late it was filed, and how far it is, as the monitor counts it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import HEAD, LATER, OFFICE, filled, opened, report_of
from tracker.models.assignment import Assignment
from tracker.models.cycle import UnitReport
from tracker.rules.calendar import LOCAL
from tracker.rules.cycle import section_list
from tracker.rules.unit_report import Late, required_keys
from tracker.services import filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.context import Context
from tracker.services.report_page import page_of
from tracker.services.snapshot import take_snapshot
from tracker.store import cycle as store

FRIDAY = datetime(2026, 10, 16, 9, 0, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("after", "late"), [(-1, None), (0, None), (1, Late(0)), (3, Late(1)), (5, Late(3))],
    ids=["before", "on the day", "on a Saturday", "on Monday", "on Wednesday"],
)  # fmt: skip
def test_late_is_the_round_that_stands_after_its_day(session: Session, act: Act, after: int, late: Late | None) -> None:
    cycle = opened(act, at=FRIDAY - timedelta(days=1))
    report = report_of(session, cycle, "p-yte")
    session.get_one(Assignment, report.assignment_id).due_on = FRIDAY.date()
    session.flush()
    first = FRIDAY + timedelta(days=after)
    filled(act, report, at=first)
    assert page_of(act(HEAD, at=first), report).late is None  # nothing filed
    filing.submit(act(HEAD, at=first), report.id)
    assert as_everywhere(session, act(OFFICE, at=first), report) == late
    # However long the office takes, accepted is what was filed on that day.
    review.accept(act(OFFICE, at=first + timedelta(days=20)), report.id)
    assert as_everywhere(session, act(OFFICE, at=first), report) == late


def as_everywhere(session: Session, ctx: Context, report: UnitReport) -> Late | None:
    """What the unit's page says, which is what the monitor counts and the annex of an edition has."""
    session.flush()
    late = page_of(ctx, report).late
    counted = sum(one.on_time for one in store.counts(session, [report.cycle_id], ctx.today)[report.cycle_id].values())
    head = take_snapshot(ctx, report.cycle.programme_id, 2026, cycle=report.cycle).head
    told = {row["unit"]: row["on_time"] for row in head["filing"]}
    assert (counted == 1, told[report.unit_name]) == (late is None, late is None)
    return late


def test_what_was_filed_in_time_and_returned_is_late_when_it_comes_again_late(session: Session, act: Act) -> None:
    cycle = opened(act, at=FRIDAY - timedelta(days=1))
    report = report_of(session, cycle, "p-yte")
    session.get_one(Assignment, report.assignment_id).due_on = FRIDAY.date()
    session.flush()
    filled(act, report, at=FRIDAY)
    filing.submit(act(HEAD, at=FRIDAY), report.id)
    assert as_everywhere(session, act(OFFICE, at=FRIDAY), report) is None
    again = FRIDAY + timedelta(days=3)
    review.return_(act(OFFICE, at=again), report.id, reasons={"plans": "Nêu rõ hơn"})
    assert page_of(act(OFFICE, at=again), report).late is None  # none stands; the day that has passed is said beside
    filing.submit(act(HEAD, at=again), report.id)
    assert as_everywhere(session, act(OFFICE, at=again), report) == Late(1)


def test_the_monitor_counts_sections_as_the_units_page_does(session: Session, act: Act) -> None:
    cycle = opened(act)
    sections = section_list(cycle.form)
    required = required_keys(sections)
    optional = [one.key for one in sections if not one.required]
    assert optional
    report = report_of(session, cycle, "p-yte")

    def write(keys: list[str], text: str) -> None:
        for key in keys:
            version = next((one.version for one in report.sections if one.key == key), 0)
            writing.save_section(act(HEAD, at=LATER), report.id, key, text=text, version=version)

    def both(report: UnitReport) -> tuple[tuple[int, int], int]:
        session.flush()
        found = filing.check(act(HEAD, at=LATER), report)
        rows = store.rows(session, cycle.id, LATER.date(), required=required).rows
        assert found.total == found.sections[1] + found.figures[1]
        return found.sections, next(one.written for one in rows if one.id == report.id)

    write(optional, "Có")
    assert both(report) == ((0, len(required)), 0)
    write(required[1:], "Đã làm")
    assert both(report) == ((len(required) - 1, len(required)), len(required) - 1)
    write(required[:1], "Đã làm")
    write(optional, "")
    assert both(report) == ((len(required), len(required)), len(required))
