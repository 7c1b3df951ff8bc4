"""The figures of a snapshot: measures with their judgement in words, what communes reported, money."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tracker.exports.material import MOST_LISTED, told
from tracker.exports.parts import Part, PartWriter
from tracker.exports.snapshot import BudgetRow, CellRow, MeasureRow
from tracker.rules.figures import rounded
from tracker.rules.judgement import Judgement, Verdict, required_path
from tracker.rules.measure import Shape
from tracker.rules.projection import Outlook
from tracker.rules.targets import Comparator, Target, unit_words
from tracker.services.snapshot_work import EVERY
from tracker.store.figure import Line


def measure_row(line: Line, lacking: int = 0) -> MeasureRow:
    """Of figures that were accepted alone; `lacking` communes are not in what the communes add up to."""
    measure, shape = line.measure, line.shape
    judgement = line.judgement
    road = required_path(shape, line.years)
    value = line.value
    counted = line.communes.counted if line.communes else 0
    return MeasureRow(
        name=measure.name,
        unit=unit_words(measure.per),
        targets=tuple((str(one.year or ""), shape.words(one)) for one in shape.targets),
        per=measure.per,
        value=_text(value),
        estimate=line.estimate,
        before=_text(line.last_year),
        baseline=_text(measure.baseline),
        baseline_year=measure.baseline_year,
        origin="" if value is None else "communes" if line.from_communes else "lead",
        lead_value=_text(line.lead.value if line.lead else None),
        communes_value=_text(line.communes.value if line.communes else None),
        communes=counted,
        communes_expected=counted + lacking if counted else 0,
        verdict=str(judgement.verdict),
        rule=_said(judgement, shape),
        gap=_gap(judgement, value),
        basis=_basis(judgement, shape) if value is not None else "",
        chance=_chance(line.outlook, judgement, value),
        source=line.lead.source if line.lead else "",
        comment=line.lead.comment if line.lead else "",
        series=tuple((_year(at, at in line.halves), _text(one) or "0") for at, one in sorted(line.years.items())),
        path=tuple((_text(at) or "", _text(one) or "0") for at, one in road),
        path_begins=len(road) > len(shape.milestones),
    )


def _said(judgement: Judgement, shape: Shape) -> str:
    """The rule with its numbers, in Vietnamese: a document has one language."""
    params = {
        name: shape.words(value) if isinstance(value, Target) else value for name, value in judgement.params.items()
    }
    if judgement.required is not None:
        params["required"] = _required(judgement, shape)
    return judgement.words % params if params else judgement.words


def _required(judgement: Judgement, shape: Shape) -> str:
    """ "≥ 84,5%": the value on the path with the sign of what it leads to."""
    assert judgement.target is not None
    assert judgement.required is not None
    return f"{shape.sign(judgement.target, judgement.required)}{told(_text(judgement.required), shape.per)}"


def _gap(judgement: Judgement, value: Fraction | None) -> str | None:
    """The value less what the path requires now, else less the target."""
    target = judgement.target
    if value is None or target is None:
        return None
    if judgement.required is not None:
        return _text(value - judgement.required)
    edge = Fraction(target.value)
    if target.upper is not None and value > edge:
        edge = min(value, Fraction(target.upper))
    if Comparator(target.comparator) is Comparator.RANGE and value == edge:
        return "0"
    return _text(value - edge)


def _basis(judgement: Judgement, shape: Shape) -> str:
    """What `_gap` is taken from, in words: the level of this year, else the target."""
    if judgement.required is not None:
        return f"mức {_required(judgement, shape)}"
    return f"mục tiêu {shape.words(judgement.target)}" if judgement.target is not None else ""


def _chance(ahead: list[Outlook], judgement: Judgement, value: Fraction | None) -> str:
    """Of the last target ahead: whether it is reached at this pace."""
    if value is None or not ahead:
        return ""
    last = ahead[-1]
    if last.likely is None:
        return "Đã đạt mục tiêu" if judgement.verdict is Verdict.MET and len(ahead) == 1 else ""
    return f"{'Có khả năng đạt' if last.likely else 'Khó đạt'} mục tiêu năm {last.target.year}"


def gather_cells(
    rows: Iterable[Any], numbers: dict[int, tuple[str, str]], tick: Callable[[], None], *, apart: bool
) -> tuple[tuple[CellRow, ...], list[Part]]:
    """(cells listed, cells apart): apart where there are too many, or where the assignments are. `numbers`: measure →
    ("4.3", its name)."""
    listed: list[CellRow] = []
    writer = PartWriter("cells") if apart else None
    for n, row in enumerate(rows, 1):
        if n % EVERY == 0:
            tick()
        number, name = numbers.get(row.measure_id, ("", ""))
        one = CellRow(
            number, name, row.unit_name, _text(row.numerator), _text(row.denominator), _text(row.value), row.estimate,
            row.source, row.comment,
        )  # fmt: skip
        if writer is None and n > MOST_LISTED:
            writer = PartWriter("cells")
            for early in listed:
                writer.add(asdict(early))
            listed = []
        if writer is None:
            listed.append(one)
        else:
            writer.add(asdict(one))
    return tuple(listed), writer.close() if writer is not None else []


def budget_row(row: Any) -> BudgetRow:
    sums = (None if value is None else str(int(value)) for value in (row.estimate, row.approved, row.spent))
    return BudgetRow(row.name, row.source, *sums)


def _text(value: Fraction | Decimal | None) -> str | None:
    return None if value is None else f"{rounded(Fraction(value)):f}"


def _year(at: Fraction, half: bool) -> str:
    """The key of the period that ends there: "2026", "2026-H1", "2026-H2"."""
    whole = int(at)
    if at != whole:
        return f"{whole + 1}-H1"
    return f"{whole}-H2" if half else str(whole)
