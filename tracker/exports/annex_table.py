"""A table of an annex, the same for Word and PDF."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.rules.masking import FEW

NOTES = "Ghi chú"
_SIGN = re.compile(r"([≥≤<>]) ")


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


def without_empty_notes(table: Table) -> Table:
    """Without its last column, that of notes, where no row has one; the room goes to the second."""
    rows = [row for row in table.rows if len(row) > 1]
    if not rows or table.heads[-1] != NOTES or any(row[-1] for row in rows):
        return table
    first, second, *others, last = table.widths
    return replace(
        table,
        heads=table.heads[:-1],
        widths=(first, second + last, *others),
        rows=[row[:-1] if len(row) > 1 else row for row in table.rows],
    )


def unparted(cell: str) -> str:
    """No line ends behind a sign or begins with a hyphen: "≥ 82%", "Phòng Tài chính - Kế hoạch" (U+00A0). The mark of
    a hidden number stays as the note above the table has it."""
    if cell == FEW:
        return cell
    return _SIGN.sub("\\1\u00a0", cell).replace(" - ", "\u00a0- ")


def note(*parts: str) -> str:
    """Several remarks as one, which begins like a sentence."""
    told = "; ".join(part for part in parts if part)
    return told[:1].upper() + told[1:]
