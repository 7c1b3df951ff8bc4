"""Reports of units on real rows: written together, filed with both names, returned in parts, accepted and locked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import HEAD, LATER, OFFICE, OFFICER, filled, opened, report_of
from tracker.models.audit import AuditEvent
from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.figure import Figure
from tracker.models.user import User
from tracker.rules.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.figures import Entry
from tracker.rules.filing import FilingState
from tracker.rules.unit_report import LONGEST_SECTION, mark_of
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.delegation import delegate
from tracker.services.unit_report import Typed
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


def test_what_the_unit_declined_is_not_begun(session: Session, act: Act, report: UnitReport) -> None:
    assert report.assignment_id is not None
    verbs.decline(act(HEAD, at=LATER), report.assignment_id, reason="Đã sáp nhập")
    done = writing.save(act(OFFICER, at=LATER), report.id, {"highlights": Typed("Đã làm", 0)})
    assert isinstance(done.errors["highlights"], IllegalMove)
    assert report_of_id(session, report.id).state is FilingState.EXPECTED


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
