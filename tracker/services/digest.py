"""The digest: one mail a day for one person, about everything that fired for them and is not a leader's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tracker.mail.digest import digest
from tracker.mail.item import MailItem
from tracker.mail.template import Rendered
from tracker.models.user import User
from tracker.rules.ladder import OF_UNIT, LadderRole
from tracker.rules.notification import Topic, is_own_reminder
from tracker.services.context import Context
from tracker.services.fired import Fired
from tracker.services.list_link import list_link
from tracker.services.mail_link import invitation
from tracker.services.notice import item_of
from tracker.store.pending import Pending, pending

# Assignment → names of those who are told of it by the same sweep, in order of rank.
Names = Mapping[int, Sequence[str]]


def digests_of(ctx: Context, told_of: Sequence[tuple[User, Sequence[Fired]]], told: Names) -> Iterator[Rendered]:
    """One for each person, in that order; all that is read of the database is read before the first, but for
    the calendar, which a sweep has."""
    open_ = pending(ctx.session, {one.assignment.id for _person, fired in told_of for one in fired}, ctx.today)
    sample = ctx.sample
    return (_digest(ctx, person, fired, told, open_, sample=sample) for person, fired in told_of)


def _digest(
    ctx: Context, person: User, fired: Sequence[Fired], told: Names, open_: Mapping[int, Pending], *, sample: bool
) -> Rendered:
    # One line for each assignment, in the highest role and step that the person has in it; a promise has its own.
    lines = {
        (one.assignment.id, one.promise is not None): one for one in sorted(fired, key=lambda one: one.step_offset)
    }
    items = [(one, _with(open_.get(one.assignment.id), line_of(ctx, one, person, told))) for one in lines.values()]
    others = [(one, item) for one, item in items if item.role not in OF_UNIT]
    mail = digest(
        [item for _one, item in items],
        link=list_link(ctx, [one for one, _item in others], [item for _one, item in others]) if others else "",
        to_name=person.name,
        today=ctx.today,
        base_url=ctx.base_url,
        locale=person.locale,
        sample=sample,
    )
    own = all(
        is_own_reminder(one.role, one.told_as, one.assignment.due_on, ctx.today, promised=one.promise is not None)
        for one in fired
    )
    return replace(mail, topic=Topic.REMINDER if own else None)


def _with(open_: Pending | None, item: MailItem) -> MailItem:
    """What the unit has said already; a promise that is over is what its own line is about."""
    if open_ is None or item.promised_on is not None:
        return item
    return replace(item, open_promise=open_.promised_on, asked_due_on=open_.asked_due_on)


def line_of(ctx: Context, one: Fired, person: User, told: Names) -> MailItem:
    role = _as_whom(one, person)
    return item_of(
        ctx,
        one.assignment,
        one.assignment.clause_ref,
        one.assignment.unit_name,
        role,
        tuple(name for name in told.get(one.assignment.id, ()) if name != person.name),
        one.wording,
        instead=_instead(one, role),
        invited=invitation(ctx, one.assignment, role),
        promised_on=one.promise.promised_on if one.promise is not None else None,
    )


def _as_whom(one: Fired, person: User) -> LadderRole:
    """Whoever answers for the work is asked to do it, not to urge themselves, whatever role the step is for."""
    if one.told_as in OF_UNIT or all(person.id != other.id for other in one.answering):
        return one.told_as
    return LadderRole.OWNER if one.assignment.owner_id == person.id else LadderRole.HEAD


def _instead(one: Fired, told_as: LadderRole) -> str:
    if told_as in OF_UNIT or told_as is one.role:
        return ""
    if one.role in OF_UNIT:
        return "head" if any(person.reachable for person in one.answering) else "unit"
    return "office" if one.role is LadderRole.STANDING_OFFICE else ""


def digest_key(day: date, person: User) -> str:
    return f"digest:{person.id}:{day.isoformat()}"
