"""What leaves the house for other systems: an issued edition and figures as plain JSON and CSV. Small counts masked.

Numbers are JSON numbers or decimal text with a point; a masked one is the text "< 5" or "*".
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from tracker.exports.communes_annex import by_measure, hidden, per_of
from tracker.exports.material import Material, sections_of, targets_text
from tracker.exports.snapshot import CLASSES, CellRow
from tracker.rules.calendar import local_date
from tracker.rules.masking import FEW, SECOND, is_hidden, is_small, masked_rows

# What a spreadsheet would run as a formula is told as text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MEASURE_HEADS = (
    "ref", "indicator", "measure", "unit_of_measure", "per", "lead", "targets", "baseline_year",
    "baseline", "previous", "value", "estimate", "verdict", "rule", "gap", "communes_value", "source", "communes",
    "communes_expected",
)  # fmt: skip
WORK_HEADS = (
    "unit", "clause", "kind", "text", "period", "coordinating", "due_on", "class", "days_late", "progress", "result",
    "carried",
)  # fmt: skip
FIGURE_HEADS = (
    "ref", "measure", "per", "unit_code", "unit", "level", "period", "round", "numerator", "denominator", "value",
    "estimate", "source", "accepted_on",
)  # fmt: skip


def edition_json(material: Material, facts: dict[str, Any]) -> dict[str, Any]:
    """`facts`: what identifies the edition. Assignments are listed in their own file."""
    snapshot = material.snapshot
    titles = sections_of(material.kind, snapshot.sections, snapshot.solution_groups)
    return {
        **facts,
        "programme": snapshot.title,
        "kind": snapshot.cycle,
        "span": material.span,
        "first_year": snapshot.first_year,
        "year": snapshot.year,
        "office": snapshot.office,
        "addressed_to": material.addressee,
        "cut_off_on": snapshot.cut_off_on,
        "taken_at": snapshot.built_at,
        "sample_data": snapshot.sample_data,
        "assignments": {
            "total": snapshot.tally.total,
            **dict(zip(CLASSES, snapshot.tally.classes, strict=True)),
            "by_unit": [
                {"unit": unit.name, **dict(zip(CLASSES, unit.counted.classes, strict=True))} for unit in snapshot.units
            ],
        },
        "filing": [
            {"unit": one.unit, "level": one.level, "state": one.state, "due_on": one.due_on, "filed_on": one.filed_on,
             "on_time": one.on_time}
            for one in snapshot.filing
        ],
        "missing": snapshot.missing(),
        "measures": [
            {**dict(zip(MEASURE_HEADS, row, strict=True)),
             "targets": {year or "every_year": words for year, words in one.targets}}
            for row, (_ref, _indicator, one) in zip(measure_rows(material), snapshot.measures(), strict=True)
        ],
        "sections": [
            {"key": key, "title": title, "text": one.text, "sources": list(one.sources)}
            for key, title in titles
            if (one := material.texts.get(key)) is not None and one.text
        ],
        "budget": [
            {"unit": row.unit, "source": row.source, "estimate": _whole(row.estimate),
             "approved": _whole(row.approved), "spent": _whole(row.spent)}
            for row in snapshot.budget
        ],
    }  # fmt: skip


def measure_rows(material: Material) -> Iterator[Sequence[Any]]:
    """A plain count is masked like every cell; a rate of the whole area is no cell. How far it is from what it is held
    against would tell it."""
    for ref, indicator, one in material.snapshot.measures():
        numbers = [_number(value, one.per) for value in (one.baseline, one.before, one.value, one.communes_value)]
        baseline, before, value, communes = numbers
        gap = SECOND if value == FEW and one.gap is not None else _number(one.gap)
        yield (
            ref, indicator.text, one.name, one.unit, one.per, indicator.lead, targets_text(one),
            one.baseline_year, baseline, before, value, one.estimate, one.verdict, one.rule, gap, communes, one.source,
            one.communes, one.communes_expected or None,
        )  # fmt: skip


def work_rows(material: Material) -> Iterator[Sequence[Any]]:
    for unit, row in material.work():
        yield (
            unit, row.ref, row.kind, row.text, row.period, row.coordinating, row.due_on, row.official,
            row.days_late or None, row.progress, row.result, row.carried,
        )  # fmt: skip


def cell_rows(material: Material) -> Iterator[Sequence[Any]]:
    """What units reported, as it was when the edition was frozen."""
    per = per_of(material)
    for (ref, name), group in by_measure(material.cells()):
        for one, words in zip(group, hidden(group, per.get(ref)), strict=True):
            yield ref, name, one.unit, *_plain(one, words), one.estimate, one.source


CELL_HEADS = ("ref", "measure", "unit", "numerator", "denominator", "value", "estimate", "source")


def figure_rows(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """From `store.api_key.figures`: in the order of measures, communes of one measure masked together."""
    held: list[Any] = []
    for row in rows:
        if held and (held[0].measure_id, held[0].commune) != (row.measure_id, row.commune):
            yield from _figures(held)
            held = []
        held.append(row)
    yield from _figures(held)


def _figures(group: list[Any]) -> Iterator[Sequence[Any]]:
    told = masked_rows([(row.numerator, row.denominator, row.value) for row in group], group[0].per if group else 1)
    for row, words in zip(group, told, strict=True):
        raw = (row.numerator, row.denominator, row.value)
        numbers = [_shown(number, word) for number, word in zip(raw, words, strict=True)]
        ref = str(row.number) if row.measures == 1 else f"{row.number}.{row.position + 1}"
        yield (
            ref, row.measure, row.per, row.code, row.unit_name, "commune" if row.commune else "department", row.period,
            row.round, *numbers, row.estimate, row.source, local_date(row.accepted_at).isoformat(),
        )  # fmt: skip


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """RFC 4180 with a byte-order mark, so that Excel reads the letters; row by row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if out.tell() > 65_536:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _plain(one: CellRow, words: Sequence[str]) -> list[Any]:
    raw = (one.numerator, one.denominator, one.value)
    return [
        _shown(Decimal(number) if number is not None else None, word) for number, word in zip(raw, words, strict=True)
    ]


def _shown(number: Decimal | None, word: str) -> float | str | None:
    """The number itself where it is not masked."""
    if number is None:
        return None
    return word if is_hidden(word) else _plain_number(number)


def _number(text: str | None, per: int | None = None) -> float | str | None:
    """`per` 1: a count, which may be too small to be told."""
    if text is None:
        return None
    number = Decimal(text)
    return FEW if per == 1 and is_small(number) else _plain_number(number)


def _plain_number(number: Decimal) -> float:
    return int(number) if number == number.to_integral_value() else float(number)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)
