"""One mail as data, and as the bytes that travel."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from tracker.rules.calendar import LOCAL

# Dot-atom and host name of RFC 5322: no quoted names, no literals, ASCII only, as SMTP without SMTPUTF8 takes them.
# The parser of the standard library ends in all kinds of errors on anything stranger.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<user>{_ATOM}(?:\.{_ATOM})*)@(?P<host>{_LABEL}(?:\.{_LABEL})*)")


@dataclass(frozen=True)
class Letter:
    """Everything that a transport needs; `message_id` stays the same through all tries."""

    message_id: str
    from_address: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    created_at: datetime


def new_message_id(from_address: str) -> str:
    return make_msgid(domain=from_address.rpartition("@")[2] or "localhost")


def build(letter: Letter) -> EmailMessage:
    """Text and HTML alternatives (RFC 2046), marked as automatic (RFC 3834), in 7-bit lines.

    Raises ValueError on an address or a text that cannot be written down.
    """
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id
    # The same instant in any zone; people read the local one.
    message["Date"] = format_datetime(letter.created_at.astimezone(LOCAL))
    message["From"] = _address("Giao Việc", letter.from_address)
    message["To"] = _address(letter.to_name, letter.to_address)
    message["Subject"] = one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    # Exchange answers automatic mail with out-of-office notes unless it is told not to.
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def one_line(value: str) -> str:
    """A header is one line of printable text: a break in a name or a subject would start a header of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())


def _address(name: str, address: str) -> Address:
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise ValueError(f"{address!r} is not a mail address")
    return Address(one_line(name), parts["user"], parts["host"])
