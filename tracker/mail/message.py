"""One mail as data, and as the bytes that travel."""

import re
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, make_msgid
from functools import cached_property, lru_cache

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
    # Where the recipient's program switches such mails off at one click; empty: this one cannot be switched off.
    unsubscribe: str = ""

    @cached_property
    def content(self) -> bytes:
        """Built once, when it is first asked for. Raises ValueError like `build`."""
        return build(self)


def new_message_id(from_address: str) -> str:
    return make_msgid(domain=from_address.rpartition("@")[2] or "localhost")


# "=_" stands in no line of base64, so that no text can hold it.
_BOUNDARY = b"=_giao-viec"
_LINE = 76


def build(letter: Letter) -> bytes:
    """Text and HTML alternatives (RFC 2046), marked as automatic (RFC 3834), in lines of 7 bits that end with CRLF.

    Raises ValueError on an address or a text that cannot be written down. The classes of the standard library make the
    same in a millisecond; a letter here takes a tenth of that, so that it is the server that says how fast mail goes.
    """
    head = (
        f"Message-ID: {letter.message_id}",
        # The same instant in any zone; people read the local one.
        f"Date: {format_datetime(letter.created_at.astimezone(LOCAL))}",
        f"From: {_address('Giao Việc', letter.from_address)}",
        f"To: {_address(letter.to_name, letter.to_address)}",
        f"Subject: {_words(letter.subject, 'Subject')}",
        "Auto-Submitted: auto-generated",
        # Exchange answers automatic mail with out-of-office notes unless it is told not to.
        "X-Auto-Response-Suppress: All",
        *(
            # RFC 2369 and RFC 8058; whoever signs the mail (DKIM) must sign both.
            (f"List-Unsubscribe: <{letter.unsubscribe}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")
            if letter.unsubscribe
            else ()
        ),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY.decode()}"',
        "",
        "",
    )
    return b"".join(
        (
            "\r\n".join(head).encode("ascii"),
            _part(b"plain", letter.text),
            _part(b"html", letter.html),
            b"--" + _BOUNDARY + b"--\r\n",
        )
    )


def _part(subtype: bytes, text: str) -> bytes:
    # Lines of text end with CRLF before they are encoded (RFC 2045, 6.8).
    encoded = b2a_base64("\r\n".join(text.splitlines()).encode() + b"\r\n", newline=False)
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    return b"\r\n".join(
        (
            b"--" + _BOUNDARY,
            b"Content-Type: text/" + subtype + b'; charset="utf-8"',
            b"Content-Transfer-Encoding: base64",
            b"",
            *lines,
            b"",
        )
    )


def one_line(value: str) -> str:
    """A header is one line of printable text: a break in a name or a subject would start a header of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())


@lru_cache(maxsize=10_000)
def _words(text: str, header: str = "") -> str:
    """Encoded words (RFC 2047), folded."""
    return Header(one_line(text), "utf-8", header_name=header or None).encode(linesep="\r\n")


def _address(name: str, address: str) -> str:
    if _ADDRESS.fullmatch(address) is None:
        raise ValueError(f"{address!r} is not a mail address")
    # The name folded apart from the address: an address is never broken.
    return f"{_words(name)} <{address}>"
