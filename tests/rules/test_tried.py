"""What was tried, shortened: of one day those alike are one, what was repeated is told once, the newest stay."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.ladder import LadderRole
from tracker.rules.register import Result
from tracker.rules.tried import MOST, Deed, Told, What, brief, reminder

DAY = date(2026, 11, 16)
SENT = Result.DELIVERED


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def step(day: date, told_as: str, offset: int, arrived: Result = SENT, role: str = "") -> tuple[date, Deed]:
    return day, reminder(role or told_as, told_as, offset, arrived)


def test_of_one_day_the_roles_stand_together_in_order_of_rank() -> None:
    found = brief([step(DAY, "head", -3), step(DAY, "owner", -3), step(DAY, "head", -3)])
    assert found.told == (Told((DAY,), (Deed(What.REMINDED, ("owner", "head"), SENT),)),)
    assert not found.heard


def test_a_role_is_reached_when_one_of_its_people_is() -> None:
    found = brief([step(DAY, "standing_office", 3, Result.BOUNCED), step(DAY, "standing_office", 3)])
    assert found.told == (Told((DAY,), (Deed(What.TOLD, ("standing_office",), SENT),)),)
    ((_days, deeds),) = ((one.days, one.deeds) for one in brief([
        step(DAY, "owner", 1, Result.BOUNCED), step(DAY, "head", 1),
    ]).told)  # fmt: skip
    assert {(one.whom, one.arrived) for one in deeds} == {(("owner",), Result.BOUNCED), (("head",), SENT)}


def test_before_the_deadline_people_are_reminded_and_from_then_on_urged() -> None:
    assert [step(DAY, "head", n)[1].what for n in (-3, 0, 3)] == [What.REMINDED, What.URGED, What.URGED]
    assert step(DAY, "deputy_leader", -3)[1].what is What.TOLD


def test_who_is_told_in_anothers_place_is_told_so_once() -> None:
    instead = step(DAY, "standing_office", 3, role="head")
    assert instead[1].what is What.INSTEAD
    assert [one.what for one in brief([instead]).told[0].deeds] == [What.INSTEAD]
    both = brief([instead, step(DAY, "standing_office", 3)])
    assert [one.what for one in both.told[0].deeds] == [What.TOLD]


def test_days_on_which_the_same_was_done_stand_together() -> None:
    found = brief([step(later(n), role, 1 + n) for n in (0, 1, 4) for role in ("owner", "head")])
    assert found.told == (Told((DAY, later(1), later(4)), (Deed(What.URGED, ("owner", "head"), SENT),)),)
    chase = (later(1), Deed(What.CHASED, ("Chủ tịch",), SENT))
    between = brief([step(DAY, "head", 1), chase, step(later(2), "head", 3)])
    assert [deed.what for one in between.told for deed in one.deeds] == [What.URGED, What.CHASED, What.URGED]


def test_the_newest_stay_and_the_days_before_are_counted() -> None:
    chases = [(later(n), Deed(What.CHASED, (f"Người {n}",), SENT)) for n in range(MOST + 3)]
    found = brief(chases)
    assert [one.days for one in found.told] == [(day,) for day, _deed in chases[3:]]
    assert found.earlier == 3


def test_a_unit_that_ever_updated_is_heard_however_long_ago() -> None:
    chases = [(later(n), Deed(What.CHASED, (f"Người {n}",), SENT)) for n in range(1, MOST + 3)]
    found = brief([(DAY, Deed(What.UPDATED, percent=10)), *chases])
    assert found.heard
    assert DAY not in {day for one in found.told for day in one.days}


REMINDERS = st.lists(
    st.builds(
        step,
        st.integers(0, 12).map(later),
        st.sampled_from([str(role) for role in LadderRole]),
        st.integers(-10, 10),
        st.sampled_from(list(Result)),
    ),
    max_size=30,
).map(lambda deeds: sorted(deeds, key=lambda one: one[0]))


@given(REMINDERS, st.integers(1, 8))
def test_nothing_is_made_up_and_no_day_lost(deeds: list[tuple[date, Deed]], most: int) -> None:
    whole = brief(deeds, most=1_000)
    assert whole.earlier == 0
    assert [day for one in whole.told for day in one.days] == sorted({day for day, _deed in deeds})
    said = {(day, deed.what, who) for one in whole.told for day in one.days for deed in one.deeds for who in deed.whom}
    assert said == {(day, deed.what, deed.whom[0]) for day, deed in deeds}
    assert all(one.deeds != following.deeds for one, following in pairwise(whole.told))
    short = brief(deeds, most=most)
    assert short.told == whole.told[-most:]
    assert short.earlier == len({day for day, _deed in deeds} - {day for one in short.told for day in one.days})


def test_a_unit_is_heard_by_whatever_it_said() -> None:
    said = (
        Deed(What.UPDATED), Deed(What.PROMISED, day=DAY, came="open"), Deed(What.EXTENSION, day=DAY, came="open"),
        Deed(What.EXPLANATION, day=DAY, came="answered"), Deed(What.RETURNED, came="returned"),
    )  # fmt: skip
    assert all(brief([(DAY, deed)]).heard for deed in said)
    unsaid = (Deed(What.EXPLANATION, day=DAY, came="open"), Deed(What.CHASED, ("Chủ tịch",), SENT))
    assert not any(brief([(DAY, deed)]).heard for deed in unsaid)
