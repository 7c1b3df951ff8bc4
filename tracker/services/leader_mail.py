"""The mail to whoever leads the committee: what a sweep fired for them, with what was tried about it before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tracker.mail.item import MailItem
from tracker.mail.leader import leader_mail, to_show
from tracker.mail.template import Rendered
from tracker.models.user import User
from tracker.rules.ladder import LEADERS
from tracker.rules.tried import Tried
from tracker.services.context import Context
from tracker.services.digest import Names, line_of
from tracker.services.fired import Fired
from tracker.services.list_link import list_link
from tracker.store.tried import tried


def divide(fired: Sequence[Fired]) -> tuple[list[Fired], list[Fired]]:
    """(for the digest, for the leader's mail) of one person. All about an assignment of which they are told as a leader
    is in the leader's mail, and in no other."""
    raised = {one.assignment.id for one in fired if one.told_as in LEADERS}
    return (
        [one for one in fired if one.assignment.id not in raised],
        [one for one in fired if one.assignment.id in raised],
    )


def leader_mails_of(ctx: Context, raised: Sequence[tuple[User, list[Fired]]], told: Names) -> Iterator[Rendered]:
    """One for each person, in that order; all that is read of the database is read before the first, but for
    the calendar, which a sweep has."""
    lines = [_lines(ctx, person, fired, told) for person, fired in raised]
    done = tried(ctx.session, {id_ for items in lines for id_ in to_show(items)})
    sample = ctx.sample
    return (
        _mail(ctx, person, fired, items, done, sample=sample)
        for (person, fired), items in zip(raised, lines, strict=True)
    )


def _lines(ctx: Context, person: User, fired: Sequence[Fired], told: Names) -> dict[int, MailItem]:
    """One for each assignment, of the highest step; that a promise was broken is told by what was tried, unless it is
    all that there is."""
    found: dict[int, MailItem] = {}
    for one in sorted(fired, key=lambda one: (one.promise is None, one.told_as in LEADERS, one.step_offset)):
        item = line_of(ctx, one, person, told)
        found[one.assignment.id] = replace(item, promised_on=None if item.late else item.promised_on, invited=None)
    return found


def _mail(
    ctx: Context,
    person: User,
    fired: Sequence[Fired],
    items: Mapping[int, MailItem],
    done: Mapping[int, Tried],
    *,
    sample: bool,
) -> Rendered:
    return leader_mail(
        items,
        done,
        link=list_link(ctx, fired, list(items.values())),
        to_name=person.name,
        today=ctx.today,
        base_url=ctx.base_url,
        locale=person.locale,
        sample=sample,
    )


def leader_key(day: date, person: User) -> str:
    return f"leader:{person.id}:{day.isoformat()}"
