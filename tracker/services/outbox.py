"""The outbox: put a mail in with its cause, claim one, settle it. The rows are the truth; Celery only wakes."""

from collections.abc import Sequence
from datetime import timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from tracker.mail.link import fill
from tracker.mail.message import Letter, new_message_id
from tracker.mail.render import Rendered
from tracker.mail.retry import next_try
from tracker.mail.transport import Answer, Outcome
from tracker.models.outbox import MailState, MailTry, OutboxMail
from tracker.models.user import User
from tracker.rules.errors import NotFound
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import DELIVER_MAIL, Context
from tracker.services.mail_link import make_links
from tracker.store.outbox import exists

LEASE = timedelta(seconds=60)
# A reminder whose arrival is not certain is sent once more, with the same Message-ID, never a third time.
UNCERTAIN_TRIES = 2


def enqueue(ctx: Context, kind: str, dedupe_key: str, person: User, mail: Rendered) -> OutboxMail | None:
    """A mail to one person in the transaction of its cause. None when this cause already has its mail."""
    if person.email is None or exists(ctx.session, dedupe_key):
        return None
    row = OutboxMail(**_row(ctx, kind, dedupe_key, person, mail))
    ctx.session.add(row)
    ctx.session.flush()
    ctx.nudge(DELIVER_MAIL)
    return row


def enqueue_many(ctx: Context, kind: str, mails: Sequence[tuple[str, User, Rendered]]) -> dict[int, OutboxMail]:
    """(key, person, mail) in one insert; whoever has the mail of this cause already gets no second one.

    Returns person → mail.
    """
    rows = [_row(ctx, kind, key, person, mail) for key, person, mail in mails if person.email]
    if not rows:
        return {}
    query = upsert(OutboxMail).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(OutboxMail)
    sent = {mail.recipient_id: mail for mail in ctx.session.scalars(query, rows)}
    make_links(
        ctx,
        [(sent[who.id], one) for _key, who, mail in mails if who.id in sent for one in mail.invitations],
    )
    if sent:
        ctx.nudge(DELIVER_MAIL)
    return {id_: mail for id_, mail in sent.items() if id_ is not None}


def _row(ctx: Context, kind: str, dedupe_key: str, person: User, mail: Rendered) -> dict[str, Any]:
    return {
        "kind": kind,
        "dedupe_key": dedupe_key,
        "message_id": new_message_id(ctx.mail_from),
        "recipient_id": person.id,
        "to_address": person.email,
        "to_name": person.name,
        "subject": mail.subject,
        "text_body": mail.text,
        "html_body": mail.html,
        "state": MailState.QUEUED,
    }


def claim(ctx: Context, most: int = 1) -> list[tuple[int, str, Letter]]:
    """(row id, lease token, letter) of the oldest mails that are due, leased for a minute.

    A mail whose sender died comes back when its lease runs out. Commit before sending: no lock is held meanwhile.
    """
    rows = ctx.session.scalars(
        select(OutboxMail)
        .where(
            OutboxMail.state.in_((MailState.QUEUED, MailState.SENDING)),
            OutboxMail.not_before <= ctx.now,
            or_(OutboxMail.lease_until.is_(None), OutboxMail.lease_until <= ctx.now),
        )
        .order_by(OutboxMail.not_before, OutboxMail.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for row in rows:
        token = token_hex(16)
        row.state, row.lease_token, row.lease_until = MailState.SENDING, token, ctx.now + LEASE
        row.attempts += 1
        letter = Letter(
            message_id=row.message_id,
            from_address=ctx.mail_from,
            to_address=row.to_address,
            to_name=row.to_name,
            subject=row.subject,
            text=fill(row.text_body, ctx.link_key, row.message_id),
            html=fill(row.html_body, ctx.link_key, row.message_id),
            created_at=row.created_at,
        )
        claimed.append((row.id, token, letter))
    return claimed


_GIVE_BACK = text("""
    UPDATE outbox SET state = 'queued', lease_token = NULL, lease_until = NULL, attempts = attempts - 1
    WHERE lease_token = ANY(:tokens)
""")


def give_back(ctx: Context, tokens: Sequence[str]) -> None:
    """What was claimed and not tried: the next sender need not wait for the lease."""
    ctx.session.execute(_GIVE_BACK, {"tokens": list(tokens)})


# The usual case in one statement: sent, and the lease still ours.
_SENT = text("""
    WITH done AS (
        UPDATE outbox SET state = 'sent', sent_at = :now, lease_token = NULL, lease_until = NULL
        WHERE id = :id AND lease_token = :token AND state = 'sending' RETURNING id
    )
    INSERT INTO mail_tries (outbox_id, at, answer, detail) SELECT id, :now, :answer, :detail FROM done RETURNING id
""")


def settle(ctx: Context, mail_id: int, token: str, answer: Answer) -> None:
    """Write down what became of a try. A sender whose lease was taken over changes nothing but the log of tries."""
    if answer.outcome is Outcome.SENT:
        values = {
            "id": mail_id, "token": token, "now": ctx.now, "answer": str(answer.outcome), "detail": answer.detail
        }  # fmt: skip
        if ctx.session.execute(_SENT, values).first():
            ctx.session.expire_all()
            return
    row = ctx.session.scalar(
        select(OutboxMail).where(OutboxMail.id == mail_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        return
    ctx.session.add(MailTry(outbox_id=row.id, at=ctx.now, answer=answer.outcome, detail=answer.detail))
    if row.state is MailState.BOUNCED:
        return  # of an earlier try; this one comes back too
    if answer.outcome is Outcome.SENT and row.state is not MailState.SENT:
        # True whoever holds the lease, and whatever another sender was told: the letter is out.
        row.state, row.sent_at = MailState.SENT, ctx.now
        row.lease_token = row.lease_until = None
        return
    if row.lease_token != token:
        return
    again = next_try(row.attempts, row.created_at, ctx.now)
    worth_it = answer.outcome is Outcome.RETRY or (
        answer.outcome is Outcome.UNCERTAIN and _uncertain_tries(ctx, row) < UNCERTAIN_TRIES
    )
    row.lease_token = row.lease_until = None
    if worth_it and again is not None:
        row.state, row.not_before = MailState.QUEUED, again
    else:
        row.state = MailState.UNCERTAIN if answer.outcome is Outcome.UNCERTAIN else MailState.FAILED


def resend(ctx: Context, mail_id: int) -> OutboxMail:
    """Put a mail that failed, came back or may not have arrived back into the queue, with the same Message-ID.

    Whoever does so takes the address for good again.
    """
    row = ctx.session.get(OutboxMail, mail_id, with_for_update=True)
    if row is None or row.state not in (MailState.FAILED, MailState.UNCERTAIN, MailState.BOUNCED):
        raise NotFound(N_("Thư này không ở trạng thái có thể gửi lại."))
    record(ctx, "resend", "outbox", row.id, from_state=row.state, to_state=MailState.QUEUED)
    row.state, row.not_before, row.attempts, row.sent_at = MailState.QUEUED, ctx.now, 0, None
    if row.recipient is not None:
        row.recipient.dead_email = None
    ctx.nudge(DELIVER_MAIL)
    return row


def _uncertain_tries(ctx: Context, row: OutboxMail) -> int:
    ctx.session.flush()
    return sum(
        answer == Outcome.UNCERTAIN
        for answer in ctx.session.scalars(select(MailTry.answer).where(MailTry.outbox_id == row.id))
    )
