"""The ladder run day after day, with days missed, twice over and after long outages."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.calendar import SHIPPED_OVERRIDES, WorkingCalendar
from tracker.rules.errors import Invalid
from tracker.rules.ladder import (
    DEFAULT_LADDER,
    Channel,
    LadderRole,
    Step,
    due_steps,
    kind_of,
    next_step_date,
    step_at,
    step_date,
)
from tracker.rules.ladder_text import WrongLines, format_ladder, parse_ladder, sentence
from tracker.rules.words import LADDER_ROLES

CALENDAR = WorkingCalendar(SHIPPED_OVERRIDES)
DAY = timedelta(days=1)
DUE = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ROLES = st.sets(st.sampled_from(LadderRole), min_size=1).map(lambda roles: tuple(r for r in LadderRole if r in roles))
WORDINGS = st.text(max_size=40).map(lambda text: " ".join(text.replace("\x00", "").split()))


@st.composite
def steps_at(draw: st.DrawFn, offset: int) -> Step:
    """Repeats stay within the window that the tests run over."""
    every = draw(st.integers(0, 12))
    most = (30 - offset) // every if every else 0
    times = draw(st.integers(1, most)) if most else 0
    channel = draw(st.sampled_from(Channel))
    return Step(offset, draw(ROLES), channel, every if times else 0, times, draw(WORDINGS))


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Step, ...]:
    offsets = draw(st.sets(st.integers(-20, 25), min_size=1, max_size=7))
    return tuple(draw(steps_at(offset)) for offset in sorted(offsets))


LADDERS = st.one_of(st.just(DEFAULT_LADDER), ladders())
# From well before the first step to well after the last.
WINDOW = 50
Fired = list[tuple[date, int, LadderRole]]


def run(ladder: Sequence[Step], due: date, days: Collection[int]) -> Fired:
    """What fires when a sweep runs, twice, on the given days counted from the due date."""
    recorded: set[tuple[int, str]] = set()
    fired: Fired = []
    for day in sorted(days):
        today = due + day * DAY
        now = due_steps(ladder, due, today, CALENDAR, recorded)
        recorded.update(now)
        assert due_steps(ladder, due, today, CALENDAR, recorded) == [], "running twice changes nothing"
        fired += [(today, offset, role) for offset, role in now]
    return fired


def highest(fired: Fired) -> dict[LadderRole, int]:
    return {role: max(offset for _, offset, other in fired if other is role) for _, _, role in fired}


EVERY_DAY = range(-WINDOW, WINDOW + 1)


@given(LADDERS, DUE, st.sets(st.sampled_from(EVERY_DAY)))
def test_missed_days_lose_nothing_and_repeat_nothing(ladder: Sequence[Step], due: date, missed: set[int]) -> None:
    kept = set(EVERY_DAY) - missed | {WINDOW}
    fired = run(ladder, due, kept)
    assert highest(fired) == highest(run(ladder, due, EVERY_DAY))
    pairs = [(offset, role) for _, offset, role in fired]
    assert len(pairs) == len(set(pairs)), "no step twice to one role"
    for role in LadderRole:
        offsets = [offset for _, offset, other in fired if other is role]
        assert offsets == sorted(offsets), "never a lower step after a higher one"


@given(LADDERS, DUE)
def test_running_daily_fires_every_step_on_its_day(ladder: Sequence[Step], due: date) -> None:
    fired = run(ladder, due, EVERY_DAY)
    rungs = {(offset, role) for step in ladder for offset in step.offsets() for role in step.roles}
    expected = [(step_date(due, offset, CALENDAR), offset, role) for offset, role in rungs]
    assert sorted(fired) == sorted(expected)
    for _, offset, role in fired:
        line = step_at(ladder, offset, role)
        assert line in ladder
        assert role in line.roles
    assert all(CALENDAR.is_working(today) for today, _, _ in fired)


def unrolled(ladder: Sequence[Step]) -> list[Step]:
    return [Step(offset, step.roles) for step in ladder for offset in step.offsets()]


@given(LADDERS, DUE, st.sampled_from(EVERY_DAY), st.sets(st.tuples(st.integers(-20, 30), st.sampled_from(LadderRole))))
def test_each_repeat_is_a_step_of_its_own(
    ladder: Sequence[Step], due: date, day: int, recorded: set[tuple[int, str]]
) -> None:
    today = due + day * DAY
    plain = due_steps(unrolled(ladder), due, today, CALENDAR, recorded)
    assert due_steps(ladder, due, today, CALENDAR, recorded) == plain


def test_a_repeat_fires_again_only_later_than_recorded_and_ends() -> None:
    """Due Thursday 19/11/2026; from 3 working days after it, every 5, twice: +3, +8, +13 and no more."""
    ladder = (Step(3, (LadderRole.HEAD,), every=5, times=2),)
    due = date(2026, 11, 19)
    assert [(f"{today:%d/%m}", offset) for today, offset, _ in run(ladder, due, EVERY_DAY)] == [
        ("24/11", 3), ("01/12", 8), ("08/12", 13),
    ]  # fmt: skip
    assert due_steps(ladder, due, date(2026, 12, 31), CALENDAR, ()) == [(13, "head")], "an outage: the highest alone"
    assert due_steps(ladder, due, date(2026, 12, 31), CALENDAR, {(13, "head")}) == []


def test_where_two_lines_meet_the_later_one_speaks() -> None:
    ladder = (Step(0, ("head",), every=5, times=4, wording="a"), Step(10, ("head", "leader"), wording="b"))
    assert [step_at(ladder, offset, "head").wording for offset in (0, 5, 10, 15)] == ["a", "a", "b", "a"]


@pytest.mark.parametrize(
    ("starred", "is_request", "kind"),
    [(False, False, "every"), (True, False, "starred"), (False, True, "requested"), (True, True, "requested")],
)
def test_kinds(starred: bool, is_request: bool, kind: str) -> None:
    assert kind_of(starred=starred, is_request=is_request) == kind


@given(LADDERS, DUE, st.sampled_from(EVERY_DAY))
def test_after_an_outage_each_role_hears_once(ladder: Sequence[Step], due: date, day: int) -> None:
    fired = run(ladder, due, [day])
    assert len({role for _, _, role in fired}) == len(fired)


@given(DUE, st.sets(st.sampled_from(EVERY_DAY)), LADDERS)
def test_a_ladder_changed_later_repeats_no_step(due: date, days: set[int], changed: Sequence[Step]) -> None:
    recorded: set[tuple[int, str]] = set()
    for day in sorted(days):
        ladder = DEFAULT_LADDER if day < 0 else changed
        now = due_steps(ladder, due, due + day * DAY, CALENDAR, recorded)
        for offset, role in now:
            assert all(offset > told for told, other in recorded if other == role)
        recorded.update(now)


def test_the_default_ladder_day_by_day() -> None:
    """Due Thursday 19/11/2026: who hears on which day."""
    told: dict[str, str] = {}
    for today, offset, role in run(DEFAULT_LADDER, date(2026, 11, 19), EVERY_DAY):
        told[f"{today:%d/%m}"] = f"{told.get(f'{today:%d/%m}', f'{offset:+}')} {role}"
    assert told == {
        "05/11": "-10 owner",
        "16/11": "-3 owner head",
        "19/11": "+0 owner head",
        "20/11": "+1 owner head",
        "24/11": "+3 head standing_office",
        "26/11": "+5 standing_office deputy_leader",
        "03/12": "+10 leader",
    }


def test_a_long_outage_tells_each_role_its_highest_step() -> None:
    fired = due_steps(DEFAULT_LADDER, date(2026, 1, 15), date(2026, 11, 23), CALENDAR, ())
    assert fired == [(1, "owner"), (3, "head"), (5, "standing_office"), (5, "deputy_leader"), (10, "leader")]


def test_a_step_recorded_for_one_role_does_not_silence_another() -> None:
    due = date(2026, 11, 19)
    assert due_steps(DEFAULT_LADDER, due, due, CALENDAR, {(0, "owner")}) == [(0, LadderRole.HEAD)]


def test_a_due_date_on_a_day_off_is_announced_before_it() -> None:
    """Only where a programme switched the shift off: due Sunday 22/11, said on Friday 20/11."""
    assert step_date(date(2026, 11, 22), 0, CALENDAR) == date(2026, 11, 20)
    assert step_date(date(2026, 11, 22), 1, CALENDAR) == date(2026, 11, 23)
    assert step_date(date(2026, 11, 22), -3, CALENDAR) == date(2026, 11, 17)


@given(LADDERS, DUE, st.integers(-40, 60))
def test_between_two_looks_nothing_is_due(ladder: Sequence[Step], due_on: date, after: int) -> None:
    """The sweep looks at an assignment again on `next_step_date` and not before: no day between has a step."""
    today = CALENDAR.next_working(due_on + after * DAY)
    told = set(due_steps(ladder, due_on, today, CALENDAR, ()))
    following = next_step_date(ladder, due_on, today, CALENDAR)
    day = today
    for _ in range(80):
        day += DAY
        fired = due_steps(ladder, due_on, day, CALENDAR, told) if CALENDAR.is_working(day) else []
        if following is not None and day >= following:
            assert fired
            break
        assert not fired


def test_an_empty_ladder_is_silent() -> None:
    assert next_step_date((), date(2026, 1, 15), date(2026, 11, 23), CALENDAR) is None
    assert due_steps((), date(2026, 1, 15), date(2026, 11, 23), CALENDAR, ()) == []


def test_sentences() -> None:
    assert format_ladder(DEFAULT_LADDER) == (
        "1. 10 ngày làm việc trước hạn: người thực hiện\n"
        "2. 3 ngày làm việc trước hạn: người thực hiện và lãnh đạo đơn vị\n"
        "3. Ngày đến hạn: người thực hiện và lãnh đạo đơn vị\n"
        "4. 1 ngày làm việc sau hạn: người thực hiện và lãnh đạo đơn vị\n"
        "5. 3 ngày làm việc sau hạn: lãnh đạo đơn vị, đồng gửi cơ quan thường trực\n"
        "6. 5 ngày làm việc sau hạn: cơ quan thường trực và phó chủ tịch phụ trách\n"
        "7. 10 ngày làm việc sau hạn: chủ tịch"
    )
    assert set(LADDER_ROLES) == set(LadderRole)


@given(LADDERS)
def test_what_is_written_can_be_read_back(ladder: Sequence[Step]) -> None:
    assert parse_ladder(format_ladder(ladder)) == tuple(ladder)
    for step in ladder:
        loud = replace(step, wording=step.wording.upper())
        assert parse_ladder(sentence(replace(step, wording="")).upper()) == (replace(step, wording=""),)
        assert parse_ladder(sentence(loud)) == (loud,)


def test_reading_forgives_form_and_order() -> None:
    late = "\n 5 ngay lam viec SAU han : Chủ tịch, cơ quan thường trực.\r\n\n"
    assert parse_ladder(late + "2) ngày đến hạn: lãnh đạo đơn vị,người thực hiện") == (
        Step(0, ("owner", "head")),
        Step(5, ("standing_office", "leader")),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ít nhất một bậc"),
        ("Ngày đến hạn: chủ tịch\nkhi nào rảnh: chủ tịch", "Dòng 2 cần có dạng"),
        ("3 ngày làm việc sau hạn", "Dòng 1 cần có dạng"),
        ("3 ngày làm việc sau hạn: bí thư", "không rõ “bí thư”"),
        ("3 ngày làm việc sau hạn: chủ tịch,", "Dòng 1: không rõ"),
        ("Ngày đến hạn: chủ tịch\nNgày đến hạn: người thực hiện", "Dòng 2 trùng ngày"),
        ("Ngày đến hạn: chủ tịch; lặp lại mỗi 0 ngày làm việc", "Dòng 1: lặp lại từ 1 đến 60 lần"),
        ("Ngày đến hạn: chủ tịch; lặp lại mỗi 5 ngày làm việc, tối đa 61 lần", "Dòng 1: lặp lại từ 1"),
        ("10 ngày làm việc sau hạn: chủ tịch; lặp lại mỗi 99 ngày làm việc", "không quá 999 ngày"),
        ("Ngày đến hạn: chủ tịch; qua bồ câu", "Dòng 1: không rõ “qua bồ câu”"),
        (f"Ngày đến hạn: chủ tịch; lời nhắn: {'x' * 301}", "tối đa 300 chữ"),
        ("\n".join(f"{n} ngày làm việc sau hạn: chủ tịch" for n in range(1, 62)), "tối đa 60 bậc"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        parse_ladder(text)
    assert caught.value.field == "ladder"


def test_every_wrong_line_is_named() -> None:
    with pytest.raises(WrongLines) as caught:
        parse_ladder("x\n\nNgày đến hạn: chủ tịch\n3 ngày làm việc sau hạn: bí thư\nNgày đến hạn: chủ tịch")
    assert [error.params["line"] for error in caught.value.errors] == [1, 4, 5]


def test_what_stands_behind_the_roles() -> None:
    step = Step(3, ("head", "standing_office"), Channel.MAIL_AND_CHAT, 5, 6, "Đề nghị: trả lời; gấp")
    text = (
        "3 ngày làm việc sau hạn: lãnh đạo đơn vị, đồng gửi cơ quan thường trực; lặp lại mỗi 5 ngày làm việc,"
        " tối đa 6 lần; qua thư và tin nhắn; lời nhắn: “Đề nghị: trả lời; gấp”"
    )
    assert sentence(step) == text
    typed = "3 ngay lam viec sau han: lanh dao don vi, co quan thuong truc ; Lap lai moi 5 ngay lam viec toi da 6 lan;"
    assert parse_ladder(typed + "qua thu va tin nhan.;;LOI NHAN:Đề nghị: trả lời; gấp") == (step,)
    assert parse_ladder("Ngày đến hạn: chủ tịch; lặp lại mỗi 2 ngày làm việc") == (
        Step(0, ("leader",), every=2, times=10),
    )
