"""How wide a line is on paper, by the metrics of Times New Roman, which Tinos has. Reads the font file itself: two
of its tables are all that is needed (OpenType 1.9, cmap format 4 and hmtx)."""

from functools import cache
from struct import unpack_from

from tracker.config import ROOT


@cache
def _font(style: str) -> tuple[dict[int, int], int]:
    """(character → advance in units, units per em)."""
    data = (ROOT / "tracker" / "exports" / "fonts" / f"Tinos-{style}.ttf").read_bytes()
    tables = {
        data[at : at + 4].decode(): unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * unpack_from(">H", data, 4)[0], 16)
    }
    (em,) = unpack_from(">H", data, tables["head"] + 18)
    (metrics,) = unpack_from(">H", data, tables["hhea"] + 34)
    glyphs = _glyphs(data, tables["cmap"])
    return {
        char: unpack_from(">H", data, tables["hmtx"] + 4 * min(glyph, metrics - 1))[0] for char, glyph in glyphs.items()
    }, em


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """From the first subtable of format 4: segments of characters that follow one another."""
    (count,) = unpack_from(">H", data, cmap + 2)
    starts = (cmap + unpack_from(">I", data, cmap + 8 + 8 * n)[0] for n in range(count))
    at = next(one for one in starts if unpack_from(">H", data, one)[0] == 4)
    (doubled,) = unpack_from(">H", data, at + 6)
    found: dict[int, int] = {}
    for n in range(0, doubled, 2):
        (last,) = unpack_from(">H", data, at + 14 + n)
        (first,) = unpack_from(">H", data, at + 16 + doubled + n)
        (delta,) = unpack_from(">h", data, at + 16 + 2 * doubled + n)
        where = at + 16 + 3 * doubled + n
        (offset,) = unpack_from(">H", data, where)
        for char in range(first, min(last, 0xFFFE) + 1):
            glyph = unpack_from(">H", data, where + offset + 2 * (char - first))[0] if offset else char
            if glyph:
                found[char] = (glyph + delta) & 0xFFFF
    return found


def width_cm(text: str, points: float, *, bold: bool) -> float:
    advances, em = _font("Bold" if bold else "Regular")
    return sum(advances.get(ord(char), em // 2) for char in text) / em * points / 72 * 2.54
