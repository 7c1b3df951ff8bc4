"""A unit's report: what is open when, what it lacks, what may be returned."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.cycle import FIGURES, Section
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.filing import FilingState
from tracker.rules.unit_report import (
    LONGEST_SECTION,
    TABLE,
    Step,
    check,
    check_returned,
    check_text,
    demand_open,
    mark_of,
    open_parts,
    step,
)

KEYS = ["highlights", "plans"]
PARTS = [*KEYS, FIGURES]
MOVES = {
    ("expected", "write"): "draft", ("draft", "write"): "draft", ("returned", "write"): "returned",
    ("expected", "submit"): "submitted", ("draft", "submit"): "submitted", ("returned", "submit"): "submitted",
    ("submitted", "withdraw"): "draft", ("submitted", "return"): "returned", ("submitted", "accept"): "accepted",
    ("accepted", "reopen"): "returned", ("expected", "exempt"): "exempt", ("draft", "exempt"): "exempt",
    ("returned", "exempt"): "exempt", ("exempt", "expect"): "expected",
}  # fmt: skip


@pytest.mark.parametrize(("state", "taken"), list(product(FilingState, Step)))
def test_every_state_and_step(state: FilingState, taken: Step) -> None:
    """Written out by hand, so that the table cannot agree with itself."""
    after = MOVES.get((str(state), str(taken)))
    if after is None:
        with pytest.raises(IllegalMove) as error:
            step(state, taken)
        assert str(error.value).endswith(".")
    else:
        assert step(state, taken) is FilingState(after)


def test_every_step_is_in_the_table() -> None:
    assert set(TABLE) == set(Step)


@given(
    st.sampled_from(FilingState), st.dictionaries(st.sampled_from(PARTS), st.just("x")), st.booleans(),
    st.sampled_from(PARTS),
)  # fmt: skip
def test_open_is_what_may_be_written(state: FilingState, returned: dict[str, str], closed: bool, part: str) -> None:
    """The page opens exactly what the service takes; what was filed or accepted is open nowhere."""
    opened = open_parts(state, KEYS, returned, closed=closed)
    refused = None
    try:
        demand_open(part, state, returned, closed=closed)
    except IllegalMove as error:
        refused = error
    assert (refused is None) == (part in opened)
    assert refused is None or refused.field == part
    if closed or state in (FilingState.SUBMITTED, FilingState.ACCEPTED, FilingState.EXEMPT):
        assert opened == frozenset()
    if state is FilingState.RETURNED:
        assert opened <= set(returned)


SECTIONS = [Section("highlights", "Nổi bật"), Section("plans", "Phương hướng"), Section("more", "Khác", required=False)]
MEASURES = {1: "1. Tỷ lệ", 2: "2. Tỷ suất"}


@given(
    st.dictionaries(st.sampled_from(["highlights", "plans", "more"]), st.sampled_from(["", "  ", "Đã làm"])),
    st.sets(st.sampled_from([1, 2])),
)
def test_ready_is_everything_filled_in(texts: dict[str, str], figures: set[int]) -> None:
    found = check(SECTIONS, texts, MEASURES, figures, returned={})
    missing = [key for key in ("highlights", "plans") if not texts.get(key, "").strip()]
    assert [one.part for one in found.problems] == [*missing, *(f"m{id_}" for id_ in MEASURES if id_ not in figures)]
    assert found.ready == (found.done == found.total == 4 or not found.problems)
    assert found.percent == 25 * found.done
    assert found.done + len(found.problems) == found.total


def test_warnings_do_not_block() -> None:
    texts = {"highlights": "Hỗ trợ cháu Nguyễn Văn An ở thôn Đông", "plans": "Như cũ"}
    found = check(SECTIONS, texts, {}, [], returned={"plans": "Sửa", FIGURES: "Sửa"}, unchanged=["plans", FIGURES])
    assert found.ready
    assert [(one.part, one.blocks) for one in found.problems] == [
        ("highlights", False), ("plans", False), (FIGURES, False),
    ]  # fmt: skip


def test_nothing_to_fill_in_is_complete() -> None:
    assert check([], {}, {}, [], returned={}).percent == 100


def test_too_long_is_refused_never_cut() -> None:
    check_text("ệ" * LONGEST_SECTION, "plans")
    with pytest.raises(Invalid, match=r"20\.001 ký tự, dài quá 20\.000"):
        check_text("ệ" * (LONGEST_SECTION + 1), "plans")


def test_what_goes_back_has_its_reason() -> None:
    assert check_returned({"plans": " Sửa ", "highlights": " "}, KEYS) == {"plans": "Sửa"}
    assert check_returned({FIGURES: "Sửa"}, KEYS) == {FIGURES: "Sửa"}
    for wrong in ({}, {"plans": ""}, {"nothing": "x"}, {"plans": "x" * 2_001}):
        with pytest.raises(Invalid):
            check_returned(wrong, KEYS)


@given(st.text(), st.text())
def test_a_mark_tells_texts_apart(one: str, other: str) -> None:
    if not any("\ud800" <= char <= "\udfff" for char in one + other):
        assert (mark_of(one) == mark_of(other)) == (one == other)
