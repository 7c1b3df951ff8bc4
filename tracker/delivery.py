"""Sending what is due: claim, commit, send, settle, commit; no transaction is open while a mail travels."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from time import monotonic

from tracker.mail.transport import WHOLE_TRY_WITHIN, open_transport
from tracker.services.context import Context
from tracker.services.outbox import LEASE, claim, give_back
from tracker.services.settlement import settle

# Claimed by one sender in one go; a sender that is killed holds up no more than these, for as long as a lease.
AT_ONCE = 20


def _never() -> bool:
    return False


def deliver_due(
    mail_url: str,
    acting: Callable[[], AbstractContextManager[Context]],
    limit: int = 500,
    stopping: Callable[[], bool] = _never,
) -> int:
    """Sends up to `limit` mails one by one; returns how many were tried. Killed anywhere, it loses none.

    A few are claimed at once, each is settled by itself; what cannot be tried within its lease, or before `stopping`,
    is given back.
    """
    tried = 0
    with closing(open_transport(mail_url)) as send:
        while tried < limit and not stopping():
            with acting() as ctx:
                claimed = claim(ctx, min(AT_ONCE, limit - tried))
            if not claimed:
                break
            until = monotonic() + LEASE.total_seconds() - WHOLE_TRY_WITHIN
            for number, (mail_id, token, letter) in enumerate(claimed):
                if monotonic() > until or stopping():
                    with acting() as ctx:
                        give_back(ctx, [token for _id, token, _letter in claimed[number:]])
                    break
                answer = send(letter)
                tried += 1
                with acting() as ctx:
                    settle(ctx, mail_id, token, answer)
    return tried
