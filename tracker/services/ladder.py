"""The ladders of a programme: what one will send, what it would have sent, and saving a new version."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from tracker.models.assignment import Assignment
from tracker.models.escalation import LadderVersion
from tracker.models.programme import Programme
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.ladder import LadderKind, LadderRole, Step, kind_of, step_at, step_date
from tracker.rules.ladder_text import format_ladder, parse_ladder
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.simulation import Reminder, Subject, day_by_day, past, reminders
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT, State
from tracker.services.access import UNSAID, too_old, view
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store import ladder as store
from tracker.store.escalation import recorded

DAYS = (30, 90)
LONGEST_NOTE = 500
# Told of nothing while it is not the unit's turn; until when it was, the row itself says.
HANDED_IN = frozenset({State.SUBMITTED, State.COMPLETED})
ONCE_OPEN = frozenset(State) - {State.DRAFT}


@dataclass(frozen=True)
class Told:
    """One assignment in a group; `row` as the store gives it."""

    row: Any
    offset: int


@dataclass(frozen=True)
class Group:
    """What one role hears on one day."""

    on: date
    role: LadderRole
    told: list[Told]

    @property
    def units(self) -> int:
        return len({one.row.lead_unit_id for one in self.told})


@dataclass(frozen=True)
class Plan:
    """`last` is the last day of the window."""

    first: date
    last: date
    groups: list[Group]

    @property
    def by_day(self) -> dict[date, int]:
        """How many assignments somebody hears of on a day."""
        found: dict[date, set[int]] = defaultdict(set)
        for group in self.groups:
            found[group.on].update(one.row.id for one in group.told)
        return {day: len(ids) for day, ids in found.items()}


@dataclass(frozen=True)
class PastMonth:
    first: date
    by_role: dict[LadderRole, int]


@dataclass(frozen=True)
class Past:
    """Since 1 January: what this text would have sent, by month; beside it what is in force, and what was sent."""

    since: date
    months: list[PastMonth]
    edited: dict[LadderRole, int]
    in_force: dict[LadderRole, int]
    sent: dict[LadderRole, int]


@dataclass(frozen=True)
class Preview:
    """`steps` is empty where the kind is to take the ladder of every assignment; `version` is the newest saved."""

    steps: tuple[Step, ...]
    version: int
    affected: int
    plan: Plan
    past: Past


@dataclass(frozen=True)
class Coming:
    """One reminder of one assignment, with the line of the ladder that it comes from."""

    on: date
    offset: int
    role: LadderRole
    step: Step


def plan(ctx: Context, programme_id: int, days: int) -> Plan:
    """Who gets what in the next days if nothing changes."""
    _programme(ctx, programme_id, Permission.MONITOR)
    current = store.ladders(ctx.session, programme_id)
    return _plan(ctx, _open(ctx, programme_id), {kind: one.steps for kind, one in current.items()}, days)


def preview(ctx: Context, programme_id: int, kind: LadderKind, text: str, days: int = DAYS[0]) -> Preview:
    """Of the assignments that would climb the ladder described by `text`. Changes nothing."""
    _programme(ctx, programme_id, Permission.SET_PROGRAMME)
    steps = _read(kind, text)
    current = store.ladders(ctx.session, programme_id)
    kinds = {one for one in LadderKind if kind in (one, current[one].kind)}
    ladder = steps or current[LadderKind.EVERY].steps
    version = _last_number(ctx, programme_id, kind)
    rows = [row for row in _open(ctx, programme_id) if store.kind_of_row(row) in kinds]
    return Preview(
        steps,
        version,
        len(rows),
        _plan(ctx, rows, dict.fromkeys(kinds, ladder), days),
        _past(ctx, programme_id, ladder, current, kinds),
    )


def save(
    ctx: Context, programme_id: int, kind: LadderKind, text: str, *, version: int, seen: str, note: str = ""
) -> LadderVersion:
    """A new version, from a preview of exactly this text; what was sent, and older versions, stay as they were."""
    _programme(ctx, programme_id, Permission.SET_PROGRAMME, lock=True)
    steps = _read(kind, text)
    last = _last_number(ctx, programme_id, kind)
    if version == UNSAID:
        raise too_old()
    if version != last:
        raise Conflict(N_("Người khác vừa lưu bảng đôn đốc này sau khi anh/chị mở trang."))
    if seen != fingerprint(kind, steps, last):
        raise Invalid(N_("Nội dung đã khác với bản xem trước; hãy xem trước lại rồi lưu."), field="ladder")
    if len(note) > LONGEST_NOTE:
        raise Invalid(N_("Ghi chú dài tối đa %(most)s chữ cái."), field="note", most=LONGEST_NOTE)
    before = store.versions(ctx.session, programme_id, kind)
    if steps == (store.steps_of(before[0]) if before else ()):
        raise Invalid(N_("Chưa có gì khác với phiên bản đang dùng."), field="ladder")
    row = LadderVersion(
        programme_id=programme_id,
        kind=kind,
        number=last + 1,
        note=note.strip(),
        made_at=ctx.now,
        made_by_id=ctx.actor.user_id,
        steps=store.step_rows(steps),
    )
    ctx.session.add(row)
    record(
        ctx, "set_ladder", "programme", programme_id, data={"kind": str(kind), "version": row.number, "note": row.note}
    )
    ctx.session.flush()
    return row


def of_assignment(ctx: Context, assignment_id: int) -> tuple[Assignment, list[Coming], LadderKind]:
    """The assignment, what is to come up to the end of its ladder if nothing changes, and whose ladder that is."""
    row = view(ctx, assignment_id)
    ladder = store.ladders(ctx.session, row.programme_id)[kind_of(starred=row.starred, is_request=row.is_request)]
    if row.due_on is None or row.state not in WITH_UNIT or not ladder.steps:
        return row, [], ladder.kind
    told = recorded(ctx.session, [row.id])[row.id]
    last = step_date(row.due_on, max(step.last for step in ladder.steps), ctx.calendar)
    last = max(last, ctx.calendar.next_working(ctx.today))
    found = day_by_day(ladder.steps, Subject(row.id, row.due_on, frozenset(told)), ctx.today, last, ctx.calendar)
    coming = [Coming(one.on, one.offset, one.role, step_at(ladder.steps, one.offset, one.role)) for one in found]
    return row, coming, ladder.kind


def fingerprint(kind: LadderKind, steps: tuple[Step, ...], version: int) -> str:
    """What a preview hands to the form that saves it."""
    return sha256(f"{kind}:{version}:{format_ladder(steps)}".encode()).hexdigest()


def _programme(ctx: Context, programme_id: int, permission: Permission, *, lock: bool = False) -> Programme:
    row = ctx.session.get(Programme, programme_id, with_for_update=lock or None)
    if row is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    scope = Scope(
        standing_unit_ids=ctx.offices.get(row.id, frozenset()),
        issuer_unit_id=row.issuer_unit_id,
    )
    demand(ctx.actor, permission, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, permission, scope)
    return row


def _read(kind: LadderKind, text: str) -> tuple[Step, ...]:
    """Nothing at all means, for a kind of its own, that it takes the ladder of every assignment."""
    return () if kind != LadderKind.EVERY and not text.strip() else parse_ladder(text)


def _last_number(ctx: Context, programme_id: int, kind: LadderKind) -> int:
    """0 where the kind never had a ladder of its own."""
    return max((one.number for one in store.versions(ctx.session, programme_id, kind)), default=0)


def _open(ctx: Context, programme_id: int) -> list[Any]:
    return store.rows_to_simulate(ctx.session, programme_id, WITH_UNIT, ctx.today)


def _plan(ctx: Context, rows: list[Any], of_kind: dict[LadderKind, tuple[Step, ...]], days: int) -> Plan:
    last = ctx.today + timedelta(days=days - 1)
    told = recorded(ctx.session, [row.id for row in rows])
    subjects: dict[LadderKind, list[Subject]] = defaultdict(list)
    for row in rows:
        fired = frozenset(told.get(row.id, ()))
        subjects[store.kind_of_row(row)].append(Subject(row.id, row.due_on, fired))
    found = [
        one
        for kind, steps in of_kind.items()
        for one in reminders(steps, subjects[kind], ctx.today, last, ctx.calendar)
    ]
    return Plan(ctx.today, last, _groups(found, {row.id: row for row in rows}))


def _groups(found: Iterable[Reminder], rows: dict[int, Any]) -> list[Group]:
    groups: dict[tuple[date, LadderRole], list[Told]] = defaultdict(list)
    for one in found:
        groups[one.on, one.role].append(Told(rows[one.subject_id], one.offset))
    rank = list(LadderRole).index
    return [Group(on, role, groups[on, role]) for on, role in sorted(groups, key=lambda at: (at[0], rank(at[1])))]


def _past(
    ctx: Context,
    programme_id: int,
    edited: tuple[Step, ...],
    current: dict[LadderKind, store.Current],
    kinds: Collection[LadderKind],
) -> Past:
    """Roughly: by first and present deadlines and the days of handing in, as if all had been assigned before."""
    since, yesterday = ctx.today.replace(month=1, day=1), ctx.today - timedelta(days=1)
    subjects: dict[LadderKind, list[Subject]] = defaultdict(list)
    for row in store.rows_to_simulate(ctx.session, programme_id, ONCE_OPEN, since):
        until = None if row.state in WITH_UNIT else row.submitted_on if row.state in HANDED_IN else row.changed_on
        subjects[store.kind_of_row(row)] += past(
            row.id, original_due_on=row.original_due_on, due_on=row.due_on, until=until
        )
    months: dict[date, dict[LadderRole, int]] = defaultdict(lambda: defaultdict(int))
    in_force: dict[LadderRole, int] = defaultdict(int)
    for kind in kinds:
        for one in reminders(edited, subjects[kind], since, yesterday, ctx.calendar):
            months[one.on.replace(day=1)][one.role] += 1
        for one in reminders(current[kind].steps, subjects[kind], since, yesterday, ctx.calendar):
            in_force[one.role] += 1
    sent: dict[LadderRole, int] = defaultdict(int)
    for kind, role, n in store.sent_since(
        ctx.session, programme_id, datetime.combine(since, datetime.min.time(), LOCAL)
    ):
        sent[role] += n if kind in kinds else 0
    total = {role: sum(month.get(role, 0) for month in months.values()) for role in LadderRole}
    return Past(since, [PastMonth(day, dict(months[day])) for day in sorted(months)], total, dict(in_force), dict(sent))
