"""The digest: one mail a day for one person, about everything that fired for them and is not a leader's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from tracker.mail.digest import digest
from tracker.mail.render import MailItem
from tracker.mail.template import Rendered
from tracker.models.user import User
from tracker.rules.ladder import OF_UNIT, LadderRole
from tracker.rules.notification import Topic, is_own_reminder
from tracker.services.context import Context
from tracker.services.fired import Fired
from tracker.services.mail_link import invitation
from tracker.services.notice import item_of

# Assignment → names of those who are told of it by the same sweep.
Names = Mapping[int, set[str]]


def digest_of(ctx: Context, person: User, fired: Sequence[Fired], told: Names) -> Rendered:
    # One line for each assignment, in the highest role and step that the person has in it; a promise has its own.
    lines = {
        (one.assignment.id, one.promise is not None): one for one in sorted(fired, key=lambda one: one.step_offset)
    }
    items = [line_of(ctx, one, person, told) for one in lines.values()]
    mail = digest(
        items, to_name=person.name, today=ctx.today, base_url=ctx.base_url, locale=person.locale, sample=ctx.sample
    )
    own = all(
        is_own_reminder(one.role, one.told_as, one.assignment.due_on, ctx.today, promised=one.promise is not None)
        for one in fired
    )
    return replace(mail, topic=Topic.REMINDER if own else None)


def line_of(ctx: Context, one: Fired, person: User, told: Names) -> MailItem:
    return item_of(
        ctx,
        one.assignment,
        one.assignment.clause_ref,
        one.assignment.unit_name,
        one.told_as,
        tuple(sorted(told[one.assignment.id] - {person.name})),
        one.wording,
        instead=_instead(one),
        invited=invitation(ctx, one.assignment, one.told_as),
        promised_on=one.promise.promised_on if one.promise is not None else None,
    )


def _instead(one: Fired) -> str:
    if one.told_as in OF_UNIT or one.told_as is one.role:
        return ""
    return "unit" if one.role in OF_UNIT else "office" if one.role is LadderRole.STANDING_OFFICE else ""


def digest_key(day: date, person: User) -> str:
    return f"digest:{person.id}:{day.isoformat()}"
