"""Progress notes: from the lead, from coordinating units, and taking one's own last one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tracker.models.assignment import Assignment, Signal, Update
from tracker.models.coordination import CoordinationState
from tracker.rules.errors import DomainError, Invalid, NotAllowed, NotFound
from tracker.rules.files import Upload
from tracker.rules.permissions import Permission, demand, may
from tracker.rules.words import N_, SIGNALS
from tracker.rules.workflow import Action, State, move
from tracker.services.access import change, scope_of
from tracker.services.assignment import accept, submit, withdraw
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.evidence import attach
from tracker.services.notice import lead_people, notify
from tracker.store.assignment import last_round, updates_of

UNDO = timedelta(minutes=10)


def update(
    ctx: Context,
    assignment_id: int,
    *,
    signal: str,
    text: str,
    percent: int | None = None,
    version: int | None = None,
) -> Update:
    """A progress note. On work not yet accepted it also accepts it: one step less for a busy head.

    "On track" needs no words of one's own; what is blocked or done does.
    """
    row = change(ctx, assignment_id, Permission.UPDATE, version)
    if signal not in (Signal.ON_TRACK, Signal.BLOCKED, Signal.DONE):
        raise Invalid(N_("Hãy chọn tình hình: đúng tiến độ, có vướng mắc hay đã xong."), field="signal")
    text = text.strip() or (SIGNALS[signal] if signal == Signal.ON_TRACK else "")
    if row.state == State.ASSIGNED:
        demand(ctx.actor, Permission.ACCEPT, scope_of(ctx, row))
        accept(ctx, assignment_id)
    move(row.state, Action.UPDATE, text=text)
    return _write(ctx, row, Signal(signal), text, percent)


def update_or_submit(
    ctx: Context,
    assignment_id: int,
    *,
    signal: str,
    text: str,
    percent: int | None = None,
    version: int | None = None,
    uploads: Sequence[Upload] = (),
) -> Update:
    """ "Đã xong" from somebody who may submit is the submission, done today; from anybody else it is a note."""
    written = update(ctx, assignment_id, signal=signal, text=text, percent=percent, version=version)
    if uploads:
        attach(ctx, written.assignment, uploads, update=written)
    if signal == Signal.DONE and may(ctx.actor, Permission.SUBMIT, scope_of(ctx, written.assignment)):
        submit(ctx, assignment_id, result=text, done_on=ctx.today)
    return written


@dataclass(frozen=True)
class Line:
    """One row of a grid: nothing chosen and nothing written is nothing to do."""

    assignment_id: int
    version: int | None
    signal: str
    text: str
    percent: int | None = None

    @property
    def empty(self) -> bool:
        return not (self.signal or self.text.strip() or self.percent is not None)


def update_many(ctx: Context, lines: Sequence[Line]) -> dict[int, DomainError]:
    """All of them or none: assignment → what is wrong with its line. The caller rolls back when there is anything."""
    wrong: dict[int, DomainError] = {}
    for line in sorted(lines, key=lambda one: one.assignment_id):
        try:
            with ctx.session.begin_nested():
                update_or_submit(
                    ctx, line.assignment_id, signal=line.signal, text=line.text, percent=line.percent,
                    version=line.version,
                )  # fmt: skip
        except DomainError as error:
            wrong[line.assignment_id] = error
    return wrong


def note(ctx: Context, assignment_id: int, *, text: str) -> Update:
    """What a coordinating unit contributes; it does not move the work, but settles what the unit was asked for."""
    row = change(ctx, assignment_id, Permission.NOTE, None)
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung."), field="text")
    mine = [one for one in row.coordination if one.unit_id in ctx.actor.units]
    asked = next((one for one in mine if one.state is CoordinationState.ASKED), mine[0])
    written = _write(ctx, row, Signal.NOTE, text, None, unit_id=asked.unit_id)
    if asked.state is not CoordinationState.NOT_NEEDED:
        asked.state, asked.contributed_on = CoordinationState.CONTRIBUTED, ctx.today
    notify(ctx, "contributed", row, lead_people(ctx, row), reason=text, cause=f"update{written.id}")
    return written


def undo(ctx: Context, assignment_id: int, update_id: int) -> Assignment:
    """Take back one's own last note within ten minutes, and the submission that came with it while it is undecided.

    The note stays in the table and in the audit. A submission without its note is taken back by `withdraw`.
    """
    row = change(ctx, assignment_id, Permission.VIEW, None)
    notes = [one for one in updates_of(ctx.session, row.id) if one.undone_at is None]
    last = notes[-1] if notes else None
    if last is None or last.id != update_id:
        raise NotFound(N_("Chỉ hoàn tác được cập nhật mới nhất của nhiệm vụ."))
    if last.author_id != ctx.actor.user_id:
        raise NotAllowed(N_("Anh/chị chỉ hoàn tác được cập nhật của chính mình."))
    if ctx.now - last.created_at > UNDO:
        raise Invalid(N_("Đã quá 10 phút; hãy ghi một cập nhật mới để đính chính."), field="undo")
    current = last_round(ctx.session, row.id)
    if current is not None and current.submitted_at == last.created_at:
        if current.decision is not None:
            raise Invalid(N_("Cơ quan thường trực đã xử lý báo cáo này nên không hoàn tác được."), field="undo")
        withdraw(ctx, assignment_id)
    last.undone_at = ctx.now
    before = notes[-2] if len(notes) > 1 else None
    row.percent = next((one.percent for one in reversed(notes[:-1]) if one.percent is not None), 0)
    row.last_update_at = before.created_at if before else None
    for one in row.coordination:
        if one.unit_id == last.unit_id and one.contributed_on == ctx.today:
            one.state = CoordinationState.ASKED if one.asked_at else CoordinationState.NAMED
            one.contributed_on = None
    record(ctx, "undo", "assignment", row.id, data={"update": last.id, "text": last.text})
    return row


def undoable(ctx: Context, last: Any | None) -> bool:
    """Whether the newest note is this person's and young enough to be taken back."""
    return last is not None and last.author_id == ctx.actor.user_id and ctx.now - last.created_at <= UNDO


def _write(
    ctx: Context, row: Assignment, signal: Signal, text: str, percent: int | None, *, unit_id: int | None = None
) -> Update:
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid(N_("Tỷ lệ hoàn thành là số từ 0 đến 100."), field="percent")
    if percent is not None:
        row.percent = percent
    row.last_update_at = ctx.now
    written = Update(
        assignment=row,
        author_id=ctx.actor.user_id,
        signal=signal,
        text=text.strip(),
        percent=percent,
        created_at=ctx.now,
        unit_id=unit_id,
    )
    ctx.session.add(written)
    ctx.session.flush()
    verb = "note" if signal == Signal.NOTE else "update"
    record(ctx, verb, "assignment", row.id, data={"signal": signal, "update": written.id})
    return written
