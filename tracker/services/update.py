"""Progress notes: from the lead, from coordinating units, and taking one's own last one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tracker.models.assignment import Assignment, Signal, Update
from tracker.models.coordination import CoordinationState
from tracker.rules.calendar import local_date
from tracker.rules.errors import DomainError, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.files import Upload
from tracker.rules.permissions import Permission, demand, may
from tracker.rules.words import N_, SIGNALS
from tracker.rules.workflow import CLOSED, Action, State, move
from tracker.services.access import change, inner_verb, scope_of
from tracker.services.assignment import accept, submit, withdraw
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.evidence import attach
from tracker.services.notice import lead_people, notify, short_of
from tracker.store.assignment import given_since, is_blocked, last_round, updates_of

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
        with inner_verb(ctx):
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
    """Each on its own: assignment → what is wrong with its line. Whoever wants all or none rolls back then."""
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
    if row.state in (*CLOSED, State.DRAFT):
        raise IllegalMove(N_("Nhiệm vụ này đã đóng hoặc chưa giao nên không ghi ý kiến phối hợp được."), field="text")
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung."), field="text")
    mine = [one for one in row.coordination if one.unit_id in ctx.actor.units]
    asked = next((one for one in mine if one.state is CoordinationState.ASKED), mine[0])
    written = _write(ctx, row, Signal.NOTE, text, None, unit_id=asked.unit_id)
    if asked.state is not CoordinationState.NOT_NEEDED:
        asked.state, asked.contributed_on = CoordinationState.CONTRIBUTED, ctx.today
    cause, by_unit = f"update{written.id}", short_of(asked.unit)
    notify(ctx, "contributed", row, lead_people(ctx, row), reason=text, cause=cause, by_unit=by_unit)
    return written


def undo(ctx: Context, assignment_id: int, update_id: int) -> Assignment:
    """Take back one's own last note within ten minutes, and the submission that came with it while it is undecided.

    The note stays in the table and in the audit. A submission without its note is taken back by `withdraw`. What the
    work has left behind since (confirmed, given to another unit, submitted by somebody else) is not touched.
    """
    row = change(ctx, assignment_id, Permission.VIEW, None)
    notes = [one for one in updates_of(ctx.session, row.id) if one.undone_at is None]
    last = notes[-1] if notes else None
    if last is None or last.id != update_id:
        raise NotFound(N_("Chỉ hoàn tác được cập nhật mới nhất của nhiệm vụ."))
    current = last_round(ctx.session, row.id)
    refused = _refused(ctx, row, last, current)
    if refused is not None:
        raise refused
    if _came_with(last, current):
        with inner_verb(ctx):
            withdraw(ctx, assignment_id)
        row.percent = _percent_before(notes)
        row.blocked = _blocked_before(ctx, row, notes)
    elif last.signal is Signal.NOTE:
        _take_contribution_back(row, last, notes[:-1])
    else:
        if last.percent is not None:
            row.percent = _percent_before(notes)
        row.blocked = _blocked_before(ctx, row, notes)
    last.undone_at = ctx.now
    row.last_update_at = notes[-2].created_at if len(notes) > 1 else None
    record(ctx, "undo", "assignment", row.id, data={"update": last.id, "text": last.text})
    return row


def _percent_before(notes: Sequence[Update]) -> int:
    return next((one.percent for one in reversed(notes[:-1]) if one.percent is not None), 0)


def _blocked_before(ctx: Context, row: Assignment, notes: Sequence[Update]) -> bool:
    return is_blocked(ctx.session, row.id, notes[:-1])


def _take_contribution_back(row: Assignment, last: Update, earlier: Sequence[Update]) -> None:
    """What the unit said before still is its contribution; without any it is where it was asked."""
    before = next((one for one in reversed(earlier) if one.unit_id == last.unit_id), None)
    for one in row.coordination:
        if one.unit_id != last.unit_id or one.state is not CoordinationState.CONTRIBUTED:
            continue
        if before is not None and (one.asked_at is None or before.created_at >= one.asked_at):
            one.contributed_on = local_date(before.created_at)
        else:
            one.state = CoordinationState.ASKED if one.asked_at else CoordinationState.NAMED
            one.contributed_on = None


def undoable(ctx: Context, row: Any, last: Any | None) -> bool:
    """Whether `undo` would take this newest note back. `row`: of `store.dossier`, with its rounds."""
    current = row.rounds[-1] if row.rounds else None
    return last is not None and _refused(ctx, row, last, current) is None


def _came_with(last: Any, current: Any | None) -> bool:
    """Whether the note is that of the newest submission."""
    return current is not None and current.submitted_at == last.created_at


def _refused(ctx: Context, row: Any, last: Any, current: Any | None) -> DomainError | None:
    """Why the newest note cannot be taken back; `current` is the newest round."""
    if last.author_id != ctx.actor.user_id:
        return NotAllowed(N_("Anh/chị chỉ hoàn tác được cập nhật của chính mình."))
    if ctx.now - last.created_at > UNDO:
        return Invalid(N_("Đã quá 10 phút; hãy ghi một cập nhật mới để đính chính."), field="undo")
    if _came_with(last, current):
        if current is not None and current.decision is not None:
            return Invalid(N_("Cơ quan thường trực đã xử lý báo cáo này nên không hoàn tác được."), field="undo")
    elif last.signal == Signal.NOTE:
        if row.state in CLOSED:
            return Invalid(N_("Nhiệm vụ đã đóng nên không hoàn tác được."), field="undo")
    # Another unit leads since, or the office holds or has closed it: the note is part of what they acted on.
    elif row.state != State.IN_PROGRESS or last.created_at < given_since(ctx.session, row.id):
        return Invalid(N_("Nhiệm vụ đã chuyển bước khác nên không hoàn tác được."), field="undo")
    return None


def _write(
    ctx: Context, row: Assignment, signal: Signal, text: str, percent: int | None, *, unit_id: int | None = None
) -> Update:
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid(N_("Tỷ lệ hoàn thành là số từ 0 đến 100."), field="percent")
    if percent is not None:
        row.percent = percent
    row.last_update_at = ctx.now
    if signal is not Signal.NOTE:
        row.blocked = signal is Signal.BLOCKED
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
