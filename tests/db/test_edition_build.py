"""Building and issuing editions: two recipients, cancelled and dead workers, locked when issued, compared."""

# ruff: noqa: F811  (fixtures of the other file)

from datetime import timedelta
from io import BytesIO

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_edition import DAY, accepted, build, cycle, lines, requested, write, write_all  # noqa: F401
from tests.helpers.decree30 import Kind, check_document
from tests.helpers.filing import HEAD, LATER, OFFICE
from tracker.acting import acting
from tracker.building import build_due, report_document
from tracker.exports.snapshot import Snapshot
from tracker.models.cycle import ReportCycle
from tracker.models.report import BuildState, ConsolidatedReport
from tracker.rules.errors import Invalid
from tracker.services import report as reports
from tracker.services import report_build as building
from tracker.services.edition_compare import compare
from tracker.services.identity import actor_of
from tracker.store import edition as store
from tracker.store.user import by_login


def test_two_recipients_have_the_same_figures_and_their_own_annexes(
    session: Session, act: Act, cycle: ReportCycle
) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    accepted(session, act, cycle, "xa-cao-xa", "truong.xa-cao-xa", "Xã đã làm")
    committee = build(act, requested(act, cycle))
    session.execute(text("UPDATE measures SET name = 'Đổi tên'"))
    agency = build(act, reports.request_other(act(OFFICE, at=LATER), committee.id, "agency"))
    assert agency.snapshot == committee.snapshot
    assert agency.edition == 1
    here, there = lines(committee), lines(agency)
    assert "Kính gửi: Ủy ban nhân dân huyện Tân Yên" in here
    assert "Kính gửi: Sở Lao động - Thương binh và Xã hội" in there
    assert "SỐ LIỆU CỦA CÁC ĐƠN VỊ NĂM 2026" in there
    assert "SỐ LIỆU CỦA CÁC ĐƠN VỊ" not in here
    assert "KẾT QUẢ THỰC HIỆN NHIỆM VỤ CỦA CÁC ĐƠN VỊ" not in there
    assert check_document(agency.document or b"") == []
    tables = Document(BytesIO(agency.document or b"")).tables
    cells = {cell.text for table in tables for row in table.rows for cell in row.cells}
    assert "< 5" in cells  # one of a hundred, as every test entry is
    assert "Đổi tên" not in there


def together(act: Act, cycle: ReportCycle) -> list[ConsolidatedReport]:
    asked = ["committee", "agency"]
    return reports.request_reports(act(OFFICE, at=LATER), programme_id=0, year=0, cycle_id=cycle.id, recipients=asked)


def test_asked_for_together_they_have_the_same_figures(session: Session, act: Act, cycle: ReportCycle) -> None:
    """Whatever is accepted between the two builds, and in whatever order workers come."""
    office = act(OFFICE, at=LATER)
    both = reports.request_reports(
        office, programme_id=0, year=0, cycle_id=cycle.id, recipients=["committee", "agency"]
    )
    claimed = building.claim(act(at=LATER))
    assert claimed is not None
    assert claimed[0] == both[0].id
    session.flush()
    assert building.claim(act(at=LATER)) is None  # the second waits for the figures of the first
    taken = building.read(act(at=LATER), both[0].id, lambda: None)
    building.freeze(act(at=LATER), *claimed, taken)
    building.finish(act(at=LATER), *claimed, b"x", {})
    accepted(session, act, cycle, "p-yte", HEAD, "Nộp sau đó")
    build(act, both[1])
    assert both[1].snapshot == both[0].snapshot


def test_a_basis_that_was_cancelled_is_not_waited_for(session: Session, act: Act, cycle: ReportCycle) -> None:
    office = act(OFFICE, at=LATER)
    both = reports.request_reports(
        office, programme_id=0, year=0, cycle_id=cycle.id, recipients=["committee", "agency"]
    )
    reports.cancel_report(act(OFFICE, at=LATER), both[0].id)
    assert build(act, both[1]).snapshot is not None


def test_issue_fills_in_and_locks(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    report = build(act, requested(act, cycle))
    day = LATER.date()
    with pytest.raises(Invalid, match="chưa có nội dung"):
        reports.issue_report(act(OFFICE, at=LATER), report.id, number="15", day=day)
    write_all(act, cycle)
    report = build(act, requested(act, cycle))
    for number, wrong in (("", day), ("0", day), ("15/BC LĐ", day), ("15", None), ("15", day - DAY), ("15", day + DAY)):
        with pytest.raises(Invalid):
            reports.issue_report(act(OFFICE, at=LATER), report.id, number=number, day=wrong)
    reports.issue_report(
        act(OFFICE, at=LATER), report.id, number="5", day=day, signed_as="KT. Trưởng phòng\nPhó trưởng phòng",
        signer="Người Ký Mẫu", incomplete=True,
    )  # fmt: skip
    assert report.issued_at is None  # not before the documents say so
    build(act, report)
    assert report.issued_at == LATER
    assert check_document(report.document or b"", Kind(issued=True)) == []
    head = Document(BytesIO(report.document or b"")).tables[0]
    assert head.rows[1].cells[0].text == "Số: 05/BC-LĐTBXH"
    assert head.rows[1].cells[1].text == "Tân Yên, ngày 19 tháng 10 năm 2026"
    assert "Báo cáo số 05/BC-LĐTBXH ngày 19 tháng 10 năm 2026" in lines(report)
    for verb in (reports.cancel_report, reports.retry_report):
        with pytest.raises(Invalid):
            verb(act(OFFICE, at=LATER), report.id)
    with pytest.raises(Invalid):
        reports.issue_report(act(OFFICE, at=LATER), report.id, number="6", day=day)
    for statement in (
        "UPDATE consolidated_reports SET document = 'x' WHERE issued_at IS NOT NULL",
        "DELETE FROM consolidated_reports WHERE issued_at IS NOT NULL",
        "UPDATE edition_files SET content = 'x'",
        "DELETE FROM edition_files",
        "INSERT INTO edition_files (report_id, kind, sha256, content)"
        " SELECT id, 'odt', 'x', 'x' FROM consolidated_reports WHERE issued_at IS NOT NULL",
    ):
        with pytest.raises(DBAPIError, match="issued edition never changes"), session.begin_nested():
            session.execute(text(statement))


CHANGES = (
    "UPDATE measures SET name = 'Định nghĩa khác', per = 1000",
    "UPDATE targets SET value = value + 1",
    "UPDATE units SET name = 'Đơn vị sáp nhập ' || id, valid_to = '2026-12-31'",
    "UPDATE figures SET accepted_at = NULL, accepted_by_id = NULL",
    "UPDATE assignments SET text = 'Việc khác'",
    "UPDATE report_sections SET text = 'Chữ khác'",
    "UPDATE programmes SET title = 'Chương trình khác', report_to = '{}'",
    "UPDATE clauses SET text = 'Khoản khác'",
)


def test_what_changes_after_issue_changes_no_byte(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    write_all(act, cycle)
    report = build(act, requested(act, cycle))
    reports.issue_report(act(OFFICE, at=LATER), report.id, number="15", day=LATER.date(), incomplete=True)
    build(act, report)
    kept = (report.document, store.file(session, report.id, "pdf"))
    for statement in CHANGES:
        session.execute(text("SET LOCAL session_replication_role = replica"))  # past what locks accepted texts
        assert session.execute(text(statement)).rowcount > 0, statement  # type: ignore[attr-defined]
        session.execute(text("SET LOCAL session_replication_role = DEFAULT"))
    write(act, cycle, "plans", "Sửa sau khi ban hành")
    session.expire_all()
    material = building.material_of(act(), report.id)
    assert (report_document(material), report_document(material, "pdf")) == kept
    found = session.get_one(ConsolidatedReport, report.id)
    assert (found.document, store.file(session, report.id, "pdf")) == kept
    # Another edition says something else.
    assert lines(build(act, requested(act, cycle))) != lines(found)


def test_cancel_and_try_again(session: Session, act: Act, cycle: ReportCycle) -> None:
    report = requested(act, cycle)
    ctx = act(at=LATER)
    claimed = building.claim(ctx)
    assert claimed is not None
    reports.cancel_report(act(OFFICE, at=LATER), report.id)
    for verb in (building.advance, lambda *a: building.freeze(*a, None)):
        with pytest.raises(building.LeaseLost):
            verb(ctx, *claimed)
    building.fail(ctx, *claimed, "zu spät")
    assert (report.state, report.error) == (BuildState.CANCELLED, None)
    assert building.claim(ctx) is None
    reports.retry_report(act(OFFICE, at=LATER), report.id)
    build(act, report)
    assert report.state is BuildState.DONE
    assert requested(act, cycle).edition == 2


def test_cancelling_the_issue_leaves_the_edition_as_it_was(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    write_all(act, cycle)
    report = build(act, requested(act, cycle))
    before = report.document
    reports.issue_report(act(OFFICE, at=LATER), report.id, number="15", day=LATER.date(), incomplete=True)
    reports.cancel_report(act(OFFICE, at=LATER), report.id)
    assert (report.state, report.document, report.issued_number) == (BuildState.DONE, before, None)


def test_a_worker_that_died_leaves_its_edition_to_the_next(session: Session, act: Act, cycle: ReportCycle) -> None:
    report = requested(act, cycle)
    ctx = act(at=LATER)
    first = building.claim(ctx)
    assert first is not None
    building.freeze(ctx, *first, building.read(ctx, report.id, lambda: None))
    frozen = Snapshot.from_json(report.snapshot or {})
    assert building.claim(act(at=LATER + timedelta(seconds=60))) is None
    later = act(at=LATER + building.LEASE)
    second = building.claim(later)
    assert second is not None
    assert building.read(later, report.id, lambda: None) is None
    building.freeze(later, *second, None)
    assert Snapshot.from_json(report.snapshot or {}) == frozen
    with pytest.raises(building.LeaseLost):
        building.finish(ctx, *first, b"x", {})
    building.finish(later, *second, b"x", {})


def test_one_that_kills_every_worker_fails_and_holds_up_nobody(session: Session, act: Act, cycle: ReportCycle) -> None:
    deadly, other = requested(act, cycle), requested(act, cycle, "agency")
    for died in range(building.MOST_ATTEMPTS):
        claimed = building.claim(act(at=LATER + died * building.LEASE))
        assert claimed is not None
        assert claimed[0] == deadly.id
    claimed = building.claim(act(at=LATER + building.MOST_ATTEMPTS * building.LEASE))
    assert claimed is not None
    assert claimed[0] == other.id
    assert (deadly.state, deadly.lease_token) == (BuildState.FAILED, None)


def test_compared(session: Session, act: Act, cycle: ReportCycle) -> None:
    first = build(act, requested(act, cycle))
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    second = build(act, requested(act, cycle))
    one, two = (building.material_of(act(), report.id) for report in (first, second))
    assert compare(one, one).same
    found = compare(one, two)
    assert found.filed == ["Phòng Y tế"]
    assert found.missing == []
    assert {text.key for text in found.texts} >= {"highlights", "plans"}
    assert all(figure.first == "chưa có số liệu" != figure.second for figure in found.measures)
    assert found.measures


def test_many_rows_lie_apart_and_come_back_in_order(
    monkeypatch: pytest.MonkeyPatch, session: Session, act: Act, cycle: ReportCycle
) -> None:
    """The same report, once with its rows in the snapshot and once beside it."""
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    accepted(session, act, cycle, "xa-cao-xa", "truong.xa-cao-xa", "Xã đã làm")
    ctx = act(at=LATER)
    whole = building.material_of(ctx, build(act, requested(act, cycle)).id)
    monkeypatch.setattr("tracker.services.snapshot_work.MOST_LISTED", 20)
    monkeypatch.setattr("tracker.exports.parts.LINES", 7)
    report = build(act, requested(act, cycle))
    assert report.snapshot is not None
    assert report.snapshot["apart"] is True
    assert all(unit["work"] == [] for unit in report.snapshot["units"])
    apart = building.material_of(ctx, report.id)
    assert list(apart.work()) == list(whole.work())
    assert list(apart.cells()) == list(whole.cells())
    assert apart.snapshot.tally == whole.snapshot.tally
    assert [apart.snapshot.goal_tally(goal) for goal in apart.snapshot.goals] == [
        whole.snapshot.goal_tally(goal) for goal in whole.snapshot.goals
    ]
    assert check_document(report_document(apart)) == []


def test_build_due_makes_every_file(app: Flask) -> None:
    """Through the worker's own door, on a database of its own."""
    with app.app_context():
        with acting() as ctx:
            office = by_login(ctx.session, OFFICE)
            assert office is not None
            actor = actor_of(ctx.session, office, LATER)
        with acting(actor, now=LATER) as ctx:
            report = reports.request_report(ctx, programme_id=1, year=2026)
            ctx.session.flush()
            id_ = report.id
            ctx.nudges.clear()
        assert build_due(acting) == 1
        with acting() as ctx:
            found = ctx.session.get_one(ConsolidatedReport, id_)
            assert (found.state, found.progress, found.lease_token) == (BuildState.DONE, 100, None), found.error
            assert found.document is not None
            assert (store.file(ctx.session, id_, "pdf") or b"").startswith(b"%PDF")
            book = load_workbook(BytesIO(store.file(ctx.session, id_, "xlsx") or b""), read_only=True)
            assert book.sheetnames == ["Báo cáo", "Chỉ tiêu", "Nhiệm vụ"]
            assert sum(1 for _ in book["Nhiệm vụ"].iter_rows()) == 1 + 164


def test_a_number_is_given_once_a_year(session: Session, act: Act, cycle: ReportCycle) -> None:
    write_all(act, cycle)
    first, second = (build(act, requested(act, cycle, recipient)) for recipient in ("committee", "agency"))
    day = LATER.date()
    reports.issue_report(act(OFFICE, at=LATER), first.id, number="15", day=day, incomplete=True)
    with pytest.raises(Invalid) as error:
        reports.issue_report(act(OFFICE, at=LATER), second.id, number="15", day=day, incomplete=True)
    assert error.value.field == "number"
    reports.issue_report(act(OFFICE, at=LATER), second.id, number="16", day=day, incomplete=True)
