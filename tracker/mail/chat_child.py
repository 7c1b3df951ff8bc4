"""The process behind `mail.chat`: reads a message a line, hands it to Apprise, says in one line what came of it.

It ends with its input. Nothing it says holds any part of an address: a status, or the kind of what went wrong.
"""

import ipaddress
import json
import logging
import os
import sys
from typing import Any

import requests
from apprise import Apprise, AppriseAsset
from apprise.common import PersistentStoreMode

# What a service refuses for good: the address or its token is wrong, the person has left the chat.
FOR_GOOD = range(400, 500)
BUT_NOT = frozenset({408, 425, 429})


class Inside(Exception):
    """An address of somebody who may not reach hosts of the house leads to one."""


class Watch:
    """What Apprise does not tell: how the service answered. And where it may connect to, by the address that is really
    connected to, whatever a name server or a redirect said before."""

    def __init__(self) -> None:
        self.trusted = False
        self.inside = False
        self.status: int | None = None
        self.broke: Exception | None = None
        self._send = requests.Session.send

    def begin(self, *, trusted: bool) -> None:
        self.trusted, self.inside, self.status, self.broke = trusted, False, None, None

    def send(self, session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        self.status, self.broke = None, None
        try:
            answer = self._send(session, request, **more)
        except Exception as error:
            self.broke = error
            raise
        self.status = answer.status_code
        return answer

    def hook(self, event: str, values: tuple[Any, ...]) -> None:
        if event == "socket.connect" and not self.trusted and not outside(values[1]):
            self.inside = True
            raise Inside


def outside(address: Any) -> bool:
    """Whether a socket's address is a host of the open internet."""
    if not isinstance(address, tuple):
        return False  # a socket of this machine
    try:
        host = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return False
    if isinstance(host, ipaddress.IPv6Address):
        host = host.ipv4_mapped or host.sixtofour or host
    return host.is_global and not host.is_multicast


def outcome(watch: Watch, *, done: bool) -> tuple[str, str]:
    if done:
        return "sent", f"{watch.status or 'ok'}"
    if watch.inside:
        return "failed", "an address inside the house"
    if watch.broke is not None:
        kind = type(watch.broke).__name__
        # Refused, unknown, or no connection in time: nothing was handed over.
        if isinstance(watch.broke, requests.ConnectTimeout) or _no_connection(watch.broke):
            return "retry", kind
        if isinstance(watch.broke, requests.ConnectionError | requests.Timeout):
            return "uncertain", kind
        return "retry", kind
    if watch.status in FOR_GOOD and watch.status not in BUT_NOT:
        return "failed", str(watch.status)
    return "retry", str(watch.status or "not sent")


def _no_connection(error: BaseException) -> bool:
    """requests wraps what urllib3 said, and has one class for a refused connection and for one that broke later."""
    seen = f"{type(getattr(error.args[0], 'reason', None)).__name__}" if error.args else ""
    return seen in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLError")


def main() -> None:
    # Whatever prints, only the answers go out this way.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)  # lines of requests and of Apprise name addresses
    # Apprise puts its name into a header as it is.
    asset = AppriseAsset(app_id="Giao Viec", async_mode=False, storage_mode=PersistentStoreMode.MEMORY)
    watch = Watch()
    requests.Session.send = lambda session, request, **more: watch.send(session, request, **more)  # type: ignore[method-assign]
    sys.addaudithook(watch.hook)

    def say(**words: object) -> None:
        answers.write(json.dumps(words).encode() + b"\n")

    say(ready=True)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        watch.begin(trusted=asked.get("trusted", False))
        service = Apprise.instantiate(asked["address"], asset=asset)
        if "body" not in asked:
            say(understood=service is not None)
            continue
        if service is None:
            say(outcome="failed", detail="an address that cannot be understood")
            continue
        try:
            done = service.notify(title=asked["title"], body=asked["body"])
        except Exception as error:
            watch.broke, done = watch.broke or error, False
        said, detail = outcome(watch, done=bool(done))
        say(outcome=said, detail=detail)


if __name__ == "__main__":
    main()
