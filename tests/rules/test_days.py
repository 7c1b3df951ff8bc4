"""A day as it is typed, and how far off it may be; text without what nobody sees."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.days import YEARS_AHEAD, check_day, read_day
from tracker.rules.errors import Invalid
from tracker.rules.extension import check_new_date, check_within
from tracker.rules.text import plain

TODAY = date(2026, 11, 24)


@given(st.dates())
def test_both_ways_of_writing_a_day(day: date) -> None:
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day.day}/{day.month}/{day.year:04}") == day


@pytest.mark.parametrize(
    "typed", ["", "x", "30/02/2026", "1/1/" + "9" * 5000, "1/1/99999", "-1/1/2026", "1/1/٢٠٢٦", "0/0/0000"]
)
def test_what_is_no_day(typed: str) -> None:
    assert read_day(typed) is None


@given(st.dates())
def test_a_day_that_is_let_in_is_near_enough_to_count(day: date) -> None:
    if date(2000, 1, 1) <= day <= date(2026 + YEARS_AHEAD, 12, 31):
        assert check_day(day, TODAY, field="due_on") == day
    else:
        with pytest.raises(Invalid, match=f"{day.year:04}") as refused:
            check_day(day, TODAY, field="due_on")
        assert refused.value.field == "due_on"


def test_no_deadline_in_the_year_9999() -> None:
    far = date(9999, 12, 31)
    with pytest.raises(Invalid, match="31/12/2056"):
        check_within(far, TODAY, None, field="part_due_on")
    with pytest.raises(Invalid, match="31/12/2056"):
        check_new_date(far, TODAY, TODAY, None, field="due_on")
    assert check_within(TODAY + timedelta(days=1), TODAY, None, field="x") == TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "\u200b\u200d\ufeff",
        "\x00\x07\x1b",
        "\u202e\u2066",
        "\u3164\u115f\u2800",
        "\u00a0\u3000",
        "\u0301",
        "\u00ad",
    ],
)
def test_what_nobody_sees_is_no_text(typed: str) -> None:
    assert plain(typed) == ""


@given(st.text())
def test_plain_text_holds_only_what_is_seen(typed: str) -> None:
    text = plain(typed)
    assert plain(text) == text == text.strip()
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in "\t\n"]


def test_plain_text_keeps_what_people_write() -> None:
    for text in ("Đã tổ chức\n\t12 lớp; 100%", "Tiến", "👍", "✓", "-"):
        assert plain(text) == text
    assert plain("Tie\u0302\u0301n") == "Tiến"  # composed
    assert plain(" a\r\nb\rc\u200b ") == "a\nb\nc"
