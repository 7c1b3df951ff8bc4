"""Telling a chat or SMS service through Apprise, in a process of its own (ADR 0021).

Only that process (`mail.chat_child`) loads Apprise; it is started when the first message is due, and knows nothing of
this installation but the message in hand.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from typing import IO, Any

from tracker.mail.answer import Answer, Outcome
from tracker.mail.template import ROOT

# Seconds. With one slow try a sender stays within the silence that the database allows it (`store.sender`).
START_WITHIN = 20.0
ANSWER_WITHIN = 30.0
# All that the process is given of the environment: none of our own secrets.
_PASSED = ("PATH", "LANG", "TZ", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy",
           "no_proxy")  # fmt: skip


@dataclass(frozen=True)
class Message:
    """`address` empty: there is none any more. `trusted`: an administrator's, which may lead into the house."""

    address: str = field(repr=False)
    trusted: bool
    title: str
    body: str


class Messenger:
    """Never raises for trouble with the service: it answers. `understands`: whether Apprise can read an address."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, message: Message) -> Answer:
        if not message.address:
            return Answer(Outcome.FAILED, "no address that may be used")
        if not self._start():
            return Answer(Outcome.RETRY, "the messenger does not start")
        asked = {"address": message.address, "trusted": message.trusted, "title": message.title, "body": message.body}
        said = self._ask(asked)
        if said is None:
            self.close()
            return Answer(Outcome.UNCERTAIN, "no answer")
        return Answer(Outcome(said["outcome"]), said["detail"])

    def understands(self, address: str) -> bool:
        said = self._ask({"address": address}) if self._start() else None
        return bool(said and said["understood"])

    def close(self) -> None:
        """Without its input the process ends; one that hangs is ended."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with suppress(OSError):
                child.communicate()

    def _start(self) -> bool:
        if self._child is not None and self._child.poll() is None:
            return True
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tracker.mail.chat_child"],
            cwd=ROOT,
            env={name: os.environ[name] for name in _PASSED if name in os.environ} | {"PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What a service's code prints may hold the address.
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for us: the message in hand is finished.
            start_new_session=True,
        )
        if self._line(START_WITHIN) is None:
            self.close()
            return False
        return True

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        assert self._child is not None
        stream: IO[bytes] | None = self._child.stdin
        assert stream is not None
        try:
            stream.write(json.dumps(asked).encode() + b"\n")
            stream.flush()
        except OSError:
            return None
        return self._line(ANSWER_WITHIN)

    def _line(self, seconds: float) -> dict[str, Any] | None:
        """The process answers in one piece, so that waiting for its beginning is enough."""
        assert self._child is not None
        stream = self._child.stdout
        assert stream is not None
        if not select([stream], [], [], seconds)[0]:
            return None
        line = stream.readline()
        return json.loads(line) if line.endswith(b"\n") else None
