"""Acting from a mail without a password: what a link says when it is opened, and the one thing that it does.

Looking changes nothing. A use is checked anew under the lock of the assignment and goes through the same verbs, with
the same rights, as that of somebody who has signed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tracker.mail.link import Invitation, hash_of, new_nonce
from tracker.mail.render import event
from tracker.models.assignment import Assignment
from tracker.models.mail_link import MailLink
from tracker.models.user import User
from tracker.rules.errors import Invalid
from tracker.rules.extension import last_day_to_ask
from tracker.rules.ladder import LadderRole
from tracker.rules.mail_link import Choice, Standing, judge, offered
from tracker.rules.permissions import Permission, may
from tracker.rules.words import CHOICES, N_
from tracker.rules.workflow import CLOSED, State
from tracker.services import assignment, extension, promise, update
from tracker.services.access import scope_of
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.services.notice import mail_item
from tracker.services.outbox import enqueue_many
from tracker.services.update import UNDO
from tracker.store import mail_link as store
from tracker.store import promise as promises
from tracker.store.assignment import load
from tracker.store.chase import chasers
from tracker.store.evidence import has_evidence
from tracker.store.extension import open_request
from tracker.store.unit_report import report_of

NO_CHOICE = N_("Hãy chọn một mục.")
# What is said so soon after a chase answers it.
ANSWERS_CHASE = timedelta(days=14)
WITH_DAY = frozenset({Choice.PROMISE, Choice.EXTENSION})


@dataclass(frozen=True)
class Opened:
    """What there is to say of a link to its holder. `row` only where they may still see the work."""

    standing: Standing
    locale: str
    row: Assignment | None
    expires_at: datetime
    choices: tuple[Choice, ...] = ()
    is_undo: bool = False
    # What was answered: with this link, from another mail, or what this one would take back.
    choice: Choice | None = None
    day: date | None = None
    used_at: datetime | None = None
    undone_at: datetime | None = None
    promised_on: date | None = None
    # "Done" would be the submission; what is missing for it is a file.
    submits: bool = False
    needs_file: bool = False
    last_day_to_ask: date | None = None
    # The unit's report that this work is done by.
    report_id: int | None = None


class Answer(NamedTuple):
    choice: str
    day: date | None
    note: str


def open_link(ctx: Context, token: str, *, signed_in_as: int | None = None) -> Opened | None:
    """None for a token that no link has: whatever else is wrong with it is not said. Changes nothing."""
    link = store.by_hash(ctx.session, hash_of(token))
    if link is None:
        return None
    _act_as_its_person(ctx, link)
    return _describe(ctx, link, load(ctx.session, link.assignment_id), signed_in_as)


def use(ctx: Context, token: str, answer: Answer, *, signed_in_as: int | None = None) -> Opened | None:
    """Does what was chosen and spends the link, or changes nothing and says how the link stands.

    Raises Invalid (no choice, or something missing with it) and what the verbs raise: then it is not spent.
    """
    link = store.by_hash(ctx.session, hash_of(token))
    if link is None:
        return None
    # The assignment first, as every verb does: two that lock in another order would wait for each other.
    row = load(ctx.session, link.assignment_id, lock=True)
    store.lock(ctx.session, link)
    _act_as_its_person(ctx, link)
    opened = _describe(ctx, link, row, signed_in_as)
    if row is None or opened.standing is not Standing.READY:
        return opened
    ctx.locked[row.id] = row
    if link.undoes_id is not None:
        _undo(ctx, link, row, answer)
    else:
        _answer(ctx, link, row, opened, answer)
    ctx.session.flush()
    return _describe(ctx, link, row, signed_in_as)


def _act_as_its_person(ctx: Context, link: MailLink) -> None:
    """Rights as of today: no link outlives a post or a delegation."""
    ctx.actor = actor_of(ctx.session, link.person, ctx.now)
    ctx.link_id = link.id


def _describe(ctx: Context, link: MailLink, row: Assignment | None, signed_in_as: int | None) -> Opened:
    undoes = ctx.session.get(MailLink, link.undoes_id) if link.undoes_id is not None else None
    told = undoes or link
    if link.used_at is None and link.revoked_at is not None and undoes is None:
        told = store.other_use(ctx.session, link) or link
    scope = scope_of(ctx, row) if row else None
    standing = judge(
        used=told.used_at is not None if undoes is None else link.used_at is not None or undoes.undone_at is not None,
        revoked=link.revoked_at is not None,
        expired=ctx.now >= link.expires_at,
        others=signed_in_as not in (None, link.person_id),
        active=link.person.active,
        visible=scope is not None and may(ctx.actor, Permission.VIEW, scope),
        closed=row is not None and row.state in CLOSED,
        same_version=row is not None and row.version == link.version,
    )
    hidden = standing in (Standing.OTHERS, Standing.REVOKED, Standing.GONE)
    if row is None or scope is None or hidden:
        return Opened(standing, link.person.locale, None, link.expires_at)
    open_promise = promises.open_promise(ctx.session, row.id)
    last_day = last_day_to_ask(row.due_on, row.programme.extension_days, ctx.calendar) if row.due_on else None
    extendable = last_day is not None and ctx.today <= last_day and open_request(ctx.session, row.id) is None
    submits = may(ctx.actor, Permission.SUBMIT, scope)
    report_id = report_of(ctx.session, row.id)
    filed = report_id is not None
    choices = () if undoes else offered(ctx.actor, scope, row.state, extendable=extendable, filed_elsewhere=filed)
    if standing is Standing.READY and undoes is None and not choices:
        standing = Standing.STALE
    return Opened(
        standing,
        link.person.locale,
        row,
        link.expires_at,
        choices=choices,
        is_undo=undoes is not None,
        choice=told.choice,
        day=told.day,
        used_at=told.used_at,
        undone_at=told.undone_at,
        promised_on=open_promise.promised_on if open_promise else None,
        submits=submits,
        needs_file=submits and row.evidence_required and not has_evidence(ctx.session, row.id),
        last_day_to_ask=last_day,
        report_id=report_id,
    )


def _answer(ctx: Context, link: MailLink, row: Assignment, opened: Opened, answer: Answer) -> None:
    if answer.choice not in opened.choices:
        raise Invalid(NO_CHOICE, field="choice")
    choice = Choice(answer.choice)
    _VERBS[choice](ctx, link, row, opened, answer)
    link.used_at, link.choice, link.day = ctx.now, choice, answer.day if choice in WITH_DAY else None
    ctx.session.flush()
    store.revoke_siblings(ctx.session, link, ctx.now)
    data: dict[str, str | int] = {"choice": str(choice), "link": link.id, "mail": link.outbox_id}
    if link.day is not None:
        data["day"] = link.day.isoformat()
    record(ctx, "use_link", "assignment", row.id, data=data)
    undoable = link.update_id is not None or link.promise_id is not None
    invited = (
        Invitation(row.id, row.version, None, ctx.base_url, new_nonce(), link.id, ctx.now + UNDO) if undoable else None
    )
    _tell(ctx, "answered_from_mail", link, row, link.person, link, answer.note, invited)
    _tell_others(ctx, "answer_told", link, row, link, answer.note)


def _received(ctx: Context, link: MailLink, row: Assignment, _opened: Opened, answer: Answer) -> None:
    if answer.note.strip():
        _update(ctx, link, row, "on_track", answer.note)
    else:
        assignment.accept(ctx, row.id, version=link.version)


def _promise(ctx: Context, link: MailLink, row: Assignment, _opened: Opened, answer: Answer) -> None:
    made = promise.promise(ctx, row.id, promised_on=answer.day, note=answer.note, version=link.version)
    link.promise_id = made.id


def _done(ctx: Context, link: MailLink, row: Assignment, opened: Opened, answer: Answer) -> None:
    """The submission from whoever may submit; from others, or without the file that it needs, a note that asks for
    it."""
    if opened.submits and not opened.needs_file:
        written = update.update_or_submit(ctx, row.id, signal="done", text=answer.note, version=link.version)
        link.update_id = written.id
    else:
        _update(ctx, link, row, "done", answer.note.strip() or CHOICES[Choice.DONE])


def _update(ctx: Context, link: MailLink, row: Assignment, signal: str, text: str) -> None:
    link.update_id = update.update(ctx, row.id, signal=signal, text=text, version=link.version).id


_Verb = Callable[[Context, MailLink, Assignment, Opened, Answer], None]
_VERBS: dict[Choice, _Verb] = {
    Choice.RECEIVED: _received,
    Choice.ON_TRACK: lambda ctx, link, row, _opened, answer: _update(ctx, link, row, "on_track", answer.note),
    Choice.PROMISE: _promise,
    Choice.DONE: _done,
    Choice.BLOCKED: lambda ctx, link, row, _opened, answer: _update(ctx, link, row, "blocked", answer.note),
    Choice.EXTENSION: lambda ctx, link, row, _opened, answer: _nothing(
        extension.ask(ctx, row.id, asked_due_on=answer.day, reason=answer.note, version=link.version)
    ),
    Choice.NOT_OURS: lambda ctx, link, row, _opened, answer: _nothing(
        assignment.decline(ctx, row.id, reason=answer.note, version=link.version)
    ),
}


def _nothing(_done: object) -> None:
    """Of what nobody takes back, nothing is kept."""


def _undo(ctx: Context, link: MailLink, row: Assignment, answer: Answer) -> None:
    """Within what the verbs themselves take back: one's own, ten minutes young, undecided."""
    if answer.choice != "undo":
        raise Invalid(NO_CHOICE, field="choice")
    used = ctx.session.get_one(MailLink, link.undoes_id)
    assert used.choice is not None
    if used.promise_id is not None:
        promise.undo(ctx, row.id, used.promise_id)
    elif used.update_id is not None:
        update.undo(ctx, row.id, used.update_id)
    link.used_at = used.undone_at = ctx.now
    record(ctx, "undo_link", "assignment", row.id, data={"choice": str(used.choice), "link": used.id})
    _tell_others(ctx, "undone_from_mail", link, row, used, "")


def _tell_others(ctx: Context, kind: str, link: MailLink, row: Assignment, used: MailLink, note: str) -> None:
    """Whoever has the work in hand, and whoever wrote that it is urgent and has not heard of this by the verb."""
    people = {row.owner.id: row.owner} if row.owner is not None else {}
    scope = scope_of(ctx, row)
    for person in chasers(ctx.session, row.id, ctx.now - ANSWERS_CHASE):
        if person.id not in ctx.told_ids and may(actor_of(ctx.session, person, ctx.now), Permission.VIEW, scope):
            people[person.id] = person
    for person in people.values():
        if person.id != link.person_id and person.active:
            _tell(ctx, kind, link, row, person, used, note, None)


def _tell(
    ctx: Context,
    kind: str,
    link: MailLink,
    row: Assignment,
    person: User,
    used: MailLink,
    note: str,
    invited: Invitation | None,
) -> None:
    """Also of one's own deed: whoever did not do it learns that somebody has their link."""
    mail = event(
        kind,
        mail_item(ctx, row, LadderRole.OWNER, invited),
        to_name=person.name,
        actor_name=ctx.actor.name,
        reason=note.strip(),
        base_url=ctx.base_url,
        locale=person.locale,
        sample=ctx.sample,
        choice=used.choice or "",
        day=used.day,
        is_submitted=row.state is State.SUBMITTED,
    )
    enqueue_many(
        ctx, kind, [(f"{kind}:{link.id}:{person.id}", person, mail, (row.programme_id,))], assignment_id=row.id
    )
