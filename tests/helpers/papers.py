"""Papers of a cycle other than the consolidated report, made by hand: the chasing letter and a unit's print-out."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tests.helpers.editions import SECTIONS, WORDS, made
from tracker.exports.chasing_letter import Behind, LetterFacts, chasing_letter
from tracker.exports.unit_report import FigureLine, ReportFacts, WorkLine
from tracker.exports.unit_report_document import unit_report_document
from tracker.rules.words import OFFICIAL_CLASSES


def letter(units: int, *, sample: bool = False, returned: int = 0, **changes: Any) -> bytes:
    """To so many units, every third of them late, the first `returned` of them given back."""
    snapshot = made()
    names = [one.name for one in snapshot.units]
    behind = [
        Behind(name, date(2026, 11, 13), 0 if at % 3 else 2 + at, "Chưa nộp", returned=at < returned)
        for at, name in enumerate(names[:units])
    ]
    facts = LetterFacts(
        programme=snapshot.title,
        about="năm 2026",
        today=date(2026, 11, 17),
        expected=len(names),
        filed=len(names) - units,
        behind=behind,
        until=date(2026, 11, 19),
        office_due_on=date(2026, 11, 20),
        sample=sample,
        place=snapshot.place,
        parent_agency=snapshot.parent_agency,
        agency=snapshot.agency,
        agency_short=snapshot.agency_short,
        head_title=snapshot.head_title,
        addressee=snapshot.addressee,
        office=snapshot.office,
        returned=returned,
    )
    return chasing_letter(replace(facts, **changes))


def print_out(*, rows: int = 9, figures: int = 8, filed: bool = True, written: bool = True) -> bytes:
    """`rows` of assignments and `figures` in annexes; without either there is none."""
    snapshot = made()
    officials = list(OFFICIAL_CLASSES.values())
    facts = ReportFacts(
        title=f"Kết quả thực hiện {snapshot.title}",
        about="năm 2026",
        unit="UBND xã Cao Xá",
        parent_agency="",
        agency="ỦY BAN NHÂN DÂN\nXÃ CAO XÁ",
        agency_short="UBND",
        place="Cao Xá",
        head_title="TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH",
        addressee="Phòng Lao động - Thương binh và Xã hội",
        year=2026,
        sections=[(title, WORDS[key] if written else "") for key, title in SECTIONS.items()],
        figures=[
            FigureLine(ref, measure.name, measure.unit, measure.target(2025), "84,5", "85,25 (682/800)", "")
            for ref, _indicator, measure in snapshot.measures()[:figures]
        ],
        work=[
            WorkLine(row.ref, row.text, officials[at % 4], date(2026, 10, 30), row.result, at % 3)
            for at, row in enumerate(row for unit in snapshot.units[:3] for row in unit.work)
        ][:rows],
        work_more=0,
        round=1 if filed else 0,
        filed_at=datetime(2026, 11, 13, 2, tzinfo=UTC) if filed else None,
        filed_by="Chủ tịch UBND xã Cao Xá" if filed else "",
        filed_for="",
        before="2025",
        sample=False,
        is_yearly=True,
        covers=date(2026, 12, 31),
        as_of=date(2026, 11, 20),
    )
    return unit_report_document(facts)
