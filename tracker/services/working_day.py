"""Changing the table of working days: first what it would do to deadlines, then doing it, never silently."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.extension import last_day_to_ask
from tracker.rules.ladder import LadderKind, step_date
from tracker.rules.permissions import NOWHERE, Permission, demand
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT
from tracker.rules.working_days import Changes, Entry, after, calendar_from, shifted
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store import working_day as store
from tracker.store.ladder import ladders as ladders_of


class Deadlines(StrEnum):
    """What becomes of the deadlines whose day changes."""

    MOVE = "move"
    KEEP = "keep"


@dataclass(frozen=True)
class Changed:
    """A day of the change; a side is None where the table says nothing of the day."""

    day: date
    before: Entry | None
    after: Entry | None
    works_before: bool
    works_after: bool


@dataclass(frozen=True)
class Move:
    """An open assignment whose deadline goes from one day to another; `held`: it stays, the new day has passed."""

    assignment_id: int
    version: int
    title: str
    unit: str
    nominal: date
    before: date
    after: date
    held: bool = False

    @property
    def pair(self) -> tuple[date, date]:
        return self.before, self.after


@dataclass(frozen=True)
class Recount:
    """Assignments of one programme and deadline that stays, of which reminders fall on other days."""

    programme: str
    due_on: date
    assignments: tuple[tuple[int, str], ...]
    # (working days against the deadline, the day before, the day after), of steps that are still to come.
    steps: tuple[tuple[int, date, date], ...]
    # The last day on which a unit may ask for more time.
    last_day_to_ask: tuple[date, date] | None


@dataclass(frozen=True)
class Asked:
    """A waiting extension request: the deadline that would follow, if it is granted."""

    request_id: int
    title: str
    unit: str
    asked: date
    before: date
    after: date


@dataclass(frozen=True)
class Plan:
    changed: tuple[Changed, ...]
    moves: tuple[Move, ...]
    recounts: tuple[Recount, ...]
    asked: tuple[Asked, ...]
    # Says all of the above and the whole table: another one means that what was shown is no longer true.
    fingerprint: str
    today: date

    @property
    def moving(self) -> list[Move]:
        return [one for one in self.moves if not one.held]

    @property
    def held(self) -> list[Move]:
        return [one for one in self.moves if one.held]

    @property
    def touches_the_past(self) -> bool:
        return any(one.day < self.today and one.works_before is not one.works_after for one in self.changed)


def preview(ctx: Context, changes: Changes) -> Plan:
    """Reads only."""
    demand(ctx.actor, Permission.SET_WORKING_DAYS, NOWHERE)
    table = store.overrides(ctx.session)
    wanted = {day: entry for day, entry in changes.items() if table.get(day) != entry}
    if not wanted:
        raise Invalid(N_("Danh sách này không làm thay đổi lịch đang có."), field="lines")
    old, new = calendar_from(table), calendar_from(after(table, wanted))
    changed = tuple(
        Changed(day, table.get(day), wanted[day], old.is_working(day), new.is_working(day)) for day in sorted(wanted)
    )
    rows = store.dated(ctx.session)
    moves = _moves(ctx, rows, old, new)
    recounts = _recounts(ctx, rows, {one.assignment_id for one in moves if not one.held}, old, new)
    asked = _asked(ctx, old, new)
    told = repr((sorted(table.items()), changed, moves, recounts, asked, ctx.today))
    return Plan(changed, moves, recounts, asked, sha256(told.encode()).hexdigest(), ctx.today)


def apply(ctx: Context, changes: Changes, *, fingerprint: str, deadlines: str) -> Plan:
    """The change that a preview showed. Raises Conflict when the preview no longer tells the truth."""
    demand(ctx.actor, Permission.SET_WORKING_DAYS, NOWHERE)
    store.lock(ctx.session)
    plan = preview(ctx, changes)
    rows = {row.id: row for row in store.locked(ctx.session, [one.assignment_id for one in plan.moving])}
    seen = {one.assignment_id: one.version for one in plan.moving}
    if plan.fingerprint != fingerprint or {id_: row.version for id_, row in rows.items()} != seen:
        raise Conflict(N_("Lịch hoặc nhiệm vụ vừa thay đổi sau khi anh/chị xem trước; hãy xem lại rồi xác nhận."))
    if plan.moving and deadlines not in set(Deadlines):
        raise Invalid(N_("Hãy chọn chuyển hạn theo lịch mới hay giữ nguyên hạn đã giao."), field="deadlines")
    for one in plan.changed:
        store.set_entry(ctx.session, one.day, one.after)
    # No event would be another's to tell: the day as a number is what this one is about.
    data = {
        "days": [_told(one) for one in plan.changed],
        "deadlines": deadlines if plan.moving else "",
        "assignments": [one.assignment_id for one in plan.moving],
        "held": [one.assignment_id for one in plan.held],
    }
    record(ctx, "set_working_days", "working_day", int(f"{plan.changed[0].day:%Y%m%d}"), data=data)
    why = "; ".join(_sentence(one) for one in plan.changed if one.works_before is not one.works_after)
    for move in plan.moving:
        event = {"reason": why, "due_before": move.before.isoformat(), "due_on": move.after.isoformat()}
        if deadlines == Deadlines.MOVE:
            row = rows[move.assignment_id]
            row.due_on, row.changed_on = move.after, ctx.today
            record(ctx, "move_deadline", "assignment", row.id, data=event)
        else:
            kept = {"reason": why, "would_be": move.after.isoformat()}
            record(ctx, "keep_deadline", "assignment", move.assignment_id, data=kept)
    ctx.session.flush()
    ctx.know(calendar=calendar_from(store.overrides(ctx.session)), offices=ctx.offices)
    return plan


def _moves(ctx: Context, rows: list[store.Dated], old: WorkingCalendar, new: WorkingCalendar) -> tuple[Move, ...]:
    programmes = store.programmes(ctx.session)
    goes: dict[int, date] = {}
    found = []
    for row in rows:
        # A whole that is closed keeps its deadline; an open one came before its parts.
        whole = None
        if row.whole_id is not None and row.whole_due_on is not None:
            whole = (row.whole_due_on, goes.get(row.whole_id, row.whole_due_on))
        one = shifted(
            row.nominal_due_on, row.due_on, shift=programmes[row.programme_id].shift_days_off,
            before=old, after=new, today=ctx.today, whole=whole,
        )  # fmt: skip
        goes[row.id] = one.due_on
        if one.held or one.due_on != row.due_on:
            to, held = one.held or one.due_on, one.held is not None
            found.append(Move(row.id, row.version, row.text, row.unit, row.nominal_due_on, row.due_on, to, held))
    return tuple(found)


def _recounts(
    ctx: Context, rows: list[store.Dated], moving: set[int], old: WorkingCalendar, new: WorkingCalendar
) -> tuple[Recount, ...]:
    groups: dict[tuple[int, date], list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        if row.state in WITH_UNIT and row.id not in moving:
            groups[row.programme_id, row.due_on].append((row.id, row.text))
    programmes = store.programmes(ctx.session)
    # That of every assignment speaks for all: the kinds with a ladder of their own are few.
    ladders = {id_: ladders_of(ctx.session, id_)[LadderKind.EVERY].steps for id_ in {id_ for id_, _due in groups}}
    found = []
    for (programme_id, due_on), assignments in sorted(groups.items()):
        programme = programmes[programme_id]
        pairs = [
            (step.offset, step_date(due_on, step.offset, old), step_date(due_on, step.offset, new))
            for step in ladders[programme_id]
        ]
        days = programme.extension_days
        ask = last_day_to_ask(due_on, days, old), last_day_to_ask(due_on, days, new)
        steps = tuple(pair for pair in pairs if pair[1] != pair[2] and max(pair[1:]) >= ctx.today)
        last = ask if ask[0] != ask[1] and max(ask) >= ctx.today else None
        if steps or last:
            found.append(Recount(programme.title, due_on, tuple(sorted(assignments)), steps, last))
    return tuple(found)


def _asked(ctx: Context, old: WorkingCalendar, new: WorkingCalendar) -> tuple[Asked, ...]:
    """Explanations and contributions are due on the day that was written, whatever day it is."""
    programmes = store.programmes(ctx.session)
    found = []
    for request, title, unit, programme_id in store.waiting_requests(ctx.session):
        day = request.decided_due_on or request.asked_due_on
        shift = programmes[programme_id].shift_days_off
        pair = effective_due(day, old, shift), effective_due(day, new, shift)
        if pair[0] != pair[1]:
            found.append(Asked(request.id, title, unit, day, *pair))
    return tuple(found)


def _told(one: Changed) -> dict[str, object]:
    sides = {"before": one.before, "after": one.after}
    return {
        "day": one.day.isoformat(),
        **{name: {"is_working": side.is_working, "note": side.note} if side else None for name, side in sides.items()},
    }


def _sentence(one: Changed) -> str:
    """For the history of an assignment, in the language of the office like every reason there."""
    note = (one.after or one.before or Entry(one.day, False, "")).note
    return f"{one.day:%d/%m/%Y} {'làm việc' if one.works_after else 'nghỉ'} ({note})"
