"""From when until when: never backwards, never for ever, and the field that is wrong is named."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.delegation import LONGEST, check_days
from tracker.rules.errors import Invalid

TODAY = date(2026, 1, 5)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2032, 1, 1)) | st.sampled_from([TODAY, TODAY + LONGEST])


@given(DAYS, DAYS)
def test_what_passes_begins_today_or_later_and_ends_within_a_year(first: date | None, last: date | None) -> None:
    try:
        begins, ends = check_days(first, last, TODAY)
    except Invalid:
        return
    assert (begins, ends) == (first, last)
    assert TODAY <= begins <= ends < begins + LONGEST
    assert begins <= TODAY + LONGEST


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (None, TODAY, "valid_from"),
        (TODAY, None, "valid_to"),
        (TODAY - timedelta(days=1), TODAY, "valid_from"),
        (date(1990, 1, 1), date(2090, 1, 1), "valid_from"),
        (TODAY + LONGEST + timedelta(days=1), TODAY + LONGEST + timedelta(days=2), "valid_from"),
        (TODAY, TODAY - timedelta(days=1), "valid_to"),
        (TODAY, TODAY + LONGEST, "valid_to"),
    ],
)
def test_the_field_that_is_wrong(first: date | None, last: date | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_days(first, last, TODAY)
    assert refused.value.field == field


def test_a_day_and_a_whole_year_pass() -> None:
    for last in (TODAY, date(2027, 1, 5)):
        assert check_days(TODAY, last, TODAY) == (TODAY, last)
