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
from tracker.services.report_page import page_of
from tracker.store import cycle as store

FRIDAY = datetime(2026, 10, 16, 9, 0, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("after", "late"), [(-1, None), (0, None), (1, Late(0)), (3, Late(1)), (5, Late(3))],
    ids=["before", "on the day", "on a Saturday", "on Monday", "on Wednesday"],
)  # fmt: skip
def test_late_is_the_first_submission_after_its_day(session: Session, act: Act, after: int, late: Late | None) -> None:
    cycle = opened(act, at=FRIDAY - timedelta(days=1))
    report = report_of(session, cycle, "p-yte")
    session.get_one(Assignment, report.assignment_id).due_on = FRIDAY.date()
    session.flush()
    first = FRIDAY + timedelta(days=after)
    filled(act, report, at=first)
    assert page_of(act(HEAD, at=first), report).late is None  # nothing filed
    filing.submit(act(HEAD, at=first), report.id)
    assert page_of(act(OFFICE, at=first), report).late == late
    # Filed again later: what counts is the first time, while waiting and when accepted.
    again = first + timedelta(days=10)
    review.return_(act(OFFICE, at=again), report.id, reasons={"plans": "Nêu rõ hơn"})
    filing.submit(act(HEAD, at=again), report.id)
    review.accept(act(OFFICE, at=again), report.id)
    assert page_of(act(OFFICE, at=again), report_of(session, cycle, "p-yte")).late == late


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
