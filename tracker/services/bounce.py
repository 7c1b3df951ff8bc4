"""A mail that came back: told by the outbox, and by the person whose address does not exist."""

from sqlalchemy import select

from tracker.mail.bounce import Action, Bounce
from tracker.models.outbox import MailBounce, MailState, OutboxMail
from tracker.models.user import User
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.fallback import pass_on
from tracker.store.outbox import bounce_known
from tracker.store.user import hold


def record_bounce(ctx: Context, bounce: Bounce) -> bool:
    """Whether it is about a mail of ours; the same notification twice, or at once, is written down once.

    Only a delivery that is given up changes the mail, and only one that blames its address for good marks the address.
    """
    row = ctx.session.scalar(
        select(OutboxMail)
        .where(OutboxMail.message_id == bounce.message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return False
    if bounce_known(ctx.session, bounce.key):
        return True
    ctx.session.add(
        MailBounce(
            outbox_id=row.id,
            key=bounce.key,
            at=ctx.now,
            action=bounce.action,
            recipient=bounce.recipient,
            status=bounce.status,
            diagnostic=bounce.diagnostic,
        )
    )
    before = row.state
    if bounce.action is Action.FAILED and before is not MailState.SKIPPED:
        # Also out of the queue: what is to be tried again would come back again.
        row.state, row.sender = MailState.BOUNCED, None
    person = _owner_of_dead_address(ctx, row, bounce)
    if person is not None:
        person.dead_email = person.email
    record(
        ctx,
        "bounce",
        "outbox",
        row.id,
        from_state=before,
        to_state=row.state,
        data={"action": bounce.action, "status": bounce.status, "unreachable": person is not None},
    )
    ctx.session.flush()
    if row.state is MailState.BOUNCED and before is not MailState.BOUNCED:
        pass_on(ctx, row, bounce.diagnostic or bounce.status)
    return True


def _owner_of_dead_address(ctx: Context, row: OutboxMail, bounce: Bounce) -> User | None:
    """Where a letter is forwarded to says nothing about the address here, nor does one that was changed meanwhile."""
    if not bounce.dead_address or bounce.recipient.casefold() != row.to_address.casefold():
        return None
    person = hold(ctx.session, row.recipient_id) if row.recipient_id else None
    return person if person is not None and person.email == row.to_address else None
