"""Event mails: to the unit that leads, and to the standing office. They go at once."""

from collections.abc import Iterable

from tracker.mail.render import MailItem, event
from tracker.models.assignment import Assignment
from tracker.models.user import PostRole, User
from tracker.rules.ladder import LadderRole
from tracker.services.context import Context
from tracker.services.outbox import enqueue
from tracker.store.people import SIGNING, holders, standing_unit_ids
from tracker.store.user import has_sample_data


def notify_unit(ctx: Context, kind: str, row: Assignment, *, reason: str = "") -> None:
    """The head and deputies of the lead unit, and the owner."""
    people = holders(ctx.session, [row.lead_unit_id], SIGNING, ctx.today).get(row.lead_unit_id, [])
    _notify(ctx, kind, row, [*people, *([row.owner] if row.owner else [])], LadderRole.HEAD, reason)


def notify_office(ctx: Context, kind: str, row: Assignment, *, reason: str = "") -> None:
    """Everybody with a post in the standing office."""
    units = standing_unit_ids(ctx.session, ctx.today).get(row.programme_id, frozenset())
    people = holders(ctx.session, units, list(PostRole), ctx.today)
    _notify(ctx, kind, row, [one for group in people.values() for one in group], LadderRole.STANDING_OFFICE, reason)


def _notify(ctx: Context, kind: str, row: Assignment, people: Iterable[User], role: LadderRole, reason: str) -> None:
    ctx.session.flush()  # the new version number makes the cause unique
    for person in {person.id: person for person in people if person.active}.values():
        if person.id == ctx.actor.user_id:
            continue  # nobody needs a mail about their own deed
        item = mail_item(ctx, row, role)
        mail = event(
            kind,
            item,
            to_name=person.name,
            actor_name=ctx.actor.name,
            reason=reason.strip(),
            base_url=ctx.base_url,
            locale=person.locale,
            sample=has_sample_data(ctx.session),
        )
        enqueue(ctx, kind, f"{kind}:{row.id}:{row.version}:{person.id}", person, mail)


def mail_item(ctx: Context, row: Assignment, role: str, told: tuple[str, ...] = ()) -> MailItem:
    return MailItem(
        url=f"{ctx.base_url}/assignments/{row.id}",
        title=row.text,
        clause_ref=row.duty.clause.ref,
        unit_name=row.lead_unit.name,
        due_on=row.due_on,
        working_days=ctx.calendar.between(row.due_on, ctx.today) if row.due_on else 0,
        is_request=row.is_request,
        role=role,
        told=told,
    )
