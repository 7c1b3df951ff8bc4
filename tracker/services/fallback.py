"""A mail that cannot be delivered goes on, once, to whoever is next in line: a reminder is not to end in silence."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.dialects.postgresql import insert as upsert

from tracker.mail.bounce import blames_address
from tracker.mail.item import MailItem
from tracker.mail.render import SUBJECTS, fallback
from tracker.mail.template import Rendered
from tracker.mail.tried import tried_text
from tracker.models.assignment import Assignment
from tracker.models.escalation import Escalation
from tracker.models.outbox import OutboxMail
from tracker.models.programme import Programme
from tracker.models.user import PostRole, User
from tracker.rules.ladder import LEADERS, NEXT_IN_LINE, LadderRole
from tracker.rules.workflow import WITH_UNIT
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.ladder_people import People
from tracker.services.notice import mail_item
from tracker.services.outbox import enqueue_many
from tracker.store.delegation import programmes_of
from tracker.store.outbox import was_passed_on
from tracker.store.people import SIGNING, holders, posts_of
from tracker.store.told import PromiseTold, Reminder, note_promises, note_subjects, reminders_of, work_of
from tracker.store.tried import tried

# Receipts of one's own deed.
OWN = frozenset({"answered_from_mail", "undone_from_mail"})
# Of these each line goes to the next role in line, as the ladder would.
BY_LINE = frozenset({"digest", "leader", "opened"})
REMINDING = BY_LINE - {"opened"}
# Named one by one: a new kind of mail is somebody's own (a password, a link) until it is said here that it is not.
PASSED_ON = frozenset({*BY_LINE, *SUBJECTS, "delegation", "delegation_ended"}) - OWN


@dataclass(frozen=True)
class _Line:
    """What a mail told of one assignment, and as what; `told` None: it was given."""

    work: Assignment
    role: LadderRole
    told: Reminder | None = None

    @property
    def promised_on(self) -> date | None:
        return self.told.promised_on if self.told else None

    @property
    def subject(self) -> tuple[int, bool]:
        """A promise has a line of its own, as in the digest."""
        return self.work.id, self.promised_on is not None

    @property
    def stands(self) -> bool:
        """The unit still has the work; a step is of a deadline, and goes with it."""
        told = self.told
        moved = told is not None and told.promise_id is None and told.due_on != self.work.due_on
        return self.work.state in WITH_UNIT and not moved


@dataclass
class _Target:
    """`lines`: what the person is told of in somebody else's place, and as what."""

    person: User
    items: dict[tuple[int, bool], MailItem] = field(default_factory=dict)
    lines: list[tuple[_Line, LadderRole]] = field(default_factory=list)


def pass_on(ctx: Context, row: OutboxMail, why: str) -> list[int]:
    """For a mail that was just given up or came back; `why` in the server's words. Part of that transaction.

    What was itself passed on is of a kind that goes no further, and a resend that fails again finds nobody new.
    """
    if row.kind not in PASSED_ON or was_passed_on(ctx.session, row.id):
        return []
    targets = _next_in_line(ctx, row) if row.kind in BY_LINE else _of_event(ctx, row)
    mails = [
        (f"fallback:{row.id}:{one.person.id}", one.person, _written(ctx, row, one, why), row.programme_ids)
        for one in targets
    ]
    sent = enqueue_many(ctx, "fallback", mails, assignment_id=row.assignment_id, instead_of_id=row.id)
    reached = [one for one in targets if one.person.id in sent]
    for one in reached:
        _told_instead(ctx, one, sent[one.person.id], row)
    if sent:
        record(ctx, "pass_on", "outbox", row.id, data={"to": [one.person.name for one in reached]})
    return list(sent.values())


def _next_in_line(ctx: Context, row: OutboxMail) -> list[_Target]:
    """By the ladder, each line of the mail for itself; what needs no reminding any more is left out."""
    lines = _lines(ctx, row)
    work: dict[Programme, list[Assignment]] = {}
    for one in lines:
        work.setdefault(one.work.programme, []).append(one.work)
    people = {programme.id: People(ctx, programme, rows) for programme, rows in work.items()}
    targets: dict[int, _Target] = {}
    for one in lines:
        role, found = _after(people[one.work.programme_id], one, row)
        for person in found:
            target = targets.setdefault(person.id, _Target(person))
            target.items.setdefault(one.subject, mail_item(ctx, one.work, role, promised_on=one.promised_on))
            target.lines.append((one, role))
    return list(targets.values())


def _lines(ctx: Context, row: OutboxMail) -> list[_Line]:
    work = work_of(ctx.session, row.id)
    if row.kind == "opened":
        found = [_Line(one, LadderRole.HEAD) for one in work.values()]
    else:
        found = [_Line(work[one.assignment_id], LadderRole(one.role), one) for one in reminders_of(ctx.session, row.id)]
    return [one for one in found if one.stands]


def _after(people: People, line: _Line, row: OutboxMail) -> tuple[LadderRole, list[User]]:
    """The next role whose people can be reached, after the one as which the person was told; whoever promised is not
    told of themselves."""
    roles = [role := line.role]
    while following := NEXT_IN_LINE.get(role):
        roles.append(role := following)
    told_as = next(
        (role for role in roles if any(one.id == row.recipient_id for one in people.in_role(line.work, role))),
        roles[0],
    )
    but = line.told.promised_by_id if line.told else None
    for role in roles[roles.index(told_as) + 1 :]:
        if found := [one for one in _others(people.in_role(line.work, role), row) if one.id != but]:
            return role, found
    return told_as, []


def _of_event(ctx: Context, row: OutboxMail) -> list[_Target]:
    """The head of the recipient's unit; where that is nobody else, the standing office."""
    work = ctx.session.get(Assignment, row.assignment_id) if row.assignment_id else None
    posts = {post.unit_id for post in posts_of(ctx.session, row.recipient_id, ctx.today)} if row.recipient_id else set()
    if work is not None:
        office = ctx.offices.get(work.programme_id, frozenset())
        units = _unit_in(work, posts, office)
    else:
        units = posts
        programmes: set[int] = set().union(*programmes_of(ctx.session, posts).values())
        office = frozenset().union(*(ctx.offices.get(one, frozenset()) for one in programmes))
    people = _others(_of(ctx, units, SIGNING), row) or _others(_of(ctx, office, list(PostRole)), row)
    items = {(work.id, False): mail_item(ctx, work, LadderRole.HEAD)} if work is not None else {}
    return [_Target(person, dict(items)) for person in people]


def _unit_in(work: Assignment, posts: Collection[int], office: Collection[int]) -> set[int]:
    """As whose member the person was told of this work: nobody hears of it who has no part in it."""
    helping = {one.unit_id for one in work.coordination}
    for party in ({work.lead_unit_id}, helping, set(office), {work.programme.issuer_unit_id}):
        if found := party & set(posts):
            return found
    return {work.lead_unit_id}


def _of(ctx: Context, unit_ids: Collection[int], roles: Collection[PostRole]) -> list[User]:
    return [one for group in holders(ctx.session, unit_ids, roles, ctx.today).values() for one in group]


def _others(people: Iterable[User], row: OutboxMail) -> list[User]:
    """Who can be reached, and not at the very address that did not work."""
    found = {one.id: one for one in people if one.reachable and one.id != row.recipient_id}
    return [one for one in found.values() if (one.email or "").casefold() != row.to_address.casefold()]


def _written(ctx: Context, row: OutboxMail, target: _Target, why: str) -> Rendered:
    person = target.person
    raised = {id_ for (id_, _promise), item in target.items.items() if item.role in LEADERS}
    done = tried(ctx.session, raised) if raised else {}
    items = [
        replace(item, tried=tried_text(done[id_], ctx.today, person.locale)) if id_ in done else item
        for (id_, _promise), item in target.items.items()
    ]
    return fallback(
        sorted(items, key=lambda item: (-item.working_days, item.unit_name, item.clause_ref)),
        to_name=person.name,
        for_name=row.to_name,
        for_address=row.to_address,
        no_address=blames_address(why),
        subject="" if row.kind in REMINDING else row.subject,
        base_url=ctx.base_url,
        locale=person.locale,
        sample=ctx.sample,
    )


def _told_instead(ctx: Context, target: _Target, mail_id: int, row: OutboxMail) -> None:
    """Recorded as what the mail that did not arrive was about."""
    person_id = target.person.id
    told = [(one.told, str(role)) for one, role in target.lines if one.told is not None]
    steps = [
        {
            "assignment_id": one.assignment_id,
            "due_on": one.due_on,
            "step_offset": one.step_offset,
            "role": one.role,
            "told_as": told_as,
            "recipient_id": person_id,
            "outbox_id": mail_id,
            "instead_of_id": row.id,
            "lead_unit_id": one.unit_id,
            "fired_at": ctx.now,
            "ladder_version_id": one.ladder_version_id,
        }
        for one, told_as in told
        if one.promise_id is None
    ]
    if steps:
        ctx.session.execute(upsert(Escalation).on_conflict_do_nothing(), steps)
    promises = [
        PromiseTold(one.promise_id, told_as, person_id, mail_id, one.unit_id, one.due_on, row.id)
        for one, told_as in told
        if one.promise_id is not None
    ]
    note_promises(ctx.session, promises, ctx.now)
    note_subjects(ctx.session, {mail_id: {one.work.id for one, _role in target.lines if one.told is None}})
