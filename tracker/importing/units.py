"""The list of units as a CSV file: one row a unit, with the classes it belongs to and its other spellings."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from itertools import islice

from tracker.importing.errors import BadDocument
from tracker.rules.days import FIRST_YEAR, LAST_YEAR
from tracker.rules.words import N_

# Communes, offices and schools of a whole province.
MOST_ROWS = 5_000
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
    reader = csv.DictReader(io.StringIO(text), restval="")
    try:
        lines = list(islice(enumerate(reader, start=2), MOST_ROWS + 1))
        heads = reader.fieldnames or ()
    except csv.Error as error:
        raise BadDocument(N_("Dòng %(line)s: không đọc được như một bảng CSV."), line=reader.line_num) from error
    missing = [column for column in COLUMNS if column not in heads]
    if missing:
        raise BadDocument(N_("Danh sách đơn vị thiếu cột: %(columns)s."), columns=", ".join(missing))
    if len(lines) > MOST_ROWS:
        raise BadDocument(N_("Danh sách đơn vị có hơn %(n)s dòng."), n=MOST_ROWS)
    return [_unit(line, row, kinds) for line, row in lines]


def _unit(line: int, row: dict[str, str], kinds: frozenset[str]) -> UnitRow:
    if row["kind"] not in kinds or not row["code"] or not row["name"]:
        raise BadDocument(N_("Dòng %(line)s: cần mã, tên và nhóm đơn vị hợp lệ."), line=line)
    return UnitRow(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"] or row["name"],
        kind=row["kind"],
        parent=row["parent"] or None,
        classes=_list(row["classes"]),
        aliases=_list(row["aliases"]),
        valid_from=_day(line, row["valid_from"]),
        valid_to=_day(line, row["valid_to"]) if row["valid_to"] else None,
    )


def _day(line: int, cell: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError as error:
        raise BadDocument(N_("Dòng %(line)s: ngày phải có dạng 2021-08-01."), line=line) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadDocument(
            N_("Dòng %(line)s: năm phải từ %(first)s đến %(last)s."), line=line, first=FIRST_YEAR, last=LAST_YEAR
        )
    return day


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
