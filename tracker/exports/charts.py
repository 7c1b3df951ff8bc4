"""Charts as SVG drawn by hand: tones and marks that a black-and-white printer keeps apart, each number written out.

Every chart has words for who cannot see it. Nothing but the numbers decides how one looks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape

from tracker.exports.label_places import Taken, wide
from tracker.exports.material import period_year, short, targets_text, told
from tracker.exports.paper import Picture
from tracker.exports.report_words import of_some
from tracker.exports.snapshot import MeasureRow, Tally
from tracker.rules.recurrence import in_sentence, period_named
from tracker.rules.words import OFFICIAL_CLASSES

WIDTH = 640
WIDE = 15.5  # cm
FONT = 15
# Where bars of units begin, right of their names.
BARS = 268
# Of the results, and of what they are held against.
RESULT, GOAL = "#1d4f91", "#7a0c12"
# A caption that needs a second line takes three words there at least.
TOGETHER = 3
# One for each official class: done is full, open is light, late is dark or hatched.
FILLS = ("#4a6fa5", "#9db4d3", "#e3e6ea", "url(#late)")
_HATCH = (
    '<defs><pattern id="late" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" fill="#f4d6d6"/><rect width="3.4" height="7" fill="#7a0c12"/></pattern></defs>'
)


@dataclass
class Drawing:
    height: int
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "#8a8f98", **more: str) -> None:
        extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{extra}/>')

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{fill}"'
            ' stroke="#333a44" stroke-width="0.7"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        size: int = FONT,
        bold: bool = False,
        colour: str = "",
    ) -> None:
        look = (' font-weight="bold"' if bold else "") + (f' fill="{colour}"' if colour else "")
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{look} stroke="#fff"'
            f' stroke-width="3" paint-order="stroke" stroke-linejoin="round">{escape(text)}</text>'
        )

    def path(self, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> None:
        where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="7 5"' if dashed else ""
        self.parts.append(f'<polyline points="{where}" fill="none" stroke="{colour}" stroke-width="2.2"{dash}/>')

    def dot(self, x: float, y: float) -> None:
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" fill="{RESULT}"/>')

    def diamond(self, x: float, y: float) -> None:
        self.parts.append(
            f'<path d="M{x - 6:.1f} {y:.1f} L{x:.1f} {y - 6:.1f} L{x + 6:.1f} {y:.1f} L{x:.1f} {y + 6:.1f} Z"'
            f' fill="#fff" stroke="{GOAL}" stroke-width="1.8"/>'
        )

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}"'
            f' height="{self.height}" font-family="Tinos" fill="#000">{_HATCH}{"".join(self.parts)}</svg>'
        )


def classes_chart(tally: Tally, number: int) -> Picture:
    """Assignments by official class, one bar each."""
    drawing = Drawing(4 * 38 + 10)
    most = float(max(*tally.classes, 1))
    for at, (name, count) in enumerate(zip(OFFICIAL_CLASSES.values(), tally.classes, strict=True)):
        y = 8 + at * 38
        drawing.text(205, y + 19, name, anchor="end")
        width = 300 * count / most
        drawing.rect(215, y, width, 27, FILLS[at])
        share = f" ({short(str(Decimal(count * 100) / tally.total), 1)}%)" if tally.total else ""
        drawing.text(215 + width + 8, y + 19, f"{_count(count)}{share}")
    said = "; ".join(
        f"{name.lower()}: {_count(count)}" for name, count in zip(OFFICIAL_CLASSES.values(), tally.classes, strict=True)
    )
    caption = _caption(number, "Nhiệm vụ theo tình trạng thực hiện")
    return Picture(drawing.svg(), WIDE, f"Biểu đồ cột ngang, {_count(tally.total)} nhiệm vụ: {said}.", caption)


def units_chart(units: Sequence[tuple[str, Tally]], total: int, number: int) -> Picture:
    """Each unit's assignments by class, stacked; `total` units there are, the first of them are drawn."""
    row = 25
    drawing = Drawing(34 + len(units) * row + 4)
    names = tuple(OFFICIAL_CLASSES.values())
    space = (WIDTH - 16 - sum(20 + wide(name, 12) for name in names)) / (len(names) - 1)
    start = 8.0
    for at, name in enumerate(names):
        drawing.rect(start, 6, 15, 13, FILLS[at])
        drawing.text(start + 20, 18, name, size=12)
        start += 20 + wide(name, 12) + space
    most = max((tally.total for _name, tally in units), default=0) or 1
    ends = [f"{tally.done}/{tally.total}{f', quá hạn {tally.overdue}' if tally.overdue else ''}" for _, tally in units]
    room = WIDTH - BARS - 8 - max((wide(end, 13) for end in ends), default=0)
    said = []
    for at, (name, tally) in enumerate(units):
        y = 34 + at * row
        drawing.text(BARS - 8, y + 14, _cut(name, 41), anchor="end", size=13)
        x: float = BARS
        for fill, count in zip(FILLS, tally.classes, strict=True):
            width = room * count / most
            if count:
                drawing.rect(x, y, width, 18, fill)
            x += width
        drawing.text(x + 6, y + 14, ends[at], size=13)
        said.append(f"{name} hoàn thành {tally.done}/{tally.total}, quá hạn {tally.overdue}")
    most_of = "việc quá hạn" if units and units[0][1].overdue else "việc"
    some = f"{len(units)}/{_count(total)} đơn vị nhiều {most_of} nhất"
    which = some if total > len(units) else "các đơn vị"
    caption = _caption(number, f"Hoàn thành trên tổng số nhiệm vụ: {which}")
    return Picture(drawing.svg(), WIDE, f"Biểu đồ cột ngang xếp chồng: {'; '.join(said)}.", caption)


def measure_chart(measure: MeasureRow, label: str, number: int) -> Picture:
    """The value by year against the path that the targets require, or against the level that every year has."""
    drawing = Drawing(260)
    values = [(period_year(period), Decimal(value)) for period, value in measure.series]
    path = [(float(Decimal(year)), Decimal(value)) for year, value in measure.path]
    levels = _levels(measure)
    known = values + path
    first, last = min(x for x, _ in known), max(x for x, _ in known)
    low, high, steps = _scale([*(value for _, value in known), *levels])
    left, right, top, bottom = 64.0, 594.0, 34.0, 216.0

    def at(x: float, value: Decimal) -> tuple[float, float]:
        across = (x - first) / (last - first) if last > first else 0.5
        up = float((value - low) / (high - low))
        return left + across * (right - left), bottom - up * (bottom - top)

    taken = Taken(WIDTH, bottom + 8)  # the years stand below
    if measure.unit:
        drawing.text(4, 13, f"{'Tính' if measure.unit.startswith('trên') else 'Đơn vị:'} {measure.unit}", size=13)
    for step in steps:
        _x, y = at(first, step)
        drawing.line(left - 4, y, right + 8, y, colour="#d5d8dd")
        drawing.text(left - 9, y + 5, short(str(step), 3), anchor="end", size=13)
        taken.text(left - 9, y + 5, "end", short(str(step), 3), 13)
    for year in _years(first, last):
        x, _y = at(year, low)
        drawing.line(x, bottom, x, bottom + 5)
        drawing.text(x, bottom + 21, str(year), anchor="middle", size=13)
    roads = [path] if len(path) > 1 else [[(first, level), (last, level)] for level in levels]
    for road in roads:
        drawing.path([at(*one) for one in road], GOAL, dashed=True)
        taken.line([at(*one) for one in road])
    goals = [at(*one) for one in path[measure.path_begins :]]
    for x, y in goals:
        drawing.diamond(x, y)
        taken.mark(x, y, 7)
    if len(values) > 1:
        drawing.path([at(*one) for one in values], RESULT)
        taken.line([at(*one) for one in values])
    for one in values:
        drawing.dot(*at(*one))
        taken.mark(*at(*one), 5)
    # The latest first: it has the best place.
    for n, one in reversed(list(enumerate(values))):
        if n in (0, len(values) - 1) or len(values) <= 6:
            told_value, newest = short(str(one[1])), n == len(values) - 1
            x, y, anchor = taken.place(*at(*one), told_value, 13)
            drawing.text(x, y, told_value, anchor=anchor, size=13, bold=newest)
    for (x, y), (when, value) in zip(goals, path[measure.path_begins :], strict=True):
        goal = f"{_sign(measure.target(int(when)))}{short(str(value))}"
        x, y, anchor = taken.place(x, y, goal, 13)
        drawing.text(x, y, goal, anchor=anchor, size=13, colour=GOAL)
    for level in levels if not path else ():
        goal = f"{_sign(measure.target(''))}{short(str(level))}"
        x, y, anchor = taken.place(*at(last, level), goal, 13, beside=True)
        drawing.text(x, y, goal, anchor=anchor, size=13, colour=GOAL)
    _legend(drawing, left, diamonds=bool(goals), road=len(path) > 1, level=bool(levels))
    said = "; ".join(f"{_period(period)}: {told(value, measure.per)}" for period, value in measure.series)
    wanted = targets_text(measure) or "không có"
    period = in_sentence(period_named(measure.series[-1][0])) if measure.series else ""
    latest = f"{period}: ".replace("năm ", "năm\u00a0") if period else ""
    some = f" ({latest}{of_some(measure)})" if measure.is_partial else ""
    return Picture(
        drawing.svg(),
        WIDE,
        f"Biểu đồ đường, {measure.name}. Kết quả {said or 'chưa có'}{some}. Mục tiêu {wanted}.",
        _caption(number, f"{label} {measure.name}{some}"),
    )


def _legend(drawing: Drawing, left: float, *, diamonds: bool, road: bool, level: bool) -> None:
    """Of what is drawn, and of nothing else."""
    drawing.dot(left + 30, 252)
    drawing.text(left + 42, 257, "Kết quả", size=13)
    if diamonds:
        drawing.diamond(left + 130, 252)
        words = "Mục tiêu và lộ trình phải đạt (nét đứt)" if road else "Mục tiêu"
        drawing.text(left + 144, 257, words, size=13)
    elif level:
        drawing.path([(left + 118, 252), (left + 144, 252)], GOAL, dashed=True)
        drawing.text(left + 152, 257, "Mục tiêu hằng năm", size=13)


def _sign(target: str) -> str:
    """ "≥ " of "≥ 82%"; "" of what has none. The two stay together (U+00A0)."""
    return f"{target[0]}\u00a0" if target[:1] in ("≥", "≤", "<", ">") else ""


def _levels(measure: MeasureRow) -> list[Decimal]:
    """What every year has to reach, or both ends of its range. It has no year of its own, so that it is not on the
    path; what is frozen of it are its words: "≥ 98,5%", "từ 2% đến 3%/năm", "≤ 3/4.000"."""
    words = measure.target("")
    if measure.path:
        return []
    numbers = re.findall(r"(?<![\d.,/])\d[\d.]*(?:,\d+)?", words)
    ends = numbers[: 2 if words.startswith("từ ") else 1]
    return [Decimal(one.replace(".", "").replace(",", ".")) for one in ends]


def _caption(number: int, text: str) -> str:
    """Its last words stay together (U+00A0), so that none of them is left on a line of its own."""
    words = text.split(" ")
    head, tail = words[:-TOGETHER], "\u00a0".join(words[-TOGETHER:])
    return " ".join((f"Biểu đồ {number}.", *head, tail))


def drawable(measure: MeasureRow) -> bool:
    """Two points in time at least, or there is no line."""
    points = {period_year(period) for period, _ in measure.series} | {float(Decimal(year)) for year, _ in measure.path}
    return bool(measure.series) and len(points) > 1


def _scale(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, list[Decimal]]:
    """(bottom, top, lines) of an axis that holds the values: three to six round steps."""
    low, high = min(values), max(values)
    spread = high - low or abs(high) or Decimal(1)
    raw = spread / 4
    size = Decimal(1).scaleb(raw.adjusted())
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= raw)
    bottom = (low / step).to_integral_value("ROUND_FLOOR") * step
    if low >= 0 and bottom - step < 0:
        bottom = Decimal(0)
    top = (high / step).to_integral_value("ROUND_CEILING") * step
    top = top if top > bottom else bottom + step
    lines = [bottom + step * n for n in range(int((top - bottom) / step) + 1)]
    return bottom, top, lines


def _years(first: float, last: float) -> list[int]:
    years = list(range(int(-(-first // 1)), int(last) + 1))
    return years[:: max(1, -(-len(years) // 11))]


def _period(period: str) -> str:
    return f"{period[-1]}/{period[:4]}" if "-" in period else period


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
