"""Reading what came back: parse, record, commit, and only then mark the mail as read."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from tracker.mail.bounce import read_bounce
from tracker.mail.inbox import open_inbox
from tracker.services.bounce import record_bounce
from tracker.services.context import Context

log = structlog.get_logger()


def collect_bounces(bounce_url: str, acting: Callable[[], AbstractContextManager[Context]]) -> int:
    """Reads the unseen mails of the mailbox; returns how many were about mails of ours. Killed anywhere, it loses none.

    No transaction is open while the server answers. Raises InboxFailed.
    """
    read = about_ours = 0
    with open_inbox(bounce_url) as inbox:
        for uid, raw in inbox.unseen():
            bounce = read_bounce(raw)
            ours = False
            if bounce is not None:
                with acting() as ctx:
                    ours = record_bounce(ctx, bounce)
            inbox.done(uid, ours=ours)
            read, about_ours = read + 1, about_ours + ours
    if read:
        log.info("bounces_read", read=read, ours=about_ours)
    return about_ours
