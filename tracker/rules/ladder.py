"""Who is told what, how many working days before or after the deadline (design 3.3).

How a ladder is written in sentences, and read from them, is in `rules.ladder_text`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.rules.calendar import WorkingCalendar


class LadderRole(StrEnum):
    """Roles, not persons: they are resolved on the day the mail is made. In order of rank."""

    OWNER = "owner"
    HEAD = "head"
    STANDING_OFFICE = "standing_office"
    DEPUTY_LEADER = "deputy_leader"
    LEADER = "leader"


class LadderKind(StrEnum):
    """What a ladder is for. A kind without one of its own takes that of every assignment."""

    EVERY = "every"
    STARRED = "starred"
    REQUESTED = "requested"


class Channel(StrEnum):
    MAIL = "mail"
    MAIL_AND_CHAT = "mail+chat"


@dataclass(frozen=True)
class Step:
    """`offset` in working days against the due date, negative before it; `roles` are values of LadderRole.

    A step that repeats is reached again `every` working days later, `times` times; each repeat is a step of its own.
    `wording`: a sentence of the programme's own that stands in the mail.
    """

    offset: int
    roles: tuple[str, ...]
    channel: Channel = Channel.MAIL
    every: int = 0
    times: int = 0
    wording: str = ""

    def offsets(self) -> range:
        """Its own offset and those of its repeats."""
        return range(self.offset, self.last + 1, self.every or 1)

    @property
    def last(self) -> int:
        return self.offset + self.every * self.times

    def reached(self, position: int) -> int:
        """The highest of `offsets` not above `position`, which must not be below `offset`."""
        if not self.every:
            return self.offset
        return self.offset + self.every * min(self.times, (position - self.offset) // self.every)


Ladder = Sequence[Step]

DEFAULT_LADDER: tuple[Step, ...] = (
    Step(-10, (LadderRole.OWNER,)),
    Step(-3, (LadderRole.OWNER, LadderRole.HEAD)),
    Step(0, (LadderRole.OWNER, LadderRole.HEAD)),
    Step(1, (LadderRole.OWNER, LadderRole.HEAD)),
    Step(3, (LadderRole.HEAD, LadderRole.STANDING_OFFICE)),
    Step(5, (LadderRole.STANDING_OFFICE, LadderRole.DEPUTY_LEADER)),
    Step(10, (LadderRole.LEADER,)),
)


def due_steps(
    ladder: Ladder,
    due_on: date,
    today: date,
    calendar: WorkingCalendar,
    recorded: Collection[tuple[int, str]],
) -> list[tuple[int, LadderRole]]:
    """(offset, role) pairs to fire today, roles in order of rank. `recorded` holds those fired for this due date.

    For each role the *highest* step reached that names it, unless that step or a higher one is recorded for the
    role. So a missed run loses nothing, and a long outage tells each role once, not in a burst.
    """
    position = calendar.between(due_on, today)
    fired: list[tuple[int, LadderRole]] = []
    for role in LadderRole:
        reached = [step.reached(position) for step in ladder if role in step.roles and step.offset <= position]
        if not reached:
            continue
        highest = max(reached)
        if not any(told == role and offset >= highest for offset, told in recorded):
            fired.append((highest, role))
    return fired


def kind_of(*, starred: bool, is_request: bool) -> LadderKind:
    """A request stays one however important it is: the unit asked is not subordinate."""
    if is_request:
        return LadderKind.REQUESTED
    return LadderKind.STARRED if starred else LadderKind.EVERY


def step_at(ladder: Ladder, offset: int, role: str) -> Step:
    """The line of the ladder that `due_steps` fired. Where two meet on one day, the one that starts later speaks."""
    found = [step for step in ladder if role in step.roles and offset in step.offsets()]
    return max(found, key=lambda step: step.offset)


OF_UNIT = frozenset({LadderRole.OWNER, LadderRole.HEAD})

# Who leads the committee: told by a mail of their own.
LEADERS = frozenset({LadderRole.DEPUTY_LEADER, LadderRole.LEADER})

# Whoever is told when nobody of a role can be reached; after the leader there is nobody.
NEXT_IN_LINE = {
    LadderRole.OWNER: LadderRole.HEAD,
    LadderRole.HEAD: LadderRole.STANDING_OFFICE,
    LadderRole.STANDING_OFFICE: LadderRole.DEPUTY_LEADER,
    LadderRole.DEPUTY_LEADER: LadderRole.LEADER,
}


def next_step_date(ladder: Ladder, due_on: date, today: date, calendar: WorkingCalendar) -> date | None:
    """The first day after today on which a step of the ladder is reached; None when none is left."""
    offsets = {offset for step in ladder for offset in step.offsets()}
    ahead = (day for offset in offsets if (day := step_date(due_on, offset, calendar)) > today)
    return min(ahead, default=None)


def step_date(due_on: date, offset: int, calendar: WorkingCalendar) -> date:
    """The first day on which `due_steps` sees the step as reached; always a working day.

    For a due date on a day off (a programme may switch the shift off) step 0 is the working day before it, so that
    "due today" is not said when it is too late.
    """
    if offset > 0:
        return calendar.add(due_on, offset)
    return calendar.add(due_on + timedelta(days=1), offset - 1)
