"""Figures on real rows: rounds, reasons, jumps, what is impossible, and the unit's name as it was."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_programme import REAL
from tracker.importing.programme import parse
from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Invalid
from tracker.rules.figures import Entry
from tracker.services.figure import FINAL, accept_figures, report_figure
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
