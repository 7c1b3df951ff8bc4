"""One mail as data, and as the bytes that travel."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, make_msgid

from tracker.rules.calendar import LOCAL

# Dot-atom and host name of RFC 5322: no quoted names, no literals, ASCII only, as SMTP without SMTPUTF8 takes them.
# The parser of the standard library ends in all kinds of errors on anything stranger.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


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


def build(letter: Letter) -> bytes:
    """Text and HTML alternatives (RFC 2046), marked as automatic (RFC 3834), in lines of 7 bits that end with CRLF.

    Raises ValueError on an address or a text that cannot be written down.
    """
    message = MIMEMultipart("alternative")
    message["Message-ID"] = letter.message_id
    # The same instant in any zone; people read the local one.
    message["Date"] = format_datetime(letter.created_at.astimezone(LOCAL))
    message["From"] = _address("Giao Việc", letter.from_address)
    message["To"] = _address(letter.to_name, letter.to_address)
    message["Subject"] = Header(one_line(letter.subject), "utf-8", header_name="Subject").encode()
    message["Auto-Submitted"] = "auto-generated"
    # Exchange answers automatic mail with out-of-office notes unless it is told not to.
    message["X-Auto-Response-Suppress"] = "All"
    message.attach(MIMEText(letter.text, "plain", "utf-8"))
    message.attach(MIMEText(letter.html, "html", "utf-8"))
    # A letter in the newer classes of the library takes five times as long.
    return message.as_bytes(policy=compat32.clone(linesep="\r\n"))


def one_line(value: str) -> str:
    """A header is one line of printable text: a break in a name or a subject would start a header of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())


def _address(name: str, address: str) -> str:
    if _ADDRESS.fullmatch(address) is None:
        raise ValueError(f"{address!r} is not a mail address")
    # The name folded apart from the address: an address is never broken.
    return f"{Header(one_line(name), 'utf-8').encode()} <{address}>"
