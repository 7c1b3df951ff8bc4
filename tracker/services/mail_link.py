"""Making the links that mails carry, and ending them. What they do is in `services.act`."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tracker.mail.link import Invitation, hash_of, new_nonce, token_of
from tracker.rules.ladder import OF_UNIT, LadderRole
from tracker.rules.mail_link import expires_at
from tracker.rules.workflow import WITH_UNIT
from tracker.services.context import Context
from tracker.store import mail_link as store

# Event mails that ask the unit to do the work itself; what asks for another answer is answered after signing in.
ACTIONABLE = frozenset(
    {"assigned", "returned", "handed_on", "chased", "extension_granted", "extension_undone", "extension_refused"}
)
# How long after its end a link can still say what it was.
KEPT = timedelta(days=90)


def invitation(ctx: Context, row: Any, role: LadderRole, kind: str | None = None) -> Invitation | None:
    """What a mail about this work offers to whoever gets it as owner or head: nothing to those who oversee.

    `row`: an assignment that the unit has now, or what a sweep reads of it; `kind` of an event mail.
    """
    if role not in OF_UNIT or not (kind is None or (kind in ACTIONABLE and row.state in WITH_UNIT)):
        return None
    return given(ctx, row.id, row.version, row.due_on)


def given(ctx: Context, assignment_id: int, version: int, due_on: date | None) -> Invitation:
    """To whoever signs for the unit that has just been given this work."""
    return Invitation(assignment_id, version, due_on, ctx.base_url, new_nonce())


def make_links(ctx: Context, invited: Sequence[tuple[int, str, int, Invitation]]) -> None:
    """The rows behind the links of mails just put into the outbox: (mail, its Message-ID, person, link).

    Only hashes: the tokens are made when it is sent.
    """
    rows = [
        {
            "token_hash": hash_of(token_of(ctx.link_key, message_id, one.nonce)),
            "person_id": person_id,
            "assignment_id": one.assignment_id,
            "version": one.version,
            "outbox_id": mail_id,
            "undoes_id": one.undoes_id,
            "expires_at": one.expires_at or expires_at(ctx.now, one.due_on),
        }
        for mail_id, message_id, person_id, one in invited
    ]
    if rows:
        store.insert_all(ctx.session, rows, ctx.now)


def forget_old(ctx: Context) -> None:
    """What was done with them stays in the audit."""
    store.forget(ctx.session, ctx.now - KEPT)
