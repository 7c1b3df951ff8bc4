"""A fair ranking: more on time never hurts, order decides nothing, too few are not judged, equals are equal."""

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.deadlines import DeadlineClass, Standing
from tracker.rules.ranking import Score, rank, total_of

KLASSES = st.lists(st.tuples(st.sampled_from(DeadlineClass), st.integers(0, 40)), max_size=30)


def score_of(items: list[tuple[DeadlineClass, int]]) -> Score:
    score = Score()
    for klass, days in items:
        score.add(Standing(klass, days), is_open=False, heard=False, extended=False, late_originally=False)
    return score


@given(KLASSES)
def test_one_more_on_time_never_worsens_the_rate(items: list[tuple[DeadlineClass, int]]) -> None:
    before = score_of(items).on_time_rate
    after = score_of([*items, (DeadlineClass.DONE_ON_TIME, 0)]).on_time_rate
    assert after is not None
    assert before is None or after >= before


@given(st.dictionaries(st.integers(1, 20), KLASSES, max_size=8), st.integers(1, 6), st.randoms())
def test_the_order_of_the_units_decides_nothing(
    units: dict[int, list[tuple[DeadlineClass, int]]], n: int, random: Random
) -> None:
    scores = {unit: score_of(items) for unit, items in units.items()}
    shuffled = list(scores.items())
    random.shuffle(shuffled)
    first, second = rank(scores, n), rank(dict(shuffled), n)
    assert [(one.unit_id, one.rank) for one in first[0]] == [(one.unit_id, one.rank) for one in second[0]]
    assert {one.unit_id for one in first[0]} == {unit for unit, score in scores.items() if score.judged >= n}
    assert sorted([*first[1], *(one.unit_id for one in first[0])]) == sorted(scores)


def test_equals_share_a_rank() -> None:
    good, same, bad = (DeadlineClass.DONE_EARLY, 3), (DeadlineClass.DONE_ON_TIME, 0), (DeadlineClass.OVERDUE, 4)
    scores = {1: score_of([bad, same]), 2: score_of([good, good]), 3: score_of([good, bad]), 4: score_of([bad, bad])}
    assert [(one.unit_id, one.rank) for one in rank(scores, 2)[0]] == [(2, 1), (1, 2), (3, 2), (4, 4)]
    assert rank(scores, 3) == ([], [1, 2, 3, 4])


def test_rates_and_their_bases() -> None:
    score = Score()
    score.add(Standing(DeadlineClass.DONE_LATE, 7), is_open=False, heard=True, extended=True, late_originally=True)
    score.add(Standing(DeadlineClass.OVERDUE, 2), is_open=True, heard=True, extended=False, late_originally=True)
    score.add(Standing(DeadlineClass.NOT_DUE, 9), is_open=True, heard=False, extended=False, late_originally=False)
    assert (score.on_time_rate, score.completion_rate, score.update_rate) == (0, Fraction(1, 2), Fraction(1, 2))
    assert (score.median_late, score.extended, score.late_against_original) == (4.5, 1, 2)
    assert Score().on_time_rate is None
    assert total_of([score, score]).done == 2
