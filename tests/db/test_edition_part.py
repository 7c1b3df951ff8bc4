"""How many of the communes that owe a figure are in it, frozen with the edition."""

# ruff: noqa: F811  (fixtures of the other file)

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_edition import accepted, build, cycle, requested  # noqa: F401
from tests.helpers.filing import LATER, OFFICE, report_of, unit_named
from tracker.exports.snapshot import MeasureRow, Snapshot
from tracker.models.cycle import ReportCycle
from tracker.services import expected
from tracker.services.snapshot import take_snapshot

COMMUNE, OTHER = ("xa-cao-xa", "truong.xa-cao-xa"), ("xa-viet-lap", "truong.xa-viet-lap")


def of_communes(snapshot: Snapshot) -> list[MeasureRow]:
    return [one for _ref, _indicator, one in snapshot.measures() if one.origin == "communes"]


def frozen(act: Act, cycle: ReportCycle) -> Snapshot:
    return Snapshot.from_json(build(act, requested(act, cycle)).snapshot or {})


def listed(session: Session, cycle: ReportCycle) -> int:
    asked = "SELECT count(*) FROM unit_reports WHERE cycle_id = :cycle AND level = 'commune' AND state <> 'exempt'"
    return session.execute(text(asked), {"cycle": cycle.id}).scalar_one()


def test_one_commune_of_all_is_a_part(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, *COMMUNE, "Xã đã làm")
    accepted(session, act, cycle, "p-yte", "truong.p-yte", "Đã làm")
    snapshot = frozen(act, cycle)
    found = of_communes(snapshot)
    assert found
    everyone = listed(session, cycle)
    assert {(one.communes, one.communes_expected) for one in found if "nông thôn" not in one.name} == {(1, everyone)}
    assert all(one.is_partial for one in found)
    leads = [one for _ref, _indicator, one in snapshot.measures() if one.origin == "lead"]
    assert leads
    assert not any(one.is_partial for one in leads)


def test_who_is_excused_owes_nothing(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, *COMMUNE, "Xã đã làm")
    before = {one.name: one.communes_expected for one in of_communes(frozen(act, cycle))}
    other = unit_named(session, OTHER[0]).id
    expected.exempt(act(OFFICE, at=LATER), cycle.id, other, reason="Mới thành lập")
    session.flush()
    after = {one.name: one.communes_expected for one in of_communes(frozen(act, cycle))}
    assert after == {name: n - 1 for name, n in before.items()}


def test_it_is_whole_when_no_other_owes_it(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, *COMMUNE, "Xã đã làm")
    own = report_of(session, cycle, COMMUNE[0]).id
    session.execute(text("UPDATE unit_reports SET measure_ids = '{}' WHERE id <> :own"), {"own": own})
    found = of_communes(frozen(act, cycle))
    assert {(one.communes, one.communes_expected, one.is_partial) for one in found} == {(1, 1, False)}


def test_a_commune_without_data_is_not_in_the_figure(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, *COMMUNE, "Xã đã làm")
    accepted(session, act, cycle, *OTHER, "Xã đã làm")
    assert {one.communes for one in of_communes(frozen(act, cycle))} == {2}
    nothing = "no_data = true, numerator = NULL, denominator = NULL, value = NULL"
    unit = unit_named(session, OTHER[0]).id
    session.execute(text(f"UPDATE figures SET {nothing} WHERE unit_id = :unit"), {"unit": unit})
    found = of_communes(frozen(act, cycle))
    assert {one.communes for one in found} == {1}
    assert max(one.communes_expected for one in found) == listed(session, cycle)
    assert all(one.is_partial for one in found)


def test_without_a_cycle_every_commune_of_the_stratum_owes_it(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, *COMMUNE, "Xã đã làm")
    session.execute(text("UPDATE measures SET stratum = 'rural' WHERE id = (SELECT max(measure_id) FROM figures)"))
    taken = Snapshot.from_json(take_snapshot(act(OFFICE, at=LATER), 1, 2026).head)
    counted = "SELECT count(*), count(*) FILTER (WHERE fold(name) !~ 'thi tran') FROM units WHERE kind = 'commune'"
    everyone, rural = session.execute(text(counted)).one()
    assert everyone > rural
    assert {one.communes_expected for one in of_communes(taken)} == {everyone, rural}
