"""Event mails: to the unit that leads, to the standing office, to people named. They go at once."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from tracker.mail.item import MailItem
from tracker.mail.link import Invitation
from tracker.mail.render import event
from tracker.mail.template import Rendered
from tracker.models.assignment import Assignment
from tracker.models.unit import Unit
from tracker.models.user import PostRole, User
from tracker.rules.ladder import LadderRole
from tracker.services.context import Context
from tracker.services.mail_link import invitation
from tracker.services.outbox import enqueue_many
from tracker.store.people import SIGNING, holders

# So many characters of a name fit before a title.
SHORT = 24


def notify_unit(
    ctx: Context, kind: str, row: Assignment, *, reason: str = "", cause: str = "", day: date | None = None
) -> None:
    """The head and deputies of the lead unit, and the owner."""
    notify(ctx, kind, row, lead_people(ctx, row), LadderRole.HEAD, reason=reason, cause=cause, day=day)


def notify_office(
    ctx: Context, kind: str, row: Assignment, *, reason: str = "", cause: str = "", day: date | None = None
) -> None:
    """Everybody with a post in the standing office."""
    units = ctx.offices.get(row.programme_id, frozenset())
    people = holders(ctx.session, units, list(PostRole), ctx.today)
    everybody = [one for group in people.values() for one in group]
    notify(ctx, kind, row, everybody, LadderRole.STANDING_OFFICE, reason=reason, cause=cause, day=day)


def lead_people(ctx: Context, row: Assignment) -> list[User]:
    """Whoever answers for the work today: those who sign for the lead unit, and the owner."""
    know_signing(ctx, [row.lead_unit_id])
    people = ctx.signing[row.lead_unit_id]
    return [*people, *([row.owner] if row.owner and row.owner not in people else [])]


def know_signing(ctx: Context, unit_ids: Collection[int]) -> None:
    """Who signs for these units is asked at once, and once a request."""
    asked = set(unit_ids) - ctx.signing.keys()
    if asked:
        found = holders(ctx.session, asked, SIGNING, ctx.today)
        ctx.signing.update({unit_id: found.get(unit_id, []) for unit_id in asked})


def notify(
    ctx: Context,
    kind: str,
    row: Assignment,
    people: Iterable[User],
    role: LadderRole = LadderRole.OWNER,
    *,
    reason: str = "",
    cause: str = "",
    day: date | None = None,
    by_unit: str = "",
) -> dict[int, int]:
    """One mail to each, but not about one's own deed. `cause` names what happened when the row itself stays the same;
    `day` is the one asked for, offered, or to answer by; `by_unit` did it, where it is not the one that leads.

    Returns person → mail.
    """
    if ctx.quiet:
        return {}
    ctx.session.flush()  # the new version number makes the cause unique
    mails: list[tuple[str, User, Rendered, tuple[int]]] = []
    for person in {person.id: person for person in people if person.active}.values():
        if person.id == ctx.actor.user_id:
            continue
        item = mail_item(ctx, row, role, invitation(ctx, row, role, kind))
        mail = event(
            kind,
            item,
            to_name=person.name,
            actor_name=ctx.actor.name,
            reason=reason.strip(),
            day=day,
            by_unit=by_unit,
            base_url=ctx.base_url,
            locale=person.locale,
            sample=ctx.sample,
        )
        mails.append((f"{kind}:{row.id}:{cause or row.version}:{person.id}", person, mail, (row.programme_id,)))
    sent = enqueue_many(ctx, kind, mails, assignment_id=row.id)
    ctx.told.extend(person.name for _key, person, _mail, _about in mails if person.id in sent)
    ctx.told_ids.update(sent)
    return sent


def mail_item(
    ctx: Context,
    row: Assignment,
    role: LadderRole,
    invited: Invitation | None = None,
    *,
    promised_on: date | None = None,
) -> MailItem:
    ref, unit = row.duty.clause.ref, row.lead_unit.name
    item = item_of(ctx, row, ref, unit, role, invited=invited, promised_on=promised_on)
    return replace(item, unit_short=short_of(row.lead_unit))


def short_of(unit: Unit) -> str:
    """For a subject. The short name of a commune is that of the place ("Xã Cao Xá"), not of who answers there."""
    return unit.name if len(unit.name) <= SHORT else unit.short_name


def item_of(
    ctx: Context,
    row: Any,
    clause_ref: str,
    unit_name: str,
    role: LadderRole,
    told: tuple[str, ...] = (),
    wording: str = "",
    *,
    instead: str = "",
    invited: Invitation | None = None,
    promised_on: date | None = None,
) -> MailItem:
    """`row`: an assignment, or what a sweep reads of it."""
    return MailItem(
        url=f"{ctx.base_url}/assignments/{row.id}",
        title=row.text,
        clause_ref=clause_ref,
        unit_name=unit_name,
        due_on=row.due_on,
        working_days=ctx.calendar.between(row.due_on, ctx.today) if row.due_on else 0,
        is_request=row.is_request,
        role=role,
        told=told,
        wording=wording,
        instead=instead,
        invited=invited,
        promised_on=promised_on,
    )
