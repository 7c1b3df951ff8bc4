"""The sweep: fire every step that is due at or before now and not yet recorded, and every promise whose day is over,
with its mail, in one transaction."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from json import dumps
from typing import Any

from sqlalchemy import text

from tracker.mail.render import Rendered, digest
from tracker.models.programme import Programme
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.ladder import (
    OF_UNIT,
    Ladder,
    LadderKind,
    LadderRole,
    due_steps,
    next_step_date,
    step_at,
)
from tracker.rules.notification import Topic, is_own_reminder
from tracker.rules.promise import is_broken, told_of_broken
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.services.mail_link import invitation
from tracker.services.notice import item_of
from tracker.services.outbox import enqueue_many
from tracker.services.told import People, digest_key
from tracker.store.escalation import Due, look_next, programmes_to_sweep, recorded, to_look_at
from tracker.store.ladder import Current, kind_of_row, ladders
from tracker.store.promise import break_all, note_told, over

# Two sweeps at once would make two digests for one person; the second waits and then finds nothing to do.
LOCK = 6_210_712
# Digests made and written at once: bounds the memory of a sweep after an outage.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Fired:
    """`role` is the ladder's; `told_as` that of who gets it, when nobody of the role can be reached."""

    assignment: Due
    programme_id: int
    step_offset: int
    role: LadderRole
    told_as: LadderRole
    version_id: int | None
    wording: str
    # A promise whose day is over, instead of a step of the ladder.
    promise: Any = None


@dataclass
class Swept:
    """What a sweep did; `unreachable` counts steps that reached nobody at all."""

    escalations: int = 0
    mails: int = 0
    unreachable: int = 0
    broken: int = 0
    _by_person: dict[int, tuple[User, list[Fired]]] = field(default_factory=dict)
    # Whom no mail reaches: what is told of their role to others is shown to them.
    _unmailed: dict[int, tuple[User, list[Fired]]] = field(default_factory=dict)

    def add(self, person: User, fired: Fired) -> None:
        self._by_person.setdefault(person.id, (person, []))[1].append(fired)

    def show(self, person: User, fired: Fired) -> None:
        self._unmailed.setdefault(person.id, (person, []))[1].append(fired)

    def shown(self) -> list[tuple[User, list[Fired]]]:
        return list(self._unmailed.values())

    def digests(self) -> list[tuple[User, list[Fired]]]:
        return list(self._by_person.values())


def sweep(ctx: Context) -> Swept:
    """Quiet on days off: what is due then goes out on the next working day. Running it twice changes nothing."""
    ctx.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    swept = Swept()
    if not ctx.calendar.is_working(ctx.today):
        return swept
    nobody: list[Fired] = []
    for programme in programmes_to_sweep(ctx.session, ctx.now.astimezone(LOCAL).hour):
        _sweep_programme(ctx, programme, swept, nobody)
    told = _who_is_told(swept)
    for batch in _batches(swept.digests()):
        mails = enqueue_many(
            ctx,
            "digest",
            [
                (
                    digest_key(ctx.today, person),
                    person,
                    _digest(ctx, person, fired, told),
                    {one.programme_id for one in fired},
                )
                for person, fired in batch
            ],
        )
        swept.mails += len(mails)
        _record(ctx, swept, [(one, person.id, mails.get(person.id)) for person, fired in batch for one in fired])
    _show(ctx, swept, told)
    swept.unreachable = len(nobody)
    _record(ctx, swept, [(one, None, None) for one in nobody])
    return swept


def _sweep_programme(ctx: Context, programme: Programme, swept: Swept, nobody: list[Fired]) -> None:
    rows = to_look_at(ctx.session, programme.id, ctx.today)
    promises = over(ctx.session, programme.id, ctx.today)
    if not rows and not promises:
        return
    people = People(ctx, programme, [*rows, *promises])
    if rows:
        _fire_steps(ctx, programme, rows, people, swept, nobody)
    _break_promises(ctx, programme, promises, people, swept, nobody)


def _fire_steps(
    ctx: Context, programme: Programme, rows: Sequence[Due], people: People, swept: Swept, nobody: list[Fired]
) -> None:
    of_kind = ladders(ctx.session, programme.id)
    done = recorded(ctx.session, [row.id for row in rows])
    upcoming = _Upcoming(ctx, of_kind)
    days: dict[int, date | None] = {}
    for row in rows:
        ladder = of_kind[kind_of_row(row)]
        put_off = False
        for offset, role in due_steps(ladder.steps, row.due_on, ctx.today, ctx.calendar, done[row.id]):
            told_as, recipients = people.reached(row, role)
            wording = step_at(ladder.steps, offset, role).wording
            fired = Fired(row, programme.id, offset, role, told_as, ladder.version_id, wording)
            if any(people.has_digest_today(person) for person in recipients):
                put_off = True  # one digest a day: this step waits for tomorrow's
                continue
            for person in recipients:
                swept.add(person, fired)
            for person in people.unmailed(row, role):
                swept.show(person, replace(fired, told_as=role))
            if not recipients:
                nobody.append(fired)
        days[row.id] = ctx.today + timedelta(days=1) if put_off else upcoming.after_today(ladder.kind, row.due_on)
    look_next(ctx.session, days)


def _break_promises(
    ctx: Context, programme: Programme, promises: Sequence[Any], people: People, swept: Swept, nobody: list[Fired]
) -> None:
    """Each is told once, to the next role up from whoever promised; whoever has today's digest hears tomorrow."""
    broken: list[int] = []
    for row in promises:
        if not is_broken(row.promised_on, State(row.state), ctx.today):
            continue
        role = told_of_broken(by_head=people.signs(row, row.person_id))
        told_as, recipients = people.reached(row, role, but=row.person_id)
        if any(people.has_digest_today(person) for person in recipients):
            continue
        fired = Fired(row, programme.id, 0, role, told_as, None, "", row)
        for person in recipients:
            swept.add(person, fired)
        for person in people.unmailed(row, role, but=row.person_id):
            swept.show(person, replace(fired, told_as=role))
        if not recipients:
            nobody.append(fired)
        broken.append(row.promise_id)
    break_all(ctx.session, broken, ctx.now)
    swept.broken += len(broken)


class _Upcoming:
    """The next step's day, found once for all assignments of a kind that are due on the same day."""

    def __init__(self, ctx: Context, of_kind: Mapping[LadderKind, Current]) -> None:
        self._ctx = ctx
        self._steps: dict[LadderKind, Ladder] = {one.kind: one.steps for one in of_kind.values()}
        self._found: dict[tuple[LadderKind, date], date | None] = {}

    def after_today(self, kind: LadderKind, due_on: date) -> date | None:
        key = (kind, due_on)
        if key not in self._found:
            self._found[key] = next_step_date(self._steps[kind], due_on, self._ctx.today, self._ctx.calendar)
        return self._found[key]


def _digest(ctx: Context, person: User, fired: Sequence[Fired], told: Mapping[int, set[str]]) -> Rendered:
    # One line for each assignment, in the highest role and step that the person has in it; a promise has its own.
    lines = {
        (one.assignment.id, one.promise is not None): one for one in sorted(fired, key=lambda one: one.step_offset)
    }
    items = [
        item_of(
            ctx,
            one.assignment,
            one.assignment.clause_ref,
            one.assignment.unit_name,
            one.told_as,
            tuple(sorted(told[one.assignment.id] - {person.name})),
            one.wording,
            instead=one.role in OF_UNIT and one.told_as not in OF_UNIT,
            invited=invitation(ctx, one.assignment, one.told_as),
            promised_on=one.promise.promised_on if one.promise is not None else None,
        )
        for one in lines.values()
    ]
    mail = digest(
        items, to_name=person.name, today=ctx.today, base_url=ctx.base_url, locale=person.locale, sample=ctx.sample
    )
    own = all(
        is_own_reminder(one.role, one.told_as, one.assignment.due_on, ctx.today, promised=one.promise is not None)
        for one in fired
    )
    return replace(mail, topic=Topic.REMINDER if own else None)


def _show(ctx: Context, swept: Swept, told: Mapping[int, set[str]]) -> None:
    """In the product, to people whom no mail reaches. It proves nothing: the steps are told to others, or to nobody."""
    mails = []
    for person, fired in swept.shown():
        first = fired[0]
        key = f"shown:{person.id}:{ctx.today.isoformat()}:{first.assignment.id}:{first.step_offset}:{first.role}"
        mails.append((key, person, _digest(ctx, person, fired, told), {one.programme_id for one in fired}))
    enqueue_many(ctx, "digest", mails, shown_only=True)


def _batches(digests: Sequence[tuple[User, list[Fired]]]) -> Iterator[list[tuple[User, list[Fired]]]]:
    left = iter(digests)
    while batch := list(islice(left, BATCH)):
        yield batch


def _who_is_told(swept: Swept) -> dict[int, set[str]]:
    told: dict[int, set[str]] = defaultdict(set)
    for person, fired in swept.digests():
        for one in fired:
            told[one.assignment.id].add(person.name)
    return told


_FIRED = text("""
    INSERT INTO escalations
        (fired_at, assignment_id, due_on, step_offset, role, recipient_id, outbox_id, ladder_version_id,
        lead_unit_id)
    SELECT :now, * FROM json_to_recordset(CAST(:fired AS json)) AS fired (
        assignment_id integer, due_on date, step_offset integer, role text, recipient_id integer, outbox_id integer,
        ladder_version_id integer, lead_unit_id integer
    )
""")


def _record(ctx: Context, swept: Swept, fired: Sequence[tuple[Fired, int | None, int | None]]) -> None:
    """(step or promise, person, mail) in one insert each."""
    steps = [one for one in fired if one[0].promise is None]
    told = [
        {
            "promise_id": one.promise.promise_id,
            "role": str(one.told_as),
            "recipient_id": person_id,
            "outbox_id": mail_id,
        }
        for one, person_id, mail_id in fired
        if one.promise is not None
    ]
    note_told(ctx.session, told, ctx.now)
    swept.escalations += len(steps)
    rows = [
        {
            "assignment_id": one.assignment.id,
            "due_on": one.assignment.due_on.isoformat(),
            "step_offset": one.step_offset,
            "role": str(one.role),
            "recipient_id": person_id,
            "outbox_id": mail_id,
            "ladder_version_id": one.version_id,
            "lead_unit_id": one.assignment.lead_unit_id,
        }
        for one, person_id, mail_id in steps
    ]
    if rows:
        ctx.session.execute(_FIRED, {"now": ctx.now, "fired": dumps(rows)})
