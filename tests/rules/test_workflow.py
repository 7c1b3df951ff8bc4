"""The workflow's table, written out once more by hand, and every walk through it."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.words import ACTIONS, STATES
from tracker.rules.workflow import CLOSED, OPEN, TABLE, WITH_UNIT, Action, State, actions_from, move

# Design 3.1, row by row: action → {state before: state after}. Resume is here for work suspended while in progress.
EXPECTED = {
    "issue": {"draft": "assigned"},
    "accept": {"assigned": "in_progress"},
    "decline": {"assigned": "declined"},
    "reassign": {
        "assigned": "assigned",
        "declined": "assigned",
        "in_progress": "assigned",
        "suspended": "assigned",
    },
    "update": {"in_progress": "in_progress"},
    "submit": {"in_progress": "submitted"},
    "withdraw": {"submitted": "in_progress"},
    "return": {"submitted": "in_progress"},
    "confirm": {"submitted": "completed"},
    "suspend": {"assigned": "suspended", "in_progress": "suspended"},
    "resume": {"suspended": "in_progress"},
    "cancel": {
        "draft": "cancelled",
        "assigned": "cancelled",
        "in_progress": "cancelled",
        "submitted": "cancelled",
        "declined": "cancelled",
        "suspended": "cancelled",
    },
    "reopen": {"completed": "in_progress"},
}
REASON_NEEDED = {"decline", "reassign", "return", "suspend", "resume", "cancel", "reopen"}

FULL: dict[str, Any] = {
    "reason": "Không đúng chức năng",
    "result": "Đã cấp thẻ cho 120 trẻ em",
    "text": "Đã họp với các xã",
    "done_on": date(2026, 11, 18),
    "has_owner": True,
    "suspended_from": State.IN_PROGRESS,
}
EVERY_PAIR = sorted(product(State, Action))
IN_TABLE = [(state, action) for state, action in EVERY_PAIR if state in EXPECTED[action]]
BLANK = st.text(alphabet=" \t\n\u00a0", max_size=4)


def test_the_vocabulary_is_the_one_that_is_stored() -> None:
    stored = ["draft", "assigned", "in_progress", "submitted", "completed", "declined", "suspended", "cancelled"]
    assert [*State] == stored
    assert set(Action) == set(EXPECTED) == set(TABLE)
    assert set(STATES) == set(State)
    assert set(Action) <= set(ACTIONS)
    assert set(State) == OPEN | CLOSED
    assert not OPEN & CLOSED


@pytest.mark.parametrize(("state", "action"), EVERY_PAIR)
def test_each_pair_is_in_the_table_or_raises(state: State, action: Action) -> None:
    if state in EXPECTED[action]:
        assert move(state, action, **FULL) == EXPECTED[action][state]
        assert action in actions_from(state)
    else:
        with pytest.raises(IllegalMove) as caught:
            move(state, action, **FULL)
        assert STATES[state] in str(caught.value)
        assert action not in actions_from(state)


@pytest.mark.parametrize(("state", "action"), IN_TABLE)
@given(blank=BLANK)
def test_a_reason_is_demanded_exactly_where_the_design_says(state: State, action: Action, blank: str) -> None:
    facts = FULL | {"reason": blank}
    if action not in REASON_NEEDED:
        assert move(state, action, **facts) == EXPECTED[action][state]
        return
    with pytest.raises(Invalid) as caught:
        move(state, action, **facts)
    assert caught.value.field == "reason"


@pytest.mark.parametrize(
    ("state", "action", "missing", "field"),
    [
        (State.DRAFT, Action.ISSUE, {"has_lead": False}, "lead_unit_id"),
        (State.DRAFT, Action.ISSUE, {"has_text": False}, "text"),
        (State.DRAFT, Action.ISSUE, {"has_due_or_none": False}, "due_on"),
        (State.ASSIGNED, Action.ACCEPT, {"has_owner": False}, "owner_id"),
        (State.DECLINED, Action.REASSIGN, {"has_lead": False}, "lead_unit_id"),
        (State.IN_PROGRESS, Action.UPDATE, {"text": " "}, "text"),
        (State.IN_PROGRESS, Action.SUBMIT, {"result": "\n"}, "result"),
        (State.IN_PROGRESS, Action.SUBMIT, {"done_on": None}, "done_on"),
        (State.IN_PROGRESS, Action.SUBMIT, {"evidence_asked": True}, "evidence"),
        (State.SUSPENDED, Action.RESUME, {"suspended_from": None}, "suspended_from"),
        (State.SUSPENDED, Action.RESUME, {"suspended_from": State.COMPLETED}, "suspended_from"),
    ],
)
def test_what_is_missing_is_named(state: State, action: Action, missing: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        move(state, action, **(FULL | missing))
    assert caught.value.field == field


def test_demands_that_depend_on_the_case() -> None:
    assert move(State.DECLINED, Action.REASSIGN, new_lead=True) is State.ASSIGNED
    with pytest.raises(Invalid):
        move(State.ASSIGNED, Action.DECLINE, new_lead=True)
    asked = FULL | {"evidence_asked": True, "has_evidence": True}
    assert move(State.IN_PROGRESS, Action.SUBMIT, **asked) is State.SUBMITTED


@pytest.mark.parametrize("before", sorted(WITH_UNIT))
def test_resume_goes_back_to_where_the_work_was_suspended(before: State) -> None:
    assert move(before, Action.SUSPEND, reason="Chờ kinh phí") is State.SUSPENDED
    assert move(State.SUSPENDED, Action.RESUME, reason="Đã có kinh phí", suspended_from=before) is before


class Walk(RuleBasedStateMachine):
    """Any person trying anything at any time: the walk never leaves the table written above."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.DRAFT
        self.suspended_from: State | None = None
        self.has_owner = False

    @rule(action=st.sampled_from(Action), reason=st.sampled_from(["", " ", "Có lý do"]), complete=st.booleans())
    def attempt(self, action: Action, reason: str, complete: bool) -> None:
        before = self.state
        facts = FULL if complete else {}
        facts = facts | {"reason": reason, "suspended_from": self.suspended_from}
        lacks_reason = action in REASON_NEEDED and not reason.strip()
        lacks_more = action in ("accept", "update", "submit") and not complete
        if before not in EXPECTED[action] or lacks_reason or lacks_more:
            with pytest.raises(IllegalMove if before not in EXPECTED[action] else Invalid):
                move(before, action, **facts)
            return
        after = move(before, action, **facts)
        resumed = action is Action.RESUME
        assert after == (self.suspended_from if resumed else EXPECTED[action][before])
        if action in (Action.ACCEPT, Action.REASSIGN):
            self.has_owner = action is Action.ACCEPT
        self.suspended_from = before if action is Action.SUSPEND else None
        self.state = after

    @precondition(lambda self: self.state is State.CANCELLED)
    @rule(action=st.sampled_from(Action))
    def nothing_leaves_cancelled(self, action: Action) -> None:
        with pytest.raises(IllegalMove):
            move(self.state, action, **FULL)

    @invariant()
    def work_in_hand_has_an_owner(self) -> None:
        if self.state in (State.IN_PROGRESS, State.SUBMITTED, State.COMPLETED):
            assert self.has_owner

    @invariant()
    def only_suspended_work_remembers(self) -> None:
        assert (self.state is State.SUSPENDED) == (self.suspended_from is not None)


TestWalk = Walk.TestCase


def test_every_state_but_cancelled_has_a_way_on() -> None:
    assert [state for state in State if not actions_from(state)] == [State.CANCELLED]
