"""The link by which a mail program switches a kind of mail off for whoever got it (RFC 2369, RFC 8058).

Signed, and stored nowhere: it names the mail, and the mail names the person and the topic.
"""

import hmac
import re
from base64 import urlsafe_b64encode

_TOKEN = re.compile(r"([1-9][0-9]{0,9})-([A-Za-z0-9_-]{43})")
ONE_CLICK = ("List-Unsubscribe", "One-Click")


def token_of(key: bytes, mail_id: int, message_id: str) -> str:
    """`key`: that of `mail.link`; no nonce of a link can give the same, since a Message-ID begins with "<"."""
    seal = hmac.digest(key, f"unsubscribe {mail_id} {message_id}".encode(), "sha256")
    return f"{mail_id}-{urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def mail_of(token: str) -> int | None:
    """The mail that a token names, whether it is genuine or not."""
    found = _TOKEN.fullmatch(token)
    return int(found[1]) if found and int(found[1]) < 2**31 else None


def genuine(token: str, key: bytes, mail_id: int, message_id: str) -> bool:
    return hmac.compare_digest(token.encode("utf-8", "replace"), token_of(key, mail_id, message_id).encode())


def url_of(base_url: str, token: str) -> str:
    """Empty where the site's address cannot stand in a header as it is."""
    return f"{base_url}/unsubscribe/{token}" if base_url.isascii() else ""
