"""The links of mails, as their recipients have them."""

import re
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.mail.link import fill

KEY = b"test" * 8


def link_of(session: Session | Any, login: str, kind: str, *, key: bytes = KEY, n: int = -1) -> str:
    """The token in the newest mail of this kind to the person (`n` of the links in it)."""
    rows = session.execute(
        text(
            "SELECT o.text_body, o.message_id FROM outbox AS o JOIN users AS u ON u.id = o.recipient_id"
            " WHERE u.login = :login AND o.kind = :kind ORDER BY o.id DESC LIMIT 1"
        ),
        {"login": login, "kind": kind},
    )
    body, message_id = rows.one()
    return re.findall(r"/act/([A-Za-z0-9_-]{43})", fill(body, key, message_id))[n]
