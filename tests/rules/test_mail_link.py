"""How long a link in a mail holds, what stands against it, and who is offered what."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.test_permissions import ACTORS, SCOPE
from tracker.rules.calendar import LOCAL, local_date
from tracker.rules.mail_link import Choice, Standing, expires_at, judge, offered
from tracker.rules.words import CHOICES
from tracker.rules.workflow import WITH_UNIT, State

MADE = datetime(2026, 11, 19, 8, 0, tzinfo=LOCAL)
WEEK = MADE + timedelta(days=7)


@pytest.mark.parametrize(
    ("due_on", "until"),
    [
        (None, WEEK),
        (date(2026, 12, 31), WEEK),
        (date(2026, 11, 23), WEEK),  # 26/11 ends later than the week
        (date(2026, 11, 22), datetime(2026, 11, 26, tzinfo=LOCAL)),
        (date(2026, 11, 19), datetime(2026, 11, 23, tzinfo=LOCAL)),
        (date(2026, 11, 17), datetime(2026, 11, 21, tzinfo=LOCAL)),
        (date(2026, 11, 16), WEEK),  # the third day after it: what is overdue must be actionable
        (date(2020, 1, 1), WEEK),
    ],
)
def test_seven_days_or_the_deadline_and_three(due_on: date | None, until: datetime) -> None:
    assert expires_at(MADE, due_on) == min(until, WEEK)


@given(
    st.datetimes(datetime(2021, 1, 1), datetime(2030, 12, 31)).map(lambda at: at.replace(tzinfo=LOCAL)),
    st.none() | st.dates(date(2020, 1, 1), date(2031, 12, 31)),
)
def test_a_link_lasts_a_day_at_least_and_a_week_at_most(made: datetime, due_on: date | None) -> None:
    lasts = expires_at(made, due_on) - made
    assert timedelta(days=1) <= lasts <= timedelta(days=7)
    if due_on is not None and lasts < timedelta(days=7):
        assert local_date(made) < due_on + timedelta(days=3)
        assert local_date(made + lasts - timedelta(seconds=1)) == due_on + timedelta(days=3)


GOOD = {
    "used": False, "revoked": False, "expired": False, "others": False, "active": True, "visible": True,
    "closed": False, "same_version": True,
}  # fmt: skip


def test_only_with_nothing_against_it_a_link_is_ready() -> None:
    """Every combination: one fault is enough."""
    for values in product([False, True], repeat=len(GOOD)):
        facts = dict(zip(GOOD, values, strict=True))
        assert (judge(**facts) is Standing.READY) == (facts == GOOD)


@pytest.mark.parametrize(
    ("bad", "standing"),
    [
        ({"used": True, "expired": True, "same_version": False, "revoked": True}, Standing.USED),
        ({"others": True, "used": True, "active": False}, Standing.OTHERS),
        ({"active": False, "used": True}, Standing.REVOKED),
        ({"visible": False, "used": True}, Standing.GONE),
        ({"closed": True, "revoked": True, "expired": True}, Standing.CLOSED),
        ({"expired": True, "same_version": False}, Standing.EXPIRED),
        ({"same_version": False}, Standing.STALE),
    ],
)
def test_what_is_told_first(bad: dict[str, bool], standing: Standing) -> None:
    assert judge(**{**GOOD, **bad}) is standing


OFFERED = {
    ("head of lead", State.ASSIGNED): "received promise done blocked extension not_ours",
    ("head of lead", State.IN_PROGRESS): "on_track promise done blocked extension",
    ("owner", State.IN_PROGRESS): "on_track promise done blocked",
    ("officer of lead", State.ASSIGNED): "received done blocked",
    ("officer of lead", State.IN_PROGRESS): "on_track done blocked",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", ACTORS)
def test_offers(name: str, state: State) -> None:
    name = {"deputy of lead": "head of lead"}.get(name, name)
    wanted = OFFERED.get((name, state), "received done blocked promise" if name == "owner" else "")
    found = offered(ACTORS[name], SCOPE, state, extendable=True)
    assert set(found) == set((wanted if state in WITH_UNIT else "").split())
    assert Choice.EXTENSION not in offered(ACTORS[name], SCOPE, state, extendable=False)
    filed = offered(ACTORS[name], SCOPE, state, extendable=True, filed_elsewhere=True)
    assert set(filed) == set(found) - {Choice.DONE}


def test_no_choice_decides_anything() -> None:
    assert {*Choice} == {*CHOICES}
    assert not {*Choice} & {"confirm", "return", "issue", "cancel", "reassign", "reopen", "suspend", "resume", "submit"}
