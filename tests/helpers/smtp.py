"""A real SMTP server that remembers what it got, and can be told to behave badly."""

import asyncio
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp
from time import sleep

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# A test with a server that wants to answer each command, and with one that takes them together (RFC 2920).
BOTH_WAYS = pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "at once"])


class Postman:
    """`replies`: answers to give instead of accepting, by phase ("MAIL", "RCPT", "DATA"); `stall` holds the last one.

    `refused`: addresses that nobody has here. `drops`: phases at which it hangs up without an answer; at "DATA" it has
    the whole letter by then.
    """

    def __init__(self, *, certificate: bool = False, slowly: float = 0.0, pipelining: bool = False) -> None:
        """`certificate`: offers STARTTLS with one that signs itself, made for 127.0.0.1. `slowly`: seconds that it
        takes before it has a letter, and again before it says so. `pipelining`: says that it takes commands before it
        answered the last one."""
        self.slowly = slowly
        self.pipelining = pipelining
        self.letters: list[EmailMessage] = []
        self.replies: dict[str, str] = {}
        self.refused: set[str] = set()
        self.drops: set[str] = set()
        self.stall = threading.Event()
        self.holding = threading.Event()
        self.connections = 0
        self._last: SMTP | None = None
        self.certificate: Path | None = None
        more: dict[str, object] = {}
        if certificate:
            self.certificate = _certificate()
            more["tls_context"] = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port(), **more)

    def __enter__(self) -> "Postman":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stall.clear()
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    def ids(self) -> Counter[str]:
        return Counter(str(letter["Message-ID"]) for letter in self.letters)

    async def handle_EHLO(
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        self._last = server
        return [*responses[:1], "250-PIPELINING", *responses[1:]] if self.pipelining else responses

    def hang_up(self) -> None:
        """Ends the newest connection."""
        assert self._last is not None
        assert self._last.transport is not None
        self._controller.loop.call_soon_threadsafe(self._last.transport.abort)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._answer(server, "MAIL")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = "550 5.1.1 no such user" if address in self.refused else self._answer(server, "RCPT")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.replies:
            return self.replies["DATA"]
        if self.slowly:
            await asyncio.sleep(self.slowly)
        content = envelope.content or b""
        letter = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.SMTP)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.holding.set()
        if self.slowly:
            await asyncio.sleep(self.slowly)
        while self.stall.is_set():
            await asyncio.sleep(0.02)
        return self._answer(server, "DATA")

    def _answer(self, server: SMTP, phase: str) -> str:
        if phase in self.drops:
            assert server.transport is not None
            server.transport.abort()
        return self.replies.get(phase, "250 OK")


@contextmanager
def waiter(*answers: bytes) -> Iterator[tuple[str, bytearray]]:
    """(URL, what it heard by the end) of a server with PIPELINING that answers nothing before it heard DATA, and then
    gives the first of the answers at once; the next one after the next DATA."""
    heard = bytearray()

    def wait() -> None:
        guest, _ = listener.accept()
        with guest:
            guest.settimeout(10)
            guest.sendall(b"220 here\r\n")
            heard.extend(guest.recv(8192))
            guest.sendall(b"250-here\r\n250 PIPELINING\r\n")
            for number, answer in enumerate(answers, 1):
                while heard.count(b"DATA\r\n") < number:
                    more = guest.recv(8192)
                    assert more, "it hung up"
                    heard.extend(more)
                guest.sendall(answer)
            with suppress(OSError):
                while b"QUIT" not in heard and heard.count(b"\r\n.\r\n") < len(answers) and (more := guest.recv(8192)):
                    heard.extend(more)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=wait)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}", heard
        thread.join()


@contextmanager
def doorkeeper(greeting: bytes, drip: bytes = b"") -> Iterator[str]:
    """URL of a server that says this and nothing more to whoever comes; aiosmtpd always greets with 220.

    `drip`: what it goes on saying to the newest guest ten times a second.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        guests: list[socket.socket] = []

        def stand() -> None:
            try:
                while True:
                    guest, _ = listener.accept()
                    guests.append(guest)
                    guest.sendall(greeting)
                    with suppress(OSError):
                        while drip:
                            guest.sendall(drip)
                            sleep(0.1)
            except OSError:
                return  # the listener was shut down

        thread = threading.Thread(target=stand)
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for guest in guests:
                guest.close()


def _certificate() -> Path:
    """Key and certificate in one file, as servers take it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = Path(mkdtemp(prefix="giao-viec-tls-")) / "server.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
