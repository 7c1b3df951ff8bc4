"""What a consolidated report is made of: the snapshot, the texts as the office had them, and what issuing fills in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from tracker.exports.outline import COMMITTEE, OFFICE_SECTIONS, OUTLINES, UNIT_SECTIONS, Outline, text_keys
from tracker.exports.snapshot import CellRow, MeasureRow, SectionRow, Snapshot, WorkRow
from tracker.rules.filing import CycleKind
from tracker.rules.recurrence import period_named
from tracker.rules.targets import short_number, telling_digits, unit_text

# A document lists no more than this of one thing; the workbook has all of it.
MOST_LISTED = 1_500


@dataclass(frozen=True)
class Text:
    """Of one section. `text` None: nothing yet, a gap; "": the office wants nothing there. `sources`: whose words."""

    text: str | None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issue:
    """What the clerk filled in: "15/BC-LĐTBXH", an ISO day, who signed ("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")."""

    number: str = ""
    day: str = ""
    signed_as: tuple[str, ...] = ()
    signer: str = ""


@dataclass(frozen=True)
class Material:
    """`work` and `cells` read the rows one by one, (unit, assignment) and what units reported."""

    snapshot: Snapshot
    texts: Mapping[str, Text] = field(default_factory=dict)
    recipient: str = COMMITTEE
    issue: Issue = Issue()
    read_work: Callable[[], Iterable[tuple[str, WorkRow]]] | None = None
    read_cells: Callable[[], Iterable[CellRow]] | None = None

    @property
    def kind(self) -> CycleKind:
        return CycleKind(self.snapshot.cycle)

    @property
    def outline(self) -> Outline:
        return OUTLINES[self.kind]

    @property
    def title(self) -> str:
        subject = self.outline.subject
        return subject.format(title=self.snapshot.title, span=self.apart_span, during=self.during).strip(" ,")

    @property
    def span(self) -> str:
        return self.snapshot.span or f"năm {self.snapshot.year}"

    @property
    def during(self) -> str:
        """The years alone: "giai đoạn 2021 - 2025" of what is half-way or final."""
        return self.span.removeprefix("giữa kỳ ").removeprefix("tổng kết ")

    @property
    def apart_span(self) -> str:
        """The same, "" where the programme's title says it already: a final report is of the programme's own years."""
        return "" if _plain(self.during) in _plain(self.snapshot.title) else self.during

    @property
    def own_period(self) -> str:
        """What figures are of: a report of several years holds those of its last."""
        return f"năm {self.snapshot.year}" if self._several_years else self.during

    @property
    def asked(self) -> str:
        """What the units file: "báo cáo năm 2026", "báo cáo sơ kết giữa kỳ giai đoạn 2021 - 2025"."""
        kinds = {CycleKind.MID_TERM: "sơ kết giữa kỳ ", CycleKind.FINAL: "tổng kết "}
        return f"báo cáo {kinds.get(self.kind, '')}{self.during}"

    @property
    def money_span(self) -> str:
        """Money is written down by the year."""
        return f"năm {self.snapshot.year}" if self.kind is CycleKind.HALF_YEAR else self.during

    @property
    def money_note(self) -> str:
        """What its numbers are, where the title alone would be read otherwise; "" where it would not."""
        if self.kind is CycleKind.HALF_YEAR:
            return "Kinh phí ghi theo năm; số liệu là của cả năm, đến thời điểm tổng hợp."
        first, last = self.snapshot.first_year, self.snapshot.year
        return f"Số liệu cộng các năm từ {first} đến {last}." if self._several_years and 0 < first < last else ""

    @property
    def _several_years(self) -> bool:
        return self.kind in (CycleKind.MID_TERM, CycleKind.FINAL)

    @property
    def following(self) -> str:
        """What comes after: "năm 2027", "6 tháng cuối năm 2026"."""
        year = self.snapshot.year
        match self.kind:
            case CycleKind.HALF_YEAR if "đầu" in self.span:
                return f"6 tháng cuối năm {year}"
            case CycleKind.MID_TERM:
                return f"giai đoạn {year + 1} - {self.snapshot.last_year}"
            case CycleKind.FINAL:
                return "thời gian tới"
            case _:
                return f"năm {year + 1}"

    @property
    def addressee(self) -> str:
        return self.snapshot.addressee if self.recipient == COMMITTEE else self.snapshot.above

    @property
    def symbol(self) -> str:
        return f"BC-{self.snapshot.agency_short}"

    @property
    def built_year(self) -> str:
        return self.snapshot.built_at[:4]

    @cached_property
    def annexes(self) -> dict[str, str]:
        """Name → Roman number, of those that this recipient gets and that have something to show; the only one has
        none."""
        snapshot = self.snapshot
        shown = {
            "filing": bool(snapshot.filing),
            "budget": bool(snapshot.budget),
            "communes": bool(snapshot.cells) or snapshot.apart,
        }
        names = [name for name in self.outline.annexes[self.recipient] if shown.get(name, True)]
        return dict(zip(names, ("I", "II", "III", "IV", "V"), strict=False)) if len(names) > 1 else {names[0]: ""}

    def at_annex(self, name: str, words: str) -> str:
        """`words` with the annex in the place of {}; "" where this recipient has no such annex."""
        return words.format(f"Phụ lục {self.annexes[name]}".strip()) if name in self.annexes else ""

    def work(self) -> Iterable[tuple[str, WorkRow]]:
        if self.read_work is not None:
            return self.read_work()
        return ((unit.name, row) for unit in self.snapshot.units for row in unit.work)

    def cells(self) -> Iterable[CellRow]:
        return self.read_cells() if self.read_cells is not None else iter(self.snapshot.cells)


def sections_of(
    kind: CycleKind, sections: Sequence[SectionRow], solution_groups: Sequence[str]
) -> list[tuple[str, str]]:
    """(key, title) of every section with text, in the order of the report. `sections`: those of the form."""
    titles = {**UNIT_SECTIONS, **OFFICE_SECTIONS, **{one.key: one.title for one in sections}}
    found: list[tuple[str, str]] = []
    for key in text_keys(kind):
        found.append((key, titles[key]))
        if key == "highlights":
            found += [(f"group-{n}", f"2.{n}. {text}") for n, text in enumerate(solution_groups, 1)]
    return found + [(one.key, one.title) for one in others(kind, sections)]


def others(kind: CycleKind, sections: Sequence[SectionRow]) -> list[SectionRow]:
    """Sections that the office added to the form; the outline does not know them."""
    known = text_keys(kind)
    return [one for one in sections if one.key not in known]


def _plain(words: str) -> str:
    return words.lower().replace(" ", "").replace("–", "-")


def told(number: str | None, per: int, digits: int = 2) -> str:
    """A value as its target is written: "9,5%", "9,5‰", "3/4.000"; "" for none."""
    if number is None:
        return ""
    return f"{short(number, digits)}{unit_text(per)}"


def digits_of(one: MeasureRow) -> int:
    """How many decimals show that a value misses what it is held against."""
    if one.value is None or one.gap is None or one.verdict == "met":
        return 2
    return telling_digits(Decimal(one.value), Decimal(one.value) - Decimal(one.gap))


def targets_text(one: MeasureRow) -> str:
    """ "2025: ≥ 82%; 2030: ≥ 86%"; what holds for every year says so."""
    return "; ".join(f"{year or 'hằng năm'}: {words}" for year, words in one.targets)


def short(number: str, digits: int = 2) -> str:
    """At most two decimals, in Vietnamese: "9.504" → "9,5"."""
    return short_number(Decimal(number), digits)


def period_year(period: str) -> float:
    """Where a period ends on the line of years."""
    last = period_named(period).last
    return last.year - 1 + last.month / 12
