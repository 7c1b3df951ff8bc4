"""Links that act without a password: no token is ever stored (ADR 0016).

A body in the outbox holds `/act/~NONCE`. Only when the letter is built does the nonce become the token, the HMAC-SHA256
(RFC 2104) of Message-ID and nonce under a key that is not in the database. Whoever reads the database has no link;
whoever writes a nonce into another mail gets a token that nobody knows.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

_NONCE = re.compile(r"/act/~([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that a mail will carry. `undoes_id`: the used link that it takes back, until `expires_at`."""

    assignment_id: int
    version: int
    due_on: date | None
    base_url: str
    nonce: str
    undoes_id: int | None = None
    expires_at: datetime | None = None

    @property
    def url(self) -> str:
        return f"{self.base_url}/act/~{self.nonce}"


def new_nonce() -> str:
    """256 random bits, 43 characters."""
    return token_urlsafe(32)


@cache
def key_of(secret: str) -> bytes:
    """A key for nothing else, from the secret of the installation."""
    return hmac.digest(secret.encode(), b"links in mails", "sha256")


def token_of(key: bytes, message_id: str, nonce: str) -> str:
    """256 bits that nobody can tell from random ones without the key; 43 characters."""
    return urlsafe_b64encode(hmac.digest(key, f"{message_id} {nonce}".encode(), "sha256")).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def fill(body: str, key: bytes, message_id: str) -> str:
    """The body as it travels."""
    return _NONCE.sub(lambda found: f"/act/{token_of(key, message_id, found[1])}", body)


def mask(body: str) -> str:
    """The body as others than its recipient may read it."""
    return _NONCE.sub("/act/…", body)
