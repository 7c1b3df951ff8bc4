"""Sending what is due: claim, commit, send, settle, commit; no transaction is open while a mail travels."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from tracker.mail.transport import open_transport
from tracker.services.context import Context
from tracker.services.outbox import claim, settle


def deliver_due(mail_url: str, acting: Callable[[], AbstractContextManager[Context]], limit: int = 500) -> int:
    """Sends up to `limit` mails one by one; returns how many were tried. Killed anywhere, it loses none."""
    send = open_transport(mail_url)
    for tried in range(limit):
        with acting() as ctx:
            claimed = claim(ctx)
        if claimed is None:
            return tried
        mail_id, token, letter = claimed
        answer = send(letter)
        with acting() as ctx:
            settle(ctx, mail_id, token, answer)
    return limit
