"""What the office makes of a unit's report: returned in parts, accepted and locked, opened again."""

# ruff: noqa: F811  (fixtures of the other file)

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_unit_report import cycle, filed, report, report_of_id, text_of  # noqa: F401
from tests.helpers.filing import HEAD, LATER, OFFICE, filled, report_of, unit_named
from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.figure import Figure
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, DomainError, IllegalMove, Invalid, NotAllowed
from tracker.rules.figures import Entry
from tracker.rules.filing import FilingState
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import cycle as cycles
from tracker.services import filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.figure import report_figure
from tracker.services.update import update_or_submit
from tracker.store import unit_report as store
from tracker.store.report_source import filing_rows


def test_only_what_came_back_is_open_again(session: Session, act: Act, report: UnitReport) -> None:
    filed(act, report)
    review.return_(act(OFFICE, at=LATER), report.id, reasons={"plans": " Nêu số liệu ", "highlights": ""})
    assert report.state is FilingState.RETURNED
    assert report.assignment is not None
    assert report.assignment.state is State.IN_PROGRESS
    assert report.assignment.submitted_on is None
    assert writing.open_parts(report) == {"plans"}
    assert report.rounds[-1].returned == {"plans": "Nêu số liệu"}
    ctx = act(HEAD, at=LATER)
    with pytest.raises(IllegalMove, match="không bị trả lại"):
        writing.save_section(ctx, report.id, "highlights", text="Khác", version=1)
    done = writing.save(ctx, report.id, {}, {report.measure_ids[0]: (Entry(value=Decimal(9)), None)})
    assert isinstance(next(iter(done.errors.values())), IllegalMove)
    assert [one.part for one in filing.check(ctx, report).problems] == ["plans"]
    writing.save_section(ctx, report.id, "plans", text="Có số liệu", version=1)
    assert filing.check(ctx, report).problems == ()
    filing.submit(ctx, report.id)
    assert [one.decision for one in report.rounds] == ["returned", None]
    assert report.rounds[1].content["answers"] == {"plans": "Nêu số liệu"}
    assert report.rounds[0].content["sections"]["plans"].startswith("Đã làm")
    assert writing.returned_parts(report) == {}


def test_figures_come_back_as_a_part_of_their_own(act: Act, report: UnitReport) -> None:
    filed(act, report)
    review.return_(act(OFFICE, at=LATER), report.id, reasons={"figures": "Ghi nguồn"})
    assert writing.open_parts(report) == {"figures"}
    ctx, one = act(HEAD, at=LATER), report.measure_ids[0]
    with pytest.raises(IllegalMove):
        writing.save_section(ctx, report.id, "plans", text="Khác", version=1)
    entry = Entry(numerator=Decimal(1), denominator=Decimal(100), estimate=True, source="Trạm y tế")
    assert writing.save(ctx, report.id, {}, {one: (entry, None)}).errors == {}
    filing.submit(ctx, report.id)
    before, after = (one_.content["values"][str(one)] for one_ in report.rounds)
    assert "nguồn: Trạm y tế" in after
    assert "nguồn" not in before


def test_what_was_filed_stays_on_the_pages_of_figures_too(act: Act, report: UnitReport) -> None:
    filed(act, report)
    one = report.measure_ids[0]

    def put(numerator: int, **more: str) -> Figure:
        entry = Entry(numerator=Decimal(numerator), denominator=Decimal(100), **more)
        return report_figure(
            act(HEAD, at=LATER), measure_id=one, unit_id=report.unit_id, period=report.cycle.period, entry=entry
        )

    with pytest.raises(IllegalMove, match="đang chờ cơ quan thường trực xem") as error:
        put(2)
    assert error.value.field == "value"
    cycles.close(act(OFFICE, at=LATER), report.cycle_id)  # it may be opened again, and accepted as it was filed
    with pytest.raises(IllegalMove, match="đang chờ cơ quan thường trực xem"):
        put(2)
    cycles.open_again(act(OFFICE, at=LATER), report.cycle_id)
    review.return_(act(OFFICE, at=LATER), report.id, reasons={"plans": "Nêu số liệu"})
    with pytest.raises(IllegalMove, match="không phải phần số liệu"):
        put(2)
    filing.submit(act(HEAD, at=LATER), report.id)
    review.return_(act(OFFICE, at=LATER), report.id, reasons={"figures": "Xem lại"})
    assert put(2).round == 1
    filing.submit(act(HEAD, at=LATER), report.id)
    review.accept(act(OFFICE, at=LATER), report.id)
    # What was accepted stays; beside it stands a new round with its reason.
    assert put(3, reason="Đếm lại").round == 2


@pytest.mark.parametrize(
    ("reasons", "field"), [({}, "reasons"), ({"plans": "  "}, "reasons"), ({"nonsense": "x"}, "nonsense")]
)
def test_a_return_names_its_parts(act: Act, report: UnitReport, reasons: dict[str, str], field: str) -> None:
    filed(act, report)
    with pytest.raises(Invalid) as error:
        review.return_(act(OFFICE, at=LATER), report.id, reasons=reasons)
    assert error.value.field == field


def test_what_is_withdrawn_lies_as_it_did_before(session: Session, act: Act, report: UnitReport) -> None:
    filed(act, report)
    filing.withdraw(act(HEAD, at=LATER), report.id)
    assert (report.state, report.rounds[-1].decision) == (FilingState.DRAFT, "withdrawn")
    filing.submit(act(HEAD, at=LATER), report.id)
    review.return_(act(OFFICE, at=LATER), report.id, reasons={"plans": "Nêu số liệu"})
    writing.save_section(act(HEAD, at=LATER), report.id, "plans", text="Có", version=1)
    filing.submit(act(HEAD, at=LATER), report.id)
    filing.withdraw(act(HEAD, at=LATER), report.id)
    assert (report.state, writing.open_parts(report)) == (FilingState.RETURNED, {"plans"})
    assert [one.number for one in report.rounds] == [1, 2, 3]


def test_accepting_locks_text_and_figures_and_confirms_the_duty(
    session: Session, act: Act, report: UnitReport, cycle: ReportCycle
) -> None:
    filed(act, report)
    with pytest.raises(NotAllowed):
        review.accept(act("truong.ubnd-huyen", at=LATER), report.id)
    review.accept(act(OFFICE, at=LATER), report.id, version=report.version)
    assert (report.state, report.accepted_at) == (FilingState.ACCEPTED, LATER)
    assert report.assignment is not None
    assert report.assignment.state is State.COMPLETED
    rows = session.scalars(select(Figure).where(Figure.unit_id == report.unit_id)).all()
    assert len(rows) == len(report.measure_ids)
    assert all(one.accepted_at == LATER for one in rows)
    ctx = act(HEAD, at=LATER)
    for verb in (
        lambda: writing.save_section(ctx, report.id, "plans", text="Khác", version=1),
        lambda: filing.submit(ctx, report.id),
        lambda: filing.withdraw(ctx, report.id),
        lambda: review.return_(act(OFFICE, at=LATER), report.id, reasons={"plans": "x"}),
        lambda: review.accept(act(OFFICE, at=LATER), report.id),
    ):
        with pytest.raises(IllegalMove):
            verb()
    texts = store.accepted_texts(session, cycle.id)
    assert texts["plans"] == [("Phòng Y tế", "Đã làm: Phương hướng, nhiệm vụ năm 2027")]
    assert list(texts) == [one["key"] for one in cycle.form["sections"]]


def test_what_was_accepted_is_opened_again_by_its_parts(session: Session, act: Act, report: UnitReport) -> None:
    filed(act, report)
    review.accept(act(OFFICE, at=LATER), report.id)
    review.reopen(act(OFFICE, at=LATER), report.id, reasons={"plans": "UBND huyện yêu cầu sửa"})
    assert (report.state, report.accepted_at) == (FilingState.RETURNED, None)
    assert report.rounds[0].decision == "accepted"
    writing.save_section(act(HEAD, at=LATER), report.id, "plans", text="Sửa", version=1)
    filing.submit(act(HEAD, at=LATER), report.id)
    review.accept(act(OFFICE, at=LATER), report.id)
    assert [one.decision for one in report.rounds] == ["accepted", "accepted"]


def test_the_database_itself_keeps_rounds_and_locked_texts(session: Session, act: Act, report: UnitReport) -> None:
    filed(act, report)
    for statement in (
        "UPDATE report_sections SET text = 'x' WHERE report_id = :id",
        "UPDATE filed_rounds SET content = '{}' WHERE report_id = :id",
        "UPDATE filed_rounds SET submitted_by_id = submitted_by_id + 1 WHERE report_id = :id",
        "DELETE FROM filed_rounds WHERE report_id = :id",
    ):
        with pytest.raises(DBAPIError, match=r"is locked|are kept|never change"), session.begin_nested():
            session.execute(text(statement), {"id": report.id})
    review.accept(act(OFFICE, at=LATER), report.id)
    with pytest.raises(DBAPIError, match="never change"), session.begin_nested():
        session.execute(text("UPDATE filed_rounds SET decision = 'returned'"))


def test_a_stale_page_of_the_office_decides_nothing(act: Act, report: UnitReport) -> None:
    filed(act, report)
    seen = report.version
    filing.withdraw(act(HEAD, at=LATER), report.id)
    filing.submit(act(HEAD, at=LATER), report.id)
    with pytest.raises(Conflict):
        review.accept(act(OFFICE, at=LATER), report.id, version=seen)


def test_the_duty_is_moved_by_the_report_alone(act: Act, report: UnitReport) -> None:
    """From its own page, from a mail, from a bulk action: the same refusal."""
    filled(act, report)
    id_ = report.assignment_id or 0
    for verb in (
        lambda: verbs.submit(act(HEAD, at=LATER), id_, result="x", done_on=LATER.date()),
        lambda: update_or_submit(act(HEAD, at=LATER), id_, signal="done", text="Đã xong"),
        lambda: verbs.cancel(act(OFFICE, at=LATER), id_, reason="x"),
    ):
        with pytest.raises(IllegalMove, match="trang báo cáo"):
            verb()
    filing.submit(act(HEAD, at=LATER), report.id)
    for verb in (
        lambda: verbs.confirm(act(OFFICE, at=LATER), id_),
        lambda: verbs.return_(act(OFFICE, at=LATER), id_, reason="x"),
        lambda: verbs.withdraw(act(HEAD, at=LATER), id_),
    ):
        with pytest.raises(IllegalMove, match="trang báo cáo"):
            verb()


def test_a_closed_cycle_is_locked_everywhere(act: Act, report: UnitReport, cycle: ReportCycle) -> None:
    filled(act, report)
    cycles.close(act(OFFICE, at=LATER), cycle.id)
    assert writing.open_parts(report) == frozenset()
    with pytest.raises(IllegalMove, match="đã đóng"):
        writing.save_section(act(HEAD, at=LATER), report.id, "plans", text="Khác", version=1)
    with pytest.raises(IllegalMove, match="đã đóng"):
        filing.submit(act(HEAD, at=LATER), report.id)
    cycles.open_again(act(OFFICE, at=LATER), cycle.id)
    filing.submit(act(HEAD, at=LATER), report.id)
    cycles.close(act(OFFICE, at=LATER), cycle.id)
    for verb in (
        lambda: filing.withdraw(act(HEAD, at=LATER), report.id),
        lambda: review.return_(act(OFFICE, at=LATER), report.id, reasons={"plans": "x"}),
        lambda: review.accept(act(OFFICE, at=LATER), report.id),
    ):
        with pytest.raises(IllegalMove, match="đã đóng"):
            verb()
    assert (report.state, report.rounds[-1].decision) == (FilingState.SUBMITTED, None)
    cycles.open_again(act(OFFICE, at=LATER), cycle.id)
    review.accept(act(OFFICE, at=LATER), report.id)
    cycles.close(act(OFFICE, at=LATER), cycle.id)
    with pytest.raises(IllegalMove, match="đã đóng"):
        review.reopen(act(OFFICE, at=LATER), report.id, reasons={"plans": "x"})
    assert report.state is FilingState.ACCEPTED


def test_on_time_is_judged_by_the_round_that_stands(
    session: Session, act: Act, report: UnitReport, cycle: ReportCycle
) -> None:
    """What came back and was filed again after its day is late, as all work is."""
    filed(act, report)
    late = datetime(2026, 11, 24, 9, 0, tzinfo=LOCAL)

    def counted() -> tuple[int, int, int]:
        total = store.cycles.counts(session, [cycle.id], late.date())
        found = next(one for level, one in total[cycle.id].items() if level == "department")
        return found.filed, found.on_time, found.overdue

    assert counted() == (1, 1, 18)
    review.return_(act(OFFICE, at=late), report.id, reasons={"plans": "x"})
    assert counted() == (0, 0, 19)
    writing.save_section(act(HEAD, at=late), report.id, "plans", text="Sửa", version=1)
    filing.submit(act(HEAD, at=late), report.id)
    assert counted() == (1, 0, 18)
    line = next(one for one in filing_rows(session, cycle.id) if one.unit_name == "Phòng Y tế")
    assert (line.state, line.due_on, line.first_on) == (FilingState.SUBMITTED, date(2026, 11, 19), LATER.date())


@pytest.mark.parametrize("code", ["hnd", "xa-cao-xa"])
def test_a_report_goes_with_its_duty_to_another_unit(session: Session, act: Act, cycle: ReportCycle, code: str) -> None:
    """After a merger: the office gives the duty on, and the new unit's people write and file it under the old name,
    with the figures of the old one."""
    report = report_of(session, cycle, code)
    name, measures = report.unit_name, len(report.measure_ids)
    unit, other = unit_named(session, code), unit_named(session, "ubnd-huyen")
    assert (measures > 0) == (code == "xa-cao-xa")
    verbs.reassign(act(OFFICE, at=LATER), report.assignment_id or 0, lead_unit_id=other.id, reason="Sáp nhập")
    session.execute(text("UPDATE units SET valid_to = :day WHERE id = :id"), {"day": LATER.date(), "id": unit.id})
    at = LATER + timedelta(days=1)
    filled(act, report_of(session, cycle, code), "truong.ubnd-huyen", at)
    filing.submit(act("truong.ubnd-huyen", at=at), report.id)
    assert report_of(session, cycle, code).unit_name == name
    assert session.scalars(select(Figure.unit_id)).all() == [unit.id] * measures
    with pytest.raises(DomainError):
        writing.view(act("truong.p-yte", at=LATER), report.id)


def test_last_years_words_stand_beside(session: Session, act: Act, report: UnitReport) -> None:
    filled(act, report, text="Năm trước")
    following = cycles.plan(act(OFFICE, at=LATER), programme_id=1, kind="annual", period="2027")
    before = UnitReport(cycle_id=following.id, cycle=following, unit_id=report.unit_id)
    cycle, texts = store.texts_before(session, before)
    assert cycle is not None
    assert cycle.id == report.cycle_id
    assert texts["plans"].startswith("Năm trước: Phương hướng")
