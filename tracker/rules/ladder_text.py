"""A ladder as numbered sentences: written for people, read back from what they type."""

import re
from collections.abc import Iterable

from tracker.rules.errors import Invalid
from tracker.rules.ladder import Channel, Ladder, LadderRole, Step
from tracker.rules.text import fold
from tracker.rules.words import LADDER_ROLES, N_

OF_UNIT = frozenset({LadderRole.OWNER, LadderRole.HEAD})
# No step is further away than this, its repeats included.
FURTHEST = 999
MOST_TIMES = 60
# For "lặp lại mỗi 5 ngày làm việc" without a bound.
DEFAULT_TIMES = 10
LONGEST_WORDING = 300
MOST_LINES = 60
CHAT = "qua thư và tin nhắn"
WORDING = "lời nhắn"


class WrongLines(Invalid):
    """Every line that cannot be read, each as an Invalid with the `line` among its params; speaks with the first."""

    def __init__(self, errors: list[Invalid]) -> None:
        super().__init__(errors[0].message, field="ladder", **errors[0].params)
        self.errors = errors


def sentence(step: Step) -> str:
    """For example "3 ngày làm việc sau hạn: lãnh đạo đơn vị, đồng gửi cơ quan thường trực".

    Whoever stands above the unit gets a copy when somebody of the unit is told, and is addressed otherwise.
    """
    roles = [role for role in LadderRole if role in step.roles]
    copies = [role for role in roles if role not in OF_UNIT]
    told = [role for role in roles if role in OF_UNIT] or copies
    text = f"{when(step.offset)}: {_joined(told)}"
    if told is not copies and copies:
        text += f", đồng gửi {_joined(copies)}"
    if step.every:
        text += f"; lặp lại mỗi {step.every} ngày làm việc, tối đa {step.times} lần"
    if step.channel == Channel.MAIL_AND_CHAT:
        text += f"; {CHAT}"
    if step.wording:
        text += f"; {WORDING}: “{step.wording}”"
    return text


def when(offset: int) -> str:
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
_REPEAT = re.compile(r"lap lai moi (?P<every>\d{1,3}) ngay lam viec(?: toi da (?P<times>\d{1,3}) lan)?")
_SEPARATOR = re.compile(r",\s*đồng gửi\s|,|\svà\s", re.IGNORECASE)
_ROLES = {fold(label): LadderRole(role) for role, label in LADDER_ROLES.items()}


def parse_ladder(text: str) -> tuple[Step, ...]:
    """The steps that numbered sentences describe, from the earliest on. Case, diacritics and blank lines do not matter.

    Raises WrongLines (field "ladder") naming each line that cannot be read, or that repeats a day.
    """
    steps: dict[int, Step] = {}
    errors: list[Invalid] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            step = _parse_line(line.strip(), number)
            if step.offset in steps:
                raise _wrong(N_("Dòng %(line)s trùng ngày với một dòng ở trên."), number)
            steps[step.offset] = step
        except Invalid as error:
            errors.append(error)
    if len(steps) > MOST_LINES:
        errors.append(_wrong(N_("Mỗi bảng đôn đốc có tối đa %(most)s bậc."), 0, most=MOST_LINES))
    if not steps and not errors:
        errors.append(_wrong(N_("Hãy ghi ít nhất một bậc đôn đốc."), 1))
    if errors:
        raise WrongLines(errors)
    return tuple(steps[offset] for offset in sorted(steps))


def _wrong(message: str, line: int, **params: object) -> Invalid:
    return Invalid(message, field="ladder", line=line, **params)


def _parse_line(line: str, number: int) -> Step:
    head, _, rest = line.partition(";")
    match = _LINE.fullmatch(head.strip())
    offset = _parse_when(match["when"]) if match else None
    if match is None or offset is None:
        raise _wrong(N_("Dòng %(line)s cần có dạng “3 ngày làm việc sau hạn: lãnh đạo đơn vị”."), number)
    roles = set()
    for name in _SEPARATOR.split(match["roles"]):
        role = _ROLES.get(fold(name))
        if role is None:
            raise _wrong(N_("Dòng %(line)s: không rõ “%(name)s” là ai."), number, name=name.strip(" .;"))
        roles.add(role)
    return _with_rest(Step(offset, tuple(role for role in LadderRole if role in roles)), rest, number)


def _with_rest(step: Step, rest: str, number: int) -> Step:
    """What stands after the roles, each part behind a semicolon; the wording is the last, up to the end of the line."""
    every, times, channel, wording = 0, 0, step.channel, ""
    while rest:
        label, colon, words = rest.partition(":")
        if colon and fold(label) == fold(WORDING):
            wording = _parse_wording(words, number)
            break
        part, _, rest = rest.partition(";")
        if not fold(part):
            continue
        if match := _REPEAT.fullmatch(fold(part)):
            every, times = int(match["every"]), int(match["times"] or DEFAULT_TIMES)
            if not (every and 1 <= times <= MOST_TIMES and step.offset + every * times <= FURTHEST):
                raise _wrong(
                    N_("Dòng %(line)s: lặp lại từ 1 đến %(most)s lần, lần cuối không quá %(far)s ngày làm việc."),
                    number,
                    most=MOST_TIMES,
                    far=FURTHEST,
                )
        elif fold(part) == fold(CHAT):
            channel = Channel.MAIL_AND_CHAT
        else:
            raise _wrong(
                N_("Dòng %(line)s: không rõ “%(part)s”; sau người nhận chỉ ghi lặp lại, cách gửi, lời nhắn."),
                number,
                part=part.strip(" .;"),
            )
    return Step(step.offset, step.roles, channel, every, times, wording)


def _parse_wording(words: str, number: int) -> str:
    text = " ".join(words.split())
    if text.startswith("“") and text.endswith("”") and len(text) > 1:
        text = text[1:-1].strip()
    if len(text) > LONGEST_WORDING:
        raise _wrong(N_("Dòng %(line)s: lời nhắn dài tối đa %(most)s chữ cái."), number, most=LONGEST_WORDING)
    return text


def _parse_when(text: str) -> int | None:
    folded = fold(text)
    if folded == fold(when(0)):
        return 0
    match = _OFFSET.fullmatch(folded)
    if match is None:
        return None
    return int(match["n"]) if match["side"] == "sau" else -int(match["n"])
