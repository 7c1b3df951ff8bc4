"""Figures on real rows: rounds, reasons, jumps, what is impossible, and the unit's name as it was."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_programme import REAL
from tracker.importing.programme import parse
from tracker.models.audit import AuditEvent
from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.rules.figures import Entry
from tracker.rules.judgement import Verdict
from tracker.services.figure import FINAL, accept_figures, report_figure, seen_of, set_baseline
from tracker.services.programme import import_programme
from tracker.store import figure as store

HEAD, OFFICE, COMMUNE = "truong.p-yte", "truong.p-ldtbxh", "truong.xa-cao-xa"
NOVEMBER = datetime(2026, 11, 10, 9, tzinfo=LOCAL)
LATER = datetime(2027, 2, 10, 9, tzinfo=LOCAL)


def measure_of(session: Session, indicator: int, position: int = 0) -> int:
    return session.scalars(
        select(Measure.id)
        .join(Measure.indicator)
        .where(Indicator.number == indicator, Measure.position == position, Measure.retired_in.is_(None))
    ).one()


def unit_of(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


@pytest.fixture
def vaccinated(session: Session) -> int:
    return measure_of(session, 5)


@pytest.fixture
def yte(session: Session) -> int:
    return unit_of(session, "p-yte")


def ratio(numerator: int, denominator: int, **more: object) -> Entry:
    return Entry(numerator=Decimal(numerator), denominator=Decimal(denominator), **more)  # type: ignore[arg-type]


def report(
    act: Act, measure: int, unit: int, entry: Entry, *, period: str = "2026", login: str = HEAD,
    at: datetime = NOVEMBER, seen: str | None = None,
) -> Figure:  # fmt: skip
    return report_figure(act(login, at=at), measure_id=measure, unit_id=unit, period=period, entry=entry, seen=seen)


def refused(field: str, *args: object, **named: object) -> str:
    with pytest.raises(Invalid) as caught:
        report(*args, **named)  # type: ignore[arg-type]
    assert caught.value.field == field
    return str(caught.value)


def test_a_ratio_is_worked_out_and_changes_in_place_until_accepted(
    session: Session, act: Act, vaccinated: int, yte: int
) -> None:
    first = report(act, vaccinated, yte, ratio(2910, 3000))
    assert (first.value, first.round, first.estimate) == (Decimal(97), 1, True)  # November is before the year's end
    again = report(act, vaccinated, yte, ratio(2925, 3000))
    assert (again.id, again.round, again.value) == (first.id, 1, Decimal("97.5"))
    assert session.scalar(select(func.count()).select_from(Figure)) == 1


def test_after_acceptance_a_correction_is_a_round_with_a_reason(
    session: Session, act: Act, vaccinated: int, yte: int
) -> None:
    first = report(act, vaccinated, yte, ratio(2910, 3000))
    accept_figures(act(OFFICE, at=NOVEMBER), unit_id=yte, measure_ids=[vaccinated], period="2026")
    assert first.accepted_at == NOVEMBER
    refused("reason", act, vaccinated, yte, ratio(2940, 3000))
    second = report(act, vaccinated, yte, ratio(2940, 3000, reason="Cộng sót hai xã"))
    assert (second.round, second.accepted_at, second.reason) == (2, None, "Cộng sót hai xã")
    assert (first.value, first.round) == (Decimal(97), 1)
    # Until that one is accepted it changes in place as any other.
    third = report(act, vaccinated, yte, ratio(2943, 3000))
    assert (third.id, third.reason) == (second.id, "Cộng sót hai xã")
    assert store.current(session, [vaccinated], [yte], "2026") == {(vaccinated, yte): third}


def test_what_was_accepted_and_is_sent_again_unchanged_stays(
    session: Session, act: Act, vaccinated: int, yte: int
) -> None:
    first = report(act, vaccinated, yte, ratio(2910, 3000))
    accept_figures(act(OFFICE, at=NOVEMBER), unit_id=yte, measure_ids=[vaccinated], period="2026")
    assert report(act, vaccinated, yte, ratio(2910, 3000)) is first
    # The final figure after the year has closed explains itself.
    final = report(act, vaccinated, yte, ratio(2910, 3000), at=LATER)
    assert (final.round, final.estimate, final.reason) == (2, False, FINAL)


def test_a_new_target_keeps_the_figures_and_a_new_definition_begins_anew(
    session: Session, act: Act, vaccinated: int, yte: int
) -> None:
    report(act, vaccinated, yte, ratio(2910, 3000))
    changed = REAL.replace("8 loại vắc xin đạt 97% vào năm 2025", "8 loại vắc xin đạt 96% vào năm 2025")
    import_programme(act(), parse(changed), changed)
    assert measure_of(session, 5) == vaccinated
    assert [one.value for one in session.get_one(Measure, vaccinated).targets] == [96, 98]
    # Another age is another thing to count.
    other = changed.replace("trẻ em dưới 1 tuổi được tiêm chủng", "trẻ em dưới 2 tuổi được tiêm chủng")
    outcome = import_programme(act(), parse(other), other)
    new, old = measure_of(session, 5), session.get_one(Measure, vaccinated)
    assert (new != vaccinated, old.retired_in) == (True, 3)
    assert any("định nghĩa khác" in one["message"] for one in outcome.warnings)
    assert len(store.summary(session, outcome.programme.id, "2026")) == 35
    refused("value", act, vaccinated, yte, ratio(2920, 3000))
    # And back: the old one takes its place, with what was reported of it; the other had nothing and goes.
    back = REAL + "\n"
    import_programme(act(), parse(back), back)
    assert (measure_of(session, 5), session.get(Measure, new)) == (vaccinated, None)
    assert store.current(session, [vaccinated], [yte], "2026")[vaccinated, yte].value == 97


def test_a_jump_needs_a_comment(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    report(act, vaccinated, yte, ratio(2910, 3000), period="2025")
    said = refused("comment", act, vaccinated, yte, ratio(2000, 3000))
    assert "97, 2025" in said
    assert report(act, vaccinated, yte, ratio(2000, 3000, comment="Thiếu vắc xin quý III")).comment
    # The programme says how much is too much.
    session.execute(update(Programme).values(jump_percent=50))
    session.expire_all()
    report(act, vaccinated, yte, ratio(2000, 3000))
    # The first half of a year is held against the first half before, not against a whole year.
    report(act, vaccinated, yte, ratio(600, 3000), period="2026-H1")
    refused("comment", act, vaccinated, yte, ratio(0, 3000), period="2027-H1", at=LATER)


def test_the_first_figure_of_the_lead_is_held_against_the_baseline(
    session: Session, act: Act, vaccinated: int, yte: int
) -> None:
    set_baseline(act(OFFICE, at=NOVEMBER), vaccinated, year=2020, value=Decimal(95))
    refused("comment", act, vaccinated, yte, ratio(2100, 3000))
    commune = unit_of(session, "xa-cao-xa")
    report(act, vaccinated, commune, ratio(70, 100), login=COMMUNE)  # the baseline is not a commune's own


def test_the_impossible_is_refused_by_its_field(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    for field, entry in {
        "numerator": ratio(3001, 3000),
        "denominator": ratio(0, 0),
        "value": Entry(),
        "comment": Entry(no_data=True),
        "no_data": ratio(1, 2, no_data=True),
    }.items():
        refused(field, act, vaccinated, yte, entry)
    refused("period", act, vaccinated, yte, ratio(1, 2), period="2019")
    refused("period", act, vaccinated, yte, ratio(1, 2), period="2027")
    refused("period", act, vaccinated, yte, ratio(1, 2), period="năm nay")
    with pytest.raises(NotFound):
        report(act, 999_999, yte, ratio(1, 2), login=OFFICE)
    with pytest.raises(NotFound):
        report(act, vaccinated, 999_999, ratio(1, 2), login=OFFICE)
    rural = measure_of(session, 4, 2)
    town = unit_of(session, "thi-tran-nha-nam")
    refused("value", act, rural, town, ratio(1, 20), login="truong.thi-tran-nha-nam")
    assert session.scalar(select(func.count()).select_from(Figure)) == 0


def test_nought_is_a_value_and_no_data_is_none(session: Session, act: Act, yte: int) -> None:
    hiv, commune = measure_of(session, 6), unit_of(session, "xa-cao-xa")
    report(act, hiv, yte, ratio(0, 12))
    report(act, hiv, commune, Entry(no_data=True, comment="Không phát sinh"), login=COMMUNE)
    rows = store.current(session, [hiv], [yte, commune], "2026")
    assert [(rows[hiv, unit].value, rows[hiv, unit].no_data) for unit in (yte, commune)] == [(0, False), (None, True)]
    (line,) = [one for one in store.summary(session, 1, "2026") if one.measure_id == hiv]
    assert (line.value, line.judgement.verdict) == (0, Verdict.MET)
    assert line.communes is not None
    assert (line.communes.value, line.communes.no_data, line.communes.counted) == (None, 1, 0)


def test_who_may(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    report(act, vaccinated, yte, ratio(97, 100), login="canbo.p-yte")
    report(act, vaccinated, yte, ratio(98, 100), login=OFFICE)  # from paper
    for login in (COMMUNE, "truong.p-tuphap", "truong.ubnd-huyen", "quantri", "kiemtoan"):
        with pytest.raises(NotAllowed):
            report(act, vaccinated, yte, ratio(1, 2), login=login)
    for login in (HEAD, COMMUNE, "truong.ubnd-huyen", "quantri", "kiemtoan"):
        with pytest.raises(NotAllowed):
            accept_figures(act(login, at=NOVEMBER), unit_id=yte, measure_ids=[vaccinated], period="2026")
        with pytest.raises(NotAllowed):
            set_baseline(act(login, at=NOVEMBER), vaccinated, year=2020, value=Decimal(95))


def test_two_hands_at_once(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    first = report(act, vaccinated, yte, ratio(97, 100), seen="")
    with pytest.raises(Conflict):
        report(act, vaccinated, yte, ratio(96, 100), seen="")
    seen = seen_of(first)
    report(act, vaccinated, yte, ratio(95, 100), seen=seen)
    with pytest.raises(Conflict):
        report(act, vaccinated, yte, ratio(94, 100), seen=seen)
    assert store.current(session, [vaccinated], [yte], "2026")[vaccinated, yte].value == 95


def test_the_unit_keeps_its_name_as_it_was(session: Session, act: Act, vaccinated: int) -> None:
    commune = unit_of(session, "xa-cao-xa")
    report(act, vaccinated, commune, ratio(97, 100), login=COMMUNE)
    session.execute(update(Unit).where(Unit.id == commune).values(name="UBND xã Ngọc Thiện mới", valid_to="2026-06-30"))
    session.expire_all()
    row = store.current(session, [vaccinated], [commune], "2026")[vaccinated, commune]
    assert row.unit_name == "UBND xã Cao Xá"
    # Of a year that it did not live to see it reports nothing.
    refused("period", act, vaccinated, commune, ratio(97, 100), login=OFFICE, period="2027", at=LATER)
    (line,) = [one for one in store.summary(session, 1, "2026") if one.measure_id == vaccinated]
    assert line.communes is not None
    assert line.communes.counted == 1  # what was reported then still counts


def test_every_verb_leaves_one_event(session: Session, act: Act, vaccinated: int, yte: int) -> None:
    report(act, vaccinated, yte, ratio(100, 100))
    report(act, vaccinated, yte, ratio(100, 100))  # says nothing new
    accept_figures(act(OFFICE, at=NOVEMBER), unit_id=yte, measure_ids=[vaccinated], period="2026")
    accept_figures(act(OFFICE, at=NOVEMBER), unit_id=yte, measure_ids=[vaccinated], period="2026")
    set_baseline(act(OFFICE, at=NOVEMBER), vaccinated, year=2020, value=Decimal("1e2"))
    verbs = ("report_figure", "accept_figures", "set_baseline")
    rows = session.scalars(select(AuditEvent).where(AuditEvent.verb.in_(verbs)).order_by(AuditEvent.id)).all()
    assert [one.verb for one in rows] == list(verbs)
    assert rows[0].data["after"] == {
        "numerator": "100", "denominator": "100", "value": "100", "no_data": False, "estimate": True,
    }  # fmt: skip
    assert rows[2].data["after"] == {"year": 2020, "value": "100"}


@pytest.mark.parametrize(
    ("year", "value", "field"),
    [(2020, None, "baseline"), (None, 95, "baseline_year"), (1990, 95, "baseline_year"), (2030, 95, "baseline_year"),
     (2020, 101, "baseline"), (2020, -1, "baseline")],
)  # fmt: skip
def test_a_baseline_that_cannot_be(act: Act, vaccinated: int, year: int | None, value: int | None, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        set_baseline(
            act(OFFICE, at=NOVEMBER), vaccinated, year=year, value=None if value is None else Decimal(value)
        )  # fmt: skip
    assert caught.value.field == field


def test_a_baseline_may_be_taken_back(session: Session, act: Act, vaccinated: int) -> None:
    set_baseline(act(OFFICE, at=NOVEMBER), vaccinated, year=2020, value=Decimal(95))
    row = set_baseline(act(OFFICE, at=NOVEMBER), vaccinated, year=None, value=None)
    assert (row.baseline, row.baseline_year) == (None, None)
