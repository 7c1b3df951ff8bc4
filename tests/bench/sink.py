"""An SMTP server that takes everything and keeps nothing: `python -m tests.bench.sink PORT [pipelining]`.

With `pipelining` it says, like Postfix, Exim and Exchange, that commands need not wait for answers (RFC 2920).
"""

import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:1], "250-PIPELINING", *responses[1:]] if "pipelining" in sys.argv else responses

    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


if __name__ == "__main__":
    Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    threading.Event().wait()
