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
    WITHDRAW = "withdraw"
    RETURN = "return"
    CONFIRM = "confirm"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"


class Party(StrEnum):
    """Who a person can be towards an assignment; `permissions` says how that is told."""

    STANDING_OFFICE = "standing_office"
    STANDING_HEAD = "standing_head"
    LEADER = "leader"
    LEAD_HEAD = "lead_head"
    LEAD_MEMBER = "lead_member"
    OWNER = "owner"
    TRUSTED_OWNER = "trusted_owner"
    COORDINATING = "coordinating"
    COORDINATING_HEAD = "coordinating_head"
    WHOLE_LEAD = "whole_lead"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"


CLOSED = frozenset({State.COMPLETED, State.CANCELLED})
# A declined assignment is open: the office still has to find it a unit.
OPEN = frozenset(State) - CLOSED
# What the lead unit can still act on: only this is escalated to it.
WITH_UNIT = frozenset({State.ASSIGNED, State.IN_PROGRESS})


@dataclass(frozen=True)
class Row:
    """`to` is None where the state stays (update) or is remembered (resume); `demands` are form fields that a page must
    ask for. Two depend on the case: `reason` of a reassignment is needed only when the lead unit stays the same, and
    `submit` also needs `evidence` where the assignment asks for it."""

    sources: frozenset[State]
    to: State | None
    who: tuple[Party, ...]
    demands: tuple[str, ...] = ()


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_OFFICE = (Party.STANDING_OFFICE,)

TABLE: dict[Action, Row] = {
    # `system` issues when the command line opens a year; every decision on work done is a person's.
    Action.ISSUE: Row(_from(State.DRAFT), State.ASSIGNED, (*_OFFICE, Party.SYSTEM), ("lead_unit_id", "text", "due_on")),
    Action.ACCEPT: Row(_from(State.ASSIGNED), State.IN_PROGRESS, (Party.LEAD_MEMBER,), ("owner_id",)),
    Action.DECLINE: Row(_from(State.ASSIGNED), State.DECLINED, (Party.LEAD_HEAD,), ("reason",)),
    Action.REASSIGN: Row(
        _from(State.ASSIGNED, State.DECLINED, State.IN_PROGRESS, State.SUSPENDED),
        State.ASSIGNED,
        _OFFICE,
        ("lead_unit_id", "reason"),
    ),
    Action.UPDATE: Row(_from(State.IN_PROGRESS), None, (Party.OWNER, Party.LEAD_MEMBER), ("text",)),
    Action.SUBMIT: Row(
        _from(State.IN_PROGRESS), State.SUBMITTED, (Party.LEAD_HEAD, Party.TRUSTED_OWNER), ("result", "done_on")
    ),
    Action.WITHDRAW: Row(_from(State.SUBMITTED), State.IN_PROGRESS, (Party.LEAD_HEAD, Party.TRUSTED_OWNER)),
    Action.RETURN: Row(_from(State.SUBMITTED), State.IN_PROGRESS, _OFFICE, ("reason",)),
    Action.CONFIRM: Row(_from(State.SUBMITTED), State.COMPLETED, _OFFICE),
    Action.SUSPEND: Row(_from(State.ASSIGNED, State.IN_PROGRESS), State.SUSPENDED, _OFFICE, ("reason",)),
    Action.RESUME: Row(_from(State.SUSPENDED), None, _OFFICE, ("reason",)),
    Action.CANCEL: Row(OPEN, State.CANCELLED, _OFFICE, ("reason",)),
    Action.REOPEN: Row(_from(State.COMPLETED), State.IN_PROGRESS, _OFFICE, ("reason",)),
}

_MISSING = {
    "reason": N_("Hãy ghi lý do."),
    "result": N_("Hãy ghi kết quả đã đạt được."),
    "text": N_("Hãy ghi nội dung."),
    "done_on": N_("Hãy ghi ngày hoàn thành."),
    "due_on": N_("Hãy chọn thời hạn, hoặc chọn “không có thời hạn”."),
    "owner_id": N_("Hãy chọn người thực hiện."),
    "lead_unit_id": N_("Hãy chọn đơn vị chủ trì."),
    "evidence": N_("Nhiệm vụ này cần minh chứng kèm theo."),
}


def move(
    state: State,
    action: Action,
    *,
    reason: str = "",
    result: str = "",
    text: str = "",
    done_on: date | None = None,
    has_owner: bool = False,
    has_lead: bool = True,
    has_text: bool = True,
    has_due_or_none: bool = True,
    new_lead: bool = False,
    evidence_asked: bool = False,
    has_evidence: bool = False,
    suspended_from: State | None = None,
) -> State:
    """The state after `action`.

    What a person must bring defaults to missing. What a stored assignment holds by its own constraints (a lead unit,
    a text, a due date or none on purpose) defaults to there. `suspended_from` is the state that resume goes back to.

    Raises IllegalMove when the table has no such step, Invalid (with its field) when a demand is not met.
    """
    row = TABLE[action]
    if state not in row.sources:
        raise IllegalMove(
            N_("Không thể “%(action)s” khi nhiệm vụ đang ở trạng thái “%(state)s”."),
            action=ACTIONS[action],
            state=STATES[state],
        )
    given = {
        "reason": bool(reason.strip()) or (action is Action.REASSIGN and new_lead),
        "result": bool(result.strip()),
        "text": has_text if action is Action.ISSUE else bool(text.strip()),
        "done_on": done_on is not None,
        "due_on": has_due_or_none,
        "owner_id": has_owner,
        "lead_unit_id": has_lead,
        "evidence": has_evidence,
    }
    asked = (*row.demands, "evidence") if action is Action.SUBMIT and evidence_asked else row.demands
    for field in asked:
        if not given[field]:
            raise Invalid(_MISSING[field], field=field)
    if action is Action.RESUME:
        if suspended_from not in WITH_UNIT:
            raise Invalid(N_("Không rõ trạng thái trước khi tạm dừng."), field="suspended_from")
        return suspended_from
    return row.to or state


def actions_from(state: State) -> tuple[Action, ...]:
    """What the table allows from a state, in the table's order."""
    return tuple(action for action, row in TABLE.items() if state in row.sources)
