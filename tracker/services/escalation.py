"""The sweep: fire every step that is due at or before now and not yet recorded, with its mail, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, text

from tracker.mail.render import digest
from tracker.models.assignment import Assignment
from tracker.models.escalation import Escalation
from tracker.models.outbox import OutboxMail
from tracker.models.programme import Programme
from tracker.models.user import PostRole, User
from tracker.rules.calendar import LOCAL
from tracker.rules.ladder import LadderRole, due_steps, horizon, step_at
from tracker.services.context import Context
from tracker.services.notice import mail_item
from tracker.services.outbox import enqueue
from tracker.store.escalation import escalatable, programmes_to_sweep, recorded
from tracker.store.ladder import kind_of_row, ladders
from tracker.store.outbox import exists
from tracker.store.people import SIGNING, holders, standing_unit_ids
from tracker.store.user import has_sample_data

# Two sweeps at once would make two digests for one person; the second waits and then finds nothing to do.
LOCK = 6_210_712


@dataclass(frozen=True)
class Fired:
    assignment: Assignment
    step_offset: int
    role: LadderRole
    version_id: int | None
    wording: str


@dataclass
class Swept:
    """What a sweep did; `unreachable` counts steps for which nobody holds the role."""

    escalations: int = 0
    mails: int = 0
    unreachable: int = 0
    _by_person: dict[int, tuple[User, list[Fired]]] = field(default_factory=dict)

    def add(self, person: User, fired: Fired) -> None:
        self._by_person.setdefault(person.id, (person, []))[1].append(fired)

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
    sample = has_sample_data(ctx.session)
    for person, fired in swept.digests():
        # One line for each assignment, in the highest role and step that the person has in it.
        lines = {one.assignment.id: one for one in sorted(fired, key=lambda one: one.step_offset)}
        items = [
            mail_item(
                ctx, one.assignment, one.role, tuple(sorted(told[one.assignment.id] - {person.name})), one.wording
            )
            for one in lines.values()
        ]
        mail = digest(
            items, to_name=person.name, today=ctx.today, base_url=ctx.base_url, locale=person.locale, sample=sample
        )
        row = enqueue(ctx, "digest", _digest_key(ctx, person), person, mail)
        swept.mails += row is not None
        _record(ctx, swept, fired, person, row)
    swept.unreachable = len(nobody)
    _record(ctx, swept, nobody, None, None)
    return swept


def _sweep_programme(ctx: Context, programme: Programme, swept: Swept, nobody: list[Fired]) -> None:
    of_kind = ladders(ctx.session, programme.id)
    until = max(horizon(one.steps, ctx.today, ctx.calendar) for one in of_kind.values())
    rows = escalatable(ctx.session, programme.id, until)
    done = recorded(ctx.session, [row.id for row in rows])
    people = _People(ctx, programme, rows)
    for row in rows:
        assert row.due_on is not None  # the query asked for a due date
        ladder = of_kind[kind_of_row(row)]
        for offset, role in due_steps(ladder.steps, row.due_on, ctx.today, ctx.calendar, done[row.id, row.due_on]):
            fired = Fired(row, offset, role, ladder.version_id, step_at(ladder.steps, offset, role).wording)
            recipients = [person for person in people.in_role(row, role) if person.email]
            if any(people.has_digest_today(person) for person in recipients):
                continue  # one digest a day: this step waits for tomorrow's
            for person in recipients:
                swept.add(person, fired)
            if not recipients:
                nobody.append(fired)


class _People:
    """Today's holders of the ladder's roles, resolved when the mail is made."""

    def __init__(self, ctx: Context, programme: Programme, rows: list[Assignment]) -> None:
        self._ctx = ctx
        self._heads = holders(ctx.session, {row.lead_unit_id for row in rows}, SIGNING, ctx.today)
        office = standing_unit_ids(ctx.session, ctx.today).get(programme.id, frozenset())
        self._office = [
            one for group in holders(ctx.session, office, list(PostRole), ctx.today).values() for one in group
        ]
        issuer = programme.issuer_unit_id
        self._leaders = holders(ctx.session, [issuer], [PostRole.HEAD], ctx.today).get(issuer, [])
        self._deputies = holders(ctx.session, [issuer], [PostRole.DEPUTY], ctx.today).get(issuer, [])
        self._written: dict[int, bool] = {}

    def in_role(self, row: Assignment, role: LadderRole) -> list[User]:
        heads = self._heads.get(row.lead_unit_id, [])
        match role:
            case LadderRole.OWNER:
                # Work that nobody has taken on yet is the head's.
                return [row.owner] if row.owner and row.owner.active else heads
            case LadderRole.HEAD:
                return heads
            case LadderRole.STANDING_OFFICE:
                return self._office
            case LadderRole.DEPUTY_LEADER:
                return self._deputies or self._leaders
            case LadderRole.LEADER:
                return self._leaders

    def has_digest_today(self, person: User) -> bool:
        if person.id not in self._written:
            self._written[person.id] = exists(self._ctx.session, _digest_key(self._ctx, person))
        return self._written[person.id]


def _digest_key(ctx: Context, person: User) -> str:
    return f"digest:{person.id}:{ctx.today.isoformat()}"


def _who_is_told(swept: Swept) -> dict[int, set[str]]:
    told: dict[int, set[str]] = defaultdict(set)
    for person, fired in swept.digests():
        for one in fired:
            told[one.assignment.id].add(person.name)
    return told


def _record(ctx: Context, swept: Swept, fired: Sequence[Fired], person: User | None, mail: OutboxMail | None) -> None:
    """One insert for all steps of a person."""
    swept.escalations += len(fired)
    rows = [
        {
            "assignment_id": one.assignment.id,
            "due_on": one.assignment.due_on,
            "step_offset": one.step_offset,
            "role": str(one.role),
            "recipient_id": person.id if person else None,
            "outbox_id": mail.id if mail else None,
            "fired_at": ctx.now,
            "ladder_version_id": one.version_id,
        }
        for one in fired
    ]
    if rows:
        ctx.session.execute(insert(Escalation), rows)
