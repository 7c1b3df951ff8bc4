"""A table of an annex, the same for Word and PDF."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    title: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: Sequence[tuple[str, ...]]
    centred: frozenset[int] = frozenset()
    right: frozenset[int] = frozenset()
    total: bool = False
    # Under the title: how its cells are read.
    note: str = ""
