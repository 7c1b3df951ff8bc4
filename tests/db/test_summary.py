"""All measures together: communes beside the lead, what counts, and the years before."""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import NOVEMBER, OFFICE, ratio, report, unit_of, vaccinated, yte
from tracker.models.indicator import Indicator, Measure
from tracker.rules.figures import Entry
from tracker.rules.judgement import Verdict
from tracker.services.figure import accept_figures
from tracker.store import figure as store

__all__ = ["vaccinated", "yte"]


def test_communes_add_up_beside_the_lead(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    parts = {"xa-cao-xa": ratio(90, 100), "xa-viet-lap": ratio(280, 300), "xa-song-van": Entry(value=Decimal(50))}
    for code, entry in parts.items():
        report(act, vaccinated, unit_of(session, code), entry, login=OFFICE)
    line = line_of(session, vaccinated)
    assert line.communes is not None
    assert (line.communes.value, line.communes.counted, line.communes.value_only) == (Fraction(185, 2), 2, 1)
    assert (line.value, line.from_communes, line.difference, line.estimate) == (Fraction(185, 2), True, None, True)
    report(act, vaccinated, yte, ratio(97, 100))
    line = line_of(session, vaccinated)
    assert (line.value, line.from_communes, line.difference) == (97, False, Fraction(9, 2))
    assert (line.judgement.verdict, line.judgement.required, line.accepted) == (
        Verdict.OFF_PATH, Fraction(972, 10), False,
    )  # fmt: skip
    # What leaves the house is what was accepted.
    assert line_of(session, vaccinated, accepted_only=True).value is None
    accept_figures(act(OFFICE, at=NOVEMBER), unit_id=yte, measure_ids=[vaccinated], period="2026")
    assert line_of(session, vaccinated, accepted_only=True).value == 97
    # A correction that waits does not change what counts.
    report(act, vaccinated, yte, ratio(99, 100, reason="Cộng sót"))
    assert (line_of(session, vaccinated).value, line_of(session, vaccinated).accepted) == (97, True)


def line_of(session: Session, measure: int, period: str = "2026", *, accepted_only: bool = False) -> store.Line:
    (line,) = [
        one for one in store.summary(session, 1, period, accepted_only=accepted_only) if one.measure_id == measure
    ]
    return line


def test_a_count_is_a_plain_sum(session: Session, act: Act, vaccinated: int) -> None:
    session.execute(update(Measure).where(Measure.id == vaccinated).values(per=1))
    session.expire_all()
    for code, number in {"xa-cao-xa": 12, "xa-viet-lap": 30}.items():
        report(act, vaccinated, unit_of(session, code), Entry(value=Decimal(number)), login=OFFICE)
    line = line_of(session, vaccinated)
    assert line.communes is not None
    assert (line.value, line.communes.numerator, line.communes.counted) == (42, None, 2)


def test_years_before_and_whoever_led_then(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    for period, numerator in {"2024": 96, "2025": 97, "2026": 98}.items():
        report(act, vaccinated, yte, ratio(numerator, 100), period=period)
    police = unit_of(session, "congan")
    session.execute(update(Indicator).where(Indicator.number == 5).values(lead_unit_id=police))
    session.expire_all()
    line = line_of(session, vaccinated)
    assert line.lead is not None
    assert (line.lead.unit_name, line.years, line.last_year) == ("Phòng Y tế", {2024: 96, 2025: 97, 2026: 98}, 97)
    report(act, vaccinated, police, ratio(99, 100), login="truong.congan")
    assert line_of(session, vaccinated).value == 99
