"""Sending one letter over SMTP (RFC 5321) or into a folder, and what became of it."""

import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import MessageError
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from tracker.mail.message import Letter, build

TIMEOUT = 20.0
# What email.headerregistry raises on malformed addresses.
UNWRITABLE = (ValueError, IndexError, MessageError)


class Outcome(StrEnum):
    SENT = "sent"
    # A temporary refusal, or the connection broke before the text was handed over: try again.
    RETRY = "retry"
    # A permanent refusal (5xx), or an address that cannot be written down.
    FAILED = "failed"
    # The connection broke after the text was handed over: it may have arrived.
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    detail: str


Transport = Callable[[Letter], Answer]


class BadMailUrl(ValueError):
    """MAIL_URL cannot be understood."""


def open_transport(mail_url: str) -> Transport:
    """`smtp://[user:password@]host:port[?starttls=1]`, `smtps://…` or `file:///folder`. Raises BadMailUrl."""
    url = urlsplit(mail_url)
    try:
        port = url.port
    except ValueError as error:
        raise BadMailUrl(f"MAIL_URL: {error}") from error
    if url.scheme == "file" and url.path:
        folder = Path(unquote(url.path))
        return lambda letter: _write(folder, letter)
    if url.scheme in ("smtp", "smtps") and url.hostname:
        return lambda letter: _send(url, port, letter)
    raise BadMailUrl("MAIL_URL must be smtp://host:port, smtps://host:port or file:///folder")


def _write(folder: Path, letter: Letter) -> Answer:
    """One .eml per Message-ID, renamed into place: a second try overwrites the first."""
    try:
        content = build(letter).as_bytes()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = sha256(letter.message_id.encode()).hexdigest()[:20]
        target = folder / f"{letter.created_at:%Y%m%d-%H%M%S}-{name}.eml"
        draft = target.with_suffix(f".{os.getpid()}.part")
        draft.write_bytes(content)
        draft.replace(target)
    except UNWRITABLE as error:
        return Answer(Outcome.FAILED, f"address: {error}")
    except OSError as error:
        return Answer(Outcome.RETRY, str(error))
    return Answer(Outcome.SENT, target.name)


def _send(url: SplitResult, port: int | None, letter: Letter) -> Answer:
    try:
        content = build(letter).as_bytes()
    except UNWRITABLE as error:
        return Answer(Outcome.FAILED, f"address: {error}")
    handed_over = False
    try:
        with _connect(url, port) as server:
            _expect(server.mail(letter.from_address))
            _expect(server.rcpt(letter.to_address))
            code, text = server.docmd("DATA")
            if code != 354:
                return _refused(code, text)
            # `data()` would hide where a break happened; from here on the server may have the letter.
            handed_over = True
            server.send(_dot_stuffed(content))
            code, text = server.getreply()
            if code != 250:
                return _refused(code, text)
            return Answer(Outcome.SENT, _words(code, text))
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return Answer(Outcome.RETRY, str(error))
    except (OSError, smtplib.SMTPException) as error:
        detail = str(error) or type(error).__name__
        return Answer(Outcome.UNCERTAIN if handed_over else Outcome.RETRY, detail)


class _Quiet:
    """Closes a connection without letting a failing QUIT change what became of the letter."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server = server

    def __enter__(self) -> smtplib.SMTP:
        return self.server

    def __exit__(self, *_: object) -> None:
        self.server.close()


def _connect(url: SplitResult, port: int | None) -> _Quiet:
    assert url.hostname is not None
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname, port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(url.hostname, port or 25, timeout=TIMEOUT)
    try:
        server.ehlo_or_helo_if_needed()
        if parse_qs(url.query).get("starttls", ["0"])[0] not in ("", "0"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return _Quiet(server)


def _expect(reply: tuple[int, bytes]) -> None:
    code, text = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, text)


def _refused(code: int, text: bytes | str) -> Answer:
    return Answer(Outcome.FAILED if code >= 500 else Outcome.RETRY, _words(code, text))


def _words(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"[:500]


def _dot_stuffed(content: bytes) -> bytes:
    """RFC 5321 4.5.2: a line that starts with a dot gets another; the text ends with a lone dot."""
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return stuffed.removesuffix(b"\r\n") + b"\r\n.\r\n"
