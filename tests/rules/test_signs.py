"""What a year requires is said with the sign of the target it leads to."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tracker.rules.measure import Better, Shape
from tracker.rules.targets import Comparator, Target

DOWN, UP, RANGE = Better.DOWN, Better.UP, Better.RANGE


@pytest.mark.parametrize(
    ("better", "comparator", "required", "sign"),
    [
        (DOWN, Comparator.AT_MOST, "12", "≤ "),
        (DOWN, Comparator.BELOW, "10", "< "),
        (DOWN, Comparator.EXACTLY, "10", "≤ "),
        (DOWN, Comparator.MAINTAIN, "10", "≤ "),
        (UP, Comparator.AT_LEAST, "95", "≥ "),
        (UP, Comparator.ABOVE, "95", "> "),
        (UP, Comparator.MAINTAIN, "95", "≥ "),
        (UP, Comparator.AT_LEAST, "100", ""),
        (UP, Comparator.MAINTAIN, "100", ""),
    ],
)
def test_sign_of_what_is_required(better: Better, comparator: Comparator, required: str, sign: str) -> None:
    target = Target(2030, comparator, Decimal(90))
    assert Shape(better, 100, (target,)).sign(target, Fraction(required)) == sign


def test_a_range_is_come_to_from_either_side() -> None:
    target = Target(2030, Comparator.RANGE, Decimal(2), Decimal(3))
    shape = Shape(RANGE, 100, (target,))
    assert [shape.sign(target, Fraction(n)) for n in (1, 5)] == ["≥ ", "≤ "]
