"""What a mail server says about a letter that it could not deliver (RFC 3464, and what older servers write)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from hashlib import sha256

from tracker.mail.message import one_line

# The report and the headers of the letter come first; whatever a server returns of its body is not read.
MOST_BYTES = 256 * 1024
MOST_RECIPIENTS = 50

_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_ADDRESS = re.compile(r"[^\s<>;,\"]{1,250}@[^\s<>;,\"]{1,250}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\d|\.\d)")
# In words it follows the reply ("550-5.1.1") or a mark ("#5.1.1"): a bare one may be anybody's version number.
_STATUS_SAID = re.compile(r"(?:\b[245]\d\d[ -]#?|#)([245]\.\d{1,3}\.\d{1,3})(?!\d|\.\d)")
_REPLY = re.compile(r"(?<![\d.])([245])\d\d(?=[\s-])")
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
# "The address is at fault" of RFC 3463 and its registry: X.1.1–3 unknown, .6 moved, .10 no mail; X.2.1 disabled.
# X.1.0 is none of them: many servers say it of the sender.
_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# Servers that know only "5.0.0" say in words what it is.
_UNKNOWN_PERSON = re.compile(
    r"(no such (user|mailbox|recipient|address)|(user|recipient|mailbox|address) (is )?unknown"
    r"|unknown (user|recipient|mailbox|address)|no mailbox here by that name"
    r"|(user|recipient|mailbox|account|address)[^.]{0,40} (does not|doesn't) exist)",
    re.IGNORECASE,
)
# The letter begins after such a line where it does not stand in a part of its own: Exim, qmail.
_COPY_BELOW = re.compile(
    rb"^-+ (This is a copy of .{0,99}|Below this line is a copy of the message\.)\s*$", re.MULTILINE
)
_QMAIL = re.compile(r"<(?P<to>[^<>\s]{1,250}@[^<>\s]{1,250})>:\r?\n(?P<said>.+?)(?:\r?\n\r?\n|\Z)", re.DOTALL)


class Action(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


ACTIONS = {one.value: one for one in Action} | {"relayed": Action.DELIVERED, "expanded": Action.DELIVERED}
WORST_FIRST = list(Action)


@dataclass(frozen=True)
class Bounce:
    """One notification about one letter. Anybody can write one: only the Message-ID of a letter of ours counts.

    `key` is the same whenever the same notification is read; `recipient` and `status` may be empty.
    """

    key: str
    message_id: str
    recipient: str
    action: Action
    status: str
    diagnostic: str

    @property
    def permanent(self) -> bool:
        return self.action is Action.FAILED and self.status.startswith("5")

    @property
    def dead_address(self) -> bool:
        """The address is at fault for good, and not a full mailbox, the letter's size, or somebody's filter."""
        return self.permanent and self.status in _DEAD


def read_bounce(raw: bytes) -> Bounce | None:
    """None for everything else: answers of people, out-of-office notes, receipts, lists, and what is damaged."""
    raw = raw[:MOST_BYTES]
    try:
        found = _read(raw)
    except Exception:
        return None  # the parser of the standard library ends in all kinds of errors on hostile mail
    if found is None:
        return None
    message_id, recipient, action, status, diagnostic = found
    return Bounce(
        sha256(raw).hexdigest(), message_id, recipient, action, status or _status_in(action, diagnostic), diagnostic
    )


def blames_address(said: str) -> bool:
    """Whether a refusal ("550 5.1.1 …", or in words) says that the address does not exist."""
    return _status_in(Action.FAILED, said) in _DEAD


Found = tuple[str, str, Action, str, str]


def _read(raw: bytes) -> Found | None:
    mail = message_from_bytes(raw)
    # What is not said to be a report must come from a mail server: a person's answer may quote anything.
    if mail.get_content_type() != "multipart/report" and not _from_a_server(mail):
        return None
    if mail.is_multipart():
        return _standard(mail)
    return _exim(mail, raw) or _qmail(mail, raw)


def _standard(mail: Message) -> Found | None:
    parts = list(_parts(mail))
    reports = [part for part in parts if part.get_content_type() in _REPORTS]
    if not reports:
        return None  # a receipt of reading, a complaint
    blocks = reports[0].get_payload()
    if not isinstance(blocks, list) or not blocks:
        return None
    told = [one for block in blocks[: MOST_RECIPIENTS + 1] if isinstance(block, Message) and (one := _told(block))]
    if not told:
        return None
    recipient, action, status, diagnostic = min(told, key=lambda one: WORST_FIRST.index(one[1]))
    message_id = _id_in_parts(parts) or _first_id(_text(blocks[0], "X-Original-Message-ID")) or _id_in_answer_to(mail)
    return (message_id, recipient, action, status, diagnostic) if message_id else None


def _parts(mail: Message) -> Iterator[Message]:
    """The direct parts alone: a report that somebody forwards inside a letter is none of ours."""
    payload = mail.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload[:20] if isinstance(part, Message))


def _told(block: Message) -> tuple[str, Action, str, str] | None:
    action = ACTIONS.get(_text(block, "Action").lower())
    if action is None:
        return None
    recipient = _address(_text(block, "Original-Recipient")) or _address(_text(block, "Final-Recipient"))
    diagnostic = _text(block, "Diagnostic-Code") or _text(block, "X-Supplementary-Info")
    diagnostic = one_line(re.sub(r"(?i)^\s*(smtp|x-[\w-]+)\s*;\s*", "", diagnostic))[:500]
    status = _STATUS.search(_text(block, "Status"))
    return recipient, action, _sharper(status[1] if status else "", action, diagnostic), diagnostic


def _sharper(status: str, action: Action, diagnostic: str) -> str:
    """`status`, or what the words say where it says only "something"."""
    if status and not status.endswith(".0.0"):
        return status
    worded = _status_in(action, diagnostic)
    return worded if worded and (not status or worded[0] == status[0]) else status


def _status_in(action: Action, diagnostic: str) -> str:
    """From "550 5.1.1 …", or from "550 …" and what it says. Without any figure nothing is for good."""
    if status := _STATUS_SAID.search(diagnostic):
        return status[1]
    reply = _REPLY.search(diagnostic)
    if reply is None:
        return ""
    if action is Action.FAILED and reply[1] == "5" and _UNKNOWN_PERSON.search(diagnostic):
        return "5.1.1"
    return f"{reply[1]}.0.0"


def _id_in_parts(parts: list[Message]) -> str:
    for part in parts:
        if part.get_content_type() not in _RETURNED:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            letter = payload[0] if payload and isinstance(payload[0], Message) else None
        else:
            content = part.get_payload(decode=True)
            letter = message_from_bytes(content.lstrip()) if isinstance(content, bytes) else None
        if letter is not None and (found := _first_id(_text(letter, "Message-ID"))):
            return found
    return ""


def _id_in_answer_to(mail: Message) -> str:
    return _first_id(_text(mail, "In-Reply-To")) or _first_id(_text(mail, "References"))


def _from_a_server(mail: Message) -> bool:
    """Bounces have no sender to answer to (RFC 5321, 4.5.5); some stores drop that line."""
    path = _text(mail, "Return-Path")
    if path:
        return path == "<>"
    return bool(re.search(r"(?i)\b(mailer-daemon|postmaster)@", _text(mail, "From")))


def _exim(mail: Message, raw: bytes) -> Found | None:
    recipient = _address(_text(mail, "X-Failed-Recipients"))
    if not recipient:
        return None
    message_id = _id_below(raw) or _id_in_answer_to(mail)
    if not message_id:
        return None
    said = _body(mail).partition(recipient)[2].lstrip(": \r\n")
    diagnostic = one_line(re.split(r"\r?\n\r?\n", said, maxsplit=1)[0])[:500]
    return message_id, recipient, Action.FAILED, "", diagnostic


def _qmail(mail: Message, raw: bytes) -> Found | None:
    body = _body(mail)
    # https://cr.yp.to/proto/qsbmf.txt: "Hi. This is the" starts the one that a program may read.
    if not body.lstrip().startswith("Hi. This is the"):
        return None
    about = _QMAIL.search(body)
    message_id = _id_below(raw)
    if about is None or not message_id:
        return None
    return message_id, about["to"], Action.FAILED, "", one_line(about["said"])[:500]


def _id_below(raw: bytes) -> str:
    """Of the letter whose headers stand in the text of the notification."""
    line = _COPY_BELOW.search(raw)
    if line is None:
        return ""
    return _first_id(_text(message_from_bytes(raw[line.end() :].lstrip()), "Message-ID"))


def _body(mail: Message) -> str:
    """The server's own words, without the letter below them."""
    content = mail.get_payload(decode=True)
    return _COPY_BELOW.split(content)[0].decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _text(mail: Message | str, name: str) -> str:
    """A header as one line; empty when it is missing."""
    return one_line(str(mail.get(name, ""))) if isinstance(mail, Message) else ""


def _first_id(value: str) -> str:
    found = _MESSAGE_ID.search(value)
    return found[0] if found else ""


def _address(value: str) -> str:
    found = _ADDRESS.search(value)
    return found[0] if found else ""
