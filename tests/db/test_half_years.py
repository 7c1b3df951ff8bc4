"""A second half-year ends with its year: its own past comes first, the year's only where there is none."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import LATER, measure_of, ratio, report, unit_of
from tests.helpers.filing import LATER as OCTOBER
from tests.helpers.filing import OFFICE
from tracker.exports.material import digits_of, told
from tracker.rules.figures import rounded
from tracker.rules.judgement import Verdict, judge
from tracker.rules.measure import Better, Shape
from tracker.rules.targets import Comparator, Target, short_number
from tracker.services import cycle as cycles
from tracker.services.cycle_opening import open_cycle
from tracker.services.snapshot_figures import measure_row
from tracker.store import cycle as cycle_store
from tracker.store import figure as store
from tracker.web.measure_view import rule_of, targets_of, value_of

AFTER = datetime(2028, 2, 1, tzinfo=LATER.tzinfo)


def line_of(session: Session, measure: int, period: str) -> store.Line:
    (line,) = [one for one in store.summary(session, 1, period) if one.measure_id == measure]
    return line


def test_no_half_goes_on_from_the_year_that_it_is_a_part_of(session: Session, act: Act) -> None:
    opened = {}
    for kind, period in (
        ("annual", "2025"), ("annual", "2026"), ("half_year", "2026-H1"), ("mid_term", "2026"), ("half_year", "2026-H2")
    ):  # fmt: skip
        cycle = cycles.plan(act(OFFICE, at=OCTOBER), programme_id=1, kind=kind, period=period)
        opened[kind, period] = cycle
        before = cycle_store.before(session, cycle)
        wanted = {
            ("annual", "2026"): ("annual", "2025"),
            ("half_year", "2026-H1"): ("annual", "2025"),
            ("mid_term", "2026"): ("annual", "2026"),
            ("half_year", "2026-H2"): ("half_year", "2026-H1"),
        }.get((kind, period))
        assert before == (opened[wanted] if wanted else None)
        open_cycle(act(OFFICE, at=OCTOBER), cycle.id, told=False)


def test_its_own_past_and_not_the_years(session: Session, act: Act) -> None:
    measure, unit = measure_of(session, 5), unit_of(session, "p-yte")
    told = {"2023": 90, "2024": 91, "2024-H2": 71, "2025-H2": 72, "2025": 92, "2026-H1": 60, "2026-H2": 73, "2026": 93}
    for period, part in told.items():
        report(act, measure, unit, ratio(part, 100, comment="x"), period=period, at=AFTER)
    assert line_of(session, measure, "2026").years == {2023: 90, 2024: 91, 2025: 92, 2026: 93}
    half = line_of(session, measure, "2026-H2")
    assert half.years == {2023: 90, 2024: 71, 2025: 72, 2026: 73}
    assert (half.value, half.last_year, half.halves) == (73, 72, {2024, 2025, 2026})
    assert [period for period, _ in measure_row(half).series] == ["2023", "2024-H2", "2025-H2", "2026-H2"]


@pytest.mark.parametrize(("period", "verdict"), [
    ("2026", Verdict.MISSED), ("2026-H2", Verdict.NOT_YET), ("2026-H1", Verdict.NOT_YET),
])  # fmt: skip
def test_a_yearly_change_is_judged_by_the_year_alone(session: Session, act: Act, period: str, verdict: Verdict) -> None:
    measure, unit = measure_of(session, 13), unit_of(session, "p-yte")
    lead = next(one.indicator.lead_unit_id for one in store.summary(session, 1, period) if one.measure_id == measure)
    report(act, measure, lead or unit, ratio(0, 20), period=period, login="truong.p-ldtbxh", at=AFTER)
    assert line_of(session, measure, period).judgement.verdict is verdict


def test_a_near_miss_does_not_read_as_reached(session: Session, act: Act) -> None:
    measure, unit = measure_of(session, 5), unit_of(session, "p-yte")
    report(act, measure, unit, ratio(96_996, 100_000), period="2025", at=AFTER)
    line = line_of(session, measure, "2025")
    assert (line.judgement.verdict, value_of(line)) == (Verdict.MISSED, "96,996%")
    row = measure_row(line)
    assert (told(row.value, row.per, digits_of(row)), row.gap) == ("96,996%", "-0.004")
    assert row.basis == "mục tiêu ≥ 97%"


def test_a_near_miss_of_the_path_shows_beside_it(session: Session, app: Flask, act: Act) -> None:
    measure, unit = measure_of(session, 5), unit_of(session, "p-yte")
    for period, part in (("2025", 970), ("2026", 900)):
        report(act, measure, unit, ratio(part, 1000, comment="x"), period=period, at=AFTER)
    line = line_of(session, measure, "2026")
    required = line.judgement.required
    assert required is not None
    assert line.lead is not None
    near = replace(line, lead=replace(line.lead, value=required - Fraction(4, 10_000)))
    assert near.value is not None
    with app.test_request_context():
        said = rule_of(near.judgement, near.shape, near.value)
        assert value_of(near) == f"{short_number(near.value, 4)}%"
        assert f"kỳ này cần ≥ {short_number(required, 4)}%" in said
        assert rule_of(line.judgement, line.shape, line.value).endswith(f"kỳ này cần ≥ {short_number(required)}%.")


def test_a_gap_names_the_level_of_the_year(session: Session, act: Act) -> None:
    measure, unit = measure_of(session, 5), unit_of(session, "p-yte")
    for period, part in (("2025", 970), ("2026", 900)):
        report(act, measure, unit, ratio(part, 1000, comment="x"), period=period, at=AFTER)
    line = line_of(session, measure, "2026")
    row = measure_row(line)
    required = line.judgement.required
    assert required is not None
    assert (row.verdict, row.gap) == ("off_path", f"{rounded(90 - required):f}")
    assert row.basis == f"mức ≥ {short_number(required)}%"
    assert row.rule.endswith(f": kỳ này cần ≥ {short_number(required)}%.")


def test_all_of_a_share_has_no_sign_before_it(app: Flask) -> None:
    goals = tuple(Target(year, Comparator.AT_LEAST, Decimal(100)) for year in (2025, 2030))
    share = Shape(Better.UP, 100, goals)
    assert targets_of(share) == [(2025, "100%"), (2030, "100%")]
    growth = Shape(Better.UP, 100, (*goals[:1], Target(2030, Comparator.AT_LEAST, Decimal(120))))
    assert targets_of(growth) == [(2025, "≥ 100%"), (2030, "≥ 120%")]
    road = judge(share, Fraction(90), Fraction(2027), {Fraction(2025): Decimal(100)})
    with app.test_request_context():
        assert rule_of(road, share, None).endswith("(100%): kỳ này cần 100%.")
