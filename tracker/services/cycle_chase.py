"""Chasing whoever has not filed in one action: a mail to each unit by the existing chases, and the official letter."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tracker.exports.chasing_letter import EVERYBODY, Behind, LetterFacts
from tracker.models.cycle import ReportCycle
from tracker.rules.cycle import about
from tracker.rules.errors import DomainError, IllegalMove, Invalid
from tracker.rules.filing import FilingState, Level
from tracker.rules.permissions import Permission, demand, on_behalf_of
from tracker.rules.words import N_
from tracker.services.access import lock
from tracker.services.audit import record
from tracker.services.chase import chase
from tracker.services.context import Context
from tracker.services.cycle import scope_of_programme, view
from tracker.services.notice import know_signing
from tracker.services.snapshot import letterhead
from tracker.store import cycle as store
from tracker.store.cycle import Missing
from tracker.store.people import standing_units

# More at once would keep the page waiting; the rest is offered again.
MOST = 500
HEAD = ("place", "parent_agency", "agency", "agency_short", "head_title", "addressee")
AMONG = {Level.COMMUNE: "xã, thị trấn", Level.DEPARTMENT: "phòng, ban, ngành, đoàn thể"}


@dataclass(frozen=True)
class Chased:
    """`told`: units that a mail went to; `untold`: (unit, why not)."""

    told: list[str]
    untold: list[tuple[str, DomainError]]


def behind(ctx: Context, cycle_id: int, *, only: str = "missing", level: Level | None = None) -> list[Missing]:
    """Whose report lies with the unit still. `only`: missing, overdue, not_begun, draft or returned."""
    cycle = view(ctx, cycle_id)
    demand(ctx.actor, Permission.CHASE, scope_of_programme(ctx, cycle.programme))
    return store.missing(ctx.session, cycle_id, ctx.today, view=only, level=level)


def chase_behind(ctx: Context, cycle_id: int, report_ids: Collection[int], *, text: str) -> Chased:
    """Those chosen that are still behind. A unit without anybody to reach is told of, and the others get theirs."""
    cycle = view(ctx, cycle_id)
    scope = scope_of_programme(ctx, cycle.programme)
    demand(ctx.actor, Permission.CHASE, scope)
    ctx.on_behalf_of_id = behalf = on_behalf_of(ctx.actor, Permission.CHASE, scope)
    if cycle.opened_at is None or cycle.closed_at is not None:
        raise IllegalMove(N_("Chỉ đôn đốc được trong kỳ báo cáo đang mở."))
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung đôn đốc."), field="chase")
    chosen = [one for one in store.missing(ctx.session, cycle.id, ctx.today) if one.report_id in report_ids]
    if not chosen:
        raise Invalid(N_("Hãy chọn ít nhất một đơn vị chưa nộp."), field="reports")
    chosen = chosen[:MOST]
    done = Chased([], [])
    rows = {row.id: row for row in lock(ctx, [one.assignment_id for one in chosen])}
    know_signing(ctx, {row.lead_unit_id for row in rows.values()})
    for one in chosen:
        try:
            with ctx.session.begin_nested():
                chase(ctx, one.assignment_id, text=text)
        except DomainError as error:
            done.untold.append((one.unit_name, error))
        else:
            done.told.append(one.unit_name)
    ctx.on_behalf_of_id = behalf
    record(
        ctx, "chase_cycle", "cycle", cycle.id,
        data={"told": len(done.told), "untold": [name for name, _error in done.untold], "text": text.strip()},
    )  # fmt: skip
    return done


def spared(ctx: Context, rows: Iterable[Missing]) -> dict[int, str]:
    """Report → why it is offered but not chosen: one's own unit's, and what is not late yet."""
    found: dict[int, str] = {}
    for one in rows:
        if one.lead_unit_id in ctx.actor.units:
            found[one.report_id] = N_("đơn vị của anh/chị, không tự đôn đốc")
        elif one.due_on == ctx.today:
            found[one.report_id] = N_("đến hạn hôm nay, chưa muộn")
        elif one.due_on > ctx.today:
            found[one.report_id] = N_("chưa đến hạn")
    return found


def usual_text(ctx: Context, cycle: ReportCycle) -> str:
    """What is written where nobody writes anything else."""
    what = about(cycle.kind, cycle.first_year, cycle.period)
    return (
        f"Đề nghị đơn vị khẩn trương hoàn thành và nộp báo cáo {what} trên hệ thống. Báo cáo tổng hợp phải gửi chậm"
        f" nhất ngày {cycle.due_office_on:%d/%m/%Y}; đơn vị không nộp sẽ được nêu tên trong báo cáo."
    )


def letter_facts(ctx: Context, cycle_id: int, *, only: str = "missing", level: Level | None = None) -> LetterFacts:
    """The letter to those who are behind (as `behind` has them), under the head of the standing office, which writes it
    and so is neither chased nor counted."""
    cycle = view(ctx, cycle_id)
    demand(ctx.actor, Permission.CHASE, scope_of_programme(ctx, cycle.programme))
    rows = [one for one in behind(ctx, cycle_id, only=only, level=level) if one.level is not Level.OFFICE]
    if not rows:
        raise Invalid(N_("Không có đơn vị nào để đôn đốc bằng công văn."), field="reports")
    office = next(iter(standing_units(ctx.session, cycle.programme_id, ctx.today)), None)
    head = letterhead(cycle.programme, office)
    levels = store.counts(ctx.session, [cycle.id], ctx.today)[cycle.id]
    counts = [one for at, one in levels.items() if at is level or (level is None and at is not Level.OFFICE)]
    return LetterFacts(
        programme=cycle.programme.title,
        about=about(cycle.kind, cycle.first_year, cycle.period),
        today=ctx.today,
        expected=sum(one.expected for one in counts),
        filed=sum(one.filed for one in counts),
        behind=[
            Behind(
                one.unit_name,
                one.due_on,
                max(0, ctx.calendar.between(one.due_on, ctx.today)),
                _stands(one.state),
                one.state is FilingState.RETURNED,
            )
            for one in rows
        ],
        until=max(ctx.calendar.add(ctx.today, 1), min(ctx.calendar.add(ctx.today, 2), cycle.due_office_on)),
        office_due_on=cycle.due_office_on,
        sample=ctx.sample,
        office=office.name if office else "",
        among=AMONG.get(level, EVERYBODY) if level else EVERYBODY,
        returned=sum(one.returned for one in counts),
        **{name: head[name] for name in HEAD},
    )


def _stands(state: FilingState) -> str:
    return {
        FilingState.EXPECTED: "Chưa nộp",
        FilingState.DRAFT: "Đang soạn, chưa nộp",
        FilingState.RETURNED: "Bị trả lại, chưa nộp lại",
    }[state]
