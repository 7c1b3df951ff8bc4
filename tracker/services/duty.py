"""How often a duty comes back and by when: as the text says, or as the standing office has set it."""

from tracker.importing.deadlines import Deadline, find_deadline
from tracker.models.duty import Duty, DutyKind
from tracker.models.programme import Programme
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.recurrence import Recurrence, Rule
from tracker.rules.wording import read_deadline
from tracker.rules.words import N_, RECURRENCES
from tracker.services.audit import record
from tracker.services.context import Context


def set_deadline(duty: Duty, named: Deadline | None) -> None:
    """None: the duty names no deadline of its own."""
    duty.deadline_wording = (named.wording or None) if named else None
    duty.recurrence = named.recurrence if named else None
    duty.last_day = named.last_day if named else None
    duty.deadline_on = named.date if named else None


def state_of(duty: Duty) -> str:
    """What a form was made from, to see whether somebody has changed it meanwhile."""
    return f"{duty.set_by_office}|{duty.recurrence or ''}|{duty.deadline_wording or ''}"


def set_duty(ctx: Context, programme_id: int, duty_id: int, *, recurrence: str, wording: str, seen: str) -> Duty:
    """`recurrence` "": as the text says. `wording` may be empty: then the last day of each period, or the programme's
    reporting rule for a yearly duty. Holds for periods that are opened from now on; audited with what was before."""
    duty = ctx.session.get(Duty, duty_id, with_for_update=True, populate_existing=True)
    if duty is None or duty.programme_id != programme_id or duty.retired_in is not None:
        raise NotFound(N_("Không tìm thấy mục này."))
    programme = ctx.session.get_one(Programme, programme_id)
    scope = Scope(standing_unit_ids=ctx.offices.get(programme.id, frozenset()), issuer_unit_id=programme.issuer_unit_id)
    demand(ctx.actor, Permission.SET_PROGRAMME, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.SET_PROGRAMME, scope)
    if seen != state_of(duty):
        raise Conflict(N_("Người khác vừa đặt định kỳ của mục này. Hãy xem lại rồi lưu."))
    before = {"recurrence": duty.recurrence, "wording": duty.deadline_wording, "by_office": duty.set_by_office}
    if recurrence:
        set_deadline(duty, _read(ctx, programme, recurrence, wording.strip()))
    elif wording.strip():
        raise Invalid(N_("Hãy chọn định kỳ, hoặc để trống thời hạn để theo văn bản."), field="recurrence")
    else:
        set_deadline(duty, _of_text(programme, duty))
    duty.set_by_office = bool(recurrence)
    after = {"recurrence": duty.recurrence, "wording": duty.deadline_wording, "by_office": duty.set_by_office}
    if after != before:
        record(ctx, "set_duty", "duty", duty.id, data={"before": before, "after": after})
    return duty


def _of_text(programme: Programme, duty: Duty) -> Deadline | None:
    match duty.kind:
        case DutyKind.INDICATOR:
            return None
        case DutyKind.REPORT if programme.report_wording and programme.report_recurrence:
            return Deadline(programme.report_wording, programme.report_recurrence, programme.report_last_day)
        case _:
            return find_deadline(duty.clause.text)


def _read(ctx: Context, programme: Programme, recurrence: str, wording: str) -> Deadline:
    try:
        chosen = Recurrence(recurrence)
    except ValueError:
        raise Invalid(N_("Hãy chọn định kỳ."), field="recurrence") from None
    if not wording:
        return Deadline("", chosen.value)
    try:
        read = read_deadline(
            wording,
            issued_on=programme.issued_on or ctx.today.replace(year=programme.period_start, month=1, day=1),
            year=min(max(ctx.today.year, programme.period_start), programme.period_end),
            calendar=ctx.calendar,
            span=(programme.period_start, programme.period_end),
        )
    except Invalid as error:
        raise Invalid(error.message, field="wording", **error.params) from error
    if read.rule is None:
        raise Invalid(N_("Thời hạn này không nêu ngày; để trống nếu không có ngày riêng."), field="wording")
    if read.recurrence is not chosen:
        raise Invalid(
            N_("“%(text)s” là “%(read)s”, khác với định kỳ đã chọn là “%(chosen)s”."),
            field="wording",
            text=read.piece,
            read=RECURRENCES[read.recurrence],
            chosen=RECURRENCES[chosen],
        )
    rule = read.rule
    return Deadline(
        wording,
        chosen.value,
        rule.code if isinstance(rule, Rule) else None,
        None if isinstance(rule, Rule) else rule,
    )
