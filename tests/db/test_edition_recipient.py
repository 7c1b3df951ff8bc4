"""An edition is asked for only where there is somebody to send it to."""

# ruff: noqa: F811  (fixtures of the other file)

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_edition import build, cycle, lines, requested  # noqa: F401
from tests.helpers.decree30 import check_document
from tests.helpers.filing import LATER, OFFICE
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material
from tracker.exports.snapshot import Snapshot
from tracker.models.cycle import ReportCycle
from tracker.models.programme import Programme
from tracker.models.report import ConsolidatedReport
from tracker.rules.errors import Invalid
from tracker.services import report as reports
from tracker.services.snapshot import take_snapshot


def named(session: Session, cycle: ReportCycle, *names: str) -> None:
    session.get_one(Programme, cycle.programme_id).report_to = list(names)
    session.flush()


def test_nobody_above_no_edition_for_them(session: Session, act: Act, cycle: ReportCycle) -> None:
    named(session, cycle, "Ủy ban nhân dân huyện", "Phòng Lao động - Thương binh và Xã hội")
    with pytest.raises(Invalid, match="không nêu cơ quan cấp trên") as error:
        requested(act, cycle, "agency")
    assert error.value.field == "recipient"
    committee = build(act, requested(act, cycle))
    # Figures that were taken while nobody was named stay without an addressee; new ones have one.
    named(session, cycle, "Sở Lao động - Thương binh và Xã hội")
    with pytest.raises(Invalid, match="không nêu cơ quan cấp trên"):
        reports.request_other(act(OFFICE, at=LATER), committee.id, "agency")
    assert session.scalar(select(func.count(ConsolidatedReport.id))) == 1
    agency = build(act, requested(act, cycle, "agency"))
    assert "Kính gửi: Sở Lao động - Thương binh và Xã hội" in lines(agency)
    # And the other way round.
    named(session, cycle)
    reports.request_other(act(OFFICE, at=LATER), agency.id, "agency")


def test_the_checker_sees_an_empty_addressee(session: Session, act: Act) -> None:
    (programme_id,) = session.scalars(select(Programme.id))
    snapshot = replace(Snapshot.from_json(take_snapshot(act(), programme_id, 2026).head), above="")
    assert "Kính gửi is empty" in check_document(report_document(Material(snapshot, recipient="agency")))
