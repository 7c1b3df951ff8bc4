"""Who is told what, how many working days before or after the deadline (design 3.3)."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.errors import Invalid
from tracker.rules.text import fold
from tracker.rules.words import LADDER_ROLES, N_


class LadderRole(StrEnum):
    """Roles, not persons: they are resolved on the day the mail is made. In order of rank."""

    OWNER = "owner"
    HEAD = "head"
    STANDING_OFFICE = "standing_office"
    DEPUTY_LEADER = "deputy_leader"
    LEADER = "leader"


OF_UNIT = frozenset({LadderRole.OWNER, LadderRole.HEAD})


@dataclass(frozen=True)
class Step:
    """`offset` in working days against the due date, negative before it; `roles` are values of LadderRole."""

    offset: int
    roles: tuple[str, ...]


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
        reached = [step.offset for step in ladder if role in step.roles and step.offset <= position]
        if not reached:
            continue
        highest = max(reached)
        if not any(told == role and offset >= highest for offset, told in recorded):
            fired.append((highest, role))
    return fired


def step_date(due_on: date, offset: int, calendar: WorkingCalendar) -> date:
    """The first day on which `due_steps` sees the step as reached; always a working day.

    For a due date on a day off (a programme may switch the shift off) step 0 is the working day before it, so that
    "due today" is not said when it is too late.
    """
    if offset > 0:
        return calendar.add(due_on, offset)
    return calendar.add(due_on + timedelta(days=1), offset - 1)


def horizon(ladder: Ladder, today: date, calendar: WorkingCalendar) -> date:
    """The last due date of which a step may be reached today: a sweep need ask for nothing later."""
    offset = earliest_offset(ladder)
    if offset > 0:
        return calendar.add(today + timedelta(days=1), -offset) - timedelta(days=1)
    return calendar.add(today, 1 - offset) - timedelta(days=1)


def earliest_offset(ladder: Ladder) -> int:
    """0 for an empty ladder."""
    return min((step.offset for step in ladder), default=0)


def sentence(step: Step) -> str:
    """For example "3 ngày làm việc sau hạn: lãnh đạo đơn vị, đồng gửi cơ quan thường trực".

    Whoever stands above the unit gets a copy when somebody of the unit is told, and is addressed otherwise.
    """
    roles = [role for role in LadderRole if role in step.roles]
    copies = [role for role in roles if role not in OF_UNIT]
    told = [role for role in roles if role in OF_UNIT] or copies
    text = f"{_when(step.offset)}: {_joined(told)}"
    return text if told is copies or not copies else f"{text}, đồng gửi {_joined(copies)}"


def _when(offset: int) -> str:
    if offset == 0:
        return "Ngày đến hạn"
    return f"{abs(offset)} ngày làm việc {'sau' if offset > 0 else 'trước'} hạn"


def _joined(roles: Iterable[LadderRole]) -> str:
    return " và ".join(LADDER_ROLES[role] for role in roles)


def format_ladder(ladder: Ladder) -> str:
    """One numbered sentence a line, from the earliest step on; `parse_ladder` reads it back."""
    ordered = sorted(ladder, key=lambda step: step.offset)
    return "\n".join(f"{number}. {sentence(step)}" for number, step in enumerate(ordered, 1))


_LINE = re.compile(r"(?:\d+[.)]\s+)?(?P<when>[^:]+):(?P<roles>.+)")
_OFFSET = re.compile(r"(?P<n>\d{1,3}) ngay lam viec (?P<side>truoc|sau) han")
_SEPARATOR = re.compile(r",\s*đồng gửi\s|,|\svà\s", re.IGNORECASE)
_ROLES = {fold(label): LadderRole(role) for role, label in LADDER_ROLES.items()}


def parse_ladder(text: str) -> tuple[Step, ...]:
    """The steps that numbered sentences describe, from the earliest on. Case, diacritics and blank lines do not matter.

    Raises Invalid (field "ladder") with the number of the line that cannot be read, or that repeats a day.
    """
    steps: dict[int, Step] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        step = _parse_line(line.strip(), number)
        if step.offset in steps:
            raise Invalid(N_("Dòng %(line)s trùng ngày với một dòng ở trên."), field="ladder", line=number)
        steps[step.offset] = step
    if not steps:
        raise Invalid(N_("Hãy ghi ít nhất một bậc đôn đốc."), field="ladder")
    return tuple(steps[offset] for offset in sorted(steps))


def _parse_line(line: str, number: int) -> Step:
    match = _LINE.fullmatch(line)
    offset = _parse_when(match["when"]) if match else None
    if match is None or offset is None:
        raise Invalid(
            N_("Dòng %(line)s cần có dạng “3 ngày làm việc sau hạn: lãnh đạo đơn vị”."), field="ladder", line=number
        )
    roles = set()
    for name in _SEPARATOR.split(match["roles"]):
        role = _ROLES.get(fold(name))
        if role is None:
            raise Invalid(
                N_("Dòng %(line)s: không rõ “%(name)s” là ai."), field="ladder", line=number, name=name.strip(" .;")
            )
        roles.add(role)
    return Step(offset, tuple(role for role in LadderRole if role in roles))


def _parse_when(text: str) -> int | None:
    folded = fold(text)
    if folded == fold(_when(0)):
        return 0
    match = _OFFSET.fullmatch(folded)
    if match is None:
        return None
    return int(match["n"]) if match["side"] == "sau" else -int(match["n"])
