"""Rows of a snapshot that are too many for it: JSON lines in compressed parts, written and read one after another."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from tracker.exports.frozen import read
from tracker.exports.snapshot import CellRow, WorkRow

LINES = 5_000
# (kind, number, content)
Part = tuple[str, int, bytes]


class PartWriter:
    """Of one kind; `close` gives the last part."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.parts: list[Part] = []
        self._lines: list[str] = []

    def add(self, *row: Any) -> None:
        self._lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        if len(self._lines) >= LINES:
            self._put()

    def close(self) -> list[Part]:
        self._put()
        return self.parts

    def _put(self) -> None:
        if self._lines:
            # The same lines give the same bytes: level and method are fixed.
            content = zlib.compress("\n".join(self._lines).encode(), 6)
            self.parts.append((self.kind, len(self.parts) + 1, content))
            self._lines = []


def read_lines(parts: Iterable[bytes]) -> Iterator[list[Any]]:
    for part in parts:
        for line in zlib.decompress(part).decode().split("\n"):
            yield json.loads(line)


def work_line(unit: str, row: WorkRow) -> tuple[Any, ...]:
    return unit, *asdict(row).values()


def read_work(parts: Iterable[bytes]) -> Iterator[tuple[str, WorkRow]]:
    for unit, *values in read_lines(parts):
        yield unit, WorkRow(*values)


def read_cells(parts: Iterable[bytes]) -> Iterator[CellRow]:
    for (row,) in read_lines(parts):
        yield read(CellRow, row)
