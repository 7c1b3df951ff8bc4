"""A unit's report by Excel: what a filled-in workbook would change, and changing it, all in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from tracker.exports.report_form import FigureLine, TextLine, report_form
from tracker.importing.report_form import FilledFigure, FilledText
from tracker.models.cycle import UnitReport
from tracker.rules.cycle import FIGURES, cycle_words
from tracker.rules.errors import DomainError
from tracker.rules.figures import Entry
from tracker.rules.numbers import in_field
from tracker.rules.report_sheet import mark_of_figure
from tracker.rules.unit_report import mark_of as base_of
from tracker.services import unit_report as writing
from tracker.services.context import Context
from tracker.services.figure import seen_of
from tracker.services.report_page import Page, page_of
from tracker.services.unit_report import Saved, Typed


@dataclass(frozen=True)
class Change:
    """One part that the file says otherwise than the report. `row`: of its sheet; `error`: why it is left out."""

    part: str
    title: str
    row: int
    before: str
    after: str
    error: DomainError | None = None


def mark_of(report: UnitReport) -> str:
    """By which a workbook is known as one of this report."""
    return sha256(f"unit-report:{report.cycle_id}:{report.unit_id}".encode()).hexdigest()[:16]


def workbook(ctx: Context, report: UnitReport) -> bytes:
    page = page_of(ctx, report)
    cycle = report.cycle
    message, params = cycle_words(cycle.kind, cycle.first_year, cycle.period)
    texts = [
        TextLine(
            one.key,
            page.rows[one.key].version if one.key in page.rows else 0,
            base_of(page.texts.get(one.key, "")),
            one.title,
            page.texts.get(one.key, ""),
            page.before_texts.get(one.key, ""),
            one.key in page.open,
        )
        for one in page.sections
    ]
    figures = [
        FigureLine(
            one.measure.id,
            seen_of(one.now),
            base_of_figure(one.entry),
            one.measure.ref,
            one.measure.name,
            one.target,
            one.before_words,
            (in_field(one.entry.numerator), in_field(one.entry.denominator), in_field(one.entry.value)),
            one.entry.no_data,
            one.entry.estimate,
            one.entry.source,
            one.entry.comment,
            FIGURES in page.open and not one.is_retired,
        )
        for one in page.fields
    ]
    return report_form(
        texts, figures, title=message % params, unit=report.unit_name, mark=mark_of(report), made_at=ctx.now
    )  # fmt: skip


def compare(ctx: Context, report_id: int, texts: Sequence[FilledText], figures: Sequence[FilledFigure]) -> list[Change]:
    """Reads only: it is done for the moment and rolled back, so that the preview says what the rules themselves say."""
    page = page_of(ctx, writing.view(ctx, report_id))
    before = _told(page)
    nudges, told = set(ctx.nudges), len(ctx.told)
    step = ctx.session.begin_nested()
    try:
        done = _save(ctx, report_id, texts, figures)
        after = _told(page_of(ctx, writing.view(ctx, report_id)))
    finally:
        step.rollback()
        ctx.session.expire_all()
        ctx.nudges.clear()
        ctx.nudges.update(nudges)
        del ctx.told[told:]
    titles = _titles(page)
    rows = {one.key: (one.row, one.text) for one in texts} | {
        f"m{one.measure_id}": (one.row, _words(one)) for one in figures
    }
    return [
        Change(
            part,
            titles.get(part, part),
            rows[part][0],
            before.get(part, ""),
            rows[part][1] if part in done.errors else after.get(part, ""),
            done.errors.get(part),
        )
        for part in rows
        if part in done.saved or part in done.errors
    ]


def apply(ctx: Context, report_id: int, texts: Sequence[FilledText], figures: Sequence[FilledFigure]) -> Saved:
    """Every part that can be saved; what changed since the preview is left out and said."""
    return _save(ctx, report_id, texts, figures)


def _save(ctx: Context, report_id: int, texts: Sequence[FilledText], figures: Sequence[FilledFigure]) -> Saved:
    """What is as it was when the file was made changes nothing, so an old file undoes nobody's work."""
    return writing.save(
        ctx,
        report_id,
        {one.key: Typed(one.text, one.version, one.base) for one in texts},
        {one.measure_id: (_entry(one), one.seen) for one in figures if base_of_figure(_entry(one)) != one.base},
    )


def _entry(one: FilledFigure) -> Entry:
    numerator, denominator, value = (Decimal(number) if number else None for number in one.numbers)
    return Entry(numerator, denominator, value, one.no_data, one.estimate, one.source, one.comment, one.reason)


def base_of_figure(entry: Entry) -> str:
    return mark_of_figure(
        (entry.numerator, entry.denominator, entry.value),
        no_data=entry.no_data,
        estimate=entry.estimate,
        source=entry.source,
        comment=entry.comment,
    )


def _told(page: Page) -> dict[str, str]:
    return {**page.texts, **{f"m{one.measure.id}": one.now_words for one in page.fields}}


def _titles(page: Page) -> dict[str, str]:
    measures = {f"m{one.measure.id}": f"{one.indicator.number}. {one.measure.name}" for one in page.fields}
    return {**{one.key: one.title for one in page.sections}, **measures}


def _words(one: FilledFigure) -> str:
    return " / ".join(number for number in one.numbers if number) or ("không có số liệu" if one.no_data else "")
