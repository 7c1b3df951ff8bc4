"""What was tried, shortened: of one day those alike are one, what was repeated is told once, the newest stay."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.ladder import LadderRole
from tracker.rules.register import Result
from tracker.rules.tried import MOST, Deed, What, brief, reminder

DAY = date(2026, 11, 16)
SENT = Result.DELIVERED


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_of_one_day_the_roles_stand_together_in_order_of_rank() -> None:
    told = brief([reminder(DAY, "head", -3, SENT), reminder(DAY, "owner", -3, SENT), reminder(DAY, "head", -3, SENT)])
    assert told.deeds == (Deed((DAY,), What.REMINDED, ("owner", "head"), SENT),)
    assert not told.heard


def test_a_role_is_reached_when_one_of_its_people_is() -> None:
    told = brief([reminder(DAY, "standing_office", 3, Result.BOUNCED), reminder(DAY, "standing_office", 3, SENT)])
    assert told.deeds == (Deed((DAY,), What.TOLD, ("standing_office",), SENT),)
    other = brief([reminder(DAY, "owner", 1, Result.BOUNCED), reminder(DAY, "head", 1, SENT)])
    assert {(one.whom, one.arrived) for one in other.deeds} == {(("owner",), Result.BOUNCED), (("head",), SENT)}


def test_before_the_deadline_people_are_reminded_and_from_then_on_urged() -> None:
    assert [reminder(DAY, "head", n, SENT).what for n in (-3, 0, 3)] == [What.REMINDED, What.URGED, What.URGED]
    assert reminder(DAY, "deputy_leader", -3, SENT).what is What.TOLD


def test_what_was_repeated_unchanged_is_told_once_with_its_days() -> None:
    told = brief([reminder(later(n), "head", 1 + n, SENT) for n in (0, 1, 4)])
    assert told.deeds == (Deed((DAY, later(1), later(4)), What.URGED, ("head",), SENT),)
    between = brief([
        reminder(DAY, "head", 1, SENT), Deed((later(1),), What.CHASED, ("Chủ tịch",), SENT),
        reminder(later(2), "head", 3, SENT),
    ])  # fmt: skip
    assert [one.what for one in between.deeds] == [What.URGED, What.CHASED, What.URGED]


def test_the_newest_stay_and_what_was_before_is_counted() -> None:
    chases = [Deed((later(n),), What.CHASED, (f"Người {n}",), SENT) for n in range(MOST + 3)]
    told = brief(chases)
    assert told.deeds == tuple(chases[3:])
    assert told.earlier == 3


def test_a_unit_that_ever_updated_is_heard_however_long_ago() -> None:
    update = Deed((DAY,), What.UPDATED, percent=10)
    chases = [Deed((later(n),), What.CHASED, (f"Người {n}",), SENT) for n in range(1, MOST + 3)]
    told = brief([update, *chases])
    assert told.heard
    assert update not in told.deeds


REMINDERS = st.lists(
    st.builds(
        reminder,
        st.integers(0, 12).map(later),
        st.sampled_from([str(role) for role in LadderRole]),
        st.integers(-10, 10),
        st.sampled_from(list(Result)),
    ),
    max_size=30,
).map(lambda deeds: sorted(deeds, key=lambda one: one.days))


@given(REMINDERS, st.integers(1, 8))
def test_nothing_is_made_up_and_no_day_lost(deeds: list[Deed], most: int) -> None:
    whole = brief(deeds, most=1_000)
    assert whole.earlier == 0
    assert {day for one in whole.deeds for day in one.days} == {day for one in deeds for day in one.days}
    said = {(day, one.what, who) for one in whole.deeds for day in one.days for who in one.whom}
    assert said == {(one.days[0], one.what, one.whom[0]) for one in deeds}
    alike = [replace(one, days=()) for one in whole.deeds]
    assert all(one != following for one, following in pairwise(alike))
    short = brief(deeds, most=most)
    assert short.deeds == whole.deeds[-most:]
    assert short.earlier == len(whole.deeds) - len(short.deeds)
