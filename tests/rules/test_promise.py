"""A promised day: what it may be, when it is broken, who is told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.errors import Invalid
from tracker.rules.ladder import LadderRole
from tracker.rules.promise import FARTHEST, Outcome, check_promise, is_broken, outcome_of, told_of_broken
from tracker.rules.words import PROMISE_OUTCOMES
from tracker.rules.workflow import WITH_UNIT, State

TODAY = date(2026, 10, 12)
DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("on", [TODAY, TODAY + FARTHEST])
def test_a_day_that_may_be_promised(on: date) -> None:
    assert check_promise(on, TODAY, field="day") == on


@pytest.mark.parametrize(
    "on", [None, TODAY - timedelta(days=1), TODAY + FARTHEST + timedelta(days=1), date(9999, 1, 1)]
)
def test_a_day_that_may_not(on: date | None) -> None:
    with pytest.raises(Invalid) as refused:
        check_promise(on, TODAY, field="day")
    assert refused.value.field == "day"


@given(DAYS, DAYS, st.sampled_from(State))
def test_broken_from_the_day_after_while_the_unit_has_the_work(promised: date, today: date, state: State) -> None:
    assert is_broken(promised, state, today) == (today > promised and state in WITH_UNIT)


@given(DAYS, DAYS)
def test_the_submission_decides(promised: date, submitted: date) -> None:
    assert (outcome_of(promised, submitted) is Outcome.KEPT) == (submitted <= promised)


def test_the_next_one_up_is_told() -> None:
    assert told_of_broken(by_head=False) is LadderRole.HEAD
    assert told_of_broken(by_head=True) is LadderRole.STANDING_OFFICE
    assert {*Outcome} == {*PROMISE_OUTCOMES}
