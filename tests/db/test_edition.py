"""Editions on real rows: what is drawn, what the office makes of it, what a rebuild shows, what issuing locks."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.decree30 import check_document
from tests.helpers.filing import HEAD, LATER, OFFICE, filled, opened, report_of
from tracker.building import report_document
from tracker.models.budget import BudgetSource
from tracker.models.cycle import ReportCycle
from tracker.models.report import ConsolidatedReport
from tracker.rules.errors import Conflict, NotAllowed
from tracker.services import edition_text as editing
from tracker.services import filing
from tracker.services import report as reports
from tracker.services import report_build as building
from tracker.services import report_review as review
from tracker.services.budget import save_budget
from tracker.store import edition as store

DAY = timedelta(days=1)


@pytest.fixture
def cycle(act: Act) -> ReportCycle:
    return opened(act)


def accepted(session: Session, act: Act, cycle: ReportCycle, code: str, login: str, words: str) -> None:
    report = report_of(session, cycle, code)
    filled(act, report, login, text=words)
    filing.submit(act(login, at=LATER), report.id)
    review.accept(act(OFFICE, at=LATER), report.id)


def build(act: Act, report: ConsolidatedReport, *, at: object = LATER) -> ConsolidatedReport:
    """What a worker does, on the test's one connection."""
    ctx = act(at=at)
    claimed = building.claim(ctx)
    assert claimed is not None
    assert claimed[0] == report.id
    taken = building.read(ctx, report.id, lambda: None)
    building.freeze(ctx, *claimed, taken)
    material = building.material_of(ctx, report.id)
    building.finish(ctx, *claimed, report_document(material), {"pdf": report_document(material, "pdf")})
    ctx.session.flush()
    return report


def requested(act: Act, cycle: ReportCycle, recipient: str = "committee") -> ConsolidatedReport:
    return reports.request_report(act(OFFICE, at=LATER), programme_id=0, year=0, cycle_id=cycle.id, recipient=recipient)


def lines(report: ConsolidatedReport) -> str:
    assert report.document is not None
    return "\n".join(one.text for one in Document(BytesIO(report.document)).paragraphs)


def write(act: Act, cycle: ReportCycle, key: str, words: str | None) -> None:
    ctx = act(OFFICE, at=LATER)
    seal = editing.section(ctx, cycle, key).seal
    editing.edit_section(ctx, cycle.id, key, text=words, seal=seal)


def write_all(act: Act, cycle: ReportCycle) -> None:
    """Everything that the office owes."""
    for one in editing.sections(act(OFFICE, at=LATER), cycle):
        if one.text is None:
            write(act, cycle, one.key, "Đã thực hiện.")


def test_what_was_accepted_is_drawn_with_its_source(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã tiêm đủ")
    filled(act, report_of(session, cycle, "p-tuphap"), "truong.p-tuphap", text="Chưa ai nhận")
    report = build(act, requested(act, cycle))
    said = lines(report)
    assert "Đã tiêm đủ: Kết quả nổi bật (Phòng Y tế)." in said
    assert "Chưa ai nhận" not in said
    assert "Đến thời điểm tổng hợp, 01/" in said
    assert "Các đơn vị chưa gửi báo cáo (" in said
    assert "Phòng Tư pháp" in said.partition("Các đơn vị chưa gửi báo cáo")[2]
    assert check_document(report.document or b"") == []
    assert report.snapshot is not None
    assert report.snapshot["sections"][1]["texts"] == [{"unit": "Phòng Y tế", "text": "Đã tiêm đủ: Kết quả nổi bật"}]
    filed = [one for one in report.snapshot["filing"] if one["state"] == "accepted"]
    assert [(one["unit"], one["on_time"]) for one in filed] == [("Phòng Y tế", True)]


def test_of_a_report_that_waits_work_and_money_are_in_and_its_words_are_not(
    session: Session, act: Act, cycle: ReportCycle
) -> None:
    one = report_of(session, cycle, "p-yte")
    filled(act, one, HEAD, text="Chưa ai nhận")
    filing.submit(act(HEAD, at=LATER), one.id)
    save_budget(
        act(HEAD, at=LATER), programme_id=1, unit_id=one.unit_id, year=2026,
        amounts={BudgetSource.DISTRICT: {"estimate": Decimal(7_000_000)}},
    )  # fmt: skip
    report = build(act, requested(act, cycle))
    said = lines(report)
    assert "01 báo cáo đã gửi nhưng chưa được tiếp nhận nên phần đánh giá và số liệu chỉ số trong đó chưa" in said
    assert "tiến độ nhiệm vụ và kinh phí tổng hợp theo số liệu trên hệ thống" in said
    assert "Chưa ai nhận" not in said
    assert report.snapshot is not None
    measures = [each for goal in report.snapshot["goals"] for row in goal["indicators"] for each in row["measures"]]
    assert {each["value"] for each in measures} == {None}
    assert [(row["unit"], row["estimate"]) for row in report.snapshot["budget"]] == [("Phòng Y tế", "7000000")]
    assert next(unit for unit in report.snapshot["units"] if unit["name"] == "Phòng Y tế")["work"]


def test_what_came_back_has_the_day_on_which_it_was_sent(session: Session, act: Act, cycle: ReportCycle) -> None:
    one = report_of(session, cycle, "p-yte")
    filled(act, one, HEAD, text="Đã làm")
    filing.submit(act(HEAD, at=LATER), one.id)
    review.return_(act(OFFICE, at=LATER), one.id, reasons={"highlights": "Thiếu số liệu"})
    report = build(act, requested(act, cycle))
    assert report.snapshot is not None
    row = next(row for row in report.snapshot["filing"] if row["unit"] == "Phòng Y tế")
    assert (row["state"], row["filed_on"], row["on_time"]) == ("returned", LATER.date().isoformat(), None)


def test_figures_are_those_that_were_accepted(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã làm")
    report = build(act, requested(act, cycle))
    assert report.snapshot is not None
    measures = [m for goal in report.snapshot["goals"] for one in goal["indicators"] for m in one["measures"]]
    assert len(measures) == 35
    valued = [one for one in measures if one["value"] is not None]
    assert valued
    assert all(one["origin"] == "lead" and one["rule"] for one in valued)
    assert all(one["verdict"] == "not_yet" for one in measures if one["value"] is None)
    session.execute(text("UPDATE figures SET accepted_at = NULL, accepted_by_id = NULL"))
    again = build(act, requested(act, cycle))
    assert all(
        m["value"] is None
        for goal in (again.snapshot or {})["goals"]
        for one in goal["indicators"]
        for m in one["measures"]
    )


def test_an_edit_outlives_a_rebuild_and_shows_what_changed(session: Session, act: Act, cycle: ReportCycle) -> None:
    accepted(session, act, cycle, "p-yte", HEAD, "Đã tiêm đủ")
    write(act, cycle, "highlights", "Toàn huyện tiêm đủ 98% (Phòng Y tế).")
    first = build(act, requested(act, cycle))
    assert "Toàn huyện tiêm đủ 98% (Phòng Y tế)." in lines(first)
    accepted(session, act, cycle, "p-tuphap", "truong.p-tuphap", "Đã khai sinh")
    second = build(act, requested(act, cycle))
    assert second.edition == first.edition + 1
    assert "Toàn huyện tiêm đủ 98% (Phòng Y tế)." in lines(second)
    assert "Đã khai sinh: Kết quả nổi bật" not in lines(second)
    now = editing.section(act(OFFICE, at=LATER), cycle, "highlights")
    assert [(one.kind, one.line) for one in now.changed] == [
        ("same", "Đã tiêm đủ: Kết quả nổi bật (Phòng Y tế)."),
        ("new", "Đã khai sinh: Kết quả nổi bật (Phòng Tư pháp)."),
    ]
    assert (now.named, now.left_out) == (("Phòng Y tế",), ("Phòng Tư pháp",))
    # Seen and kept as it is: nothing is shown as changed any more.
    write(act, cycle, "highlights", now.own)
    assert editing.section(act(OFFICE, at=LATER), cycle, "highlights").changed == []
    write(act, cycle, "highlights", None)
    third = build(act, requested(act, cycle))
    assert "Đã khai sinh: Kết quả nổi bật (Phòng Tư pháp)." in lines(third)
    assert len(store.history(session, cycle.id, "highlights")) == 3


def test_the_office_orders_and_leaves_out(session: Session, act: Act, cycle: ReportCycle) -> None:
    for code, login in (("p-yte", HEAD), ("p-tuphap", "truong.p-tuphap"), ("congan", "truong.congan")):
        accepted(session, act, cycle, code, login, f"Của {code}")
    one = editing.section(act(OFFICE, at=LATER), cycle, "plans")
    words = editing.arranged(one, [("Phòng Tư pháp", 1), ("Phòng Y tế", 2)])
    assert [line[:12] for line in words.split("\n\n")] == ["Của p-tuphap", "Của p-yte: P"]
    write(act, cycle, "plans", words)
    report = build(act, requested(act, cycle))
    assert (report.texts or {})["plans"]["sources"] == ["Phòng Y tế", "Phòng Tư pháp"]
    assert "Của congan: Phương" not in lines(report)


def test_a_stale_form_overwrites_nothing(session: Session, act: Act, cycle: ReportCycle) -> None:
    ctx = act(OFFICE, at=LATER)
    seal = editing.section(ctx, cycle, "highlights").seal
    accepted(session, act, cycle, "p-yte", HEAD, "Mới nhận")
    with pytest.raises(Conflict):
        editing.edit_section(ctx, cycle.id, "highlights", text="Cũ", seal=seal)
    write(act, cycle, "highlights", "Một")
    with pytest.raises(Conflict):
        editing.edit_section(ctx, cycle.id, "highlights", text="Hai", seal=seal)
    with pytest.raises(NotAllowed):
        editing.edit_section(act(HEAD, at=LATER), cycle.id, "highlights", text="Ba", seal=seal)
