"""Money on real rows: units estimate and spend, the finance office approves, sums by unit and source."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import COMMUNE, HEAD, NOVEMBER, OFFICE, unit_of
from tracker.models.audit import AuditEvent
from tracker.models.budget import BudgetSource
from tracker.rules.budget import Money
from tracker.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.services.budget import save_budget, seen_of
from tracker.store import budget as store

FINANCE = "truong.p-tckh"
DISTRICT, SOCIAL = BudgetSource.DISTRICT, BudgetSource.SOCIAL


def save(
    act: Act, unit: int, amounts: dict[BudgetSource, dict[str, int | None]], login: str = HEAD, *, year: int = 2026,
    seen: str | None = None,
) -> dict[BudgetSource, object]:  # fmt: skip
    typed = {
        source: {name: None if one is None else Decimal(one) for name, one in fields.items()}
        for source, fields in amounts.items()
    }
    ctx = act(login, at=NOVEMBER)
    return save_budget(ctx, programme_id=1, unit_id=unit, year=year, amounts=typed, seen=seen)  # type: ignore[return-value]


@pytest.fixture
def yte(session: Session) -> int:
    return unit_of(session, "p-yte")


def test_estimate_then_approved_then_spent(session: Session, act: Act, yte: int) -> None:
    save(act, yte, {DISTRICT: {"estimate": 100}, SOCIAL: {"estimate": 20, "spent": 25}})
    with pytest.raises(Invalid) as caught:
        save(act, yte, {DISTRICT: {"spent": 10}})
    assert caught.value.field == "spent-district"
    with pytest.raises(NotAllowed):
        save(act, yte, {DISTRICT: {"approved": 90}})
    with pytest.raises(NotAllowed):
        save(act, yte, {DISTRICT: {"approved": 90}}, OFFICE)
    save(act, yte, {DISTRICT: {"approved": 90}}, FINANCE)
    save(act, yte, {DISTRICT: {"spent": 80}})
    (one,) = store.by_unit(session, 1, 2026)
    assert one.sources == {
        DISTRICT: Money(Decimal(100), Decimal(90), Decimal(80)), SOCIAL: Money(Decimal(20), None, Decimal(25)),
    }  # fmt: skip
    assert one.total == Money(Decimal(120), Decimal(90), Decimal(105))
    assert one.state.rate is not None
    assert round(one.state.rate * 100) == 89  # of what was approved, gifts apart
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "save_budget").order_by(AuditEvent.id)).all()
    assert len(events) == 3
    assert events[1].data["lines"] == [
        {"source": "district", "before": {"estimate": "100"}, "after": {"estimate": "100", "approved": "90"}}
    ]


def test_who_writes_whose(session: Session, act: Act, yte: int) -> None:
    commune = unit_of(session, "xa-cao-xa")
    save(act, commune, {BudgetSource.COMMUNE: {"estimate": 5}}, COMMUNE)
    save(act, commune, {BudgetSource.COMMUNE: {"estimate": 6}}, OFFICE)
    save(act, commune, {BudgetSource.COMMUNE: {"estimate": 7}}, FINANCE)
    for login in (HEAD, "truong.ubnd-huyen", "quantri", "kiemtoan"):
        with pytest.raises(NotAllowed):
            save(act, commune, {BudgetSource.COMMUNE: {"estimate": 1}}, login)
    with pytest.raises(NotFound):
        save(act, 999_999, {}, OFFICE)
    for year in (2020, 2031, 2028):
        with pytest.raises(Invalid) as caught:
            save(act, yte, {DISTRICT: {"estimate": 1}}, year=year)
        assert caught.value.field == "year"
    save(act, yte, {DISTRICT: {"estimate": 1}}, year=2027)  # estimates are made the year before


def test_two_hands_at_once(session: Session, act: Act, yte: int) -> None:
    rows = save(act, yte, {DISTRICT: {"estimate": 100}}, seen="")
    seen = seen_of(rows)  # type: ignore[arg-type]
    save(act, yte, {DISTRICT: {"approved": 90}}, FINANCE, seen=seen)
    with pytest.raises(Conflict):
        save(act, yte, {DISTRICT: {"estimate": 110}}, seen=seen)


def test_sums_by_source_name_what_is_missing(session: Session, act: Act, yte: int) -> None:
    save(act, yte, {DISTRICT: {"estimate": 100}})
    save(act, unit_of(session, "xa-cao-xa"), {BudgetSource.COMMUNE: {"estimate": 5}, SOCIAL: {"spent": 1}}, COMMUNE)
    save(act, unit_of(session, "congan"), {DISTRICT: {"estimate": None}}, "truong.congan")
    rows = store.by_unit(session, 1, 2026)
    assert [one.unit_name for one in rows] == ["Phòng Y tế", "UBND xã Cao Xá"]
    assert store.by_source(rows) == {
        BudgetSource.CENTRAL: Money(),
        BudgetSource.PROVINCE: Money(),
        DISTRICT: Money(Decimal(100)),
        BudgetSource.COMMUNE: Money(Decimal(5)),
        SOCIAL: Money(None, None, Decimal(1)),
    }
    assert [one.unit_name for one in store.by_unit(session, 1, 2026, [yte])] == ["Phòng Y tế"]
    assert store.by_unit(session, 1, 2025) == []


FIGURE = (
    "INSERT INTO figures (measure_id, unit_id, unit_name, period, round, reported_at, reported_by_id, numerator,"
    " denominator, value, no_data, reason, accepted_at) SELECT m.id, u.id, u.name, '2026', r, now(), p.id"
)
OF = " FROM (SELECT min(id) AS id FROM measures) m, (SELECT * FROM units ORDER BY id LIMIT 1) u," \
     " (SELECT min(id) AS id FROM users) p, (SELECT 1 AS r) r"  # fmt: skip
REFUSED = {
    "ck_figures_value_or_no_data": f"{FIGURE}, NULL, NULL, NULL, false, NULL, NULL{OF}",
    "ck_figures_value_or_no_data ": f"{FIGURE}, NULL, NULL, 1, true, NULL, NULL{OF}",
    "ck_figures_ratio_together": f"{FIGURE}, 1, NULL, 1, false, NULL, NULL{OF}",
    "ck_figures_denominator": f"{FIGURE}, 1, 0, 1, false, NULL, NULL{OF}",
    "ck_figures_accepted_together": f"{FIGURE}, 1, 2, 50, false, NULL, now(){OF}",
    "ck_figures_correction_has_reason": f"{FIGURE}, 1, 2, 50, false, ' ', NULL{OF.replace('1 AS r', '2 AS r')}",
    "uq_figures_measure_id_unit_id_period_round": f"{FIGURE}, 1, 2, 50, false, NULL, NULL{OF}, generate_series(1, 2)",
    "ck_budget_lines_not_negative": "INSERT INTO budget_lines (programme_id, unit_id, year, source, spent, edited_at,"
    " edited_by_id) SELECT 1, 1, 2026, 'social', -1, now(), min(id) FROM users",
    "uq_measures_indicator_id_position": "UPDATE measures SET position = 0",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_row_is_refused_by_name(session: Session, name: str) -> None:
    with pytest.raises(DBAPIError, match=name.strip()), session.begin_nested():
        session.execute(text(REFUSED[name]))
