"""The workflow of an assignment: one table, one pure function (design 3.1)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.words import ACTIONS, N_, STATES


class State(StrEnum):
    DRAFT = "draft"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    COMPLETED = "completed"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class Action(StrEnum):
    ISSUE = "issue"
    ACCEPT = "accept"
    DECLINE = "decline"
    REASSIGN = "reassign"
    UPDATE = "update"
    SUBMIT = "submit"
    RETURN = "return"
    CONFIRM = "confirm"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"


CLOSED = frozenset({State.COMPLETED, State.CANCELLED})
OPEN = frozenset(State) - CLOSED
# What the lead unit can still act on: only this is escalated to it.
WITH_UNIT = frozenset({State.ASSIGNED, State.IN_PROGRESS})


@dataclass(frozen=True)
class Step:
    """`to` is None where the state stays or is remembered (update, resume); `demands` are form fields."""

    sources: frozenset[State]
    to: State | None
    demands: tuple[str, ...] = ()


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


TABLE: dict[Action, Step] = {
    Action.ISSUE: Step(_from(State.DRAFT), State.ASSIGNED),
    Action.ACCEPT: Step(_from(State.ASSIGNED), State.IN_PROGRESS, ("owner_id",)),
    Action.DECLINE: Step(_from(State.ASSIGNED), State.DECLINED, ("reason",)),
    Action.REASSIGN: Step(
        _from(State.ASSIGNED, State.DECLINED, State.IN_PROGRESS, State.SUSPENDED),
        State.ASSIGNED,
        ("lead_unit_id", "reason"),
    ),
    Action.UPDATE: Step(_from(State.IN_PROGRESS), None, ("text",)),
    Action.SUBMIT: Step(_from(State.IN_PROGRESS), State.SUBMITTED, ("result", "done_on")),
    Action.RETURN: Step(_from(State.SUBMITTED), State.IN_PROGRESS, ("reason",)),
    Action.CONFIRM: Step(_from(State.SUBMITTED), State.COMPLETED),
    Action.SUSPEND: Step(_from(State.ASSIGNED, State.IN_PROGRESS), State.SUSPENDED, ("reason",)),
    Action.RESUME: Step(_from(State.SUSPENDED), None, ("reason",)),
    Action.CANCEL: Step(OPEN, State.CANCELLED, ("reason",)),
    Action.REOPEN: Step(_from(State.COMPLETED), State.IN_PROGRESS, ("reason",)),
}

_MISSING = {
    "reason": N_("Hãy ghi lý do."),
    "result": N_("Hãy ghi kết quả đã đạt được."),
    "text": N_("Hãy ghi nội dung."),
    "done_on": N_("Hãy ghi ngày hoàn thành."),
    "owner_id": N_("Hãy chọn người thực hiện."),
    "lead_unit_id": N_("Hãy chọn đơn vị chủ trì."),
}


def move(
    state: State,
    action: Action,
    *,
    reason: str = "",
    result: str = "",
    text: str = "",
    done_on: date | None = None,
    owner_id: int | None = None,
    lead_unit_id: int | None = None,
    suspended_from: State | None = None,
) -> State:
    """The state after `action`.

    Raises IllegalMove when the table has no such step, Invalid (with its field) when a demand is not met.
    """
    step = TABLE[action]
    if state not in step.sources:
        raise IllegalMove(
            N_("Không thể “%(action)s” khi nhiệm vụ đang ở trạng thái “%(state)s”."),
            action=ACTIONS[action],
            state=STATES[state],
        )
    given = {
        "reason": reason.strip(),
        "result": result.strip(),
        "text": text.strip(),
        "done_on": done_on,
        "owner_id": owner_id,
        "lead_unit_id": lead_unit_id,
    }
    for field in step.demands:
        if not given[field]:
            raise Invalid(_MISSING[field], field=field)
    if action is Action.RESUME:
        if suspended_from not in WITH_UNIT:
            raise Invalid(N_("Không rõ trạng thái trước khi tạm dừng."), field="suspended_from")
        return suspended_from
    return step.to or state


def actions_from(state: State) -> tuple[Action, ...]:
    return tuple(action for action, step in TABLE.items() if state in step.sources)
