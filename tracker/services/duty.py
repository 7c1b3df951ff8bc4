"""How often a duty comes back and by when: as the text says, or as the standing office has set it."""

from dataclasses import dataclass
from datetime import date

from tracker.importing.deadlines import Deadline, find_deadline
from tracker.models.duty import Duty, DutyKind
from tracker.models.programme import Programme
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.recurrence import Recurrence, Rule
from tracker.rules.rollover import changes_from
from tracker.rules.wording import read_deadline
from tracker.rules.words import N_, RECURRENCES
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store.opening import periods_given


@dataclass(frozen=True)
class InForce:
    """How a duty comes back on some day, and by when."""

    recurrence: Recurrence
    wording: str | None
    last_day: str | None
    deadline_on: date | None


def in_force(duty: Duty, on: date) -> InForce:
    """A recurrence that was changed while a period runs holds from the next one on."""
    if duty.changes_on is not None and duty.before_recurrence is not None and on < duty.changes_on:
        before = Recurrence(duty.before_recurrence)
        return InForce(before, duty.before_wording, duty.before_last_day, duty.before_deadline_on)
    # What names no recurrence of its own is reported on year by year.
    now = Recurrence(duty.recurrence) if duty.recurrence else Recurrence.YEARLY
    return InForce(now, duty.deadline_wording, duty.last_day, duty.deadline_on)


def recurrence_of(duty: Duty, on: date) -> Recurrence:
    return in_force(duty, on).recurrence


def change_deadline(ctx: Context, duty: Duty, named: Deadline | None) -> None:
    """Another recurrence waits for the end of what was given for the period that runs; another day does not."""
    before = in_force(duty, ctx.today)
    set_deadline(duty, named)
    after = Recurrence(duty.recurrence) if duty.recurrence else Recurrence.YEARLY
    given = periods_given(ctx.session, duty.id) if duty.id is not None else []
    duty.changes_on = changes_from(before.recurrence, after, given, ctx.today)
    waits = duty.changes_on is not None
    duty.before_recurrence = before.recurrence.value if waits else None
    duty.before_wording = before.wording if waits else None
    duty.before_last_day = before.last_day if waits else None
    duty.before_deadline_on = before.deadline_on if waits else None


def set_deadline(duty: Duty, named: Deadline | None) -> None:
    """None: the duty names no deadline of its own."""
    duty.deadline_wording = (named.wording or None) if named else None
    duty.recurrence = named.recurrence if named else None
    duty.last_day = named.last_day if named else None
    duty.deadline_on = named.date if named else None


def state_of(duty: Duty) -> str:
    """What a form was made from, to see whether somebody has changed it meanwhile."""
    return f"{duty.set_by_office}|{duty.recurrence or ''}|{duty.deadline_wording or ''}|{duty.changes_on or ''}"


def set_duty(ctx: Context, programme_id: int, duty_id: int, *, recurrence: str, wording: str, seen: str) -> Duty:
    """`recurrence` "": as the text says. `wording` may be empty: then the last day of each period, or the programme's
    reporting rule for a yearly duty. Holds for periods that are opened from now on, another recurrence only for those
    that begin when what is given is over (`Duty.changes_on`); audited with what was before."""
    duty = ctx.session.get(Duty, duty_id, with_for_update=True, populate_existing=True)
    if duty is None or duty.programme_id != programme_id or duty.retired_in is not None:
        raise NotFound(N_("Không tìm thấy mục này."))
    programme = ctx.session.get_one(Programme, programme_id)
    scope = Scope(standing_unit_ids=ctx.offices.get(programme.id, frozenset()), issuer_unit_id=programme.issuer_unit_id)
    demand(ctx.actor, Permission.SET_PROGRAMME, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.SET_PROGRAMME, scope)
    if seen != state_of(duty):
        raise Conflict(N_("Người khác vừa đặt định kỳ của mục này. Hãy xem lại rồi lưu."))
    before = _told(duty)
    if recurrence:
        change_deadline(ctx, duty, _read(ctx, programme, recurrence, wording.strip()))
    elif wording.strip():
        raise Invalid(N_("Hãy chọn định kỳ, hoặc để trống thời hạn để theo văn bản."), field="recurrence")
    else:
        change_deadline(ctx, duty, _of_text(programme, duty))
    duty.set_by_office = bool(recurrence)
    after = _told(duty)
    if after != before:
        record(ctx, "set_duty", "duty", duty.id, data={"before": before, "after": after})
    return duty


def _told(duty: Duty) -> dict[str, object]:
    found: dict[str, object] = {
        "recurrence": duty.recurrence,
        "wording": duty.deadline_wording,
        "by_office": duty.set_by_office,
    }
    return found | ({"from": duty.changes_on.isoformat()} if duty.changes_on else {})


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
