"""Reports of units on real rows: written together, filed with both names, returned in parts, accepted and locked."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import HEAD, LATER, OFFICE, OFFICER, filled, opened, report_of, unit_named
from tracker.models.audit import AuditEvent
from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.figure import Figure
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, DomainError, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.figures import Entry
from tracker.rules.filing import FilingState
from tracker.rules.unit_report import LONGEST_SECTION, mark_of
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import cycle as cycles
from tracker.services import filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.delegation import delegate
from tracker.services.unit_report import Typed
from tracker.services.update import update_or_submit
from tracker.store import unit_report as store


@pytest.fixture
def cycle(act: Act) -> ReportCycle:
    return opened(act)


@pytest.fixture
def report(session: Session, cycle: ReportCycle) -> UnitReport:
    return report_of(session, cycle, "p-yte")


def text_of(session: Session, report: UnitReport, key: str) -> str:
    return next(one.text for one in report_of_id(session, report.id).sections if one.key == key)


def report_of_id(session: Session, report_id: int) -> UnitReport:
    session.expire_all()
    found = store.load(session, report_id)
    assert found is not None
    return found


def filed(act: Act, report: UnitReport) -> UnitReport:
    filled(act, report)
    filing.submit(act(HEAD, at=LATER), report.id)
    return report


def test_the_first_word_takes_the_work_on(session: Session, act: Act, report: UnitReport) -> None:
    section = writing.save_section(
        act(OFFICER, at=LATER), report.id, "highlights", text="  Đã\r\nlàm \u200b", version=0
    )
    assert section is not None
    assert (section.text, section.version, section.edited_at) == ("Đã\nlàm", 1, LATER)
    assert section.edited_by is not None
    assert section.edited_by.login == OFFICER
    assert report.state is FilingState.DRAFT
    assert report.assignment is not None
    assert report.assignment.state is State.IN_PROGRESS
    assert report.assignment.owner is not None
    assert report.assignment.owner.login == OFFICER


def test_two_who_write_the_same_section_lose_nothing(session: Session, act: Act, report: UnitReport) -> None:
    writing.save_section(act(OFFICER, at=LATER), report.id, "highlights", text="Của cán bộ", version=0)
    with pytest.raises(Conflict) as error:
        writing.save_section(act(HEAD, at=LATER), report.id, "highlights", text="Của trưởng phòng", version=0)
    assert error.value.field == "highlights"
    assert text_of(session, report, "highlights") == "Của cán bộ"
    # Another section is nobody's business.
    writing.save_section(act(HEAD, at=LATER), report.id, "plans", text="Kế hoạch", version=0)


def test_what_was_not_touched_is_not_sent_back(session: Session, act: Act, report: UnitReport) -> None:
    """A page that has stood open while others wrote, saved with one section changed."""
    ctx = act(HEAD, at=LATER)
    writing.save_section(ctx, report.id, "highlights", text="Cũ", version=0)
    writing.save_section(act(OFFICER, at=LATER), report.id, "highlights", text="Mới hơn", version=1)
    done = writing.save(
        ctx, report.id, {"highlights": Typed("Cũ", 1, mark_of("Cũ")), "plans": Typed("Kế hoạch", 0, mark_of(""))}
    )
    assert (done.saved, done.errors) == (["plans"], {})
    assert text_of(session, report, "highlights") == "Mới hơn"


def test_one_wrong_part_keeps_no_other_from_being_saved(session: Session, act: Act, report: UnitReport) -> None:
    one, other = report.measure_ids[:2]
    done = writing.save(
        act(HEAD, at=LATER),
        report.id,
        {"highlights": Typed("Đã làm", 0), "plans": Typed("x" * (LONGEST_SECTION + 1), 0), "nonsense": Typed("x", 0)},
        {
            one: (Entry(numerator=Decimal(5), denominator=Decimal(4)), ""),
            other: (Entry(numerator=Decimal(4), denominator=Decimal(500)), ""),
        },
    )
    assert done.saved == ["highlights", f"m{other}"]
    assert set(done.errors) == {"plans", "nonsense", f"m{one}"}
    assert done.errors[f"m{one}"].field == "numerator"
    assert session.scalars(select(Figure.measure_id)).all() == [other]


def test_ten_megabytes_are_refused_by_their_field(act: Act, report: UnitReport) -> None:
    with pytest.raises(Invalid, match=r"20\.000") as error:
        writing.save_section(act(HEAD, at=LATER), report.id, "highlights", text="ệ" * 10_000_000, version=0)
    assert error.value.field == "highlights"


@pytest.mark.parametrize("login", ["truong.p-tuphap", "canbo.p-tuphap"])
def test_another_units_report_does_not_exist(act: Act, report: UnitReport, login: str) -> None:
    ctx = act(login, at=LATER)
    for verb in (
        lambda: writing.view(ctx, report.id),
        lambda: writing.save_section(ctx, report.id, "highlights", text="x", version=0),
        lambda: filing.submit(ctx, report.id),
        lambda: review.accept(ctx, report.id),
    ):
        with pytest.raises(NotFound):
            verb()


@pytest.mark.parametrize("login", [OFFICE, "truong.ubnd-huyen", "kiemtoan", "quantri"])
def test_who_may_read_may_not_write(act: Act, report: UnitReport, login: str) -> None:
    ctx = act(login, at=LATER)
    assert writing.view(ctx, report.id).id == report.id
    with pytest.raises(NotAllowed):
        writing.save_section(ctx, report.id, "highlights", text="x", version=0)
    with pytest.raises(NotAllowed):
        filing.submit(ctx, report.id)


def test_an_officer_writes_but_does_not_file(act: Act, report: UnitReport) -> None:
    filled(act, report, OFFICER)
    with pytest.raises(NotAllowed):
        filing.submit(act(OFFICER, at=LATER), report.id)


def test_an_empty_report_is_not_filed_and_every_gap_is_listed(act: Act, report: UnitReport) -> None:
    ctx = act(HEAD, at=LATER)
    with pytest.raises(Invalid, match="chưa điền"):
        filing.submit(ctx, report.id)
    found = filing.check(ctx, report)
    required = {"direction", "highlights", "shortcomings", "subjective_causes", "plans"}
    assert {one.part for one in found.problems} == required | {f"m{id_}" for id_ in report.measure_ids}
    assert (found.done, found.total, found.percent) == (0, 5 + len(report.measure_ids), 0)


def test_filing_submits_the_duty_and_locks(session: Session, act: Act, report: UnitReport) -> None:
    filed(act, report)
    assert report.state is FilingState.SUBMITTED
    assert report.assignment is not None
    assert (report.assignment.state, report.assignment.submitted_on) == (State.SUBMITTED, LATER.date())
    last = report.rounds[-1]
    assert (last.number, last.submitted_by.login, last.on_behalf_of) == (1, HEAD, None)
    assert last.content["sections"]["plans"].startswith("Đã làm: Phương hướng")
    assert set(last.content["values"]) == {str(id_) for id_ in report.measure_ids}
    assert len(last.content["figures"]) == len(report.measure_ids)
    for key in ("plans", "highlights"):
        with pytest.raises(IllegalMove, match="đã khóa") as error:
            writing.save_section(act(HEAD, at=LATER), report.id, key, text="Khác", version=1)
        assert error.value.field == key
    done = writing.save(act(HEAD, at=LATER), report.id, {}, {report.measure_ids[0]: (Entry(value=Decimal(9)), None)})
    assert list(done.errors) == [f"m{report.measure_ids[0]}"]
    with pytest.raises(IllegalMove):
        filing.submit(act(HEAD, at=LATER), report.id)


def test_whoever_acts_for_the_head_files_with_both_names(session: Session, act: Act, report: UnitReport) -> None:
    filled(act, report)
    people = {user.login: user.id for user in session.scalars(select(User))}
    delegate(
        act(HEAD, at=LATER), unit_id=report.unit_id, absent_id=people[HEAD], acting_id=people[OFFICER],
        valid_from=LATER.date(), valid_to=LATER.date() + timedelta(days=9),
    )  # fmt: skip
    last = filing.submit(act(OFFICER, at=LATER), report.id)
    assert last.on_behalf_of is not None
    assert (last.submitted_by.login, last.on_behalf_of.login) == (OFFICER, HEAD)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "file_report")).one()
    assert (event.actor_id, event.on_behalf_of_id) == (people[OFFICER], people[HEAD])


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
    line = next(one for one in store.filing(session, cycle.id) if one.name == "Phòng Y tế")
    assert (line.state, line.due_on, line.first_submitted_at) == (FilingState.SUBMITTED, date(2026, 11, 19), LATER)


def test_a_report_goes_with_its_duty_to_another_unit(session: Session, act: Act, cycle: ReportCycle) -> None:
    """After a merger: the office gives the duty on, and the new unit's people write and file it under the old name."""
    report = report_of(session, cycle, "hnd")
    unit = unit_named(session, "hnd")
    other = unit_named(session, "ubnd-huyen")
    verbs.reassign(act(OFFICE, at=LATER), report.assignment_id or 0, lead_unit_id=other.id, reason="Sáp nhập")
    session.execute(text("UPDATE units SET valid_to = :day WHERE id = :id"), {"day": LATER.date(), "id": unit.id})
    filled(act, report_of(session, cycle, "hnd"), "truong.ubnd-huyen", LATER + timedelta(days=1))
    filing.submit(act("truong.ubnd-huyen", at=LATER + timedelta(days=1)), report.id)
    assert report_of(session, cycle, "hnd").unit_name == "Hội Nông dân huyện"
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
