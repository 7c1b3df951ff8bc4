"""Sending letters over SMTP (RFC 5321)."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, unquote

from tracker.mail.answer import Answer, Outcome, unwritable
from tracker.mail.message import Letter, one_line

# Seconds. A letter stays within the minute after which the database ends the session of a silent sender and lets
# another one take its mails (`store.sender`).
CONNECT_WITHIN = 10.0
ANSWER_WITHIN = 30.0
WHOLE_TRY_WITHIN = 50.0
# A server may say that it has a letter only when it has thought about the next one's commands: where a letter takes
# longer than this, each is begun when the last one is answered.
QUICK = 1.0
# Many servers end a connection after a hundred.
LETTERS_A_CONNECTION = 100
# Asked before the last line is handed over.
Ready = Callable[[], None]


class Courier:
    """Keeps its connection from letter to letter: greeting, TLS and login take longer than a letter.

    Where the server takes commands together (PIPELINING, RFC 2920), those of the next letter go with the last line of
    this one: a single wait a letter.
    """

    def __init__(self, url: SplitResult, port: int | None, starttls: bool) -> None:
        self._url, self._port, self._starttls = url, port, starttls
        self._server: smtplib.SMTP | None = None
        self._sent = 0
        # The letter whose commands the server has already.
        self._begun: Letter | None = None
        # Whether the next letter may be begun early, and whether the last one was slow.
        self._early, self._slow = True, False
        # The moment at which all patience with this letter ends, and the longest single wait until then.
        self._end = self._patience = 0.0

    def __call__(self, letter: Letter, ready: Ready | None = None, following: Letter | None = None) -> Answer:
        try:
            content = _dot_stuffed(letter.content)
        except ValueError as error:
            return unwritable(error)
        self._end = monotonic() + WHOLE_TRY_WITHIN
        if self._begun is not None and self._begun is not letter:
            self.close()
        if self._server is not None:
            answer = self._try(letter, content, ready, following, kept=True)
            if answer is not None:
                return answer
        answer = self._try(letter, content, ready, following, kept=False)
        assert answer is not None  # a new connection always answers
        return answer

    def close(self) -> None:
        """Polite, but what became of the letters is settled: neither wait for the answer nor let it fail."""
        server, self._server, self._sent, self._begun = self._server, None, 0, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.putcmd("QUIT")
            server.close()

    def _try(
        self, letter: Letter, content: bytes, ready: Ready | None, following: Letter | None, *, kept: bool
    ) -> Answer | None:
        """None: the kept connection was of no more use before this letter began, so a new one may be asked."""
        phase, handed_over, keep, began = "connect", False, False, monotonic()
        begun, self._begun = self._begun is letter, None
        try:
            server = self._server or self._connect()
            commands = _commands(letter)
            together = server.has_extn("pipelining")
            for phase, command in commands.items():
                self._hurry(server)
                if not together:
                    server.send(command)
                elif phase == "MAIL FROM" and not begun:
                    server.send(b"".join(commands.values()))
                code, text = server.getreply()
                if phase == "DATA":
                    if code != 354:
                        return _refused(code, text, for_good=True)
                elif not _accepted(code):
                    # Hung up at once: a server that would take the letter all the same never gets its dot.
                    if kept and phase == "MAIL FROM":
                        self._early = self._early and not begun
                        return None
                    return _refused(code, text, for_good=phase == "RCPT TO")
            self._hurry(server)
            server.send(content)
            early = _written(following) and self._begin_early(together, began)
            if ready is not None:
                ready()
            self._hurry(server)
            phase, handed_over = "after DATA", True
            if early:
                assert following is not None  # it is written
                self._patience = WHOLE_TRY_WITHIN  # the answer may come after those to the next letter
                server.send(b".\r\n" + b"".join(_commands(following).values()))
                self._begun = following
            else:
                server.send(b".\r\n")
            code, text = server.getreply()
            self._patience, self._slow = ANSWER_WITHIN, monotonic() - began > QUICK
            if _accepted(code):
                self._sent += 1
                keep = self._sent < LETTERS_A_CONNECTION
                return Answer(Outcome.SENT, _words(code, text))
            if not 400 <= code < 600:
                return Answer(Outcome.UNCERTAIN, _words(code, text))
            return _refused(code, text, for_good=True)
        except smtplib.SMTPResponseException as error:
            if handed_over:
                return Answer(Outcome.UNCERTAIN, _words(error.smtp_code, error.smtp_error))
            # A greeting, HELO, STARTTLS or login that is refused: the setting may be mended while the mail waits.
            return _refused(error.smtp_code, error.smtp_error, for_good=False)
        except (OSError, smtplib.SMTPException) as error:
            if kept and phase == "MAIL FROM":
                # It may have lost what came with the last line.
                self._early = self._early and not begun
                return None
            detail = one_line(f"{phase}: {str(error) or type(error).__name__}")[:500]
            return Answer(Outcome.UNCERTAIN if handed_over else Outcome.RETRY, detail)
        finally:
            if not keep:
                self.close()

    def _begin_early(self, together: bool, began: float) -> bool:
        quick = not self._slow and monotonic() - began < QUICK
        return together and self._early and quick and self._sent + 1 < LETTERS_A_CONNECTION

    def _connect(self) -> smtplib.SMTP:
        """A greeted, encrypted and logged-in server."""
        url, host = self._url, self._url.hostname
        assert host is not None  # open_transport looked
        if url.scheme == "smtps":
            server: _Prompt = _PromptTls(self._left, context=ssl.create_default_context())
        else:
            server = _Prompt(self._left)
        self._server = server
        self._patience = CONNECT_WITHIN
        server.connect_to(host, self._port or (465 if url.scheme == "smtps" else 25))
        self._patience = ANSWER_WITHIN
        server.ehlo_or_helo_if_needed()
        if self._starttls:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        return server

    def _left(self) -> float:
        """Seconds for the next wait. Raises TimeoutError when nothing is left of the time for this letter."""
        remaining = self._end - monotonic()
        if remaining <= 0:
            raise TimeoutError("the server is too slow")
        return min(self._patience, remaining)

    def _hurry(self, server: smtplib.SMTP) -> None:
        """Before something long is sent."""
        if server.sock is None:
            raise TimeoutError("the server is gone")
        server.sock.settimeout(self._left())


class _Lines:
    """What `smtplib` reads from; a server that drips a byte now and then is not waited for any longer."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock, self._left, self._buffer = sock, left, b""

    def readline(self, most: int) -> bytes:
        while b"\n" not in self._buffer and len(self._buffer) < most:
            self._sock.settimeout(self._left())
            more = self._sock.recv(8192)
            if not more:
                break
            self._buffer += more
        line, mark, rest = self._buffer[:most].partition(b"\n")
        self._buffer = rest + self._buffer[most:]
        return line + mark

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class _Prompt(smtplib.SMTP):
    """`left` says before each wait how long that may be."""

    def __init__(self, left: Callable[[], float], **more: Any) -> None:
        super().__init__(timeout=CONNECT_WITHIN, **more)
        self._left = left

    def connect_to(self, host: str, port: int) -> None:
        self._host = host  # `starttls` asks the certificate for it
        code, text = self.connect(host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        # Or the last small packet of each letter waits 40 ms for an acknowledgement that is itself delayed.
        assert self.sock is not None  # it was greeted
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock, self._left)
        return super().getreply()


class _PromptTls(_Prompt, smtplib.SMTP_SSL):
    pass


def _commands(letter: Letter) -> dict[str, bytes]:
    # Bare commands: the library would parse addresses that `content` has looked at, and its `data()` would hide where a
    # break happened: the server has the letter only with the lone dot.
    return {
        "MAIL FROM": b"MAIL FROM:<%b>\r\n" % letter.from_address.encode(),
        "RCPT TO": b"RCPT TO:<%b>\r\n" % letter.to_address.encode(),
        "DATA": b"DATA\r\n",
    }


def _written(letter: Letter | None) -> bool:
    """Builds it, while the server reads the one before; one that cannot be written down says so when its turn comes."""
    with suppress(ValueError):
        return letter is not None and bool(letter.content)
    return False


def _accepted(code: int) -> bool:
    return 200 <= code < 300


def _refused(code: int, text: bytes | str, *, for_good: bool) -> Answer:
    return Answer(Outcome.FAILED if for_good and code >= 500 else Outcome.RETRY, _words(code, text))


def _words(code: int, text: bytes | str) -> str:
    """One printable line (a database takes no NUL), whatever the server sent."""
    return one_line(f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")[:500]


def _dot_stuffed(content: bytes) -> bytes:
    """RFC 5321 4.5.2: a line that starts with a dot gets another; lines of `build` end with CRLF, so does the last."""
    return content.replace(b"\r\n.", b"\r\n..")
