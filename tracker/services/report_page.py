"""All that the page and the print-out of a unit's report show: its sections and last year's, its figures and last
year's, the work of the year, who wrote what, what is missing."""

from dataclasses import dataclass
from datetime import date

from tracker.exports.unit_report import FigureLine, ReportFacts, WorkLine, symbol_of
from tracker.models.cycle import ReportCycle, ReportSection, UnitReport
from tracker.models.figure import Figure
from tracker.models.indicator import Indicator, Measure
from tracker.models.unit import Unit, UnitKind
from tracker.rules.cycle import Section, about, section_list
from tracker.rules.deadlines import Standing, official_class, standing
from tracker.rules.figures import Entry
from tracker.rules.filing import FILED, CycleKind, FilingState
from tracker.rules.recurrence import period_named
from tracker.rules.targets import Comparator, Target, unit_words
from tracker.rules.unit_report import Check, Late, filed_late
from tracker.rules.words import OFFICIAL_CLASSES
from tracker.services.context import Context
from tracker.services.figure import is_retired
from tracker.services.filing import asked, check, figure_words
from tracker.services.snapshot import letterhead
from tracker.services.unit_report import entry_of, open_parts, returned_parts
from tracker.store import figure as figures
from tracker.store import unit_report as store
from tracker.store.measure import shape_of
from tracker.store.people import standing_units
from tracker.store.unit_report import Work

# So much of the work is listed; all of it is counted.
MOST_WORK = 100


@dataclass(frozen=True)
class Field:
    """One measure of the form. `now` is its figure, if any; `before` that of the period before."""

    measure: Measure
    indicator: Indicator
    now: Figure | None
    entry: Entry
    before: Figure | None
    before_words: str
    target: str
    unit: str

    @property
    def is_retired(self) -> bool:
        return is_retired(self.measure, self.indicator)

    @property
    def is_ratio(self) -> bool:
        return self.measure.per > 1

    @property
    def now_words(self) -> str:
        return figure_words(self.now) if self.now else ""


@dataclass(frozen=True)
class WorkShown:
    work: Work
    standing: Standing
    official: str


@dataclass(frozen=True)
class Page:
    """`changed`: sections that differ from the round before the last; `open`: parts that can be written."""

    report: UnitReport
    sections: list[Section]
    rows: dict[str, ReportSection]
    texts: dict[str, str]
    returned: dict[str, str]
    open: frozenset[str]
    before_cycle: ReportCycle | None
    before_texts: dict[str, str]
    fields: list[Field]
    work: list[WorkShown]
    check: Check
    changed: frozenset[str]
    days_left: int
    # Of the round that stands, as the monitor judges it.
    late: Late | None
    today: date

    @property
    def only_estimates(self) -> bool:
        """The period is not over, so every figure is one."""
        return self.today <= period_named(self.report.cycle.period).last

    @property
    def work_listed(self) -> list[WorkShown]:
        return self.work[:MOST_WORK]

    @property
    def work_more(self) -> int:
        return max(0, len(self.work) - MOST_WORK)

    @property
    def work_counts(self) -> dict[str, int]:
        counts = dict.fromkeys(("done_on_time", "done_late", "open_in_time", "open_overdue"), 0)
        for one in self.work:
            counts[one.official] += 1
        return counts

    def title_of(self, key: str) -> str:
        """Of a section; "" for what is none any more, and for the figures."""
        return next((one.title for one in self.sections if one.key == key), "")

    @property
    def filed(self) -> dict[str, str]:
        """Measure → its figure in words as it was filed, while what was filed stands; {} before."""
        filed = _filed(self.report)
        return filed["values"] if filed else {}

    @property
    def due_on(self) -> date:
        return _due(self.report)


def _due(report: UnitReport) -> date:
    """Its assignment's day, which may have been given more time."""
    row = report.assignment
    return row.due_on if row is not None and row.due_on else report.due_on


def _filed_on(report: UnitReport) -> date | None:
    """The day of the round that stands, if one does: its assignment's, by which all lateness is judged."""
    row = report.assignment
    return row.submitted_on if row is not None and report.state in FILED else None


def page_of(ctx: Context, report: UnitReport) -> Page:
    cycle, texts = store.texts_before(ctx.session, report)
    due = _due(report)
    return Page(
        report=report,
        sections=section_list(report.cycle.form),
        rows={one.key: one for one in report.sections},
        texts={one.key: one.text for one in report.sections},
        returned=returned_parts(report),
        open=open_parts(report),
        before_cycle=cycle,
        before_texts=texts,
        fields=_fields(ctx, report),
        work=_work(ctx, report),
        check=check(ctx, report),
        changed=_changed(report),
        days_left=ctx.calendar.between(ctx.today, due),
        late=filed_late(_filed_on(report), due, ctx.calendar),
        today=ctx.today,
    )


def _filed(report: UnitReport) -> dict[str, dict[str, str]] | None:
    """Sections and values of the round that lies with the office or is accepted."""
    stands = report.rounds and report.state in (FilingState.SUBMITTED, FilingState.ACCEPTED)
    return report.rounds[-1].content if stands else None


def _changed(report: UnitReport) -> frozenset[str]:
    if len(report.rounds) < 2:
        return frozenset()
    before, last = (one.content for one in report.rounds[-2:])
    found = {key for key, text in last["sections"].items() if text != before["sections"].get(key, "")}
    return frozenset(found | ({"figures"} if last["values"] != before["values"] else set()))


def _fields(ctx: Context, report: UnitReport) -> list[Field]:
    period, unit_id = report.cycle.period, report.unit_id
    earlier = period_before(report.cycle)
    now = figures.current(ctx.session, report.measure_ids, [unit_id], period)
    before = figures.current(ctx.session, report.measure_ids, [unit_id], earlier)
    return [
        Field(
            measure=measure,
            indicator=indicator,
            now=now.get((measure.id, unit_id)),
            entry=entry_of(now.get((measure.id, unit_id))),
            before=before.get((measure.id, unit_id)),
            before_words=figure_words(before[measure.id, unit_id]) if (measure.id, unit_id) in before else "",
            target=_target(measure, int(period[:4])),
            unit=unit_words(measure.per),
        )
        for measure, indicator in asked(ctx, report, now)
    ]


def period_before(cycle: ReportCycle) -> str:
    """The period a year earlier; of a mid-term or final cycle too, whose figures are those of its last year."""
    return f"{int(cycle.period[:4]) - 1}{cycle.period[4:]}"


def _target(measure: Measure, year: int) -> str:
    """The next one from the year on, in words with its year; "" where none is ahead."""
    rows = sorted(
        (one for one in measure.targets if one.year is None or one.year >= year), key=lambda one: one.year or 0
    )
    if not rows:
        return ""
    one = rows[0]
    words = shape_of(measure).words(Target(one.year, Comparator(one.comparator), one.value, one.upper))
    return f"{words} ({one.year})" if one.year else words


def _work(ctx: Context, report: UnitReport) -> list[WorkShown]:
    found = []
    for row in store.work_of(ctx.session, report):
        stands = standing(
            state=row.state, due_on=row.due_on, submitted_on=row.submitted_on, today=ctx.today, calendar=ctx.calendar
        )
        found.append(WorkShown(row, stands, official_class(stands, row.state) or "open_in_time"))
    return found


def facts(ctx: Context, report: UnitReport) -> ReportFacts:
    """For the print-out: what was filed last, or what there is now."""
    page = page_of(ctx, report)
    cycle, last = report.cycle, report.rounds[-1] if report.rounds else None
    office = next(iter(standing_units(ctx.session, cycle.programme_id, ctx.today)), None)
    head = letterhead(cycle.programme, office)
    parent, agency = agencies(report.unit, report.unit_name, head["parent_agency"])
    filed = _filed(report)
    return ReportFacts(
        title=f"Kết quả thực hiện {cycle.programme.title}",
        about=about(cycle.kind, cycle.first_year, cycle.period),
        unit=report.unit_name,
        parent_agency=parent,
        agency=agency,
        agency_short="UBND" if report.unit.kind is UnitKind.COMMUNE else symbol_of(report.unit.short_name),
        place=_place(report.unit, head["place"]),
        head_title=_head_title(report.unit),
        addressee=office.name if office else head["addressee"],
        year=ctx.today.year,
        sections=[(one.title, (filed["sections"] if filed else page.texts).get(one.key, "")) for one in page.sections],
        figures=_figure_lines(page.fields, filed["values"] if filed else None),
        work=[_work_line(one) for one in page.work_listed],
        work_more=page.work_more,
        round=last.number if last and filed else 0,
        filed_at=last.submitted_at if last and filed else None,
        filed_by=last.submitted_by.name if last and filed else "",
        filed_for=last.on_behalf_of.name if last and filed and last.on_behalf_of else "",
        before=str(int(cycle.period[:4]) - 1),
        sample=ctx.sample,
        is_yearly=cycle.kind is CycleKind.ANNUAL,
        covers=period_named(cycle.period).last,
        as_of=ctx.today,
    )


def agencies(unit: Unit, name: str, parent: str) -> tuple[str, str]:
    """(line above, issuing agency) in capitals. A commune's committee stands in two lines; nothing is above it."""
    if unit.kind is UnitKind.COMMUNE:
        return "", f"ỦY BAN NHÂN DÂN\n{name.replace('UBND', '', 1).strip().upper()}"
    return parent, name.upper()


def _place(unit: Unit, place: str) -> str:
    if unit.kind is not UnitKind.COMMUNE:
        return place
    words = unit.short_name.removeprefix("Xã ").removeprefix("Thị trấn ").removeprefix("Phường ")
    return words or place


def _head_title(unit: Unit) -> str:
    if unit.kind is UnitKind.COMMUNE:
        return "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH"  # a committee decides together
    return "TRƯỞNG PHÒNG" if unit.name.startswith("Phòng") else "THỦ TRƯỞNG"


def _figure_lines(fields: list[Field], filed: dict[str, str] | None) -> list[FigureLine]:
    """As they are now; or as they were `filed`, whatever was corrected since."""
    if filed is None:
        return [_figure_line(one, one.now_words or "chưa báo cáo") for one in fields]
    return [_figure_line(one, filed[key]) for one in fields if (key := str(one.measure.id)) in filed]


def _figure_line(one: Field, words: str) -> FigureLine:
    value, _, rest = words.partition(";")
    return FigureLine(
        number=one.measure.ref,
        name=one.measure.name,
        unit=one.unit,
        target=one.target,
        before=one.before_words.partition(";")[0],
        now=value,
        note=rest.strip(),
    )


def _work_line(one: WorkShown) -> WorkLine:
    row = one.work
    return WorkLine(row.clause_ref, row.text, OFFICIAL_CLASSES[one.official], row.due_on, row.result, row.files)
