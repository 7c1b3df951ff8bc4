"""One mail as data, and as the bytes that travel."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid


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
    """Text and HTML alternatives (RFC 2046), marked as automatic (RFC 3834). Raises ValueError on a bad address."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.created_at)
    message["From"] = Address("Giao Việc", addr_spec=letter.from_address)
    message["To"] = Address(_one_line(letter.to_name), addr_spec=letter.to_address)
    message["Subject"] = _one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    # Exchange answers automatic mail with out-of-office notes unless it is told not to.
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _one_line(value: str) -> str:
    """A header is one line: a break in a name or a subject would start a header of its own."""
    return " ".join(value.split())
