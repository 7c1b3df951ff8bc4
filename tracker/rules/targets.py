"""Targets of a measure and numbers, in words (design 3.4)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Comparator(StrEnum):
    AT_LEAST = ">="
    AT_MOST = "<="
    BELOW = "<"
    ABOVE = ">"
    EXACTLY = "="
    MAINTAIN = "maintain"
    RANGE = "range"


_SIGNS = {
    Comparator.AT_LEAST: "≥ ",
    Comparator.AT_MOST: "≤ ",
    Comparator.BELOW: "< ",
    Comparator.ABOVE: "> ",
    Comparator.EXACTLY: "",
    Comparator.MAINTAIN: "duy trì ",
}


@dataclass(frozen=True)
class Target:
    """`year` None holds for every year; `value` and `upper` per 100, 1 000 … as the measure says.

    Raises ValueError unless a range, and only a range, has an upper end that is not below its value.
    """

    year: int | None
    comparator: Comparator
    value: Decimal
    upper: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.comparator == Comparator.RANGE) != (self.upper is not None):
            raise ValueError("a range, and only a range, has an upper end")
        if self.upper is not None and self.upper < self.value:
            raise ValueError("the upper end is below the lower one")


def number_text(value: Decimal) -> str:
    """As Vietnamese writes it: 9.50 → "9,5", 1000 → "1.000"."""
    whole, _, part = f"{value:,f}".partition(".")
    part = part.rstrip("0")
    return whole.replace(",", ".") + (f",{part}" if part else "")


def short_number(value: Decimal | Fraction | int | None, digits: int = 2) -> str:
    """With at most `digits` decimals, half upwards as offices round: 9.5 → "9,5", 0.625 → "0,63"; "" for None."""
    if value is None:
        return ""
    scaled = abs(Fraction(value)) * 10**digits
    # Exact, however long the fraction is: a quotient rounded first might only seem to end in a half.
    number = Decimal(int(scaled + Fraction(1, 2))).scaleb(-digits)
    return number_text(-number if value < 0 and number else number)


def telling_digits(value: Decimal | Fraction, *edges: Decimal | Fraction | None) -> int:
    """The fewest decimals (2–6) that tell the value from what it misses: 94.996 is no "95" beside "≥ 95%"."""
    other = [edge for edge in edges if edge is not None and edge != value]
    fits = (n for n in range(2, 6) if all(short_number(value, n) != short_number(edge, n) for edge in other))
    return next(fits, 6)


def unit_text(per: int) -> str:
    """What stands behind a number: "%", "‰", "/4.000"; nothing behind a count."""
    return {1: "", 100: "%", 1000: "‰"}.get(per, f"/{number_text(Decimal(per))}")


def unit_words(per: int) -> str:
    """In a column of its own: "%", "‰", "trên 4.000"; "" of a count."""
    return unit_text(per).replace("/", "trên ")


def is_all(value: Decimal | Fraction, per: int, *, may_exceed: bool) -> bool:
    """Whether "at least" that much of a share is all of it: nothing is above 100%, unless the measure `may_exceed`."""
    return per == 100 and value == per and not may_exceed


def target_text(target: Target, per: int = 100, suffix: str = "", *, may_exceed: bool) -> str:
    """For example "≥ 82%", "< 9,5‰", "duy trì 100%", "≤ 3/4.000 trẻ em" (suffix " trẻ em"), "từ 2% đến 3%/năm".

    A range without a year is one of every year. `may_exceed`: a percentage that is no share (`Shape.most` None).
    """
    unit = unit_text(per)
    low = f"{number_text(target.value)}{unit}"
    if target.upper is not None:
        text = f"từ {low} đến {number_text(target.upper)}{unit}{suffix}"
        return text if target.year else f"{text}/năm"
    if target.value == 0 and target.comparator == Comparator.AT_MOST:
        return f"{low}{suffix}"  # nothing is below none
    if target.comparator == Comparator.AT_LEAST and is_all(target.value, per, may_exceed=may_exceed):
        return f"{low}{suffix}"
    return f"{_SIGNS[Comparator(target.comparator)]}{low}{suffix}"
