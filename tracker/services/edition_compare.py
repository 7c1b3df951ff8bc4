"""Two editions beside each other: what a later one says differently."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.exports.material import Material, sections_of, told
from tracker.exports.report_annexes import NO_FIGURE, VERDICTS
from tracker.exports.report_words import of_some
from tracker.exports.sections import Change, compared
from tracker.exports.snapshot import CLASSES, MeasureRow


@dataclass(frozen=True)
class Figure:
    """A number in words, in the first and in the second edition."""

    ref: str
    name: str
    first: str
    second: str


@dataclass(frozen=True)
class Text:
    key: str
    title: str
    changes: Sequence[Change]


@dataclass(frozen=True)
class Comparison:
    """`classes`: official class, how many in each; `filed`, `missing`: units that filed, or no longer count as having
    filed, since the first. `rows`: whether they were frozen from other rows, which need not show in any of these."""

    texts: list[Text]
    measures: list[Figure]
    classes: list[tuple[str, int, int]]
    filed: list[str]
    missing: list[str]
    money: list[Figure]
    rows: bool

    @property
    def alike(self) -> bool:
        """In all that is listed."""
        return not (self.texts or self.measures or self.classes or self.filed or self.missing or self.money)

    @property
    def same(self) -> bool:
        return self.alike and not self.rows


def compare(first: Material, second: Material) -> Comparison:
    a, b = first.snapshot, second.snapshot
    titles = dict(sections_of(first.kind, a.sections, a.solution_groups))
    titles |= dict(sections_of(second.kind, b.sections, b.solution_groups))
    texts = []
    for key, title in titles.items():
        old, new = (one.texts[key].text or "" if key in one.texts else "" for one in (first, second))
        if changes := compared(old, new):
            texts.append(Text(key, title, changes))
    before, after = ({ref: (one.name, _said(one)) for ref, _indicator, one in each.measures()} for each in (a, b))
    nothing = ("", "")
    measures = [
        # What left the programme in between comes last.
        Figure(ref, after.get(ref, before.get(ref, nothing))[0], earlier, later)
        for ref in {**after, **before}
        if (earlier := before.get(ref, nothing)[1]) != (later := after.get(ref, nothing)[1])
    ]
    counts = zip(CLASSES, a.tally.classes, b.tally.classes, strict=True)
    was, now = set(a.missing()), set(b.missing())
    return Comparison(
        texts,
        measures,
        [(name, old, new) for name, old, new in counts if old != new],
        [unit for unit in a.missing() if unit not in now],
        [unit for unit in b.missing() if unit not in was],
        _money(first, second),
        replace(a, built_at=b.built_at) != b,
    )


def _said(one: MeasureRow) -> str:
    """Never "": that is of a measure that one of the two does not have."""
    if one.value is None:
        return NO_FIGURE.lower()
    estimate = " (ước)" if one.estimate else ""
    some = f" ({of_some(one)})" if one.is_partial else ""
    return f"{told(one.value, one.per)}{estimate}, {VERDICTS[one.verdict].lower()}{some}"


def _money(first: Material, second: Material) -> list[Figure]:
    found = []
    for field, name in (("estimate", "Dự toán"), ("approved", "Được duyệt"), ("spent", "Đã chi")):
        sums = []
        for one in (first, second):
            known = [int(value) for row in one.snapshot.budget if (value := getattr(row, field)) is not None]
            sums.append(f"{sum(known):,} đồng".replace(",", ".") if known else "")
        if sums[0] != sums[1]:
            found.append(Figure("", name, *sums))
    return found
