"""Filing a unit's report: checked first, then a round with the name of who files it; and taking it back."""

from collections.abc import Mapping

from tracker.models.cycle import FiledRound, UnitReport
from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.rules import unit_report as rules
from tracker.rules.cycle import FIGURES, cycle_words, section_list
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.filing import FilingState
from tracker.rules.permissions import Permission
from tracker.rules.targets import short_number
from tracker.rules.unit_report import Check, Step, step
from tracker.rules.words import N_
from tracker.services import assignment as verbs
from tracker.services.access import inner_verb
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.figure import is_retired
from tracker.services.unit_report import begin, change, returned_parts
from tracker.store import figure as figures
from tracker.store import unit_report as store


def asked(
    ctx: Context, report: UnitReport, current: Mapping[tuple[int, int], Figure]
) -> list[tuple[Measure, Indicator]]:
    """The measures of the report but for what left the programme since without a figure: nobody can fill it in.
    `current`: of the report's measures and unit."""
    return [
        (measure, indicator)
        for measure, indicator in store.measures(ctx.session, report.measure_ids)
        if not is_retired(measure, indicator) or (measure.id, report.unit_id) in current
    ]


def check(ctx: Context, report: UnitReport) -> Check:
    """What the report still lacks, as it is now."""
    current = figures.current(ctx.session, report.measure_ids, [report.unit_id], report.cycle.period)
    names = {m.id: f"{i.number}. {m.name}" for m, i in asked(ctx, report, current)}
    returned = returned_parts(report)
    answered = report.rounds[-1] if report.rounds else None
    unchanged = [
        one.key
        for one in report.sections
        if one.key in returned and answered and answered.content["sections"].get(one.key, "") == one.text
    ]
    if FIGURES in returned and answered and answered.content["values"] == _values(current):
        unchanged.append(FIGURES)
    return rules.check(
        section_list(report.cycle.form),
        {one.key: one.text for one in report.sections},
        names,
        {measure for measure, _unit in current},
        returned=returned,
        unchanged=unchanged,
    )


def submit(ctx: Context, report_id: int, version: int | None = None) -> FiledRound:
    """By the head, or who acts for them: the round bears both names. Submits the duty to report with it."""
    report, row = change(ctx, report_id, Permission.SUBMIT, version)
    behalf = ctx.on_behalf_of_id
    if report.cycle.closed_at is not None:
        raise IllegalMove(N_("Kỳ báo cáo đã đóng nên không nộp được nữa."))
    after = step(report.state, Step.SUBMIT)
    found = check(ctx, report)
    if not found.ready:
        n = sum(one.blocks for one in found.problems)
        raise Invalid(N_("Chưa nộp được: còn %(n)s chỗ chưa điền. Danh sách ở trang kiểm tra."), field="check", n=n)
    number = report.rounds[-1].number + 1 if report.rounds else 1
    begin(ctx, report, row)
    ctx.filing = row.id
    try:
        with inner_verb(ctx):
            verbs.submit(ctx, row.id, result=_result(report, number), done_on=ctx.today)
    finally:
        ctx.filing = None
    current = figures.current(ctx.session, report.measure_ids, [report.unit_id], report.cycle.period)
    assert ctx.actor.user_id is not None
    filed = FiledRound(
        number=number,
        content={
            "sections": {one.key: one.text for one in report.sections},
            "figures": sorted(one.id for one in current.values()),
            "values": _values(current),
            "answers": returned_parts(report),
        },
        submitted_at=ctx.now,
        submitted_by_id=ctx.actor.user_id,
        on_behalf_of_id=behalf,
        returned={},
    )
    report.rounds.append(filed)
    before, report.state = report.state, after
    report.submitted_at, report.first_submitted_at = ctx.now, report.first_submitted_at or ctx.now
    report.figures_returned = None
    for one in report.sections:
        one.returned_reason = None
    ctx.session.flush()
    record(ctx, "file_report", "unit_report", report.id, from_state=before, to_state=after, data={"round": number})
    return filed


def withdraw(ctx: Context, report_id: int, version: int | None = None) -> None:
    """Taken back before the office has decided: it lies with the unit as it did before."""
    report, row = change(ctx, report_id, Permission.WITHDRAW, version)
    if report.cycle.closed_at is not None:
        raise IllegalMove(N_("Kỳ báo cáo đã đóng nên không rút lại được nữa."))
    after = step(report.state, Step.WITHDRAW)
    last = report.rounds[-1]
    ctx.filing = row.id
    try:
        with inner_verb(ctx):
            verbs.withdraw(ctx, row.id)
    finally:
        ctx.filing = None
    answers = last.content["answers"]
    for one in report.sections:
        one.returned_reason = answers.get(one.key)
    report.figures_returned = answers.get(FIGURES)
    report.state = FilingState.RETURNED if answers else after
    last.decision, last.decided_at, last.decided_by_id = "withdrawn", ctx.now, ctx.actor.user_id
    ctx.session.flush()
    record(ctx, "withdraw_report", "unit_report", report.id, from_state=FilingState.SUBMITTED, to_state=report.state)


def _values(current: Mapping[tuple[int, int], Figure]) -> dict[str, str]:
    """The figures in words, as they are when a round is filed: they may change in place afterwards."""
    return {str(measure): figure_words(row) for (measure, _unit), row in sorted(current.items())}


def figure_words(row: Figure) -> str:
    """ "9,5 (19/200)", "không có số liệu"; what is said of it goes behind."""
    if row.no_data:
        words = "không có số liệu"
    elif row.numerator is not None and row.denominator is not None:
        words = f"{short_number(row.value)} ({short_number(row.numerator)}/{short_number(row.denominator)})"
    else:
        words = short_number(row.value)
    more = ["ước" if row.estimate else "", row.source and f"nguồn: {row.source}", row.comment]
    return "; ".join([words, *(one for one in more if one)])


def _result(report: UnitReport, number: int) -> str:
    message, params = cycle_words(report.cycle.kind, report.cycle.first_year, report.cycle.period)
    times = f", nộp lần {number}" if number > 1 else ""
    return f"{message % params} của {report.unit_name}{times}"
