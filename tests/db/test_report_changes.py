"""What changes around a report while its cycle is open: the programme's text, its figures, its unit's work."""

# ruff: noqa: F811  (fixtures of the other file)

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from threading import Barrier, BrokenBarrierError

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_unit_report import cycle, report, report_of_id  # noqa: F401
from tests.helpers.filing import HEAD, LATER, OFFICE, actor_named, filled, report_of
from tracker.acting import acting
from tracker.exports.unit_report_document import unit_report_document
from tracker.extensions import db
from tracker.models.cycle import UnitReport
from tracker.rules.errors import Invalid
from tracker.rules.figures import Entry
from tracker.rules.filing import CycleKind
from tracker.services import cycle as cycles
from tracker.services import filing, report_page
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.cycle_opening import open_cycle
from tracker.services.figure import report_figure
from tracker.services.report_form import workbook
from tracker.services.report_page import facts, page_of
from tracker.store import figure as figures
from tracker.store.report_source import work_rows

RETIRE = {
    "measures": "UPDATE measures SET retired_in = 2 WHERE id = ANY(:ids)",
    "indicators": "UPDATE indicators SET retired_in = 2 WHERE id IN"
    " (SELECT indicator_id FROM measures WHERE id = ANY(:ids))",
}


@pytest.mark.parametrize("what", RETIRE)
def test_what_left_the_programme_is_asked_of_nobody(session: Session, act: Act, report: UnitReport, what: str) -> None:
    """A text imported while the cycle is open takes measures away; the frozen list still names them."""
    told, gone = report.measure_ids[:2]
    ctx = act(HEAD, at=LATER)
    filled(act, report)
    session.execute(text("DELETE FROM figures WHERE measure_id = :id"), {"id": gone})
    assert [one.part for one in filing.check(ctx, report).problems] == [f"m{gone}"]
    session.execute(text(RETIRE[what]), {"ids": [told, gone]})
    report = report_of_id(session, report.id)
    others = [id_ for id_ in report.measure_ids if id_ != gone]
    found = filing.check(ctx, report)
    assert (found.ready, found.total) == (True, 5 + len(others))
    fields = page_of(ctx, report).fields
    assert sorted(one.measure.id for one in fields) == sorted(others)
    assert next(one for one in fields if one.measure.id == told).is_retired
    sheet = load_workbook(BytesIO(workbook(ctx, report)))["Số liệu"]
    assert sorted(row[0] for row in sheet.iter_rows(min_row=2, values_only=True)) == sorted(others)
    assert len(facts(ctx, report).figures) == len(others)
    done = writing.save(ctx, report.id, {}, {told: (Entry(numerator=Decimal(2), denominator=Decimal(100)), None)})
    assert isinstance(done.errors[f"m{told}"], Invalid)
    assert set(filing.submit(ctx, report.id).content["values"]) == {str(id_) for id_ in others}


def test_figures_are_numbered_as_in_the_consolidated_report(session: Session, act: Act, report: UnitReport) -> None:
    ctx = act(HEAD, at=LATER)
    numbers = {one.measure_id: one.number for one in figures.summary(session, report.cycle.programme_id, "2026")}
    sheet = load_workbook(BytesIO(workbook(ctx, report)))["Số liệu"]
    told = {row[0]: str(row[3]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert told == {id_: numbers[id_] for id_ in report.measure_ids}
    assert any("." in number for number in told.values())
    assert [one.number for one in facts(ctx, report).figures] == [numbers[one] for one in told]


def test_the_paper_of_what_was_filed_says_what_was_filed(session: Session, act: Act, report: UnitReport) -> None:
    """Of an accepted report a figure may be corrected by a new round; that is nothing the head has signed."""
    filled(act, report)
    one = report.measure_ids[0]

    def put(numerator: int) -> None:
        entry = Entry(numerator=Decimal(numerator), denominator=Decimal(100), comment="Sổ", reason="Đếm lại")
        report_figure(
            act(HEAD, at=LATER), measure_id=one, unit_id=report.unit_id, period=report.cycle.period, entry=entry
        )

    def printed() -> tuple[int, list[int]]:
        """The round, and how many of a hundred each line says that says more than one."""
        paper = facts(act(HEAD, at=LATER), report_of_id(session, report.id))
        assert len(paper.figures) == len(report.measure_ids)
        assert all(words.startswith("Đã làm") for _title, words in paper.sections)
        return paper.round, [n for line in paper.figures for n in (2, 3) if f"({n}/100)" in line.now]

    put(2)
    assert printed() == (0, [2])
    filing.submit(act(HEAD, at=LATER), report.id)
    review.accept(act(OFFICE, at=LATER), report.id)
    put(3)
    assert printed() == (1, [2])
    page = page_of(act(HEAD, at=LATER), report_of_id(session, report.id))
    (field,) = [one_ for one_ in page.fields if one_.measure.id == one]
    assert ("(2/100)" in page.filed[str(one)], "(3/100)" in field.now_words) == (True, True)
    review.reopen(act(OFFICE, at=LATER), report.id, reasons={"figures": "Đếm lại"})
    assert printed() == (0, [3])


def test_work_carried_into_the_year_is_in_the_report(session: Session, act: Act, report: UnitReport) -> None:
    ctx = act(HEAD, at=LATER)
    before = [one.work.id for one in page_of(ctx, report).work]
    carried = before[-1]
    change = text("UPDATE assignments SET period = 'once', year = 2024, carried_to = :year WHERE id = :id")
    session.execute(change, {"id": carried, "year": 2025})
    assert [one.work.id for one in page_of(ctx, report).work] == before[:-1]
    session.execute(change, {"id": carried, "year": 2026})
    assert [one.work.id for one in page_of(ctx, report).work] == before
    rows = work_rows(session, 1, 2026, 2026)
    drawn = [one for one in rows if one.lead_unit_id == report.unit_id and one.kind != "report"]
    assert len(drawn) == len(before)


def test_what_is_not_listed_is_counted_and_said(act: Act, report: UnitReport, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = act(HEAD, at=LATER)
    whole = page_of(ctx, report)
    monkeypatch.setattr(report_page, "MOST_WORK", 2)
    page, paper = page_of(ctx, report), facts(ctx, report)
    more = len(whole.work) - 2
    assert (len(page.work_listed), page.work_more, page.work_counts) == (2, more, whole.work_counts)
    assert (len(paper.work), paper.work_more) == (2, more)
    words = [one.text for one in Document(BytesIO(unit_report_document(paper))).paragraphs]
    assert f"Còn {more} nhiệm vụ nữa không in ở đây." in words
    assert f"Tình hình tính đến ngày {ctx.today:%d/%m/%Y}." in words


def test_two_reports_of_one_year_are_written_at_once(app: Flask) -> None:
    """The yearly one and that of the middle of the programme have the same figures: one waits, and neither fails."""
    ids: dict[CycleKind, int] = {}
    with app.app_context():
        office, head = actor_named(OFFICE), actor_named(HEAD)
        for kind in (CycleKind.ANNUAL, CycleKind.MID_TERM):
            with acting(office, now=LATER) as ctx:
                cycle = cycles.plan(ctx, programme_id=1, kind=kind, period="2026")
                open_cycle(ctx, cycle.id, told=False)
                found = report_of(ctx.session, cycle, "p-yte")
                ids[kind], measures = found.id, found.measure_ids[:2]
                ctx.nudges.clear()
        db.session.remove()
    together = Barrier(2)

    def run(report_id: int, measure_id: int) -> list[str]:
        with app.app_context(), acting(head, now=LATER) as ctx:
            writing.save_section(ctx, report_id, "highlights", text="Đã làm", version=0)
            with suppress(BrokenBarrierError):  # one may have to wait for the other before it comes so far
                together.wait(timeout=3)
            entry = Entry(numerator=Decimal(1), denominator=Decimal(100))
            return writing.save(ctx, report_id, {}, {measure_id: (entry, None)}).saved

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, *one) for one in zip(ids.values(), measures, strict=True)]
        assert [one.result(timeout=120) for one in runs] == [[f"m{id_}"] for id_ in measures]
