"""Every shape of the real programme, judged; and what must hold for any measure whatever."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.helpers.world import DATA
from tracker.importing.programme import parse
from tracker.importing.reader import read_document
from tracker.rules.judgement import ORDER, Judgement, Verdict, gap, judge, reached, required_path
from tracker.rules.measure import Better, Shape, at_of
from tracker.rules.projection import outlook
from tracker.rules.targets import Comparator, Target

MET, ON, OFF, MISSED, NOT_YET = Verdict.MET, Verdict.ON_PATH, Verdict.OFF_PATH, Verdict.MISSED, Verdict.NOT_YET


def real_shapes() -> list[tuple[str, Shape]]:
    parsed = parse(read_document(DATA / "programme.md"))
    found = []
    for indicator in parsed.indicators:
        for at, one in enumerate(indicator.measures):
            targets = tuple(
                Target(
                    t.year, Comparator(t.comparator), Decimal(str(t.value)),
                    None if t.upper is None else Decimal(str(t.upper)),
                )
                for t in one.targets
            )  # fmt: skip
            found.append((f"{indicator.number}.{at + 1}", Shape(Better(one.better), one.per, targets, one.name)))
    return found


SHAPES = dict(real_shapes())

# Measure → (baseline 2020, [(year, value, verdict)]). Values sit on either side of every edge that the text draws; on
# the way to 2025 the path goes from the baseline, afterwards from the target of 2025.
TABLE: dict[str, tuple[str | None, list[tuple[int, str, Verdict]]]] = {
    "1.1": ("72", [(2021, "74", ON), (2021, "73.9", OFF), (2024, "82", MET), (2025, "81.9", MISSED),
                   (2025, "82", MET), (2028, "84.4", ON), (2028, "84.3", OFF), (2030, "85.9", MISSED)]),
    "2.1": ("80", [(2022, "84", ON), (2022, "83", OFF), (2025, "90", MET), (2025, "89.99", MISSED), (2027, "92", ON)]),
    # Strict: what is asked is less than.
    "3.1": ("12", [(2022, "10.9", ON), (2022, "11", OFF), (2025, "9.5", MISSED), (2025, "9.49", MET),
                   (2027, "9.29", ON), (2027, "9.3", OFF), (2030, "8.9", MET), (2030, "9", MISSED)]),
    "3.2": ("15", [(2023, "13.5", ON), (2023, "13.6", OFF), (2025, "12.5", MET), (2025, "12.6", MISSED),
                   (2026, "12", ON), (2030, "10", MET)]),
    "3.3": ("21", [(2024, "18.9", ON), (2024, "19", OFF), (2025, "18.5", MISSED), (2030, "14.9", MET)]),
    "4.1": ("13", [(2024, "10.5", ON), (2024, "10.6", OFF), (2025, "10", MISSED), (2025, "9.9", MET)]),
    # "17% in 2025" may be 17; "under 15% in 2030" may not be 15.
    "4.2": ("21", [(2025, "17", MET), (2030, "15", MISSED), (2030, "14.99", MET), (2026, "16.5", ON),
                   (2026, "16.6", OFF)]),
    # The same target in both years: under 5% from the first of them on.
    "4.3": ("6", [(2024, "5.1", ON), (2025, "5", MISSED), (2025, "4.9", MET), (2028, "4.9", MET), (2028, "5", OFF),
                  (2028, "5.2", OFF), (2030, "5.2", MISSED)]),
    "4.4": ("12", [(2024, "10.3", ON), (2024, "10.4", OFF), (2025, "9.9", MET), (2030, "10", MISSED)]),
    "5.1": ("95", [(2023, "96.2", ON), (2023, "96.1", OFF), (2025, "97", MET), (2029, "97.8", ON), (2030, "98", MET)]),
    # Only 2030: the path is one of ten years.
    "5.2": ("90", [(2025, "94", ON), (2025, "93.9", OFF), (2029, "98", MET), (2030, "97.9", MISSED)]),
    "6.1": ("4", [(2025, "3", ON), (2025, "3.1", OFF), (2028, "0", MET), (2030, "2", MET), (2030, "2.1", MISSED)]),
    # 100% in 2025, and kept until 2030: between them nothing less will do.
    "7.1": ("88", [(2021, "90.4", ON), (2025, "99.9", MISSED), (2025, "100", MET), (2027, "100", MET),
                   (2027, "99.9", OFF), (2030, "99.9", MISSED)]),
    "8.1": ("4.5", [(2025, "3.5", MISSED), (2025, "3.4", MET), (2027, "3", ON), (2027, "3.1", OFF)]),
    "8.2": ("90", [(2024, "94", ON), (2024, "93.9", OFF), (2025, "95", MET), (2030, "97", MISSED)]),
    "9.1": ("6", [(2024, "4.7", ON), (2024, "4.8", OFF), (2025, "4.5", MISSED), (2030, "3.9", MET)]),
    "10.1": ("6", [(2021, "5.6", ON), (2021, "5.7", OFF), (2025, "4.4", MET), (2030, "4", MISSED)]),
    # Per 4,000 children.
    "11.1": ("5", [(2023, "4.3", ON), (2023, "4.4", OFF), (2025, "4", MISSED), (2025, "3.9", MET)]),
    "11.2": ("4", [(2023, "3.4", ON), (2023, "3.5", OFF), (2025, "3", MET), (2030, "2.1", MISSED)]),
    # No year: of every year.
    "12.1": (None, [(2022, "100", MET), (2022, "99.9", MISSED), (2030, "100", MET)]),
    # 2–3% fewer each year: more fewer misses nothing, an increase (below 0) does.
    "13.1": (None, [(2026, "2", MET), (2026, "2.5", MET), (2026, "3", MET), (2026, "10", MET), (2026, "1.9", MISSED),
                    (2026, "0", MISSED), (2026, "-4", MISSED)]),
    "14.1": ("99", [(2023, "99.54", ON), (2023, "99.53", OFF), (2025, "99.9", MET), (2030, "99.9", MISSED)]),
    "15.1": ("98", [(2025, "99.1", MET), (2027, "99.18", ON), (2027, "99.17", OFF), (2030, "99.3", MET)]),
    "16.1": ("99", [(2025, "99.5", MET), (2025, "99.4", MISSED), (2030, "100", MET), (2030, "99.9", MISSED)]),
    "17.1": ("99.6", [(2025, "99.8", MET), (2030, "99.9", MISSED)]),
    # A target of 0: reached by none at all, on the path by fewer and fewer.
    "17.2": ("0.3", [(2024, "0.13", ON), (2024, "0.14", OFF), (2025, "0.1", MISSED), (2025, "0.09", MET),
                     (2028, "0.04", ON), (2028, "0.05", OFF), (2028, "0", MET), (2030, "0", MET),
                     (2030, "0.01", MISSED)]),
    "18.1": ("97", [(2024, "98.2", ON), (2024, "98.1", OFF), (2025, "98.5", MET), (2030, "99.4", MISSED)]),
    "18.2": ("0.4", [(2025, "0.14", MISSED), (2025, "0.13", MET), (2030, "0.05", MISSED), (2030, "0.04", MET)]),
    # Only 2025: afterwards it is to be kept.
    "19.1": ("50", [(2023, "77", ON), (2023, "76", OFF), (2025, "95", MET), (2025, "94", MISSED), (2027, "96", MET),
                    (2027, "94", MISSED)]),
    "20.1": ("45", [(2025, "55", MET), (2027, "57", ON), (2027, "56.9", OFF), (2030, "60", MET)]),
    "20.2": ("70", [(2022, "74", ON), (2025, "79", MISSED), (2030, "90", MET)]),
    "21.1": ("30", [(2022, "34", ON), (2022, "33.9", OFF), (2025, "40", MET), (2030, "44", MISSED)]),
    "22.1": ("20", [(2023, "26", ON), (2023, "25", OFF), (2025, "30", MET)]),
    "23.1": ("75", [(2023, "81", ON), (2025, "84.9", MISSED), (2030, "90", MET)]),
    "24.1": ("20", [(2024, "28", ON), (2024, "27.9", OFF), (2025, "30", MET), (2030, "34.9", MISSED)]),
}  # fmt: skip


def test_the_table_has_every_measure_of_the_programme() -> None:
    assert len(SHAPES) == 35
    assert set(TABLE) == set(SHAPES)


@pytest.mark.parametrize("number", TABLE)
def test_each_measure_of_the_programme(number: str) -> None:
    baseline, rows = TABLE[number]
    shape = with_baseline(SHAPES[number], baseline)
    found = [(year, value, judge(shape, Decimal(value), Fraction(year)).verdict) for year, value, _ in rows]
    assert found == rows


def with_baseline(shape: Shape, value: str | None) -> Shape:
    return Shape(**{**vars(shape), "baseline": (2020, Decimal(value)) if value is not None else None})


@pytest.mark.parametrize("number", SHAPES)
def test_no_value_and_no_beginning_are_not_judged(number: str) -> None:
    shape = SHAPES[number]
    assert judge(shape, None, Fraction(2026)).verdict is NOT_YET
    if shape.milestones and shape.better is Better.DOWN:
        assert judge(shape, Decimal(99), Fraction(2022)).verdict is NOT_YET


def test_without_a_baseline_the_path_begins_with_the_first_figure() -> None:
    shape = SHAPES["3.2"]
    history = {Fraction(2021): Decimal("14.5"), Fraction(2023): Decimal("14"), Fraction(2026): Decimal(1)}
    said = judge(shape, Decimal("13"), Fraction(2024), history)
    assert (said.verdict, said.required, said.start) == (ON, Decimal("13"), (2021, Decimal("14.5")))
    assert judge(shape, Decimal("13.1"), Fraction(2024), history).verdict is OFF
    # Its own year and later ones are not its past.
    assert judge(shape, Decimal("13"), Fraction(2021), history).verdict is NOT_YET


def test_half_a_year_is_half_a_step() -> None:
    shape = with_baseline(SHAPES["1.1"], "72")
    assert at_of("2023-H1") == Fraction(4045, 2)
    assert judge(shape, Decimal(77), at_of("2023-H1")).verdict is ON
    assert judge(shape, Decimal("76.9"), at_of("2023-H1")).verdict is OFF
    assert judge(SHAPES["13.1"], Decimal(0), at_of("2026-H1")).verdict is NOT_YET
    assert judge(SHAPES["12.1"], Decimal(90), at_of("2026-H1")).verdict is OFF
    # The second half ends with the year and is no year.
    assert judge(SHAPES["13.1"], Decimal(0), at_of("2026-H2"), half=True).verdict is NOT_YET
    assert judge(SHAPES["13.1"], Decimal(0), at_of("2026")).verdict is MISSED


def test_the_rule_is_said_in_words() -> None:
    said = judge(with_baseline(SHAPES["1.1"], "72"), Decimal(70), Fraction(2023))
    assert said.words == "Chậm so với lộ trình đến năm %(year)s (%(target)s): kỳ này cần %(required)s."
    assert (said.params["year"], said.params["required"]) == (2025, 78)
    assert "Đã đạt sớm" in judge(SHAPES["1.1"], Decimal(90), Fraction(2022)).words
    assert "Giữ được" in judge(SHAPES["19.1"], Decimal(96), Fraction(2027)).words


def test_where_it_goes_and_what_it_needs() -> None:
    up = with_baseline(SHAPES["1.1"], "72")
    first, second = outlook(up, Decimal(74), Fraction(2022), {})
    assert (first.target.year, first.needed, first.trend, first.projected, first.likely) == (
        2025, Fraction(8, 3), 1, 77, False,
    )  # fmt: skip
    assert (second.needed, second.projected, second.likely) == (Fraction(12, 8), 82, False)
    down = with_baseline(SHAPES["17.2"], "0.3")
    (last,) = outlook(down, Decimal("0.1"), Fraction(2026), {})
    assert (last.needed, last.trend, last.projected, last.likely) == (
        Fraction(-1, 40), Fraction(-1, 30), 0, True,
    )  # fmt: skip
    # No part grows beyond its whole.
    (top,) = outlook(with_baseline(SHAPES["16.1"], "90"), Decimal(98), Fraction(2026), {})
    assert (top.trend, top.projected, top.likely) == (Fraction(4, 3), 100, True)
    (alone,) = outlook(SHAPES["6.1"], Decimal(3), Fraction(2026), {})
    assert (alone.needed, alone.trend, alone.projected, alone.likely) == (Fraction(-1, 4), None, None, None)
    assert outlook(SHAPES["13.1"], Decimal(1), Fraction(2026), {}) == []
    assert outlook(up, Decimal(90), Fraction(2030), {}) == []


def test_the_road_has_its_corners() -> None:
    assert required_path(with_baseline(SHAPES["1.1"], "72"), {}) == [(2020, 72), (2025, 82), (2030, 86)]
    assert required_path(SHAPES["6.1"], {}) == [(2030, 2)]
    assert required_path(SHAPES["12.1"], {}) == []
    # What was better than asked from the beginning is asked no more than the target.
    assert required_path(with_baseline(SHAPES["1.1"], "90"), {})[0] == (2020, 82)


# Anything a database could hold, contradictions included.
numbers = st.decimals(min_value=-200, max_value=5000, places=2, allow_nan=False)
years = st.integers(2021, 2030)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    targets = []
    for year in draw(st.lists(st.one_of(st.none(), years), max_size=4, unique=True)):
        comparator = draw(st.sampled_from(Comparator))
        value = draw(st.one_of(st.just(Decimal(0)), numbers))
        upper = value + abs(draw(numbers)) if comparator == Comparator.RANGE else None
        targets.append(Target(year, comparator, value, upper))
    baseline = draw(st.one_of(st.none(), st.tuples(st.integers(2015, 2029), numbers)))
    name = draw(st.sampled_from(["Mức giảm số cuộc tảo hôn", "Tỷ lệ"]))
    return Shape(draw(st.sampled_from(Better)), draw(st.sampled_from([1, 100, 1000, 4000])), tuple(targets), name,
                 baseline=baseline)  # fmt: skip


moments = st.one_of(years.map(Fraction), years.map(lambda year: Fraction(2 * year - 1, 2)))
histories = st.dictionaries(st.integers(2018, 2032).map(Fraction), numbers, max_size=5)


@given(shape=shapes(), one=numbers, other=numbers, at=moments, history=histories)
def test_a_better_value_never_gets_a_worse_judgement(
    shape: Shape, one: Decimal, other: Decimal, at: Fraction, history: dict[Fraction, Decimal]
) -> None:
    worse, better = min(one, other), max(one, other)
    if shape.better is Better.DOWN:
        worse, better = better, worse
    if shape.better is Better.RANGE:
        # Nearer to every target there is.
        targets = shape.targets
        assume(all(gap(shape, target, better) <= gap(shape, target, worse) for target in targets))
    verdicts = [judge(shape, value, at, history).verdict for value in (worse, better)]
    if NOT_YET not in verdicts:
        assert ORDER[verdicts[0]] <= ORDER[verdicts[1]]
    else:
        # What cannot be judged is so for want of a beginning, and only reaching the target ends that.
        assert verdicts[0] is NOT_YET
        assert verdicts[1] in (NOT_YET, MET)


@given(shape=shapes(), value=st.one_of(st.none(), numbers), at=moments, history=histories)
def test_nothing_divides_by_zero(
    shape: Shape, value: Decimal | None, at: Fraction, history: dict[Fraction, Decimal]
) -> None:
    said = judge(shape, value, at, history)
    assert isinstance(said, Judgement)
    assert said.verdict is NOT_YET or value is not None
    for one in outlook(shape, value, at, history):
        assert shape.most is None or one.projected is None or one.projected <= shape.most
    required_path(shape, history)


@pytest.mark.parametrize(
    ("better", "comparator", "below", "at", "above"),
    [
        (Better.UP, ">=", False, True, True),
        (Better.UP, ">", False, False, True),
        (Better.UP, "maintain", False, True, True),
        (Better.DOWN, "<=", True, True, False),
        (Better.DOWN, "<", True, False, False),
        (Better.RANGE, "=", False, True, False),
    ],
)
def test_reached_on_either_side(better: Better, comparator: str, below: bool, at: bool, above: bool) -> None:
    goal = Target(2025, Comparator(comparator), Decimal(82))
    shape = Shape(better, 100, (goal,))
    assert [reached(shape, goal, Decimal(one)) for one in ("81.999", "82", "82.001")] == [below, at, above]


@given(shape=shapes(), value=numbers, at=moments, history=histories)
def test_the_value_on_the_path_is_on_the_path(
    shape: Shape, value: Decimal, at: Fraction, history: dict[Fraction, Decimal]
) -> None:
    said = judge(shape, value, at, history)
    if said.required is not None and said.target is not None and said.target.comparator not in ("<", ">"):
        assert judge(shape, said.required, at, history).verdict in (ON, MET)
