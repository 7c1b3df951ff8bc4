"""How wide a line is on paper, by the metrics of Times New Roman (which Tinos has)."""

from functools import cache

from fontTools.ttLib import TTFont

from tracker.config import ROOT


@cache
def _font(style: str) -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    font = TTFont(ROOT / "tracker" / "exports" / "fonts" / f"Tinos-{style}.ttf")
    return font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm


def width_cm(text: str, points: float, *, bold: bool) -> float:
    names, metrics, em = _font("Bold" if bold else "Regular")
    units = sum(metrics[names.get(ord(char), ".notdef")][0] for char in text)
    return units / em * points / 72 * 2.54
