"""One mail to each person for a whole opening: what their units were given, and what of it goes on with older work."""

from collections import defaultdict

from tracker.mail.item import MailItem
from tracker.mail.render import opened
from tracker.mail.template import Rendered
from tracker.models.user import User
from tracker.rules.ladder import LadderRole
from tracker.services.context import Context
from tracker.services.mail_link import given
from tracker.services.notice import know_signing
from tracker.services.opening_plan import New, Plan, wording
from tracker.services.outbox import enqueue_many
from tracker.store.told import note_subjects


def tell(ctx: Context, plan: Plan) -> int:
    """To those who sign for the units; how many mails. A period that is over is opened for the record only."""
    by_unit: dict[int, list[New]] = defaultdict(list)
    for one in plan.new:
        if one.key in plan.versions and one.period.last >= ctx.today:
            by_unit[one.unit.id].append(one)
    if not by_unit:
        return 0
    know_signing(ctx, by_unit)
    people: dict[int, tuple[User, list[New]]] = {}
    for unit_id, new in by_unit.items():
        for person in ctx.signing[unit_id]:
            if person.active and person.id != ctx.actor.user_id:
                people.setdefault(person.id, (person, []))[1].extend(new)
    first = min(plan.ids[one.key] for new in by_unit.values() for one in new)
    mails = [
        (f"opened:{first}:{person.id}", person, _letter(ctx, plan, person, new), [plan.programme.id])
        for person, new in people.values()
    ]
    sent = enqueue_many(ctx, "opened", mails)
    about = {id_: {plan.ids[one.key] for one in new} for id_, (_person, new) in people.items()}
    note_subjects(ctx.session, {mail: about[id_] for id_, mail in sent.items()})
    return len(sent)


def _letter(ctx: Context, plan: Plan, person: User, new: list[New]) -> Rendered:
    items = [
        MailItem(
            url=f"{ctx.base_url}/assignments/{plan.ids[one.key]}",
            title=wording(plan.programme, one.duty, one.period),
            clause_ref=one.duty.clause.ref,
            unit_name=one.unit.name,
            due_on=one.due,
            working_days=ctx.calendar.between(one.due, ctx.today) if one.due else 0,
            is_request=one.duty.is_request,
            role=LadderRole.HEAD,
            period=one.period.key,
            carried=one.carried is not None,
            invited=given(ctx, plan.ids[one.key], plan.versions[one.key], one.due),
        )
        for one in new
    ]
    return opened(
        items,
        programme=plan.programme.title,
        to_name=person.name,
        base_url=ctx.base_url,
        locale=person.locale,
        sample=ctx.sample,
    )
