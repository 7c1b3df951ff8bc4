"""Snapshots made by hand, of every kind of cycle: the real programme's names with numbers from a fixed seed."""

from csv import DictReader
from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import StringIO
from random import Random

from tests.helpers.world import DATA
from tracker.exports.material import Issue, Material
from tracker.exports.sections import texts_of
from tracker.exports.snapshot import (
    BudgetRow,
    CellRow,
    FilingRow,
    GoalRow,
    IndicatorRow,
    MeasureRow,
    SectionRow,
    Snapshot,
    UnitRow,
    UnitText,
    WorkRow,
)
from tracker.importing.parsed import ParsedMeasure
from tracker.importing.programme import parse
from tracker.importing.reader import read_document, read_table
from tracker.rules.targets import number_text, unit_words

SPANS = {
    "annual": ("năm 2026", 2026, 2026),
    "half_year": ("6 tháng đầu năm 2026", 2026, 2026),
    "mid_term": ("giữa kỳ giai đoạn 2021 - 2025", 2021, 2025),
    "final": ("tổng kết giai đoạn 2021 - 2030", 2021, 2030),
}
SECTIONS = {
    "direction": "Công tác chỉ đạo, triển khai",
    "highlights": "Kết quả nổi bật",
    "shortcomings": "Tồn tại, hạn chế",
    "objective_causes": "Nguyên nhân khách quan",
    "subjective_causes": "Nguyên nhân chủ quan",
    "plans": "Phương hướng, nhiệm vụ",
    "proposals": "Kiến nghị, đề xuất",
}
WORDS = {
    "direction": "Đã ban hành 03 văn bản triển khai Chương trình; tổ chức 02 hội nghị tập huấn cho cán bộ.",
    "highlights": "1. Hoàn thành 12/13 nhiệm vụ được giao.\n2. Duy trì 100% số thôn có cộng tác viên; tổ chức khám"
    " sức khỏe định kỳ cho 1.250 trẻ em.",
    "shortcomings": "Việc thống kê số liệu theo giới tính còn chậm; một số chỉ số chưa có nguồn số liệu ổn định.",
    "objective_causes": "Kinh phí cấp muộn, đến tháng 6 mới có hướng dẫn thực hiện.",
    "subjective_causes": "Cán bộ phụ trách kiêm nhiệm nhiều việc, chưa chủ động đôn đốc./.",
    "plans": "Tiếp tục thực hiện các chỉ tiêu đã đề ra, tập trung phòng, chống đuối nước và tai nạn thương tích.",
    "proposals": "Đề nghị bố trí kinh phí ngay từ đầu năm; tập huấn nghiệp vụ cho cán bộ xã.",
}
RESULTS = ("Đã hoàn thành theo kế hoạch, có báo cáo kèm theo.", "Tổ chức 4 buổi truyền thông, 520 lượt người.", "")
VERDICTS = ("met", "on_path", "off_path", "missed", "not_yet")
RULES = {
    "met": "Đã đạt sớm mục tiêu năm 2030.",
    "on_path": "Đúng lộ trình đến năm 2030: kỳ này cần 84,5%.",
    "off_path": "Chậm so với lộ trình đến năm 2030: kỳ này cần 84,5%.",
    "missed": "Chưa đạt mục tiêu năm 2025.",
    "not_yet": "Chưa có số liệu của kỳ này.",
}
CHANCES = ("Có khả năng đạt mục tiêu năm 2030", "Khó đạt mục tiêu năm 2030", "")


@cache
def made(kind: str = "annual", *, work: int = 7) -> Snapshot:
    """39 units, 35 measures, `work` assignments a unit, everything that a report can hold."""
    random = Random(2026)
    programme = parse(read_document(DATA / "programme.md"))
    rows_of_units = [row for row in DictReader(StringIO(read_table(DATA / "units.csv"))) if row["kind"] != "committee"]
    units = [row["name"] for row in rows_of_units[-39:]]
    communes = [row["name"] for row in rows_of_units[-39:] if row["kind"] == "commune"]
    span, first, year = SPANS[kind]
    by_number = {one.number: one for one in programme.indicators}
    goals, cells = [], []
    for goal in programme.goals:
        rows = []
        for number in goal.indicators:
            one = by_number[number]
            measures = tuple(_measure(random, measure, year, kind) for measure in one.measures)
            rows.append(IndicatorRow(number, one.text, one.lead or "", measures))
            for at, measure in enumerate(measures, 1):
                ref = str(number) if len(measures) == 1 else f"{number}.{at}"
                if measure.per > 1 and "trẻ" in measure.name.lower():
                    cells += [_cell(random, ref, measure, unit) for unit in communes]
        goals.append(GoalRow(goal.number, goal.title, tuple(rows)))
    filing = tuple(_filing(random, at, unit, unit in communes) for at, unit in enumerate(units))
    texts = {key: tuple(UnitText(unit, words) for unit in units[1:5]) for key, words in WORDS.items()}
    return Snapshot(
        title=programme.programme.title,
        kind=programme.programme.kind,
        year=year,
        built_at=f"{year}-11-20T09:00:00+07:00",
        place="Tân Yên",
        parent_agency="ỦY BAN NHÂN DÂN HUYỆN TÂN YÊN",
        agency="PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI",
        agency_short="LĐTBXH",
        head_title="TRƯỞNG PHÒNG",
        addressee="Ủy ban nhân dân huyện Tân Yên",
        recipients=("Như trên;", "Sở Lao động - Thương binh và Xã hội;", "Các cơ quan, đơn vị liên quan;"),
        based_on=tuple(programme.programme.based_on),
        solution_groups=tuple(group.title for group in programme.solution_groups),
        goals=tuple(goals),
        units=tuple(_unit(random, unit, work) for unit in units),
        sample_data=False,
        cycle=kind,
        span=span,
        first_year=first,
        last_year=2030,
        cut_off_on=f"{year}-11-14",
        office="Phòng Lao động - Thương binh và Xã hội",
        above="Sở Lao động - Thương binh và Xã hội tỉnh Bắc Giang",
        above_recipients=("Như trên;", "Ủy ban nhân dân huyện (để báo cáo);"),
        filing=filing,
        sections=tuple(SectionRow(key, title, texts[key]) for key, title in SECTIONS.items()),
        cells=tuple(cells),
        budget=tuple(
            BudgetRow(
                unit, source, str(random.randrange(20, 400) * 1_000_000), str(random.randrange(20, 300) * 1_000_000),
                None if source == "social" else str(random.randrange(20, 300) * 1_000_000),
            )
            for unit in units[:8] for source in ("district", "commune", "social")
        ),
    )  # fmt: skip


def material(
    kind: str = "annual", recipient: str = "committee", *, full: bool = True, issued: bool = False
) -> Material:
    """`full`: the office has written what it owes."""
    snapshot = made(kind)
    own = {"advantages": "Các cấp, các ngành quan tâm chỉ đạo.", "budget": "Kinh phí cơ bản đáp ứng yêu cầu.",
           "lessons": "Phân công rõ việc, rõ người, rõ thời hạn.", "commendations": "Đề nghị khen thưởng 05 tập thể.",
           **{f"group-{n}": "Thực hiện đạt yêu cầu." for n in range(1, 9)}}  # fmt: skip
    texts = texts_of(snapshot, dict(own) if full else {})
    issue = Issue()
    if issued:
        signed = ("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")
        issue = Issue("05/BC-LĐTBXH", f"{snapshot.year}-02-05", signed, "Phó Trưởng phòng Mẫu")
    return Material(snapshot, texts, recipient, issue)


def hostile(snapshot: Snapshot) -> Snapshot:
    """Texts that try to be something else."""
    evil = "<b>&\x00\x0b #strong[x] $a$ \\n" + "dài " * 400
    unit = replace(snapshot.units[0], name="=cmd|' /C'!A0 <Đơn vị>")
    section = replace(snapshot.sections[1], texts=(UnitText("<Đơn vị>", f"I. {evil}\n1. Hai\na) Ba./."),))
    return replace(snapshot, units=(unit, *snapshot.units[1:]), sections=(section, *snapshot.sections[2:]))


def _measure(random: Random, parsed: ParsedMeasure, year: int, kind: str) -> MeasureRow:
    targets = {one.year: one for one in parsed.targets}
    words = {
        at: f"{'≥' if parsed.better == 'up' else '≤'} {number_text(_decimal(one.value))}"
        f"{unit_words(parsed.per) if parsed.per <= 1000 else ''}"
        for at, one in targets.items()
    }
    goal = next(iter(targets.values())).value if targets else 50.0
    verdict = random.choice(VERDICTS)
    years = range(2021, year + 1)
    worse = -1 if parsed.better == "up" else 1
    series = tuple(
        (str(at), f"{max(goal + worse * (year - at + random.random() * 2) * max(goal, 1) / 60, 0):.4g}") for at in years
    )
    missing = verdict == "not_yet"
    return MeasureRow(
        name=parsed.name, unit=unit_words(parsed.per),
        target_2025=words.get(2025, words.get(None, "")), target_2030=words.get(2030, words.get(None, "")),
        per=parsed.per, value=None if missing else series[-1][1], estimate=random.random() < 0.3,
        before=series[-2][1] if len(series) > 1 else None, baseline=series[0][1], baseline_year=2020, origin="lead",
        lead_value=None if missing else series[-1][1], communes_value=None, verdict=verdict, rule=RULES[verdict],
        gap=None if missing else f"{random.uniform(-3, 3):.2f}",
        chance="" if missing else random.choice(CHANCES), source="Phòng Y tế",
        comment="Điều tra mẫu" if random.random() < 0.1 else "", series=series[:-1] if missing else series,
        basis="mức 84,5%" if verdict.endswith("path") else f"mục tiêu {words.get(2030, words.get(None, ''))}",
        path=tuple((str(at), str(one.value)) for at, one in sorted((y, t) for y, t in targets.items() if y)),
    )  # fmt: skip


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _cell(random: Random, ref: str, measure: MeasureRow, unit: str) -> CellRow:
    denominator = random.randrange(80, 900)
    numerator = random.choice((0, 3, random.randrange(5, denominator)))
    value = f"{numerator * measure.per / denominator:.4f}"
    return CellRow(ref, measure.name, unit, str(numerator), str(denominator), value, False, "Trạm Y tế xã")


def _filing(random: Random, at: int, unit: str, commune: bool) -> FilingRow:
    level = "commune" if commune else "office" if at == 0 else "department"
    if at in (11, 23, 37):
        return FilingRow(unit, level, "expected" if at != 23 else "draft", "2026-11-16")
    if at == 30:
        return FilingRow(unit, level, "exempt", "2026-11-16", reason="Đơn vị mới thành lập từ tháng 10")
    late = random.random() < 0.15
    state = "accepted" if random.random() < 0.9 else "submitted"
    return FilingRow(unit, level, state, "2026-11-16", "2026-11-18" if late else "2026-11-13", not late)


def _unit(random: Random, name: str, work: int) -> UnitRow:
    rows = []
    for n in range(work):
        official = random.choice(("done_on_time", "done_on_time", "done_late", "open_in_time", "open_overdue"))
        done = official.startswith("done")
        rows.append(
            WorkRow(
                "Phối hợp tổ chức truyền thông, giáo dục về quyền trẻ em, phòng, chống xâm hại và tai nạn thương tích"
                f" tại địa bàn, đợt {n + 1}", f"IV.{n + 1}.1", "responsibility", "Phòng Y tế, Công an", "2026-10-30",
                "" if done else f"{random.randrange(0, 100, 5)}%", random.choice(RESULTS) if done else "", official,
                random.randrange(1, 40) if official in ("done_late", "open_overdue") else 0,
                official == "open_in_time" and random.random() < 0.3,
            )
        )  # fmt: skip
    return UnitRow(name, tuple(rows), True)
