"""A real SMTP server that remembers what it got, and can be told to behave badly."""

import asyncio
import socket
import threading
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postman:
    """`replies`: answers to give instead of accepting, by phase ("RCPT", "DATA"); `stall` holds the last answer."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.replies: dict[str, str] = {}
        self.drop_after_data = False
        self.stall = threading.Event()
        self.holding = threading.Event()
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())

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

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" in self.replies:
            return self.replies["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.replies:
            return self.replies["DATA"]
        content = envelope.content or b""
        letter = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.SMTP)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.drop_after_data:
            assert server.transport is not None
            server.transport.abort()
            return "250 OK"
        self.holding.set()
        while self.stall.is_set():
            await asyncio.sleep(0.02)
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
