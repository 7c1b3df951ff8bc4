"""A unit's report: what may be done with it in which state, what of it is open for writing, whether it is complete.

Pure. A report that was returned is open only where it was returned; one that lies with the office, was accepted, or
whose cycle is closed is open nowhere.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.cycle import FIGURES, Section
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.filing import FilingState
from tracker.rules.privacy import looks_like_child
from tracker.rules.words import N_

# Some ten pages; what is longer belongs into a file.
LONGEST_SECTION = 20_000


class Step(StrEnum):
    WRITE = "write"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    ACCEPT = "accept"
    REOPEN = "reopen"
    EXEMPT = "exempt"
    EXPECT = "expect"


_E, _D, _S, _R, _A, _X = FilingState
# Step → state before → state after. What was returned once is returned again when its next round is withdrawn.
TABLE: dict[Step, dict[FilingState, FilingState]] = {
    Step.WRITE: {_E: _D, _D: _D, _R: _R},
    Step.SUBMIT: {_E: _S, _D: _S, _R: _S},
    Step.WITHDRAW: {_S: _D},
    Step.RETURN: {_S: _R},
    Step.ACCEPT: {_S: _A},
    Step.REOPEN: {_A: _R},
    Step.EXEMPT: {_E: _X, _D: _X, _R: _X},
    Step.EXPECT: {_X: _E},
}


def step(state: FilingState, taken: Step) -> FilingState:
    """Raises IllegalMove when the table has no such step."""
    try:
        return TABLE[taken][state]
    except KeyError:
        raise IllegalMove(
            _WHY.get((state, taken), _LOCKED.get(state, N_("Báo cáo không ở trạng thái làm được việc này.")))
        ) from None


_LOCKED = {
    _S: N_("Báo cáo đã nộp và đang chờ cơ quan thường trực xem, nên đã khóa. Hãy rút lại nếu cần sửa."),
    _A: N_("Báo cáo đã được tiếp nhận nên đã khóa. Cần sửa thì đề nghị cơ quan thường trực mở lại."),
    _X: N_("Đơn vị được miễn báo cáo trong kỳ này."),
}
_NOT_FILED = N_("Báo cáo này chưa được nộp.")
_WHY = {
    **{(state, taken): _NOT_FILED for state in (_E, _D, _R) for taken in (Step.RETURN, Step.ACCEPT, Step.WITHDRAW)},
    (_A, Step.RETURN): N_("Báo cáo đã được tiếp nhận; muốn trả lại phải mở lại kèm lý do."),
    (_A, Step.ACCEPT): N_("Báo cáo này đã được tiếp nhận."),
}


def open_parts(state: FilingState, keys: Sequence[str], returned: Mapping[str, str], *, closed: bool) -> frozenset[str]:
    """Which of the sections, and FIGURES, can be written now. `returned`: part → reason, of the last round."""
    if closed or state not in TABLE[Step.WRITE]:
        return frozenset()
    everything = frozenset({*keys, FIGURES})
    return everything & frozenset(returned) if state is FilingState.RETURNED else everything


def demand_open(part: str, state: FilingState, returned: Mapping[str, str], *, closed: bool) -> None:
    """Raises IllegalMove (field: the part) where it is locked."""
    if closed:
        raise IllegalMove(N_("Kỳ báo cáo đã đóng nên không sửa được nữa."), field=part)
    try:
        step(state, Step.WRITE)
    except IllegalMove as error:
        raise IllegalMove(error.message, field=part) from None
    if state is FilingState.RETURNED and part not in returned:
        raise IllegalMove(N_("Phần này không bị trả lại nên đã khóa; chỉ sửa được các phần bị trả lại."), field=part)


def demand_figures_open(state: FilingState, *, returned: bool) -> None:
    """Outside the report's own form too, what was filed stays what the office looks at. Raises IllegalMove. Before, and
    after acceptance by a new round with its reason, figures may change. `returned`: the figures came back."""
    if state is FilingState.SUBMITTED:
        raise IllegalMove(
            N_(
                "Báo cáo của đơn vị đã nộp và đang chờ cơ quan thường trực xem, nên số liệu này đã khóa."
                " Cần sửa thì rút lại báo cáo, hoặc đề nghị trả lại phần số liệu."
            ),
            field="value",
        )
    if state is FilingState.RETURNED and not returned:
        raise IllegalMove(
            N_("Báo cáo bị trả lại nhưng không phải phần số liệu, nên số liệu này đã khóa."), field="value"
        )


def check_text(text: str, part: str) -> None:
    """Raises Invalid for what is too long; nothing is ever cut."""
    if len(text) > LONGEST_SECTION:
        raise Invalid(
            N_("Nội dung có %(have)s ký tự, dài quá %(n)s; hãy rút gọn. Phần đã nhập vẫn còn ở đây."),
            field=part,
            have=f"{len(text):,}".replace(",", "."),
            n=f"{LONGEST_SECTION:,}".replace(",", "."),
        )


def check_returned(reasons: Mapping[str, str], keys: Collection[str]) -> dict[str, str]:
    """The parts that go back, each with why. Raises Invalid when none does, or one is not of the report."""
    found = {part: reason.strip() for part, reason in reasons.items() if reason.strip()}
    for part, reason in found.items():
        if part not in keys and part != FIGURES:
            raise Invalid(N_("Báo cáo không có phần này."), field=part)
        if len(reason) > 2_000:
            raise Invalid(N_("Lý do dài quá %(n)s ký tự."), field=f"reason-{part}", n=2_000)
    if not found:
        raise Invalid(N_("Hãy ghi lý do ở ít nhất một phần cần bổ sung."), field="reasons")
    return found


@dataclass(frozen=True)
class Late:
    """Filed after its day; `days`: working days, 0 where only days off lay between."""

    days: int


def filed_late(filed_on: date | None, due_on: date, calendar: WorkingCalendar) -> Late | None:
    """`filed_on`: the local day on which the round that stands was submitted. None in time, or where none stands."""
    if filed_on is None or filed_on <= due_on:
        return None
    return Late(calendar.between(due_on, filed_on))


@dataclass(frozen=True)
class Problem:
    """What is missing or odd before a report is submitted. `part`: a section's key, or `m` and a measure's id; the page
    has an element of that name. What does not block is a warning."""

    part: str
    message: str
    params: dict[str, str | int]
    blocks: bool = True


@dataclass(frozen=True)
class Check:
    """`done` of `total` parts are filled in: required sections (`sections`: so many, of how many), and figures or their
    "no data" (`figures`)."""

    sections: tuple[int, int]
    figures: tuple[int, int]
    problems: tuple[Problem, ...]

    @property
    def done(self) -> int:
        return self.sections[0] + self.figures[0]

    @property
    def total(self) -> int:
        return self.sections[1] + self.figures[1]

    @property
    def ready(self) -> bool:
        return not any(one.blocks for one in self.problems)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def required_keys(sections: Iterable[Section]) -> list[str]:
    """The sections that are counted, on the unit's page as in the monitor: one that may stay empty lacks nothing."""
    return [one.key for one in sections if one.required]


def check(
    sections: Sequence[Section],
    texts: Mapping[str, str],
    measures: Mapping[int, str],
    figures: Collection[int],
    *,
    returned: Mapping[str, str],
    unchanged: Collection[str] = (),
) -> Check:
    """`measures`: those that the unit fills in, with their names; `figures`: of which there is a figure or "no data".
    `returned`: parts that lie with the unit, of which `unchanged` are as they were when they came back."""
    problems: list[Problem] = []
    required = required_keys(sections)
    written = sum(bool(texts.get(key, "").strip()) for key in required)
    for one in sections:
        text = texts.get(one.key, "").strip()
        if one.required and not text:
            problems.append(Problem(one.key, N_("Mục “%(title)s” chưa có nội dung."), {"title": one.title}))
        if text and (name := looks_like_child(text)):
            problems.append(
                Problem(
                    one.key,
                    N_("Mục “%(title)s” có vẻ nêu tên một trẻ em (“%(name)s”); chỉ báo cáo số liệu tổng hợp."),
                    {"title": one.title, "name": name},
                    blocks=False,
                )
            )
    for id_, name in measures.items():
        if id_ not in figures:
            problems.append(
                Problem(
                    f"m{id_}", N_("Chưa có số liệu: %(name)s (không có thì chọn “không có số liệu”)."), {"name": name}
                )
            )
    named = {one.key: one.title for one in sections}
    for part in returned:
        if part in unchanged:
            message = N_("Mục “%(title)s” bị trả lại mà chưa được sửa.")
            problems.append(Problem(part, message, {"title": named.get(part, N_("Số liệu"))}, blocks=False))
    known = sum(id_ in figures for id_ in measures)
    return Check((written, len(required)), (known, len(measures)), tuple(problems))


def mark_of(text: str) -> str:
    """Of what a field showed when its page was made: whoever sends it back unchanged has written nothing."""
    return sha256(text.encode()).hexdigest()[:16]
