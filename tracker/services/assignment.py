"""The verbs of the workflow (`rules.workflow` is the table they follow)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tracker.models.assignment import Assignment, Round
from tracker.models.duty import DutyKind
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.files import Upload
from tracker.rules.permissions import Permission
from tracker.rules.rollover import ONCE
from tracker.rules.words import DEEDS, N_, STATES
from tracker.rules.workflow import CLOSED, Action, State, move
from tracker.services.access import change, inner_verb
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.evidence import attach
from tracker.services.explanation import settle_open_explanations
from tracker.services.extension import settle_open_request
from tracker.services.notice import notify, notify_office, notify_unit
from tracker.services.promise_end import drop_promise, reopen_after_withdrawal, settle_by_submission
from tracker.store.assignment import is_blocked, last_round, leads_already
from tracker.store.evidence import has_evidence
from tracker.store.mail_link import revoke_of_assignment
from tracker.store.people import members
from tracker.store.unit import unit_on
from tracker.store.unit_report import report_of

# What is done with a report of a reporting cycle, and only there.
OF_REPORT = frozenset({Action.SUBMIT, Action.WITHDRAW, Action.RETURN, Action.CONFIRM, Action.CANCEL, Action.REOPEN})


def issue(ctx: Context, assignment_id: int, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.ISSUE, version)
    _move(ctx, row, Action.ISSUE)
    notify_unit(ctx, "assigned", row)
    return row


def accept(ctx: Context, assignment_id: int, *, owner_id: int | None = None, version: int | None = None) -> Assignment:
    """Take the work on; the owner is a person of the lead unit, by default who accepts."""
    row = change(ctx, assignment_id, Permission.ACCEPT, version)
    owner = _person_of_lead(ctx, row, owner_id or ctx.actor.user_id)
    row.owner, row.owner_id = owner, owner.id
    _move(ctx, row, Action.ACCEPT, has_owner=True, data={"owner": owner.name})
    return row


def decline(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.DECLINE, version)
    _move(ctx, row, Action.DECLINE, reason=reason)
    drop_promise(ctx, row)
    notify_office(ctx, "declined", row, reason=reason)
    return row


def reassign(
    ctx: Context, assignment_id: int, *, lead_unit_id: int, reason: str, version: int | None = None
) -> Assignment:
    """A new lead unit, or the same one again; either way with a reason, and from the start of the workflow."""
    row = change(ctx, assignment_id, Permission.REASSIGN, version)
    unit = unit_on(ctx.session, lead_unit_id, ctx.today)
    if unit is None:
        raise Invalid(N_("Hãy chọn đơn vị chủ trì đang hoạt động."), field="lead_unit_id")
    if leads_already(ctx.session, row, unit.id):
        raise Invalid(N_("Đơn vị này đã có nhiệm vụ riêng cho cùng nội dung trong kỳ này."), field="lead_unit_id")
    before = row.lead_unit.name
    is_new = unit.id != row.lead_unit_id
    _move(ctx, row, Action.REASSIGN, reason=reason, new_lead=is_new, data={"lead_before": before, "lead": unit.name})
    settle_open_request(ctx, row)
    settle_open_explanations(ctx, row)
    drop_promise(ctx, row)
    row.lead_unit_id, row.lead_unit = unit.id, unit
    row.owner_id, row.owner, row.percent = None, None, 0
    # A unit that now leads no longer coordinates the same work.
    row.coordination = [other for other in row.coordination if other.unit_id != unit.id]
    notify_unit(ctx, "assigned", row, reason=reason)
    return row


def submit(
    ctx: Context,
    assignment_id: int,
    *,
    result: str,
    done_on: date | None,
    version: int | None = None,
    uploads: Sequence[Upload] = (),
) -> Assignment:
    """Report the work as done, with its result, the day it was done and files. Opens a new round."""
    row = change(ctx, assignment_id, Permission.SUBMIT, version)
    if done_on is not None and done_on > ctx.today:
        raise Invalid(N_("Ngày hoàn thành không thể ở sau hôm nay."), field="done_on")
    before = last_round(ctx.session, row.id)
    number = before.number + 1 if before else 1
    row.submitted_on, row.done_on, row.percent = ctx.today, done_on, 100
    settle_open_request(ctx, row)
    _move(
        ctx,
        row,
        Action.SUBMIT,
        result=result,
        done_on=done_on,
        evidence_asked=row.evidence_required,
        has_evidence=bool(uploads) or (row.evidence_required and has_evidence(ctx.session, row.id)),
        data={"round": number},
    )
    assert done_on is not None
    assert ctx.actor.user_id is not None
    current = Round(
        assignment_id=row.id,
        number=number,
        result=result.strip(),
        done_on=done_on,
        submitted_at=ctx.now,
        submitted_by_id=ctx.actor.user_id,
    )
    ctx.session.add(current)
    if uploads:
        attach(ctx, row, uploads, round_=current)
    settle_by_submission(ctx, row)
    notify_office(ctx, "submitted", row)
    return row


def withdraw(ctx: Context, assignment_id: int, version: int | None = None) -> Assignment:
    """Take a submission back while the office has not decided on it."""
    row = change(ctx, assignment_id, Permission.WITHDRAW, version)
    row.submitted_on, row.done_on = None, None
    _move(ctx, row, Action.WITHDRAW)
    round_ = _decide(ctx, row, "withdrawn", None)
    row.blocked = is_blocked(ctx.session, row.id)
    reopen_after_withdrawal(ctx, row, round_.submitted_at)
    return row


def return_(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.RETURN, version)
    _move(ctx, row, Action.RETURN, reason=reason)
    _decide(ctx, row, "returned", reason.strip())
    # The day of a returned submission no longer counts; the next one will.
    row.submitted_on, row.done_on = None, None
    notify_unit(ctx, "returned", row, reason=reason)
    return row


def confirm(ctx: Context, assignment_id: int, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.CONFIRM, version)
    _move(ctx, row, Action.CONFIRM)
    _decide(ctx, row, "confirmed", None)
    notify_unit(ctx, "confirmed", row)
    return row


def suspend(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.SUSPEND, version)
    _move(ctx, row, Action.SUSPEND, reason=reason)
    return row


def resume(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.RESUME, version)
    _move(ctx, row, Action.RESUME, reason=reason, suspended_from=row.suspended_from)
    return row


def hand_on(
    ctx: Context, assignment_id: int, *, owner_id: int | None, text: str = "", version: int | None = None
) -> Assignment:
    """Hand the work to another person of the lead unit (chuyển xử lý); on work not yet accepted it accepts it."""
    row = change(ctx, assignment_id, Permission.HAND_ON, version)
    person = _person_of_lead(ctx, row, owner_id)
    before = row.owner.name if row.owner else ""
    if row.state == State.ASSIGNED:
        with inner_verb(ctx):
            accept(ctx, assignment_id, owner_id=person.id)
    else:
        _demand_state(row, State.IN_PROGRESS, "hand_on")
        if person.id == row.owner_id:
            raise Invalid(N_("Người này đang thực hiện nhiệm vụ rồi."), field="owner_id")
        row.owner, row.owner_id = person, person.id
    data = {"owner_before": before, "owner": person.name, "reason": text.strip()}
    record(ctx, "hand_on", "assignment", row.id, data=data)
    notify(ctx, "handed_on", row, [person], reason=text)
    return row


def correct_done_on(
    ctx: Context, assignment_id: int, *, done_on: date | None, reason: str, version: int | None = None
) -> Assignment:
    """Put the day the work was really done right, with proof; both days and the reason stay in the audit.

    On time or late is judged by the day of submission, so this moves no class.
    """
    row = change(ctx, assignment_id, Permission.CORRECT_DONE_ON, version)
    _demand_state(row, State.COMPLETED, "correct_done_on")
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do và căn cứ (số, ngày văn bản)."), field="reason")
    if done_on is None:
        raise Invalid(N_("Hãy ghi ngày hoàn thành thực tế."), field="done_on")
    if row.submitted_on and done_on > row.submitted_on:
        raise Invalid(N_("Ngày hoàn thành không thể sau ngày nộp báo cáo."), field="done_on")
    data = {"done_before": row.done_on.isoformat() if row.done_on else "", "done_on": done_on.isoformat()}
    row.done_on = done_on
    record(ctx, "correct_done_on", "assignment", row.id, data={**data, "reason": reason.strip()})
    return row


def star(ctx: Context, assignment_id: int, *, starred: bool, version: int | None = None) -> Assignment:
    """Mark as one that the leaders follow, or no longer."""
    row = change(ctx, assignment_id, Permission.STAR, version)
    if row.starred != starred:
        row.starred = starred
        record(ctx, "star" if starred else "unstar", "assignment", row.id)
    return row


def demand_evidence(ctx: Context, assignment_id: int, *, required: bool, version: int | None = None) -> Assignment:
    """Whether a file must come with the submission."""
    row = change(ctx, assignment_id, Permission.DEMAND_EVIDENCE, version)
    if row.evidence_required != required:
        row.evidence_required = required
        record(ctx, "demand_evidence", "assignment", row.id, data={"required": required})
    return row


def cancel(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.CANCEL, version)
    _move(ctx, row, Action.CANCEL, reason=reason)
    settle_open_request(ctx, row)
    settle_open_explanations(ctx, row)
    drop_promise(ctx, row)
    return row


def reopen(ctx: Context, assignment_id: int, *, reason: str, version: int | None = None) -> Assignment:
    row = change(ctx, assignment_id, Permission.REOPEN, version)
    row.submitted_on, row.done_on = None, None
    _move(ctx, row, Action.REOPEN, reason=reason)
    this_year = min(ctx.today.year, row.programme.period_end)
    if row.period == ONCE.key and this_year > (row.carried_to or row.year):
        row.carried_to = this_year  # work again, so it belongs in this year's lists
    notify_unit(ctx, "returned", row, reason=reason)
    return row


def _demand_state(row: Assignment, state: State, deed: str) -> None:
    if row.state is not state:
        raise IllegalMove(
            N_("Không thể “%(action)s” khi nhiệm vụ đang ở trạng thái “%(state)s”."),
            action=DEEDS[deed],
            state=STATES[row.state],
        )


def _move(
    ctx: Context,
    row: Assignment,
    action: Action,
    *,
    data: dict[str, str | int] | None = None,
    **facts: Any,
) -> None:
    """Ask the table, change the state, write the event. Where it was suspended from goes with the state: any query
    in between would write the one without the other."""
    before = row.state
    if action in OF_REPORT and filed_elsewhere(ctx, row):
        raise IllegalMove(
            N_("Nhiệm vụ này được thực hiện bằng báo cáo của đơn vị trong kỳ báo cáo; hãy làm ở trang báo cáo.")
        )
    row.state, row.changed_on = move(before, action, **facts), ctx.today
    row.suspended_from = before if action is Action.SUSPEND else None
    if row.state not in (State.IN_PROGRESS, State.SUSPENDED):
        row.blocked = False  # what was in the way is no longer this unit's to clear
    if row.state in CLOSED:
        revoke_of_assignment(ctx.session, row.id, ctx.now)
    reason = facts.get("reason")
    record(
        ctx,
        action,
        "assignment",
        row.id,
        from_state=before,
        to_state=row.state,
        data={**(data or {}), **({"reason": reason.strip()} if reason else {})},
    )


def filed_elsewhere(ctx: Context, row: Assignment) -> bool:
    """Whether the work is done by filing a report of a cycle, and this is not that filing."""
    if row.duty.kind is not DutyKind.REPORT or ctx.filing == row.id:
        return False
    with ctx.session.no_autoflush:  # the verb is half done
        return report_of(ctx.session, row.id) is not None


def _decide(ctx: Context, row: Assignment, decision: str, reason: str | None) -> Round:
    current = last_round(ctx.session, row.id)
    assert current is not None  # a submitted assignment has a round
    current.decision, current.reason = decision, reason
    current.decided_at, current.decided_by_id = ctx.now, ctx.actor.user_id
    return current


def _person_of_lead(ctx: Context, row: Assignment, user_id: int | None) -> User:
    for person in members(ctx.session, row.lead_unit_id, ctx.today):
        if person.id == user_id:
            return person
    raise Invalid(N_("Người thực hiện phải là người của đơn vị chủ trì."), field="owner_id")
