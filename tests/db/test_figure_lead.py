"""Whose figure a measure takes, and who may give one: nobody else's passes as the lead's."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import OFFICE, measure_of, ratio, refused, report, unit_of
from tests.db.test_half_years import line_of


def test_who_has_nothing_to_do_with_it_reports_nothing(session: Session, act: Act) -> None:
    measure, stranger = measure_of(session, 5), unit_of(session, "p-tuphap")
    said = refused("value", act, measure, stranger, ratio(1, 100), login="truong.p-tuphap")
    assert "không chủ trì, không phối hợp chỉ tiêu này" in said
    # Nor the office on its behalf.
    refused("value", act, measure, stranger, ratio(1, 100), login=OFFICE)
    # Who supports it may, and is not taken for the lead.
    session.execute(
        text("INSERT INTO indicator_support SELECT indicator_id, :unit FROM measures WHERE id = :measure"),
        {"unit": stranger, "measure": measure},
    )
    session.expire_all()
    report(act, measure, stranger, ratio(1, 100), login="truong.p-tuphap")
    assert line_of(session, measure, "2026").lead is None
