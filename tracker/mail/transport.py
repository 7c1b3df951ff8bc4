"""How letters leave: over SMTP (`mail.smtp`) or into a folder."""

import os
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.mail.answer import Answer, Outcome, unwritable
from tracker.mail.message import Letter, one_line
from tracker.mail.smtp import Courier, Ready
from tracker.rules.calendar import LOCAL


class Transport(Protocol):
    def __call__(self, letter: Letter, ready: Ready | None = None, following: Letter | None = None) -> Answer:
        """`ready` is asked before the last line is handed over; what it raises is raised, and the letter has not
        gone out. `following`: the one that will most likely be next."""

    def close(self) -> None: ...


class BadMailUrl(ValueError):
    """MAIL_URL cannot be understood. The sentence never repeats the URL: it may hold a password."""


def open_transport(mail_url: str) -> Transport:
    """`smtp://[user:password@]host:port[?starttls=1]`, `smtps://…` or `file:///folder`. Raises BadMailUrl.

    The transport never raises for trouble with the network, the server or the letter: it answers.
    """
    try:
        url = urlsplit(mail_url)
        port = url.port
        (url.hostname or "").encode("idna")
    except ValueError:
        # `from None`: the original sentence quotes the part of the URL that it could not read.
        raise BadMailUrl(
            "MAIL_URL has a host or port that cannot be read (write special characters of the password as %XX)"
        ) from None
    if url.scheme == "file" and url.path and not url.netloc:
        folder = Path(unquote(url.path))
        return _Folder(folder)
    if url.scheme in ("smtp", "smtps") and url.hostname:
        options = parse_qs(url.query, keep_blank_values=True)
        # A misspelt option would send mail and password in the clear without a word.
        if options.keys() - {"starttls"} or any(value not in ("0", "1") for value in options.get("starttls", [])):
            raise BadMailUrl("MAIL_URL knows one option: ?starttls=1")
        if not unquote(f"{url.username or ''}{url.password or ''}").isascii():
            raise BadMailUrl("MAIL_URL has a user or password with letters outside ASCII; SMTP cannot send them")
        starttls = options.get("starttls") == ["1"]
        return Courier(url, port, starttls)
    raise BadMailUrl("MAIL_URL must be smtp://host:port, smtps://host:port or file:///folder")


class _Folder:
    """One .eml per Message-ID, renamed into place: a second try overwrites the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, letter: Letter, ready: Ready | None = None, following: Letter | None = None) -> Answer:
        folder = self._folder
        try:
            content = letter.content
        except ValueError as error:
            return unwritable(error)
        if ready is not None:
            ready()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = sha256(letter.message_id.encode()).hexdigest()[:20]
            target = folder / f"{letter.created_at.astimezone(LOCAL):%Y%m%d-%H%M%S}-{name}.eml"
            draft = target.with_suffix(f".{token_hex(4)}.part")
            # The folder may be older and open to others; the letters in it are not.
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            draft.replace(target)
        except OSError as error:
            return Answer(Outcome.RETRY, one_line(str(error)))
        return Answer(Outcome.SENT, target.name)

    def close(self) -> None:
        """Nothing is kept open."""
