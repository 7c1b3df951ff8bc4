"""Cycles: what they cover, their days level by level, when they open, the form as the office edits it."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.calendar import LOCAL, SHIPPED_OVERRIDES, WorkingCalendar
from tracker.rules.cycle import (
    FIGURES,
    MOST_SECTIONS,
    Days,
    about,
    check_days,
    counted_in_communes,
    covered,
    cycle_words,
    default_days,
    default_sections,
    level_of,
    opens_now,
    read_sections,
)
from tracker.rules.errors import Invalid
from tracker.rules.filing import CycleKind, Level
from tracker.rules.measure import of_stratum
from tracker.rules.recurrence import Rule, period_named

CALENDAR = WorkingCalendar(SHIPPED_OVERRIDES)
BEFORE_20_11 = Rule.of_year("11-19")


@pytest.mark.parametrize(
    ("kind", "key", "first", "words", "inside"),
    [
        ("annual", "2026", 2026, "Báo cáo năm 2026", "năm 2026"),
        ("half_year", "2026-H1", 2026, "Báo cáo 6 tháng đầu năm 2026", "6 tháng đầu năm 2026"),
        ("half_year", "2026-H2", 2026, "Báo cáo 6 tháng cuối năm 2026", "6 tháng cuối năm 2026"),
        ("mid_term", "2025", 2021, "Báo cáo sơ kết giữa kỳ 2021–2025", "giữa kỳ giai đoạn 2021 - 2025"),
        ("final", "2030", 2021, "Báo cáo tổng kết 2021–2030", "tổng kết giai đoạn 2021 - 2030"),
    ],
)
def test_what_a_cycle_covers(kind: str, key: str, first: int, words: str, inside: str) -> None:
    chosen = CycleKind(kind)
    found, period = covered(chosen, key, 2021, 2030)
    assert (found, period.key) == (first, key)
    message, params = cycle_words(chosen, found, key)
    assert message % params == words
    assert about(chosen, found, key) == inside


@given(st.sampled_from(CycleKind), st.text(max_size=12))
def test_nothing_but_a_period_is_one(kind: CycleKind, key: str) -> None:
    refused = None
    try:
        _first, period = covered(kind, key, 2021, 2030)
    except Invalid as error:
        refused = error
    if refused is not None:
        assert refused.field == "period"
        assert str(refused)
    else:
        assert period.key == key
        assert 2021 <= period.first.year <= 2030


def test_the_programmes_own_day_leads() -> None:
    days = default_days(CycleKind.ANNUAL, period_named("2026"), BEFORE_20_11, CALENDAR)
    assert days == Days(
        date(2026, 10, 19), date(2026, 11, 14), date(2026, 11, 16), date(2026, 11, 19), date(2026, 11, 26)
    )  # fmt: skip
    # A Sunday: what counts is the Monday.
    assert default_days(CycleKind.ANNUAL, period_named("2028"), BEFORE_20_11, CALENDAR).due_department_on == date(
        2028, 11, 20
    )


def test_without_one_the_decree_does() -> None:
    days = default_days(CycleKind.HALF_YEAR, period_named("2026-H1"), BEFORE_20_11, CALENDAR)
    assert (days.cut_off_on, days.due_commune_on) == (date(2026, 6, 14), date(2026, 6, 17))
    days = default_days(CycleKind.ANNUAL, period_named("2026"), None, CALENDAR)
    assert days.cut_off_on == date(2026, 12, 14)


@given(st.sampled_from(CycleKind), st.integers(2021, 2030), st.booleans(), st.sampled_from(["01-05", "07-31", "11-19"]))
def test_usual_days_are_always_in_order(kind: CycleKind, year: int, ruled: bool, day: str) -> None:
    key = f"{year}-H1" if kind is CycleKind.HALF_YEAR else str(year)
    rule = Rule.of_year(day) if ruled else None
    days = default_days(kind, period_named(key), rule, CALENDAR)
    check_days(days, period_named(key), CALENDAR)
    assert days.opens_on < days.due_commune_on
    order = [days.due(level) for level in Level]
    assert order == sorted(order)
    assert all(CALENDAR.is_working(one) for one in (*order, days.opens_on))


@given(st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1)), st.integers(0, 23))
def test_once_open_it_stays_due_to_open(moment: datetime, hour: int) -> None:
    """A missed run loses nothing: whatever opens now would have opened on any working day later at that hour."""
    now = moment.replace(tzinfo=LOCAL)
    opens_on = date(2026, 10, 19)
    if opens_now(opens_on, now=now, hour=hour, calendar=CALENDAR):
        assert now.date() >= opens_on
        assert CALENDAR.is_working(now.date())
        later = now.replace(year=2027, month=3, day=1)
        assert opens_now(opens_on, now=later, hour=hour, calendar=CALENDAR)


def test_levels_and_strata() -> None:
    assert level_of("commune", standing=False) is Level.COMMUNE
    assert level_of("police", standing=False) is Level.DEPARTMENT
    assert level_of("department", standing=True) is Level.OFFICE
    assert counted_in_communes("Tỷ lệ trẻ em dưới 5 tuổi bị suy dinh dưỡng", 100)
    assert not counted_in_communes("Tỷ lệ xã, thị trấn đạt tiêu chuẩn phù hợp với trẻ em", 100)
    assert not counted_in_communes("Tỷ lệ trẻ em", 1)
    assert of_stratum("urban", "UBND thị trấn Cao Thượng")
    assert not of_stratum("rural", "UBND thị trấn Cao Thượng")
    assert of_stratum("rural", "UBND xã Thị Trân")
    assert of_stratum(None, "UBND xã Cao Xá")


@pytest.mark.parametrize("kind", CycleKind)
def test_the_usual_form(kind: CycleKind) -> None:
    sections = default_sections(kind, "2026-H1" if kind is CycleKind.HALF_YEAR else "2026")
    keys = [one.key for one in sections]
    assert len(set(keys)) == len(keys)
    assert FIGURES not in keys
    assert {"highlights", "shortcomings", "objective_causes", "subjective_causes", "proposals", "plans"} <= set(keys)


def test_a_form_as_it_is_edited() -> None:
    rows = [
        {"key": "plans", "title": " Phương hướng ", "required": True},
        {"key": "", "title": "Mới", "help": "Nêu rõ"},
        {"key": "plans", "title": "Khác"},  # a key sent twice is another section
        {"key": "figures", "title": "Số liệu khác"},
        {"key": "gone", "title": "  "},
    ]
    found = read_sections(rows, ["plans", "s1"])
    assert [(one.key, one.title, one.required) for one in found] == [
        ("plans", "Phương hướng", True), ("s2", "Mới", False), ("s3", "Khác", False), ("s4", "Số liệu khác", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([], "sections"),
        ([{"title": "x"}, {"title": "X "}], "title-1"),
        ([{"title": "x" * 201}], "title-0"),
        ([{"title": f"Mục {n}"} for n in range(MOST_SECTIONS + 1)], "sections"),
    ],
)
def test_a_form_that_cannot_be(rows: list[dict[str, str]], field: str) -> None:
    with pytest.raises(Invalid) as error:
        read_sections(rows)
    assert error.value.field == field
