"""Sending what is due by mail and to chats: claim, commit, send, settle; no transaction is open meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from functools import partial
from time import monotonic, sleep

from tracker.mail.chat import Message, Messenger
from tracker.mail.message import Letter
from tracker.mail.transport import Answer, Outcome, open_transport
from tracker.services.context import Context
from tracker.services.outbox import claim, claim_chat, give_back
from tracker.services.settlement import settle
from tracker.store.outage import database_down
from tracker.store.sender import Sender, SessionLost

# Claimed by one sender in one go.
AT_ONCE = 20
# Seconds after which no further letter is begun: with one slow try more it ends well before Celery would end it.
LONGEST = 150.0
# Seconds for which a sender waits for a database that went away, with a letter that it does not know of.
PATIENCE = 30.0
Acting = Callable[[], AbstractContextManager[Context]]


def _never() -> bool:
    return False


def deliver_due(mail_url: str, acting: Acting, limit: int = 500, stopping: Callable[[], bool] = _never) -> int:
    """Sends up to `limit` mails one by one; returns how many were tried. Killed anywhere, it loses none.

    Mails first, and between two messages to chats whatever mail came due meanwhile: no slow service holds up a mail.
    A few mails are claimed at once, each is settled by itself before the next one is handed over: whatever ends this
    sender or its session, at most one letter is out that no row knows of, and its other claims are anybody's at once.
    What is left when `stopping` says so is given back.
    """
    with acting() as ctx:
        engine = ctx.session.get_bind().engine
    tried, end = 0, monotonic() + LONGEST
    with (
        closing(Sender(engine)) as sender,
        closing(open_transport(mail_url)) as send,
        closing(Messenger()) as tell,
        ThreadPoolExecutor(1) as aside,
    ):
        last = _Last(acting, sender, aside)
        try:
            while tried < limit and monotonic() < end and not stopping():
                claimed = _claimed(acting, sender.number, min(AT_ONCE, limit - tried))
                if not claimed:
                    break
                for number, (mail_id, letter) in enumerate(claimed):
                    if monotonic() > end or stopping():
                        last.settled()
                        with acting() as ctx:
                            give_back(ctx, sender.number, [mail_id for mail_id, _letter in claimed[number:]])
                        break
                    if isinstance(letter, Letter):
                        answer = send(letter, last.settled)
                    else:
                        last.settled()
                        answer = tell(letter)
                    tried += 1
                    last.settled()
                    last.settle(mail_id, answer)
                last.settled()
        except SessionLost:
            pass
    return tried


class _Last:
    """The letter that went out last: written down by a thread of its own while the next one is on its way to the
    server, which takes as long, and waited for before that is handed over."""

    def __init__(self, acting: Acting, sender: Sender, aside: ThreadPoolExecutor) -> None:
        self._acting, self._sender, self._aside = acting, sender, aside
        self._under_way: tuple[int, Answer, Future[bool]] | None = None

    def settle(self, mail_id: int, answer: Answer) -> None:
        if answer.outcome is Outcome.SENT:
            self._under_way = mail_id, answer, self._aside.submit(self._sender.sent, mail_id, answer.detail)
        else:
            self._at_length(mail_id, answer)

    def settled(self) -> None:
        """Raises SessionLost, like `settle`: what went out is written down then, and nothing more may be sent."""
        if self._under_way is None:
            return
        mail_id, answer, written = self._under_way
        self._under_way = None
        try:
            done = written.result()
        except SessionLost:
            _when_it_is_back(partial(_settle, self._acting, mail_id, self._sender.number, answer))
            raise
        if not done:
            self._at_length(mail_id, answer)

    def _at_length(self, mail_id: int, answer: Answer) -> None:
        write = partial(_settle, self._acting, mail_id, self._sender.number, answer)
        try:
            self._sender.check()
        except SessionLost:
            _when_it_is_back(write)
            raise
        write()


def _claimed(acting: Acting, sender: int, most: int) -> Sequence[tuple[int, Letter | Message]]:
    with acting() as ctx:
        mails = claim(ctx, sender, most)
        if mails:
            return mails
        message = claim_chat(ctx, sender)
        return [message] if message else []


def _settle(acting: Acting, mail_id: int, sender: int, answer: Answer) -> None:
    with acting() as ctx:
        settle(ctx, mail_id, sender, answer)


def _when_it_is_back(write: Callable[[], None]) -> None:
    """A letter is out: that is written down as soon as the database is there again, before another sender takes it."""
    end = monotonic() + PATIENCE
    while True:
        try:
            return write()
        except Exception as error:
            if not database_down(error) or monotonic() > end:
                raise
            sleep(0.1)
