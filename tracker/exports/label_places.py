"""Where a number stands beside its point on a drawing: above, below or at a side, wherever it hides the least."""

from collections.abc import Sequence
from itertools import pairwise

# A letter of the text, and how high a line of it is, as a share of its size.
LETTER, ABOVE = 0.508, 0.75
# How much worse it is to stand on a number or a mark than on a piece of a line.
NUMBER, MARK, PIECE = 40, 15, 1
# A line is known by points so far apart.
STEP = 3.0
# What a number has free above and below it.
AIR = 1.5

Box = tuple[float, float, float, float]


def wide(text: str, size: float) -> float:
    """About how much room it takes across."""
    return LETTER * size * len(text)


class Taken:
    """What is drawn already, between 0 and `width` and down to `bottom`."""

    def __init__(self, width: float, bottom: float) -> None:
        self._width, self._bottom = width, bottom
        self._boxes: list[tuple[Box, int]] = []

    def mark(self, x: float, y: float, radius: float) -> None:
        self._boxes.append(((x - radius, y - radius, x + radius, y + radius), MARK))

    def line(self, points: Sequence[tuple[float, float]]) -> None:
        for (x1, y1), (x2, y2) in pairwise(points):
            steps = max(int(max(abs(x2 - x1), abs(y2 - y1)) / STEP), 1)
            for n in range(steps + 1):
                x, y = x1 + (x2 - x1) * n / steps, y1 + (y2 - y1) * n / steps
                self._boxes.append(((x - 1, y - 1, x + 1, y + 1), PIECE))

    def text(self, x: float, baseline: float, anchor: str, text: str, size: float) -> None:
        self._boxes.append((_box(x, baseline, anchor, wide(text, size) / 2, ABOVE * size), NUMBER))

    def place(self, x: float, y: float, text: str, size: float, *, beside: bool = False) -> tuple[float, float, str]:
        """(x, baseline, anchor) at the point, `beside`: rather at its right; the place is taken then."""
        half, high = wide(text, size) / 2, ABOVE * size
        # Above, below, and each of them to a side; of the best the first is taken.
        over = [(x + aside, line, "middle") for aside in (0.0, half, -half) for line in (y - 10, y + 10 + high)]
        sides = [(x + 10, y + high / 2, "start"), (x - 10, y + high / 2, "end")]
        places = [*sides, *over] if beside else [*over, *sides]
        boxes = [_box(at, line, anchor, half, high) for at, line, anchor in places]
        best = min(range(len(places)), key=lambda n: self._cost(boxes[n]))
        self._boxes.append((boxes[best], NUMBER))
        return places[best]

    def _cost(self, box: Box) -> float:
        left, top, right, bottom = box[0], box[1] - AIR, box[2], box[3] + AIR
        outside = max(0, -left) + max(0, right - self._width) + max(0, -top) + max(0, bottom - self._bottom)
        hidden = sum(
            cost for (x1, y1, x2, y2), cost in self._boxes if x1 < right and x2 > left and y1 < bottom and y2 > top
        )
        return NUMBER * outside + hidden


def _box(x: float, baseline: float, anchor: str, half: float, high: float) -> Box:
    middle = x + {"start": half, "middle": 0, "end": -half}[anchor]
    return middle - half, baseline - high, middle + half, baseline
