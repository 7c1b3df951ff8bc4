"""The sweep: fire every step that is due at or before now and not yet recorded, and every promise whose day is over,
with its mail, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import text

from tracker.mail.template import Rendered
from tracker.models.programme import Programme
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.ladder import Ladder, LadderKind, LadderRole, due_steps, next_step_date, step_at
from tracker.rules.promise import is_broken, told_of_broken
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.services.digest import Names, digest_key, digests_of
from tracker.services.fired import Fired, record_fired
from tracker.services.ladder_people import People
from tracker.services.leader_mail import divide, leader_key, leader_mails_of
from tracker.services.outbox import enqueue_many
from tracker.store.escalation import Due, look_next, programmes_to_sweep, recorded, to_look_at
from tracker.store.ladder import Current, kind_of_row, ladders
from tracker.store.promise import break_all, over

# Two sweeps at once would make two digests for one person; the second waits and then finds nothing to do.
LOCK = 6_210_712
# Mails made and written at once: bounds the memory of a sweep after an outage.
BATCH = 500
# Who, about what; and the letter.
Addressed = tuple[tuple[User, list[Fired]], Rendered]
# As people are named in a letter.
_FROM_THE_TOP = (
    LadderRole.LEADER,
    LadderRole.DEPUTY_LEADER,
    LadderRole.STANDING_OFFICE,
    LadderRole.HEAD,
    LadderRole.OWNER,
)


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

    def people(self) -> list[tuple[User, list[Fired]]]:
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
    _tell(ctx, swept, told)
    _show(ctx, swept, told)
    swept.unreachable = len(nobody)
    swept.escalations += record_fired(ctx, [(one, None, None) for one in nobody])
    return swept


def _tell(ctx: Context, swept: Swept, told: Names) -> None:
    divided = [(person, *divide(fired)) for person, fired in swept.people()]
    raised = [(person, fired) for person, _digest, fired in divided if fired]
    if raised:
        _put(ctx, "leader", leader_key, raised, leader_mails_of(ctx, raised, told), swept)
    digests = [(person, fired) for person, fired, _raised in divided if fired]
    if digests:
        _put(ctx, "digest", digest_key, digests, digests_of(ctx, digests, told), swept)


def _put(
    ctx: Context,
    kind: str,
    key: Callable[[date, User], str],
    people: Sequence[tuple[User, list[Fired]]],
    letters: Iterable[Rendered],
    swept: Swept,
) -> None:
    """One batch is composed while the database takes the one before; the composer reads nothing from it."""
    addressed = zip(people, letters, strict=True)
    with ThreadPoolExecutor(max_workers=1) as composer:
        composed = composer.submit(_next_batch, addressed)
        while batch := composed.result():
            composed = composer.submit(_next_batch, addressed)
            _write(ctx, kind, key, batch, swept)


def _write(ctx: Context, kind: str, key: Callable[[date, User], str], batch: Sequence[Addressed], swept: Swept) -> None:
    mails = [
        (key(ctx.today, person), person, letter, {one.programme_id for one in fired})
        for (person, fired), letter in batch
    ]
    sent = enqueue_many(ctx, kind, mails)
    swept.mails += len(sent)
    rows = [(one, person.id, sent.get(person.id)) for (person, fired), _letter in batch for one in fired]
    swept.escalations += record_fired(ctx, rows)


def _show(ctx: Context, swept: Swept, told: Names) -> None:
    """In the product, to people whom no mail reaches. It proves nothing: the steps are told to others, or to nobody."""
    shown = swept.shown()
    if not shown:
        return
    mails = []
    for (person, fired), letter in zip(shown, digests_of(ctx, shown, told), strict=True):
        first = fired[0]
        key = f"shown:{person.id}:{ctx.today.isoformat()}:{first.assignment.id}:{first.step_offset}:{first.role}"
        mails.append((key, person, letter, {one.programme_id for one in fired}))
    enqueue_many(ctx, "digest", mails, shown_only=True)


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
            fired = Fired(
                row, programme.id, offset, role, told_as, ladder.version_id, wording, answering=people.answering(row)
            )
            if any(people.has_mail_today(person) for person in recipients):
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
        if any(people.has_mail_today(person) for person in recipients):
            continue
        fired = Fired(row, programme.id, 0, role, told_as, None, "", row, people.answering(row))
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


def _next_batch(addressed: Iterator[Addressed]) -> list[Addressed]:
    return list(islice(addressed, BATCH))


def _who_is_told(swept: Swept) -> dict[int, list[str]]:
    """Names in order of rank: whoever leads first."""
    ranks: dict[int, dict[str, int]] = defaultdict(dict)
    for person, fired in swept.people():
        for one in fired:
            of_work = ranks[one.assignment.id]
            of_work[person.name] = min(of_work.get(person.name, len(_FROM_THE_TOP)), _FROM_THE_TOP.index(one.told_as))
    return {id_: sorted(of_work, key=lambda name: (of_work[name], name)) for id_, of_work in ranks.items()}
