"""Who is told what, how many working days before or after the deadline (design 3.3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.rules.calendar import WorkingCalendar


class LadderRole(StrEnum):
    """Roles, not persons: they are resolved on the day the mail is made."""

    OWNER = "owner"
    HEAD = "head"
    STANDING_OFFICE = "standing_office"
    DEPUTY_LEADER = "deputy_leader"
    LEADER = "leader"


@dataclass(frozen=True)
class LadderRung:
    """`offset` in working days against the due date, negative before it."""

    offset: int
    roles: tuple[LadderRole, ...]


DEFAULT_LADDER = (
    LadderRung(-10, (LadderRole.OWNER,)),
    LadderRung(-3, (LadderRole.OWNER, LadderRole.HEAD)),
    LadderRung(0, (LadderRole.OWNER, LadderRole.HEAD)),
    LadderRung(1, (LadderRole.OWNER, LadderRole.HEAD)),
    LadderRung(3, (LadderRole.HEAD, LadderRole.STANDING_OFFICE)),
    LadderRung(5, (LadderRole.STANDING_OFFICE, LadderRole.DEPUTY_LEADER)),
    LadderRung(10, (LadderRole.LEADER,)),
)


def steps_due(
    ladder: Sequence[LadderRung],
    due_on: date,
    today: date,
    calendar: WorkingCalendar,
    recorded: Collection[tuple[int, str]],
) -> list[tuple[int, LadderRole]]:
    """(offset, role) pairs to fire today.

    For each role the *highest* step reached that names it, unless that step or a higher one is recorded for the
    role and this due date. So a missed run loses nothing, and a long outage tells each role once, not in a burst.
    """
    position = calendar.between(due_on, today)
    # On a day off right after the due date no working day has passed: step 0 is what was reached.
    fired: list[tuple[int, LadderRole]] = []
    for role in LadderRole:
        reached = [rung.offset for rung in ladder if role in rung.roles and rung.offset <= position]
        if not reached:
            continue
        highest = max(reached)
        if not any(done_role == role and offset >= highest for offset, done_role in recorded):
            fired.append((highest, role))
    return fired


def earliest_offset(ladder: Sequence[LadderRung]) -> int:
    return min((rung.offset for rung in ladder), default=0)
