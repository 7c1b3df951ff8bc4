"""The outbox: put a mail in with its cause, claim it, send it again or not at all. The rows are the truth; Celery
only wakes. What becomes of a try is in `services.settlement`."""

from collections.abc import Sequence
from datetime import timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from tracker.mail.message import Letter, new_message_id
from tracker.mail.render import Rendered
from tracker.models.outbox import MailState, OutboxMail
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid, NotFound
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import DELIVER_MAIL, Context
from tracker.store.outbox import exists

LEASE = timedelta(seconds=60)
AGAIN = frozenset({MailState.FAILED, MailState.UNCERTAIN, MailState.BOUNCED, MailState.SKIPPED})
SKIPPABLE = frozenset({MailState.QUEUED, MailState.FAILED})


def enqueue(ctx: Context, kind: str, dedupe_key: str, person: User, mail: Rendered) -> OutboxMail | None:
    """A mail to one person in the transaction of its cause. None when this cause already has its mail."""
    if person.email is None or exists(ctx.session, dedupe_key):
        return None
    row = OutboxMail(**_row(ctx, kind, dedupe_key, person, mail))
    ctx.session.add(row)
    ctx.session.flush()
    ctx.nudge(DELIVER_MAIL)
    return row


def enqueue_many(
    ctx: Context,
    kind: str,
    mails: Sequence[tuple[str, User, Rendered]],
    *,
    assignment_id: int | None = None,
    instead_of_id: int | None = None,
) -> dict[int, OutboxMail]:
    """(key, person, mail) in one insert; whoever has the mail of this cause already gets no second one.

    Returns person → mail.
    """
    about = {"assignment_id": assignment_id, "instead_of_id": instead_of_id}
    rows = [_row(ctx, kind, key, person, mail) | about for key, person, mail in mails if person.email]
    if not rows:
        return {}
    query = upsert(OutboxMail).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(OutboxMail)
    sent = {mail.recipient_id: mail for mail in ctx.session.scalars(query, rows)}
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
            text=row.text_body,
            html=row.html_body,
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


def resend(ctx: Context, mail_id: int) -> OutboxMail:
    """Put a mail that failed, came back, was skipped or may not have arrived back into the queue, with the same
    Message-ID.

    Whoever does so takes the address for good again.
    """
    row = ctx.session.get(OutboxMail, mail_id, with_for_update=True)
    if row is None or row.state not in AGAIN:
        raise NotFound(N_("Thư này không ở trạng thái có thể gửi lại."))
    record(ctx, "resend", "outbox", row.id, from_state=row.state, to_state=MailState.QUEUED)
    row.state, row.not_before, row.attempts, row.sent_at = MailState.QUEUED, ctx.now, 0, None
    if row.recipient is not None:
        row.recipient.dead_email = None
    ctx.nudge(DELIVER_MAIL)
    return row


def skip(ctx: Context, mail_id: int, *, reason: str) -> OutboxMail:
    """Somebody decides that a mail is not to go out (any more). It stays in the log, with the reason in the audit."""
    row = ctx.session.get(OutboxMail, mail_id, with_for_update=True)
    if row is None:
        raise NotFound(N_("Không tìm thấy thư này."))
    if row.state not in SKIPPABLE:
        raise IllegalMove(N_("Chỉ bỏ qua được thư đang chờ gửi hoặc không gửi được."))
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do không gửi."), field="reason")
    record(
        ctx, "skip", "outbox", row.id, from_state=row.state, to_state=MailState.SKIPPED, data={"reason": reason.strip()}
    )
    row.state = MailState.SKIPPED
    return row
