"""A unit's report as it is written: section by section, so that nobody's text is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.models.assignment import Assignment
from tracker.models.cycle import ReportSection, UnitReport
from tracker.models.figure import Figure
from tracker.rules import unit_report as rules
from tracker.rules.cycle import FIGURES, section_list
from tracker.rules.errors import Conflict, DomainError, IllegalMove, Invalid, NotFound
from tracker.rules.figures import Entry
from tracker.rules.filing import FilingState
from tracker.rules.permissions import Permission, Scope, demand, may, on_behalf_of
from tracker.rules.text import plain
from tracker.rules.unit_report import Step, step
from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.services import access
from tracker.services import assignment as verbs
from tracker.services.access import inner_verb, scope_of
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.figure import write_figure
from tracker.store import figure as figures
from tracker.store import unit_report as store


def view(ctx: Context, report_id: int) -> UnitReport:
    """The report, if this person may see it. Another unit's looks like one that does not exist."""
    return _visible(ctx, store.load(ctx.session, report_id))


def scope_of_report(ctx: Context, report: UnitReport) -> Scope:
    """Whoever answers for the duty to report answers for the report; of one that is exempt, its unit."""
    if report.assignment is not None:
        return scope_of(ctx, report.assignment)
    programme = report.cycle.programme
    return Scope(
        lead_unit_id=report.unit_id,
        standing_unit_ids=ctx.offices.get(programme.id, frozenset()),
        issuer_unit_id=programme.issuer_unit_id,
    )


def change(
    ctx: Context, report_id: int, permission: Permission, version: int | None = None
) -> tuple[UnitReport, Assignment]:
    """Both rows locked, the assignment first as every verb does, so that two people cannot wait for each other."""
    found = _visible(ctx, store.load(ctx.session, report_id))
    if found.assignment_id is None:
        raise IllegalMove(N_("Đơn vị được miễn báo cáo trong kỳ này."))
    row = access.change(ctx, found.assignment_id, Permission.VIEW, None)
    store.lock_all(ctx.session, found.unit_id, found.cycle.period)
    report = store.load(ctx.session, report_id, lock=True)
    assert report is not None
    scope = scope_of(ctx, row)
    demand(ctx.actor, permission, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, permission, scope)
    if version == access.UNSAID:
        raise access.too_old()
    if version is not None and report.version != version:
        raise Conflict(N_("Người khác vừa thay đổi báo cáo này sau khi anh/chị mở trang."), field="version")
    return report, row


def _visible(ctx: Context, report: UnitReport | None) -> UnitReport:
    if report is None or not may(ctx.actor, Permission.VIEW, scope_of_report(ctx, report)):
        raise NotFound(N_("Không tìm thấy báo cáo này, hoặc nó không thuộc phạm vi của anh/chị."))
    return report


def returned_parts(report: UnitReport) -> dict[str, str]:
    """Part → why it came back, while it lies with the unit."""
    if report.state is not FilingState.RETURNED:
        return {}
    found = {one.key: one.returned_reason for one in report.sections if one.returned_reason}
    return {**found, FIGURES: report.figures_returned} if report.figures_returned else found


def open_parts(report: UnitReport) -> frozenset[str]:
    keys = [one.key for one in section_list(report.cycle.form)]
    return rules.open_parts(report.state, keys, returned_parts(report), closed=report.cycle.closed_at is not None)


@dataclass(frozen=True)
class Typed:
    """A section as a form sends it. `version` and `base`: the one it was made from, and `mark_of` what it showed."""

    text: str
    version: int
    base: str | None = None


@dataclass
class Saved:
    """`saved`: parts that were changed; `errors`: part → what is wrong with it, and nothing of it was kept."""

    saved: list[str] = field(default_factory=list)
    errors: dict[str, DomainError] = field(default_factory=dict)


def save(
    ctx: Context,
    report_id: int,
    texts: Mapping[str, Typed],
    entries: Mapping[int, tuple[Entry, str | None]] | None = None,
) -> Saved:
    """Each part on its own: what is wrong with one keeps no other from being saved. `entries`: measure → (what was
    typed, which figure the form showed). Fields that were not touched change nothing, whatever others wrote since."""
    report, row = change(ctx, report_id, Permission.WRITE_REPORT)
    done = Saved()
    for key, typed in texts.items():
        _try(ctx, done, key, lambda key=key, typed=typed: _save_section(ctx, report, row, key, typed))
    for measure_id, (entry, seen) in (entries or {}).items():
        part = f"m{measure_id}"
        _try(ctx, done, part, lambda id_=measure_id, e=entry, seen=seen: _save_figure(ctx, report, row, id_, e, seen))
    return done


def _try(ctx: Context, done: Saved, part: str, write: Any) -> None:
    try:
        with ctx.session.begin_nested():
            changed = write()
    except DomainError as error:
        done.errors[part] = error
    else:
        if changed:
            done.saved.append(part)


def save_section(ctx: Context, report_id: int, key: str, *, text: str, version: int) -> ReportSection | None:
    """One section alone; None where there is none and nothing was written. Raises Invalid, IllegalMove, Conflict with
    the section as `field`."""
    report, row = change(ctx, report_id, Permission.WRITE_REPORT)
    _save_section(ctx, report, row, key, Typed(text, version))
    return next((one for one in report.sections if one.key == key), None)


def _save_section(ctx: Context, report: UnitReport, row: Assignment, key: str, typed: Typed) -> bool:
    known = [one.key for one in section_list(report.cycle.form)]
    if key not in known:
        raise Invalid(N_("Mẫu báo cáo của kỳ này không có mục đó."), field=key)
    # Far beyond the limit no unseen marks are worth looking for.
    text = plain(typed.text) if len(typed.text) <= 3 * rules.LONGEST_SECTION else typed.text
    section = next((one for one in report.sections if one.key == key), None)
    if text == (section.text if section else "") or rules.mark_of(text) == typed.base:
        return False
    closed = report.cycle.closed_at is not None
    rules.demand_open(key, report.state, returned_parts(report), closed=closed)
    rules.check_text(text, key)
    if typed.version != (section.version if section else 0):
        raise Conflict(N_("Người khác vừa sửa mục này sau khi anh/chị mở trang."), field=key)
    begin(ctx, report, row)
    if section is None:
        section = ReportSection(key=key, position=known.index(key), version=0)
        report.sections.append(section)
    section.text, section.version = text, section.version + 1
    section.edited_at, section.edited_by_id = ctx.now, ctx.actor.user_id
    ctx.session.flush()
    ctx.session.refresh(section, ["edited_by"])
    record(
        ctx,
        "write_section",
        "unit_report",
        report.id,
        data={"section": key, "version": section.version, "length": len(text)},
    )
    return True


def _save_figure(
    ctx: Context, report: UnitReport, row: Assignment, measure_id: int, entry: Entry, seen: str | None
) -> bool:
    part = f"m{measure_id}"
    if measure_id not in report.measure_ids:
        raise Invalid(N_("Đơn vị không báo cáo chỉ tiêu này trong kỳ."), field=part)
    before = figures.current(ctx.session, [measure_id], [report.unit_id], report.cycle.period).get(
        (measure_id, report.unit_id)
    )
    if entry == entry_of(before):
        return False
    rules.demand_open(FIGURES, report.state, returned_parts(report), closed=report.cycle.closed_at is not None)
    version = before.version if before else 0
    begin(ctx, report, row)
    after = write_figure(
        ctx, measure_id=measure_id, unit_id=report.unit_id, period=report.cycle.period, entry=entry, seen=seen
    )  # fmt: skip
    return after is not before or after.version != version


def entry_of(row: Figure | None) -> Entry:
    """The figure as its fields show it. A value that was worked out of a ratio is not typed again."""
    if row is None:
        return Entry()
    return Entry(
        numerator=row.numerator,
        denominator=row.denominator,
        value=row.value if row.numerator is None else None,
        no_data=row.no_data,
        estimate=row.estimate,
        source=row.source,
        comment=row.comment,
    )


def begin(ctx: Context, report: UnitReport, row: Assignment) -> None:
    """Whoever writes first has taken the work on. Raises IllegalMove where the unit has said that it is not its own."""
    if row.state is State.DECLINED:
        raise IllegalMove(
            N_("Đơn vị đã từ chối nhận nhiệm vụ báo cáo này; cơ quan thường trực giao lại thì mới viết được.")
        )
    if row.state is State.ASSIGNED:
        with inner_verb(ctx):
            verbs.accept(ctx, row.id)
    after = step(report.state, Step.WRITE)
    if report.state is not after:
        report.state = after
        ctx.session.flush()
