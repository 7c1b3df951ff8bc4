"""Cycles on real rows: planned with days by level, opened by the office or on their day, the list frozen then."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import LATER, OFFICE, opened, report_of, unit_named
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.duty import Duty
from tracker.models.outbox import OutboxMail
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.cycle import Days, Section, section_list
from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.filing import FilingState, Level
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import cycle as cycles
from tracker.services import expected, extension
from tracker.services.cycle_opening import due_to_open, open_cycle
from tracker.store import cycle as store
from tracker.store import unit_report as reports

EARLIER = LATER - timedelta(days=7)


def planned(act: Act, kind: str = "annual", period: str = "2026", at: datetime = EARLIER) -> ReportCycle:
    return cycles.plan(act(OFFICE, at=at), programme_id=1, kind=kind, period=period)


def test_planned_too_late_it_is_left_to_people(session: Session, act: Act) -> None:
    """Nobody is written to before anybody has looked at it."""
    late = planned(act, at=LATER)
    years_late = planned(act, period="2023", at=LATER)
    assert not {late.id, years_late.id} & set(due_to_open(act(at=LATER + timedelta(days=1))))
    days = cycles.days_of(late)
    sections, measures = section_list(late.form), late.form["commune_measures"]
    with pytest.raises(Invalid) as error:
        cycles.set_plan(act(OFFICE, at=LATER), late.id, replace(days, opens_on=date(2026, 10, 16)), sections, measures)
    assert error.value.field == "opens_on"
    cycles.set_plan(act(OFFICE, at=LATER), late.id, replace(days, opens_on=date(2026, 10, 21)), sections, measures)
    assert due_to_open(act(at=LATER + timedelta(days=2))) == [late.id]


def test_a_plan_has_the_usual_days_sections_and_measures(session: Session, act: Act) -> None:
    cycle = planned(act)
    assert cycles.days_of(cycle) == Days(
        date(2026, 10, 19), date(2026, 11, 14), date(2026, 11, 16), date(2026, 11, 19), date(2026, 11, 26)
    )
    assert [one["key"] for one in cycle.form["sections"]][:2] == ["direction", "highlights"]
    names = {m.id: m.name for m, _ in reports.measures_of(session, 1)}
    chosen = [names[id_] for id_ in cycle.form["commune_measures"]]
    assert len(chosen) == 26
    assert all(name.startswith(("Tỷ lệ trẻ em", "Tỷ suất")) for name in chosen)


@pytest.mark.parametrize(
    ("kind", "period", "field"),
    [
        ("annual", "2020", "period"), ("annual", "2031", "period"), ("annual", "2026-H1", "period"),
        ("annual", "", "period"), ("annual", "abc", "period"), ("annual", "9999", "period"),
        ("annual", "once", "period"), ("annual", "2026-13", "period"), ("annual", "20260", "period"),
        ("half_year", "2026", "period"), ("mid_term", "2030", "period"), ("final", "2029", "period"),
        ("weekly", "2026", "kind"),
    ],
)  # fmt: skip
def test_a_wrong_year_is_said_at_its_field(act: Act, kind: str, period: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        planned(act, kind, period)
    assert error.value.field == field


def test_a_cycle_is_planned_once(act: Act) -> None:
    planned(act)
    with pytest.raises(Invalid, match="đã được lập"):
        planned(act)
    planned(act, "half_year", "2026-H2")


@pytest.mark.parametrize("login", ["truong.p-yte", "truong.ubnd-huyen", "quantri", "kiemtoan"])
def test_only_the_office_runs_cycles(act: Act, login: str) -> None:
    with pytest.raises(NotAllowed):
        cycles.plan(act(login), programme_id=1, kind="annual", period="2026")
    cycle = planned(act)
    with pytest.raises((NotAllowed, NotFound)):
        open_cycle(act(login), cycle.id)
    with pytest.raises(NotFound):
        cycles.view(act("truong.p-yte"), cycle.id)
    cycles.view(act("kiemtoan"), cycle.id)


def test_opening_freezes_the_list_and_asks_each_unit_once(session: Session, act: Act) -> None:
    cycle = planned(act)
    expected.exempt(act(OFFICE, at=LATER), cycle.id, unit_named(session, "ccb").id, reason="Không có nhiệm vụ")
    before = session.scalar(select(func.count()).select_from(Assignment))
    mails = session.scalar(select(func.count()).select_from(OutboxMail)) or 0
    done = open_cycle(act(OFFICE, at=LATER), cycle.id)
    rows = reports.of_cycle(session, cycle.id)
    assert (done.expected, done.exempt, len(rows)) == (41, 1, 42)
    # The year was opened before: its duty to report is this one, and no second one is given.
    assert done.given == 0
    assert session.scalar(select(func.count()).select_from(Assignment)) == before
    assert done.mails == (session.scalar(select(func.count()).select_from(OutboxMail)) or 0) - mails == 40
    by_level = {level: sum(one.level is level for one in rows) for level in Level}
    assert by_level == {Level.COMMUNE: 22, Level.DEPARTMENT: 19, Level.OFFICE: 1}
    commune, excused = report_of(session, cycle, "xa-cao-xa"), report_of(session, cycle, "ccb")
    assert commune.assignment is not None
    assert commune.assignment.due_on == commune.due_on == date(2026, 11, 16)
    assert commune.assignment.original_due_on == date(2026, 11, 19)
    assert excused.state is FilingState.EXEMPT
    assert excused.exempt_reason == "Không có nhiệm vụ"
    assert excused.assignment is not None
    assert excused.assignment.state is State.CANCELLED
    with pytest.raises(IllegalMove, match="đã mở rồi"):
        open_cycle(act(OFFICE, at=LATER), cycle.id)


def test_measures_go_to_who_counts_them(session: Session, act: Act) -> None:
    cycle = opened(act)
    measures = {m.id: (m, i) for m, i in reports.measures_of(session, 1)}
    health = [measures[id_][1].number for id_ in report_of(session, cycle, "p-yte").measure_ids]
    assert sorted(set(health)) == [3, 4, 5, 6]
    strata = {
        code: {measures[id_][0].stratum for id_ in report_of(session, cycle, code).measure_ids}
        for code in ("xa-cao-xa", "thi-tran-nha-nam")
    }
    assert strata == {"xa-cao-xa": {None, "rural"}, "thi-tran-nha-nam": {None, "urban"}}
    assert report_of(session, cycle, "hnd").measure_ids == []


def test_a_half_year_gives_its_own_duty(session: Session, act: Act) -> None:
    cycle = planned(act, "half_year", "2026-H1")
    done = open_cycle(act(OFFICE, at=LATER), cycle.id, told=False)
    assert done.given == done.expected == 42
    row = report_of(session, cycle, "p-yte").assignment
    assert row is not None
    assert (row.period, row.state) == ("2026-H1", State.ASSIGNED)
    assert "6 tháng đầu năm 2026" in row.text


def test_the_middle_of_the_programme_is_beside_its_year(session: Session, act: Act) -> None:
    """Both end with the same year, and each unit has two duties then."""
    yearly = opened(act)
    middle = planned(act, "mid_term", "2026")
    assert middle.first_year == 2021
    done = open_cycle(act(OFFICE, at=LATER), middle.id, told=False)
    assert done.given == 42
    one, two = (report_of(session, cycle, "p-yte").assignment_id for cycle in (yearly, middle))
    assert one != two
    duty = session.scalars(select(Duty).where(Duty.key == "report:mid_term")).one()
    assert duty.retired_in == 0  # no period opens it


def test_beat_opens_on_the_day_at_the_hour_on_a_working_day(act: Act) -> None:
    cycle = planned(act)  # opens on Monday 19/10/2026

    def waiting(day: int, hour: int) -> bool:
        return cycle.id in due_to_open(act(at=datetime(2026, 10, day, hour, 0, tzinfo=LOCAL)))

    assert [waiting(18, 9), waiting(19, 7), waiting(19, 8), waiting(21, 9), waiting(24, 9)] == [
        False, False, True, True, False,
    ]  # fmt: skip
    open_cycle(act(at=datetime(2026, 10, 19, 8, 0, tzinfo=LOCAL)), cycle.id)
    assert not waiting(20, 9)


def test_a_stale_plan_is_refused(act: Act) -> None:
    cycle = planned(act)
    seen = cycles.mark(cycle)
    ctx = act(OFFICE, at=LATER)
    cycles.set_form(ctx, cycle.id, [Section("highlights", "Kết quả")], seen=seen)
    with pytest.raises(Conflict):
        cycles.set_measures(ctx, cycle.id, [], seen=seen)
    with pytest.raises(Conflict):
        open_cycle(ctx, cycle.id, seen=seen)
    open_cycle(ctx, cycle.id, seen=cycles.mark(cycle))
    with pytest.raises(IllegalMove, match="không đổi được nữa"):
        cycles.set_form(ctx, cycle.id, [Section("highlights", "Kết quả")])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_commune_on": date(2026, 11, 14)}, "due_commune_on"),
        ({"due_department_on": date(2026, 11, 13)}, "due_department_on"),
        ({"due_office_on": date(2026, 11, 18)}, "due_office_on"),
        ({"opens_on": date(2026, 11, 17)}, "opens_on"),
        ({"cut_off_on": date(2029, 1, 1)}, "cut_off_on"),
    ],
)
def test_days_out_of_order_are_said_at_their_field(act: Act, change: dict[str, date], field: str) -> None:
    cycle = planned(act)
    with pytest.raises(Invalid) as error:
        cycles.set_days(act(OFFICE, at=LATER), cycle.id, replace(cycles.days_of(cycle), **change))
    assert error.value.field == field


def test_new_days_reach_who_lies_behind_but_not_who_was_given_more_time(session: Session, act: Act) -> None:
    cycle = opened(act)
    given = report_of(session, cycle, "xa-cao-xa").assignment_id
    extension.extend(act(OFFICE, at=LATER), given or 0, due_on=date(2026, 12, 1), reason="Mưa lũ")
    later = replace(cycles.days_of(cycle), due_commune_on=date(2026, 11, 18))
    cycles.set_days(act(OFFICE, at=LATER), cycle.id, later)
    days = [report_of(session, cycle, code).assignment.due_on for code in ("xa-an-duong", "xa-cao-xa", "p-yte")]  # type: ignore[union-attr]
    assert days == [date(2026, 11, 18), date(2026, 12, 1), date(2026, 11, 19)]


def test_what_was_confirmed_before_the_cycle_opened_is_asked_for_by_its_form(session: Session, act: Act) -> None:
    unit = unit_named(session, "p-yte")
    row = session.scalars(
        select(Assignment).join(Duty).where(Duty.key == "report", Assignment.lead_unit_id == unit.id)
    ).one()
    head = act("truong.p-yte", at=LATER)
    verbs.accept(head, row.id)
    verbs.submit(head, row.id, result="Đã gửi bản giấy", done_on=LATER.date())
    verbs.confirm(act(OFFICE, at=LATER), row.id)
    opened(act)
    session.refresh(row)
    assert (row.state, row.submitted_on) == (State.IN_PROGRESS, None)


def test_exempt_and_expected_again_keeps_what_was_written(session: Session, act: Act) -> None:
    cycle = opened(act)
    unit = unit_named(session, "p-yte")
    with pytest.raises(Invalid, match="lý do"):
        expected.exempt(act(OFFICE, at=LATER), cycle.id, unit.id, reason=" ")
    expected.exempt(act(OFFICE, at=LATER), cycle.id, unit.id, reason="Đã giải thể")
    report = report_of(session, cycle, "p-yte")
    assert report.assignment is not None
    assert report.assignment.state is State.CANCELLED
    expected.expect(act(OFFICE, at=LATER), cycle.id, unit.id)
    session.refresh(report)
    session.refresh(report.assignment)
    assert (report.state, report.exempt_reason, report.assignment.state) == (FilingState.EXPECTED, None, State.ASSIGNED)


def test_a_unit_that_came_later_is_added_with_a_reason(session: Session, act: Act) -> None:
    cycle = opened(act)
    parent = unit_named(session, "ubnd-huyen")
    new = Unit(
        code="xa-moi", name="UBND xã Mới", short_name="Xã Mới", kind="commune", parent_id=parent.id, aliases=[],
        position=99, valid_from=date(2026, 10, 1),
    )  # fmt: skip
    session.add(new)
    session.flush()
    with pytest.raises(Invalid, match="lý do"):
        expected.add_unit(act(OFFICE, at=LATER), cycle.id, new.id, reason="")
    report = expected.add_unit(act(OFFICE, at=LATER), cycle.id, new.id, reason="Sáp nhập hai xã")
    assert report.due_on == date(2026, 11, 16)
    assert report.assignment_id is not None
    with pytest.raises(Invalid, match="đã có trong danh sách"):
        expected.add_unit(act(OFFICE, at=LATER), cycle.id, new.id, reason="x")


def test_a_closed_cycle_takes_nothing_until_it_is_opened_again(session: Session, act: Act) -> None:
    cycle = opened(act)
    ctx = act(OFFICE, at=LATER)
    cycles.close(ctx, cycle.id)
    with pytest.raises(IllegalMove):
        cycles.close(ctx, cycle.id)
    with pytest.raises(IllegalMove):
        expected.exempt(ctx, cycle.id, unit_named(session, "p-yte").id, reason="x")
    cycles.open_again(ctx, cycle.id)
    expected.exempt(ctx, cycle.id, unit_named(session, "p-yte").id, reason="x")


def test_a_merger_changes_no_count(session: Session, act: Act) -> None:
    cycle = opened(act)
    before = store.counts(session, [cycle.id], LATER.date())
    session.execute(
        text("UPDATE units SET valid_to = :day, name = 'Đã sáp nhập', kind = 'centre' WHERE code = 'xa-cao-xa'"),
        {"day": (LATER - timedelta(days=1)).date()},
    )
    assert store.counts(session, [cycle.id], LATER.date()) == before
    row = next(one for one in store.rows(session, cycle.id, LATER.date()).rows if one.over_on)
    assert (row.unit_name, row.level) == ("UBND xã Cao Xá", Level.COMMUNE)


def test_every_verb_leaves_one_event(session: Session, act: Act) -> None:
    cycle = opened(act)
    cycles.close(act(OFFICE, at=LATER), cycle.id)
    said = session.scalars(
        select(AuditEvent.verb).where(AuditEvent.subject_type == "cycle", AuditEvent.subject_id == cycle.id)
    ).all()
    assert said == ["plan_cycle", "open_cycle", "close_cycle"]


def test_another_programme_has_no_part_in_it(session: Session, act: Act) -> None:
    cycle = opened(act)
    programme = session.get_one(Programme, 1)
    assert session.scalar(select(func.count()).select_from(UnitReport).where(UnitReport.cycle_id == cycle.id)) == 42
    assert programme.issuer_unit_id not in {one.unit_id for one in reports.of_cycle(session, cycle.id)}
