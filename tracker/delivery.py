"""Sending what is due by mail and to chats: claim, commit, send, settle; no transaction is open meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from time import monotonic, sleep

from tracker.mail.answer import Answer, Outcome
from tracker.mail.chat import Message, Messenger
from tracker.mail.message import Letter
from tracker.mail.transport import open_transport
from tracker.services.context import Context
from tracker.services.outbox import claim, claim_chat, give_back
from tracker.services.settlement import settle
from tracker.store.outage import database_down
from tracker.store.sender import Sender, SessionLost

# Claimed by one sender in one go: at first a few, then what goes out in a second. What did not go out within so many
# seconds is given back: others have their share of what a slow server takes one by one.
FEW, MANY = 20, 200
AT_LENGTH = 5.0
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
    Some mails are claimed together, each is settled by itself before the next one is handed over: whatever ends this
    sender or its session, at most one letter is out that no row knows of, and its other claims are anybody's at once.
    What is left when `stopping` says so is given back.
    """
    with acting() as ctx:
        engine = ctx.session.get_bind().engine
    tried, most, end = 0, FEW, monotonic() + LONGEST
    with (
        closing(Sender(engine)) as sender,
        closing(open_transport(mail_url)) as send,
        closing(Messenger()) as tell,
    ):
        last = _Last(acting, sender)
        try:
            while tried < limit and monotonic() < end and not stopping():
                claimed = _claimed(acting, sender.number, min(most, limit - tried))
                if not claimed:
                    break
                began, before = monotonic(), tried
                for number, (mail_id, letter) in enumerate(claimed):
                    if monotonic() > min(end, began + AT_LENGTH) or stopping():
                        last.settled()
                        with acting() as ctx:
                            give_back(ctx, sender.number, [mail_id for mail_id, _letter in claimed[number:]])
                        break
                    if isinstance(letter, Letter):
                        answer = send(letter, last.settled, _mail_at(claimed, number + 1))
                    else:
                        last.settled()
                        answer = tell(letter)
                    tried += 1
                    last.settled()
                    last.settle(mail_id, answer)
                last.settled()
                most = min(MANY, max(FEW, int((tried - before) / (monotonic() - began))))
        except SessionLost:
            pass
    return tried


class _Last:
    """The letter that went out last: the database writes it down while the next one is on its way to the server, and
    is waited for before that is handed over."""

    def __init__(self, acting: Acting, sender: Sender) -> None:
        self._acting, self._sender = acting, sender
        self._under_way: tuple[int, Answer] | None = None

    def settle(self, mail_id: int, answer: Answer) -> None:
        if answer.outcome is Outcome.SENT:
            with self._or_when_it_is_back(mail_id, answer):
                self._sender.begin_sent(mail_id, answer.detail)
            self._under_way = mail_id, answer
        else:
            self._at_length(mail_id, answer)

    def settled(self) -> None:
        """Raises SessionLost, like `settle`: what went out is written down then, and nothing more may be sent."""
        if self._under_way is None:
            return
        (mail_id, answer), self._under_way = self._under_way, None
        with self._or_when_it_is_back(mail_id, answer):
            done = self._sender.was_sent()
        if not done:
            self._at_length(mail_id, answer)

    def _at_length(self, mail_id: int, answer: Answer) -> None:
        with self._or_when_it_is_back(mail_id, answer):
            self._sender.check()
        _settle(self._acting, mail_id, self._sender.number, answer)

    @contextmanager
    def _or_when_it_is_back(self, mail_id: int, answer: Answer) -> Iterator[None]:
        try:
            yield
        except SessionLost:
            _when_it_is_back(partial(_settle, self._acting, mail_id, self._sender.number, answer))
            raise


def _claimed(acting: Acting, sender: int, most: int) -> Sequence[tuple[int, Letter | Message]]:
    with acting() as ctx:
        mails = claim(ctx, sender, most)
        if mails:
            return mails
        message = claim_chat(ctx, sender)
        return [message] if message else []


def _mail_at(claimed: Sequence[tuple[int, Letter | Message]], number: int) -> Letter | None:
    letter = claimed[number][1] if number < len(claimed) else None
    return letter if isinstance(letter, Letter) else None


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
