"""One assignment in a mail."""

from dataclasses import dataclass
from datetime import date

from tracker.mail.link import Invitation


@dataclass(frozen=True)
class MailItem:
    """`working_days` is positive when late, negative when days are left, 0 today."""

    url: str
    title: str
    clause_ref: str
    unit_name: str
    due_on: date | None
    working_days: int
    is_request: bool
    role: str
    told: tuple[str, ...] = ()
    # The sentence that the ladder's step has of its own.
    wording: str = ""
    # Of whom nobody can be reached ("unit", "office"), so that it comes to whoever is next in line.
    instead: str = ""
    # The key of its period, and whether the period before had left it unfinished; for the mail of an opening.
    period: str = ""
    carried: bool = False
    # What the recipient may answer without a password.
    invited: Invitation | None = None
    # What was tried about it so far, in words.
    tried: str = ""
    # A day that was promised and is over: what this line is about.
    promised_on: date | None = None
    # What the unit has said already: a day that is not over, a later deadline that nobody decided on.
    open_promise: date | None = None
    asked_due_on: date | None = None
    # For subjects, where it is not the name itself.
    unit_short: str = ""

    @property
    def late(self) -> bool:
        return self.working_days > 0

    @property
    def is_due_today(self) -> bool:
        return self.due_on is not None and self.working_days == 0
