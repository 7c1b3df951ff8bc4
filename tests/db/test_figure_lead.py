"""Whose figure a measure takes, and who may give one: nobody else's passes as the lead's."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import NOVEMBER, OFFICE, measure_of, ratio, refused, report, unit_of
from tests.db.test_half_years import line_of
from tracker.models.figure import Figure


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


def test_a_strangers_figure_is_not_the_leads_and_a_former_leads_is(session: Session, act: Act) -> None:
    measure, stranger = measure_of(session, 5), unit_of(session, "p-tuphap")
    user = act(OFFICE, at=NOVEMBER).actor.user_id
    session.add(
        Figure(measure_id=measure, unit_id=stranger, unit_name="x", period="2026", round=1, value=9,
               reported_at=NOVEMBER, reported_by_id=user)
    )  # fmt: skip
    session.flush()
    assert line_of(session, measure, "2026").lead is None
    session.execute(text("UPDATE units SET valid_to = '2026-06-30' WHERE id = :id"), {"id": stranger})
    lead = line_of(session, measure, "2026").lead
    assert lead is not None
    assert lead.unit_id == stranger
