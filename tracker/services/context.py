"""What every service is given first: who acts, when, on which session, and what to wake afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from secrets import token_bytes

from sqlalchemy.orm import Session

from tracker.models.assignment import Assignment
from tracker.models.user import User
from tracker.rules.calendar import WorkingCalendar, local_date
from tracker.rules.permissions import Actor
from tracker.store.calendar import load_calendar
from tracker.store.content import Contents, open_contents
from tracker.store.people import standing_unit_ids
from tracker.store.user import has_sample_data

DELIVER_MAIL = "tasks.mail.deliver"
BUILD_REPORTS = "tasks.report.build"


@dataclass(frozen=True)
class EvidencePlace:
    """Where the content of files lies (`store.content`), and how large one may be, in MB of 1024 × 1024 bytes."""

    url: str = ""
    key: str = ""
    secret: str = ""
    max_mb: int = 25


@dataclass
class Context:
    """`now` is aware; `nudges` are Celery task names that the edge sends after its commit."""

    session: Session
    actor: Actor
    now: datetime
    request_id: str
    base_url: str
    mail_from: str
    evidence: EvidencePlace = EvidencePlace()
    # Of the addresses that people may store themselves.
    chat_schemes: frozenset[str] = frozenset()
    # Turns the nonces of links in mails into tokens. Without a given one, links lead nowhere; never to a guess.
    link_key: bytes = field(default_factory=lambda: token_bytes(32), repr=False)
    nudges: set[str] = field(default_factory=set)
    # Whose right the current verb uses when its actor acts for somebody away; set where the right is checked.
    on_behalf_of_id: int | None = None
    # The link of a mail by which the actor acts, without having signed in; every event says so.
    link_id: int | None = None
    # The assignment whose report the current verb files or decides on: there it is submitted, nowhere else.
    filing: int | None = None
    # Sample histories write no mails.
    quiet: bool = False
    # Rows that this transaction has locked and read since: a verb on one of them need not load it again.
    locked: dict[int, Assignment] = field(default_factory=dict)
    # Unit → who signs for it today, as far as was asked.
    signing: dict[int, list[User]] = field(default_factory=dict)
    # The names of those to whom event mails were written, in order; and their ids.
    told: list[str] = field(default_factory=list)
    told_ids: set[int] = field(default_factory=set)

    @property
    def today(self) -> date:
        return local_date(self.now)

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return load_calendar(self.session)

    @cached_property
    def offices(self) -> Mapping[int, frozenset[int]]:
        """Programme → the units that hold its standing-office role today."""
        return standing_unit_ids(self.session, self.today)

    @cached_property
    def sample(self) -> bool:
        """Whether this is a site with sample people, whose mails say so."""
        return has_sample_data(self.session)

    def know(self, *, calendar: WorkingCalendar, offices: Mapping[int, frozenset[int]]) -> None:
        """What the edge has read already need not be read again."""
        self.__dict__.update(calendar=calendar, offices=offices)

    @cached_property
    def contents(self) -> Contents:
        return open_contents(self.evidence.url, self.evidence.key, self.evidence.secret)

    def nudge(self, task_name: str) -> None:
        self.nudges.add(task_name)
