"""What became of a try: sent, to be tried again, or given up, and then it goes on to somebody who can be reached."""

from sqlalchemy import func, select

from tracker.mail.answer import Answer, Outcome
from tracker.mail.bounce import blames_address
from tracker.mail.retry import next_try
from tracker.models.outbox import Channel, MailState, MailTry, OutboxMail
from tracker.services.context import Context
from tracker.services.fallback import pass_on
from tracker.store.user import hold

# A reminder whose arrival is not certain is sent once more, with the same Message-ID, never a third time.
UNCERTAIN_TRIES = 2


def settle(ctx: Context, mail_id: int, sender: int, answer: Answer) -> None:
    """Write down what became of a try. A sender whose claim was taken over changes nothing but the log of tries."""
    row = ctx.session.scalar(
        select(OutboxMail).where(OutboxMail.id == mail_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        return
    now = ctx.session.scalars(select(func.clock_timestamp())).one()
    ctx.session.add(MailTry(outbox_id=row.id, at=now, answer=answer.outcome, detail=answer.detail))
    if row.state is MailState.BOUNCED:
        return  # of an earlier try; this one comes back too
    if answer.outcome is Outcome.SENT and row.state is not MailState.SENT:
        # True whoever has claimed it, and whatever another sender was told: the letter is out.
        row.state, row.sent_at, row.sender = MailState.SENT, now, None
        return
    if row.sender != sender:
        return
    again = next_try(row.attempts, row.created_at, now)
    worth_it = answer.outcome is Outcome.RETRY or (
        answer.outcome is Outcome.UNCERTAIN and _uncertain_tries(ctx, row) < UNCERTAIN_TRIES
    )
    row.sender = None
    if worth_it and again is not None:
        row.state, row.not_before = MailState.QUEUED, again
    elif answer.outcome is Outcome.UNCERTAIN:
        row.state = MailState.UNCERTAIN
    else:
        row.state = MailState.FAILED
        # The chat goes beside the mail: what is lost there has gone, or goes on, by mail.
        if row.channel is Channel.MAIL:
            _mark_address(ctx, row, answer.detail)
            pass_on(ctx, row, answer.detail)


def _mark_address(ctx: Context, row: OutboxMail, said: str) -> None:
    """The first server may know already what others say by a mail that comes back."""
    if row.recipient_id is None or not blames_address(said):
        return
    person = hold(ctx.session, row.recipient_id)
    if person is not None and person.email == row.to_address:
        person.dead_email = person.email


def _uncertain_tries(ctx: Context, row: OutboxMail) -> int:
    ctx.session.flush()
    return sum(
        answer == Outcome.UNCERTAIN
        for answer in ctx.session.scalars(select(MailTry.answer).where(MailTry.outbox_id == row.id))
    )
