"""A measure as pages show it: numbers with their unit, the rule in words, and the two drawings."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tracker.rules.judgement import Judgement, Verdict, required_path
from tracker.rules.measure import Shape
from tracker.rules.projection import Outlook
from tracker.rules.targets import Target, short_number, telling_digits, unit_text
from tracker.store.figure import Line
from tracker.web.language import gettext as _

Point = tuple[Fraction, Fraction]


def shown(value: Fraction | None, per: int, *, sign: bool = False, digits: int = 2) -> str:
    """ "97,5%"; with `sign` a change, "+1,2 điểm %". "" for None."""
    if value is None:
        return ""
    number = short_number(value, digits).replace("-", "−")
    if not sign:
        return f"{number}{unit_text(per)}"
    plus = "+" if value > 0 and number != "0" else ""
    return f"{plus}{number} {_('điểm %')}" if per == 100 else f"{plus}{number}{unit_text(per)}"


def value_of(line: Line) -> str:
    """The value that is judged; where it misses its target or its path by little, with as many decimals as show it."""
    if line.value is None:
        return ""
    return shown(line.value, line.shape.per, digits=_digits(line.value, line.judgement))


def _digits(value: Fraction, said: Judgement) -> int:
    """Decimals of a value and of what it is held against."""
    if said.target is None or said.verdict is Verdict.MET:
        return 2
    return telling_digits(value, said.target.value, said.target.upper, said.required)


def number_in(value: Fraction | Decimal | None) -> str:
    """Without a unit, as it stands in a table or is typed back; "" for None."""
    return short_number(value, 6)


def target_of(shape: Shape, year: int) -> str:
    """The target of the year, or the one of every year, in words; "" where there is none."""
    found = next((one for one in shape.targets if one.year == year), None)
    target = found or shape.every_year
    return shape.words(target) if target else ""


def targets_of(shape: Shape) -> list[tuple[int | None, str]]:
    """(year, words) in order; one of every year has none."""
    return [(one.year, shape.words(one)) for one in (*shape.milestones, shape.every_year) if one]


def rule_of(judgement: Judgement, shape: Shape, value: Fraction | None) -> str:
    """The rule in the reader's words; `value` is what was judged."""
    params: dict[str, Any] = dict(judgement.params)
    if isinstance(params.get("target"), Target):
        params["target"] = shape.words(params["target"])
    if judgement.required is not None:
        params["required"] = _required(judgement, shape, 2 if value is None else _digits(value, judgement))
    return _(judgement.words, **params)


def _required(judgement: Judgement, shape: Shape, digits: int) -> str:
    """The value on the path."""
    assert judgement.target is not None
    assert judgement.required is not None
    return f"{shape.sign(judgement.target, judgement.required)}{shown(judgement.required, shape.per, digits=digits)}"


@dataclass(frozen=True)
class Spark:
    """A line of values in a box of 96 × 28; `dot` is the last of them."""

    points: str
    dot: tuple[float, float]
    words: str


def spark(years: Mapping[Fraction, Fraction], per: int) -> Spark | None:
    """None for fewer than two values: one point is no line."""
    known = [(when, value) for when, value in sorted(years.items()) if when.denominator == 1]
    if len(known) < 2:
        return None
    box = _Box.around([*known], width=96, height=28, pad=4)
    placed = [box.place(one) for one in known]
    words = "; ".join(f"{int(when)}: {shown(value, per)}" for when, value in known)
    return Spark(" ".join(f"{x},{y}" for x, y in placed), placed[-1], words)


@dataclass(frozen=True)
class _Box:
    """Where points of (year, value) lie in a drawing; y grows downwards."""

    left: Fraction
    right: Fraction
    low: Fraction
    high: Fraction
    width: int
    height: int
    pad: int

    @classmethod
    def around(cls, points: list[Point], *, width: int, height: int, pad: int) -> "_Box":
        """Never of no width and no height, so that placing a point divides by nothing that is 0."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        low, high = min(ys), max(ys)
        if low == high:
            low, high = low - 1, high + 1
        return cls(min(xs), max(max(xs), min(xs) + 1), low, high, width, height, pad)

    def place(self, point: Point) -> tuple[float, float]:
        x = self.pad + (point[0] - self.left) / (self.right - self.left) * (self.width - 2 * self.pad)
        y = self.height - self.pad - (point[1] - self.low) / (self.high - self.low) * (self.height - 2 * self.pad)
        return round(float(x), 1), round(float(y), 1)


@dataclass(frozen=True)
class Chart:
    """Coordinates of the road to the targets and of what was reported. `ticks` are (y, text), `years` (x, year);
    `values` (x, y, text); `path` and `actual` and `ahead` polylines."""

    width: int
    height: int
    ticks: list[tuple[float, str]]
    years: list[tuple[float, int]]
    path: str
    corners: list[tuple[float, float, str]]
    actual: str
    values: list[tuple[float, float, str]]
    ahead: str


def chart(line: Line) -> Chart | None:
    """None without a value and without a road."""
    shape = line.shape
    road = required_path(shape, line.years)
    values = [(when, value) for when, value in sorted(line.years.items())]
    if shape.baseline is not None and Fraction(shape.baseline[0]) not in line.years:
        values.insert(0, (Fraction(shape.baseline[0]), Fraction(shape.baseline[1])))
    if not values:
        return None
    if shape.every_year is not None and not shape.milestones:
        flat = Fraction(shape.every_year.value)
        road = [(values[0][0], flat), (max(values[-1][0], values[0][0] + 1), flat)]
    ahead = [values[-1], *_projected(line.outlook)] if line.value is not None and values[-1][0] == line.at else []
    box = _Box.around([*road, *values, *ahead], width=720, height=240, pad=44)
    places = [box.place(one) for one in values]
    return Chart(
        width=box.width,
        height=box.height,
        ticks=[
            (box.place((box.left, at))[1], shown(at, shape.per)) for at in (box.low, (box.low + box.high) / 2, box.high)
        ],
        years=[(box.place((Fraction(year), box.low))[0], year) for year in range(int(box.left), int(box.right) + 1)],
        path=_joined([box.place(one) for one in road]),
        corners=[(*box.place(one), f"{int(one[0])}: {shown(one[1], shape.per)}") for one in road],
        actual=_joined(places),
        values=[(*place, shown(one[1], shape.per)) for place, one in zip(places, values, strict=True)],
        ahead=_joined([box.place(one) for one in ahead]) if len(ahead) > 1 else "",
    )


def _projected(outlooks: list[Outlook]) -> list[Point]:
    return [(Fraction(one.target.year or 0), one.projected) for one in outlooks if one.projected is not None]


def _joined(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
