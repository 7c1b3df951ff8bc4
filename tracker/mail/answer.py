"""What became of a letter or a message to a chat that was handed over."""

from dataclasses import dataclass
from enum import StrEnum

from tracker.mail.message import one_line


class Outcome(StrEnum):
    SENT = "sent"
    # A temporary refusal, a server that refuses *us* (greeting, login, sender), or a break before the last line was
    # handed over: nothing is wrong with this letter, try again.
    RETRY = "retry"
    # The recipient or the content is refused for good (5xx), or the address cannot be written down.
    FAILED = "failed"
    # The connection broke after the last line was handed over: the letter may have arrived.
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Answer:
    """`detail` is one line: the server's own words, or what broke and when."""

    outcome: Outcome
    detail: str


def unwritable(error: ValueError) -> Answer:
    """An address or a text that cannot be written down."""
    return Answer(Outcome.FAILED, one_line(f"address: {error}")[:500])
