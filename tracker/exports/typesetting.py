"""Typst: SVG and blocks in, PDF and PNG out. Only our own fonts are seen: every machine gives the same bytes."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from tracker.exports.paper import Picture

FONTS = Path(__file__).with_name("fonts")
# Dots an inch: sharp on paper, small in the file.
DOTS = 200


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def compiled(files: dict[str, bytes], form: Literal["pdf", "png"], *, tagged: bool = True) -> list[bytes]:
    """ "pdf": one; "png": one a page. `main` is the file that is read first. A PDF is tagged for readers (PDF/UA-1)
    unless that is not wanted: tags of ten thousand rows cost more than the rows."""
    files_: Any = files  # a dict is taken too, which the package does not say of itself
    made = typst.compile(
        files_,
        format=form,
        ppi=DOTS,
        font_paths=_fonts(),
        pdf_standards=["ua-1"] if form == "pdf" and tagged else [],
        pdf_tags=tagged,
    )
    return made if isinstance(made, list) else [made]


def pictures_png(pictures: Sequence[Picture]) -> list[bytes]:
    """Each drawing as a PNG of its own size."""
    files = {f"{at}.svg": picture.svg.encode() for at, picture in enumerate(pictures)}
    pages = "\n".join(
        f'#page(width: auto, height: auto, margin: 0pt, fill: white, image("{at}.svg", width: {picture.width}cm))'
        for at, picture in enumerate(pictures)
    )
    return compiled({"main": pages.encode(), **files}, "png")
