"""The list of units as a CSV file: one row a unit, with the classes it belongs to and its other spellings."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from tracker.importing.errors import BadDocument
from tracker.rules.words import N_

COLUMNS = ("code", "name", "short_name", "kind", "parent", "classes", "aliases", "valid_from", "valid_to")


@dataclass(frozen=True)
class UnitRow:
    code: str
    name: str
    short_name: str
    kind: str
    parent: str | None
    classes: tuple[str, ...]
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date | None


def read_units(text: str, kinds: frozenset[str]) -> list[UnitRow]:
    """Rows in order, every problem named by its line. Raises BadDocument on the first."""
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadDocument(N_("Danh sách đơn vị thiếu cột: %(columns)s."), columns=", ".join(missing))
    rows: list[UnitRow] = []
    for line, row in enumerate(reader, start=2):
        if row["kind"] not in kinds or not row["code"] or not row["name"]:
            raise BadDocument(N_("Dòng %(line)s: cần mã, tên và nhóm đơn vị hợp lệ."), line=line)
        try:
            valid_from = date.fromisoformat(row["valid_from"])
            valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        except ValueError as error:
            raise BadDocument(N_("Dòng %(line)s: ngày phải có dạng 2021-08-01."), line=line) from error
        rows.append(
            UnitRow(
                code=row["code"],
                name=row["name"],
                short_name=row["short_name"] or row["name"],
                kind=row["kind"],
                parent=row["parent"] or None,
                classes=_list(row["classes"]),
                aliases=_list(row["aliases"]),
                valid_from=valid_from,
                valid_to=valid_to,
            )
        )
    return rows


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
