"""The outbox: put a mail in with its cause, claim it, send it again or not at all. The rows are the truth; Celery
only wakes. What becomes of a try is in `services.settlement`.

Each row of the channel mail is also what its recipient sees in the product, whether it goes out or not; a message to
the person's chat goes with it."""

from collections.abc import Collection, Sequence
from json import dumps
from typing import Any

from sqlalchemy import func, text

from tracker.mail.chat import Message
from tracker.mail.link import fill
from tracker.mail.message import Letter, new_message_id
from tracker.mail.retry import PAUSES
from tracker.mail.template import Rendered
from tracker.mail.unsubscribe import token_of, url_of
from tracker.models.outbox import Channel, MailState, OutboxMail
from tracker.models.user import User
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.notification import TOPIC_OF
from tracker.rules.permissions import NOWHERE, Permission, Scope, may
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import DELIVER_MAIL, Context
from tracker.services.mail_link import make_links
from tracker.store.sender import SENDERS

AGAIN = frozenset({MailState.FAILED, MailState.UNCERTAIN, MailState.BOUNCED, MailState.SKIPPED})
SKIPPABLE = frozenset({MailState.QUEUED, MailState.FAILED})


def enqueue(ctx: Context, kind: str, dedupe_key: str, person: User, mail: Rendered) -> OutboxMail | None:
    """A mail about no assignment to one person, in the transaction of its cause. None when this cause already has its
    mail."""
    sent = enqueue_many(ctx, kind, [(dedupe_key, person, mail, ())])
    return ctx.session.get_one(OutboxMail, sent[person.id]) if sent else None


# As JSON: the adapter writes it in C, arrays of texts with quotes in them it does not. A chat gets what cannot be muted
# and what the person wants there; of that only what it is about and where to read it: others may read along.
_PUT = text("""
    WITH mail AS (
        SELECT * FROM json_to_recordset(CAST(:mails AS json)) AS mail (
            key text, message_id text, recipient_id integer, to_address text, to_name text, programme_ids integer[],
            subject text, text_body text, html_body text, state text, topic text
        )
    )
    INSERT INTO outbox
        (kind, channel, assignment_id, instead_of_id, state, topic, dedupe_key, message_id, recipient_id, to_address,
        to_name, programme_ids, subject, text_body, html_body)
    SELECT :kind, 'mail', CAST(:assignment_id AS integer), CAST(:instead_of_id AS integer), state, topic, key,
        message_id, recipient_id, to_address, to_name, programme_ids, subject, text_body, html_body
    FROM mail
    UNION ALL
    SELECT :kind, 'chat', CAST(:assignment_id AS integer), NULL, 'queued', topic, 'chat:' || key, 'chat:' || message_id,
        recipient_id, chat.scheme || '://…', to_name, programme_ids, subject, :link, ''
    FROM mail JOIN chat_addresses AS chat ON chat.user_id = mail.recipient_id
    WHERE mail.topic IS NULL OR mail.topic = ANY(chat.topics)
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING recipient_id, id, channel, state
""")


def enqueue_many(
    ctx: Context,
    kind: str,
    mails: Sequence[tuple[str, User, Rendered, Collection[int]]],
    *,
    assignment_id: int | None = None,
    instead_of_id: int | None = None,
    shown_only: bool = False,
) -> dict[int, int]:
    """(key, person, mail, the programmes it is about) in one insert; whoever has the mail of this cause already gets no
    second one. `assignment_id`: what an event mail is about; `instead_of_id`: the mail that could not be delivered;
    `shown_only`: for people whom no mail reaches, who find it in the product.

    Returns person → mail, of those who were told: by mail, or in the product alone because they want it so.
    """
    rows: list[dict[str, Any]] = [
        {
            "key": key,
            "message_id": new_message_id(ctx.mail_from),
            "recipient_id": person.id,
            "to_address": person.email or "",
            "to_name": person.name,
            "programme_ids": sorted(about),
            "subject": mail.subject,
            "text_body": mail.text,
            "html_body": mail.html,
            "topic": (topic := mail.topic or TOPIC_OF.get(kind)),
            "state": _state(person, topic, shown_only=shown_only),
        }
        for key, person, mail, about in mails
    ]
    if not rows:
        return {}
    values = {
        "kind": kind,
        "mails": dumps(rows, ensure_ascii=False),
        "assignment_id": assignment_id,
        "instead_of_id": instead_of_id,
        "link": f"{ctx.base_url}/assignments/{assignment_id}" if assignment_id else f"{ctx.base_url}/notifications",
    }
    put = ctx.session.execute(_PUT, values).all()
    if any(row.state == MailState.QUEUED for row in put):
        ctx.nudge(DELIVER_MAIL)
    sent = {
        row.recipient_id: row.id for row in put if row.channel == Channel.MAIL and row.state != MailState.UNADDRESSED
    }
    message_ids = {row["recipient_id"]: row["message_id"] for row in rows}
    make_links(
        ctx,
        [
            (sent[who.id], message_ids[who.id], who.id, one)
            for _key, who, mail, _about in mails
            if who.id in sent
            for one in mail.invitations
        ],
    )
    return sent


def _state(person: User, topic: str | None, *, shown_only: bool) -> MailState:
    if shown_only or not person.email:
        return MailState.UNADDRESSED
    return MailState.MUTED if topic in person.muted else MailState.QUEUED


# The next few of however many: a planner that last saw an empty outbox would read and sort fifty thousand for them.
_IN_ORDER = text("SET LOCAL enable_sort = off")
_CLAIM = text("""
    WITH due AS (
        SELECT id FROM outbox
        WHERE state IN ('queued', 'sending') AND channel = :channel
            AND (not_before <= clock_timestamp() OR not_before > clock_timestamp() + :longest_pause)
            AND (sender IS NULL OR sender <> :sender AND pg_try_advisory_xact_lock_shared(:senders, sender))
        ORDER BY not_before, id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'sending', sender = :sender,
        -- A dead sender's claim has been counted.
        attempts = attempts + CASE WHEN state = 'queued' THEN 1 ELSE 0 END
    WHERE id = ANY(ARRAY(SELECT id FROM due))
    RETURNING id, message_id, to_address, to_name, subject, text_body, html_body, created_at, topic,
        (SELECT json_build_array(address, scheme, by_admin) FROM chat_addresses
            WHERE user_id = recipient_id AND channel = 'chat') AS chat
""")


def claim(ctx: Context, sender: int, most: int = 1) -> list[tuple[int, Letter]]:
    """(row id, letter) of the oldest mails that are due, now this sender's (`store.sender`); a dead sender's too.

    Commit before sending: no lock is held meanwhile. By the database's clock, and a moment that lies further ahead than
    any pause says that this clock was put back: such a mail is due.
    """
    return [
        (
            row.id,
            Letter(
                message_id=row.message_id,
                from_address=ctx.mail_from,
                to_address=row.to_address,
                to_name=row.to_name,
                subject=row.subject,
                text=fill(row.text_body, ctx.link_key, row.message_id),
                html=fill(row.html_body, ctx.link_key, row.message_id),
                created_at=row.created_at,
                unsubscribe=url_of(ctx.base_url, token_of(ctx.link_key, row.id, row.message_id)) if row.topic else "",
            ),
        )
        for row in _claimed(ctx, Channel.MAIL, sender, most)
    ]


def claim_chat(ctx: Context, sender: int) -> tuple[int, Message] | None:
    """The oldest message to a chat that is due, in the same way: one, so that no mail waits behind a slow service.

    Where it goes is read now: an address that was taken away, or is of a kind that is no longer allowed, gets nothing.
    """
    for row in _claimed(ctx, Channel.CHAT, sender, 1):
        address, scheme, by_admin = row.chat or ("", "", False)
        usable = by_admin or scheme in ctx.chat_schemes
        return row.id, Message(address if usable else "", by_admin, row.subject, row.text_body)
    return None


def _claimed(ctx: Context, channel: Channel, sender: int, most: int) -> list[Any]:
    values = {"sender": sender, "senders": SENDERS, "most": most, "longest_pause": PAUSES[-1], "channel": channel.value}
    ctx.session.execute(_IN_ORDER)
    return sorted(ctx.session.execute(_CLAIM, values), key=lambda row: row.id)


_GIVE_BACK = text("""
    UPDATE outbox SET state = 'queued', sender = NULL, attempts = attempts - 1
    WHERE id = ANY(:ids) AND sender = :sender
""")


def give_back(ctx: Context, sender: int, mail_ids: Sequence[int]) -> None:
    """What was claimed and not tried."""
    ctx.session.execute(_GIVE_BACK, {"ids": list(mail_ids), "sender": sender})


def log_of(ctx: Context) -> frozenset[int] | None:
    """The programmes whose mails this person reads in the log. None: every mail, those about no assignment too."""
    if may(ctx.actor, Permission.READ_MAIL_LOG, NOWHERE):
        return None
    offices = {id_: Scope(standing_unit_ids=units) for id_, units in ctx.offices.items()}
    return frozenset(id_ for id_, scope in offices.items() if may(ctx.actor, Permission.READ_MAIL_LOG, scope))


def resend(ctx: Context, mail_id: int) -> OutboxMail:
    """Put a mail that failed, came back, was skipped or may not have arrived back into the queue, with the same
    Message-ID.

    Whoever does so takes the address for good again.
    """
    row = _to_decide(ctx, mail_id)
    if row.state not in AGAIN:
        raise NotFound(N_("Thư này không ở trạng thái có thể gửi lại."))
    record(ctx, "resend", "outbox", row.id, from_state=row.state, to_state=MailState.QUEUED)
    row.state, row.attempts, row.sent_at = MailState.QUEUED, 0, None
    row.not_before = func.clock_timestamp()
    if row.recipient is not None and row.channel is Channel.MAIL:
        row.recipient.dead_email = None
    ctx.nudge(DELIVER_MAIL)
    return row


def skip(ctx: Context, mail_id: int, *, reason: str) -> OutboxMail:
    """Somebody decides that a mail is not to go out (any more). It stays in the log, with the reason in the audit."""
    row = _to_decide(ctx, mail_id)
    if row.state not in SKIPPABLE:
        raise IllegalMove(N_("Chỉ bỏ qua được thư đang chờ gửi hoặc không gửi được."))
    if not reason.strip():
        raise Invalid(N_("Hãy ghi lý do không gửi."), field="reason")
    record(
        ctx, "skip", "outbox", row.id, from_state=row.state, to_state=MailState.SKIPPED, data={"reason": reason.strip()}
    )
    row.state = MailState.SKIPPED
    return row


def _to_decide(ctx: Context, mail_id: int) -> OutboxMail:
    """The mail, locked, for who reads the log of its programmes and may change something."""
    if ctx.actor.is_auditor:
        raise NotAllowed(N_("Anh/chị chỉ được xem."))
    row, seen = ctx.session.get(OutboxMail, mail_id, with_for_update=True), log_of(ctx)
    if row is None or (seen is not None and not seen & set(row.programme_ids)):
        raise NotFound(N_("Không tìm thấy thư này."))
    return row
