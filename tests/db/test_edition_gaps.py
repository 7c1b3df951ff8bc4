"""Editions that lack reports of units: said before they are issued; sections of the office left empty at once."""

# ruff: noqa: F811  (fixtures of the other file)

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_edition import accepted, build, cycle, requested, write, write_all  # noqa: F401
from tests.helpers.filing import HEAD, LATER, OFFICE, filled, report_of
from tracker.models.cycle import ReportCycle
from tracker.rules.errors import Conflict, Invalid, NotAllowed
from tracker.rules.filing import Gaps
from tracker.services import edition_text as editing
from tracker.services import filing
from tracker.services import report as reports
from tracker.services import report_review as review


def test_who_is_not_in_it_is_said_before_it_is_locked(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    for code in ("p-tuphap", "xa-cao-xa"):
        one = report_of(session, cycle, code)
        filled(act, one, f"truong.{code}")
        filing.submit(act(f"truong.{code}", at=LATER), one.id)
    review.return_(act(OFFICE, at=LATER), one.id, reasons={"plans": "Nêu rõ hơn"})
    write_all(act, cycle)
    report = build(act, requested(act, cycle))
    found = reports.gaps_of(report)
    assert found == Gaps(accepted=1, waiting=1, returned=1, not_filed=39)
    day = LATER.date()
    with pytest.raises(Invalid) as error:
        reports.issue_report(act(OFFICE, at=LATER), report.id, number="15", day=day)
    assert error.value.field == "incomplete"
    assert report.issued_number is None
    # As its figures were taken, whatever comes in later.
    review.accept(act(OFFICE, at=LATER), report_of(session, cycle, "p-tuphap").id)
    assert reports.gaps_of(report) == found
    reports.issue_report(act(OFFICE, at=LATER), report.id, number="15", day=day, incomplete=True)
    (data,) = session.execute(text("SELECT data FROM audit_events WHERE verb = 'issue_report'")).scalars()
    assert data["gaps"] == {"accepted": 1, "waiting": 1, "returned": 1, "not_filed": 39}


def test_where_nothing_lacks_nobody_is_asked(session: Session, act: Act, cycle: ReportCycle) -> None:
    session.execute(
        text("UPDATE unit_reports SET state = 'exempt', exempt_reason = 'Miễn' WHERE unit_id <> :yte"),
        {"yte": report_of(session, cycle, "p-yte").unit_id},
    )
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    write_all(act, cycle)
    report = build(act, requested(act, cycle))
    assert not reports.gaps_of(report).any
    reports.issue_report(act(OFFICE, at=LATER), report.id, number="15", day=LATER.date())
    assert report.issued_number == "15/BC-LĐTBXH"


def test_sections_are_left_empty_as_if_one_by_one(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã tiêm đủ")
    found = editing.sections(act(OFFICE, at=LATER), cycle)
    owed = [one.key for one in found if one.text is None]
    seen, unseen = owed[:-1], owed[-1]
    write(act, cycle, seen[0], "Cơ quan thường trực viết.")
    with pytest.raises(NotAllowed):
        editing.empty_rest(act(HEAD, at=LATER), cycle.id, seen)
    assert editing.empty_rest(act(OFFICE, at=LATER), cycle.id, [*seen, "highlights"]) == len(seen) - 1
    now = {one.key: one for one in editing.sections(act(OFFICE, at=LATER), cycle)}
    assert {key for key, one in now.items() if one.own == ""} == set(seen[1:])
    assert now[seen[0]].own == "Cơ quan thường trực viết."
    assert now["highlights"].own is None
    assert now[unseen].text is None  # what the page did not name stays
    # Beside all else that was done with the cycle.
    told = text("SELECT data->>'key' FROM audit_events WHERE verb = 'edit_section' AND subject_type = 'cycle'")
    assert sorted(session.execute(told).scalars()) == sorted(seen)
    with pytest.raises(Conflict):
        editing.empty_rest(act(OFFICE, at=LATER), cycle.id, seen)
