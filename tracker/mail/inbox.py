"""Unseen mails of one IMAP mailbox (RFC 3501): the first bytes of each, and done with only when the caller says so."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from imaplib import IMAP4, IMAP4_SSL
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.mail.bounce import MOST_BYTES
from tracker.mail.message import one_line

# Seconds for each answer, and for one run: beat wakes the next after two minutes.
ANSWER_WITHIN = 20.0
WHOLE_RUN_WITHIN = 90.0
MOST_MAILS = 200

# Other letters would need the UTF-7 of IMAP, and its marks another way of quoting.
_FOLDER = re.compile(r"[A-Za-z0-9 ._/\[\]-]{1,200}")
_USER = re.compile(r"[^\s\"(){}%*\\]{1,200}", re.ASCII)


class BadInboxUrl(ValueError):
    """BOUNCE_URL cannot be understood. The sentence never repeats the URL: it holds a password."""


class InboxFailed(Exception):
    """The server cannot be reached, or refuses: one line. What was not marked comes again."""


@dataclass(frozen=True)
class _Place:
    encrypted: bool
    starttls: bool
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    move_to: str


def read_url(url: str) -> _Place:
    """`imaps://user:password@host[:993][/INBOX][?move_to=Folder]`; imap:// (`?starttls=1`) to this machine alone.

    Raises BadInboxUrl.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        # `from None`: the original sentence quotes the part of the URL that it could not read.
        raise BadInboxUrl(
            "BOUNCE_URL has a host or port that cannot be read (write special characters of the password as %XX)"
        ) from None
    if parts.scheme not in ("imap", "imaps") or not host or not parts.username or not parts.password:
        raise BadInboxUrl("BOUNCE_URL must be imaps://user:password@host[:993]/INBOX")
    if parts.scheme == "imap" and not _is_here(host):
        raise BadInboxUrl("BOUNCE_URL may be imap:// only on this machine (127.0.0.1); use imaps://")
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    starttls = options.pop("starttls", "0")
    folders = [unquote(parts.path.strip("/")) or "INBOX", options.pop("move_to", "")]
    # A misspelt option would be passed over without a word.
    if options or starttls not in ("0", "1") or (starttls == "1" and parts.scheme == "imaps"):
        raise BadInboxUrl("BOUNCE_URL knows ?move_to=Folder and, for imap://, ?starttls=1")
    if not all(_FOLDER.fullmatch(folder) for folder in folders if folder):
        raise BadInboxUrl("BOUNCE_URL has a folder with other letters than A-Z, digits, space and . _ - / [ ]")
    user, password = unquote(parts.username), unquote(parts.password)
    if not (user.isascii() and _USER.fullmatch(user) and password.isascii() and password.isprintable()):
        raise BadInboxUrl("BOUNCE_URL has a user or password with signs that IMAP cannot send")
    default = 993 if parts.scheme == "imaps" else 143
    return _Place(
        parts.scheme == "imaps", starttls == "1", host, port or default, user, password, folders[0], folders[1]
    )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Inbox:
    """`unseen()` leaves the mailbox as it is; `done()` takes one mail out of what the next run sees."""

    def __init__(self, server: IMAP4, move_to: str) -> None:
        self._server = server
        self._end = monotonic() + WHOLE_RUN_WITHIN
        # Servers tell more after the login than before.
        able = _answer(server.capability())[0] or b""
        self._move_to = move_to if b"MOVE" in able.upper().split() else ""
        if self._move_to:
            # A folder that is not there shall stop the run before anything is marked.
            _answer(server.status(_quoted(self._move_to), "(MESSAGES)"))

    def unseen(self) -> Iterator[tuple[str, bytes]]:
        """(UID, the first `MOST_BYTES`) of the oldest `MOST_MAILS`, as long as the run may last."""
        uids = _answer(self._server.uid("SEARCH", "UNSEEN"))[0] or b""
        for uid in sorted(uids.decode("ascii").split(), key=int)[:MOST_MAILS]:
            if monotonic() > self._end:
                return
            # A part of the whole (RFC 3501, 6.4.5): nobody can fill the memory by sending a large mail.
            for part in _answer(self._server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")):
                if isinstance(part, tuple):
                    yield uid, part[1][:MOST_BYTES]
                    break

    def done(self, uid: str, *, ours: bool) -> None:
        """Seen, and moved to the folder when it was ours, where the URL names one and the server can (RFC 6851)."""
        _answer(self._server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
        if ours and self._move_to:
            _answer(self._server.uid("MOVE", uid, _quoted(self._move_to)))


@contextmanager
def open_inbox(url: str) -> Iterator[Inbox]:
    """The mailbox of `read_url`. Raises BadInboxUrl at once, InboxFailed at any later step."""
    place = read_url(url)
    server: IMAP4 | None = None
    try:
        if place.encrypted:
            context = ssl.create_default_context()
            server = IMAP4_SSL(place.host, place.port, timeout=ANSWER_WITHIN, ssl_context=context)
        else:
            server = IMAP4(place.host, place.port, timeout=ANSWER_WITHIN)
            if place.starttls:
                server.starttls(ssl.create_default_context())
        _answer(server.login(place.user, place.password))
        _answer(server.select(_quoted(place.folder)))
        yield Inbox(server, place.move_to)
    except (OSError, IMAP4.error, UnicodeError) as error:
        raise InboxFailed(_words(error)) from error
    finally:
        if server is not None:
            # Polite, but nothing depends on the answer.
            with suppress(OSError, IMAP4.error):
                server.sock.settimeout(1)
                server.logout()


def _answer(answered: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answered
    if kind != "OK":
        raise IMAP4.error(data[0] if data else kind)
    return data


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return one_line(said or type(error).__name__)[:300]


def _quoted(folder: str) -> str:
    return f'"{folder}"'
