"""What the comparison of two editions must not pass over."""

from dataclasses import replace

import pytest

from tests.helpers.editions import material
from tracker.exports.material import Material
from tracker.rules.filing import CycleKind
from tracker.services.edition_compare import compare


@pytest.fixture(scope="module")
def first() -> Material:
    return material(CycleKind.ANNUAL)


def test_taken_twice_of_the_same_rows_they_are_the_same(first: Material) -> None:
    again = replace(first, snapshot=replace(first.snapshot, built_at="2026-12-01T08:00:00+07:00"))
    assert compare(first, again).same


def test_rows_that_change_no_sum_are_not_called_the_same(first: Material) -> None:
    (unit, *units) = first.snapshot.units
    (row, *rows) = unit.work
    other = replace(unit, work=(replace(row, result="Đã ban hành văn bản"), *rows))
    found = compare(first, replace(first, snapshot=replace(first.snapshot, units=(other, *units))))
    assert (found.alike, found.same) == (True, False)


def test_a_measure_that_left_the_programme_is_told(first: Material) -> None:
    """The last of them, so that no other takes its number."""
    (*goals, goal) = first.snapshot.goals
    shorter = replace(goal, indicators=goal.indicators[:-1])
    second = replace(first, snapshot=replace(first.snapshot, goals=(*goals, shorter)))
    gone = {ref for ref, _one, _measure in first.snapshot.measures()} - {
        ref for ref, _one, _measure in second.snapshot.measures()
    }
    found = compare(first, second)
    assert {one.ref for one in found.measures} == gone
    assert all(one.name and one.first and not one.second for one in found.measures)
    assert not found.same
