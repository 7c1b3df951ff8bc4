"""The outbox: put a mail in with its cause, claim one, settle it. The rows are the truth; Celery only wakes."""

from collections.abc import Collection, Sequence
from json import dumps

from sqlalchemy import func, select, text

from tracker.mail.message import Letter, new_message_id
from tracker.mail.render import Rendered
from tracker.mail.retry import PAUSES, next_try
from tracker.mail.transport import Answer, Outcome
from tracker.models.outbox import MailState, MailTry, OutboxMail
from tracker.models.user import User
from tracker.rules.errors import NotAllowed, NotFound
from tracker.rules.permissions import NOWHERE, Permission, Scope, may
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import DELIVER_MAIL, Context
from tracker.store.sender import SENDERS

# A reminder whose arrival is not certain is sent once more, with the same Message-ID, never a third time.
UNCERTAIN_TRIES = 2


def enqueue(ctx: Context, kind: str, dedupe_key: str, person: User, mail: Rendered) -> OutboxMail | None:
    """A mail about no assignment to one person, in the transaction of its cause. None when this cause already has its
    mail."""
    sent = enqueue_many(ctx, kind, [(dedupe_key, person, mail, ())])
    return ctx.session.get_one(OutboxMail, sent[person.id]) if sent else None


# As JSON: the adapter writes it in C, arrays of texts with quotes in them it does not.
_PUT = text("""
    INSERT INTO outbox
        (kind, state, dedupe_key, message_id, recipient_id, to_address, to_name, programme_ids, subject, text_body,
        html_body)
    SELECT :kind, 'queued', * FROM json_to_recordset(CAST(:mails AS json)) AS mail (
        key text, message_id text, recipient_id integer, to_address text, to_name text, programme_ids integer[],
        subject text, text_body text, html_body text
    )
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING recipient_id, id
""")


def enqueue_many(
    ctx: Context, kind: str, mails: Sequence[tuple[str, User, Rendered, Collection[int]]]
) -> dict[int, int]:
    """(key, person, mail, the programmes it is about) in one insert; whoever has the mail of this cause already gets no
    second one.

    Returns person → mail.
    """
    rows = [
        {
            "key": key,
            "message_id": new_message_id(ctx.mail_from),
            "recipient_id": person.id,
            "to_address": person.email,
            "to_name": person.name,
            "programme_ids": sorted(about),
            "subject": mail.subject,
            "text_body": mail.text,
            "html_body": mail.html,
        }
        for key, person, mail, about in mails
        if person.email
    ]
    if not rows:
        return {}
    values = {"kind": kind, "mails": dumps(rows, ensure_ascii=False)}
    sent = {row.recipient_id: row.id for row in ctx.session.execute(_PUT, values)}
    if sent:
        ctx.nudge(DELIVER_MAIL)
    return sent


_CLAIM = text("""
    WITH due AS (
        SELECT id FROM outbox
        WHERE state IN ('queued', 'sending')
            AND (not_before <= clock_timestamp() OR not_before > clock_timestamp() + :longest_pause)
            AND (sender IS NULL OR sender <> :sender AND pg_try_advisory_xact_lock_shared(:senders, sender))
        ORDER BY not_before, id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'sending', sender = :sender, attempts = attempts + 1
    FROM due WHERE outbox.id = due.id
    RETURNING outbox.id, message_id, to_address, to_name, subject, text_body, html_body, created_at
""")


def claim(ctx: Context, sender: int, most: int = 1) -> list[tuple[int, Letter]]:
    """(row id, letter) of the oldest mails that are due, now this sender's (`store.sender`); a dead sender's too.

    Commit before sending: no lock is held meanwhile. By the database's clock, and a moment that lies further ahead than
    any pause says that this clock was put back: such a mail is due.
    """
    values = {"sender": sender, "senders": SENDERS, "most": most, "longest_pause": PAUSES[-1]}
    return [
        (
            row.id,
            Letter(
                message_id=row.message_id,
                from_address=ctx.mail_from,
                to_address=row.to_address,
                to_name=row.to_name,
                subject=row.subject,
                text=row.text_body,
                html=row.html_body,
                created_at=row.created_at,
            ),
        )
        for row in sorted(ctx.session.execute(_CLAIM, values), key=lambda row: row.id)
    ]


_GIVE_BACK = text("""
    UPDATE outbox SET state = 'queued', sender = NULL, attempts = attempts - 1
    WHERE id = ANY(:ids) AND sender = :sender
""")


def give_back(ctx: Context, sender: int, mail_ids: Sequence[int]) -> None:
    """What was claimed and not tried."""
    ctx.session.execute(_GIVE_BACK, {"ids": list(mail_ids), "sender": sender})


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
    else:
        row.state = MailState.UNCERTAIN if answer.outcome is Outcome.UNCERTAIN else MailState.FAILED


def log_of(ctx: Context) -> frozenset[int] | None:
    """The programmes whose mails this person reads in the log. None: every mail, those about no assignment too."""
    if may(ctx.actor, Permission.READ_MAIL_LOG, NOWHERE):
        return None
    offices = {id_: Scope(standing_unit_ids=units) for id_, units in ctx.offices.items()}
    return frozenset(id_ for id_, scope in offices.items() if may(ctx.actor, Permission.READ_MAIL_LOG, scope))


def resend(ctx: Context, mail_id: int) -> OutboxMail:
    """Put a mail that failed, came back or may not have arrived back into the queue, with the same Message-ID.

    Whoever does so takes the address for good again.
    """
    if ctx.actor.is_auditor:
        raise NotAllowed(N_("Anh/chị chỉ được xem."))
    row, seen = ctx.session.get(OutboxMail, mail_id, with_for_update=True), log_of(ctx)
    if row is None or (seen is not None and not seen & set(row.programme_ids)):
        raise NotFound(N_("Không tìm thấy thư này."))
    if row.state not in (MailState.FAILED, MailState.UNCERTAIN, MailState.BOUNCED):
        raise NotFound(N_("Thư này không ở trạng thái có thể gửi lại."))
    record(ctx, "resend", "outbox", row.id, from_state=row.state, to_state=MailState.QUEUED)
    row.state, row.attempts, row.sent_at = MailState.QUEUED, 0, None
    row.not_before = func.clock_timestamp()
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
