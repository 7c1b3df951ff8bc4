"""The annexes of a consolidated report: rows of its tables, the same for Word, PDF and Excel."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice

from tracker.exports.annex_table import Table
from tracker.exports.communes_annex import communes
from tracker.exports.material import MOST_LISTED, Material, digits_of, short, told
from tracker.exports.paper import Paper, day_words, unended
from tracker.exports.report_words import WAITS_IN_TIME, WAITS_LATE, classes, count, money
from tracker.exports.snapshot import BudgetRow, MeasureRow, WorkRow, vietnamese_day
from tracker.rules.filing import CycleKind
from tracker.rules.words import OFFICIAL_CLASSES

MONEY = ("estimate", "approved", "spent")
NO_FIGURE = "Chưa có số liệu"
MINUS = "−"
VERDICTS = {
    "met": "Đạt",
    "on_path": "Đúng lộ trình",
    "off_path": "Chậm lộ trình",
    "missed": "Chưa đạt",
    "not_yet": "Chưa đánh giá được",
}
LEVELS = {"commune": "Xã, thị trấn", "department": "Phòng, ban, ngành, đoàn thể", "office": "Cơ quan thường trực"}
STATES = {
    "expected": "Chưa gửi",
    "draft": "Chưa gửi (đang soạn)",
    "submitted": "Đã gửi, chưa tiếp nhận",
    "returned": "Trả lại để bổ sung",
    "accepted": "Đã tiếp nhận",
    "exempt": "Được miễn",
}
SOURCES = {
    "central": "Ngân sách trung ương",
    "province": "Ngân sách tỉnh",
    "district": "Ngân sách huyện",
    "commune": "Ngân sách xã",
    "social": "Xã hội hóa",
}


def write_annexes(paper: Paper, material: Material) -> None:
    snapshot, issue = material.snapshot, material.issue
    number = f"Báo cáo số {issue.number or f'     /{material.symbol}'}"
    owner = f" của {snapshot.office}" if snapshot.office else ""
    source = f"(Kèm theo {number} {day_words(issue.day, material.built_year)}{owner})"
    for name, roman in material.annexes.items():
        table = ANNEXES[name](material)
        paper.annex(roman, table.title, source)
        if table.note:
            paper.paragraph(table.note, italic=True, keep=True)
        paper.table(table.heads, table.widths, table.rows, centred=table.centred, right=table.right, total=table.total)


def indicators(material: Material) -> Table:
    snapshot = material.snapshot
    refs = {id(measure): ref for ref, _one, measure in snapshot.measures()}
    rows: list[tuple[str, ...]] = []
    for goal in snapshot.goals:
        rows.append((f"Mục tiêu {goal.number}: {goal.title}",))
        for one in goal.indicators:
            for measure in one.measures:
                rows.append(_measure(material, refs[id(measure)], measure, one.lead))
    year = snapshot.year
    heads: tuple[str, ...] = (
        "TT", "Chỉ tiêu", "Đơn vị tính", "Mục tiêu 2025", "Mục tiêu 2030", f"Kết quả {_before(material)}",
        f"Kết quả {_now(material)}", "So sánh", "Cơ quan chủ trì", "Ghi chú",
    )  # fmt: skip
    widths: tuple[float, ...] = (1.3, 4.9, 1.5, 2.2, 2.2, 2.1, 2.1, 2.6, 3.3, 3.0)
    if material.outline.long:
        heads = ("TT", "Chỉ tiêu", "Đơn vị tính", "Năm 2020", "Mục tiêu 2025", "Mục tiêu 2030", f"Kết quả {year}",
                 "So sánh", "Khả năng hoàn thành", "Cơ quan chủ trì", "Ghi chú")  # fmt: skip
        widths = (1.3, 4.0, 1.5, 1.8, 2.2, 2.2, 1.9, 2.5, 1.9, 2.9, 3.0)
        if not _has_chances(material):
            heads = tuple(head for head in heads if head != "Khả năng hoàn thành")
            widths = (1.3, 5.2, 1.5, 1.8, 2.2, 2.2, 1.9, 2.8, 3.3, 3.0)
    title = f"Kết quả thực hiện các chỉ tiêu {material.during}"
    return Table(
        title,
        heads,
        widths,
        rows,
        frozenset({0, *range(2, len(heads) - 2)}),
    )


def _has_chances(material: Material) -> bool:
    """At the end of a programme no target is ahead."""
    return material.outline.long and material.kind is not CycleKind.FINAL


def _measure(material: Material, ref: str, one: MeasureRow, lead: str) -> tuple[str, ...]:
    digits = digits_of(one)
    value = (
        f"{_in_table(one.value, one.per, digits)}{' (ước)' if one.estimate else ''}"
        if one.value is not None
        else NO_FIGURE
    )
    against = VERDICTS[one.verdict] if one.value is not None else ""
    if one.gap is not None and one.verdict != "not_yet":
        sign = "+" if not one.gap.startswith("-") and one.gap.strip("0.") else ""
        # A hyphen would let the sign stand at the end of a line and its number on the next.
        against += f"; {sign}{short(one.gap, digits).replace('-', MINUS)}"
        if one.basis:
            against += f" so với {one.basis}"
    notes = [one.comment] if one.comment else []
    if one.origin == "communes":
        notes.append(f"cộng từ {one.communes} xã, thị trấn")
    elif one.lead_value is not None and one.communes_value is not None and _differs(one):
        notes.append(f"cộng từ các xã: {_in_table(one.communes_value, one.per)}")
    note = "; ".join(notes)
    start, end = (ref, one.name, one.unit), (lead, note)
    if material.outline.long:
        baseline = _in_table(one.baseline, one.per) or NO_FIGURE
        if one.baseline is not None and one.baseline_year not in (2020, None):
            baseline += f" ({one.baseline_year})"
        chance = (_chance(one.chance),) if _has_chances(material) else ()
        return (*start, baseline, one.target_2025, one.target_2030, value, against, *chance, *end)
    before = _in_table(one.before, one.per) or NO_FIGURE
    return (*start, one.target_2025, one.target_2030, before, value, against, *end)


def _chance(words: str) -> str:
    """In short: for which year stands over the column beside it."""
    return next((said for said in ("Có khả năng", "Khó đạt", "Đã đạt") if words.startswith(said)), words)


def _in_table(value: str | None, per: int, digits: int = 2) -> str:
    """A column of its own says what odd measures are counted on; the number alone fits on a line."""
    return told(value, per if per in (100, 1000) else 1, digits)


def _differs(one: MeasureRow) -> bool:
    return one.lead_value is not None and short(one.lead_value) != short(one.communes_value or "0")


def _now(material: Material) -> str:
    return material.span.removeprefix("năm ") if material.kind != "half_year" else material.span


def _before(material: Material) -> str:
    year = material.snapshot.year
    return material.span.replace(str(year), str(year - 1)).removeprefix("năm ")


def work(material: Material) -> Table:
    """Each assignment under its unit; where there are too many, each unit; where these are too many, the late ones."""
    snapshot = material.snapshot
    title = f"Kết quả thực hiện nhiệm vụ của các đơn vị {material.during}"
    if snapshot.apart or snapshot.tally.total > MOST_LISTED:
        return _units(material, title)
    rows: list[tuple[str, ...]] = []
    for number, unit in enumerate(snapshot.units, 1):
        rows.append((f"{number}. {unit.name}: {len(unit.work)} nhiệm vụ; {classes(unit.counted)}",))
        rows.extend(_work_row(f"{number}.{at}", row) for at, row in enumerate(unit.work, 1))
    return Table(
        title,
        ("TT", "Nhiệm vụ", "Phối hợp", "Thời hạn", "Tiến độ", "Sản phẩm", "Ghi chú"),
        (1.3, 10.0, 2.5, 2.5, 3.2, 3.4, 2.3),
        rows,
        frozenset({0, 3}),
    )


def _units(material: Material, title: str) -> Table:
    units = list(material.snapshot.units)
    if len(units) > MOST_LISTED:
        units.sort(key=lambda unit: -unit.counted.overdue)
        units = units[:MOST_LISTED]
        title += f" ({count(MOST_LISTED)} đơn vị nhiều nhiệm vụ quá hạn nhất; đầy đủ tại tệp Excel kèm theo)"
    rows = []
    for number, unit in enumerate(units, 1):
        tally = unit.counted
        late = f"{tally.latest} ngày làm việc" if tally.overdue else ""
        rows.append((str(number), unit.name, count(tally.total), *map(count, tally.classes), late))
    heads = ("TT", "Đơn vị", "Tổng số", *OFFICIAL_CLASSES.values(), "Chậm nhất")
    return Table(title, heads, (1.4, 8.2, 2.2, 2.6, 2.6, 2.8, 2.8, 2.6), rows, frozenset({0, 2, 3, 4, 5, 6, 7}))


def _work_row(number: str, row: WorkRow) -> tuple[str, ...]:
    late = f"chậm {row.days_late} ngày làm việc" if row.days_late else ""
    notes = "; ".join(one for one in ("năm trước chuyển sang" if row.carried else "", late) if one)
    text = unended(row.text)
    return (
        number,
        f"{text} ({row.period})" if row.period else text,
        row.coordinating,
        vietnamese_day(row.due_on),
        progress(row),
        row.result,
        notes,
    )


def progress(row: WorkRow) -> str:
    """The class in words, and how far it is."""
    waits = WAITS_LATE if row.official == "open_overdue" else WAITS_IN_TIME
    far = waits if row.waits else row.progress
    return f"{OFFICIAL_CLASSES[row.official]} ({far})" if far else OFFICIAL_CLASSES[row.official]


def filing(material: Material) -> Table:
    """By level; units that did not file come first in each."""
    rows: list[tuple[str, ...]] = []
    missing_first = sorted(material.snapshot.filing, key=lambda one: one.state in ("accepted", "submitted", "exempt"))
    shown = list(islice(missing_first, MOST_LISTED))
    for level, words in LEVELS.items():
        group = [one for one in shown if one.level == level]
        if group:
            filed = sum(one.state in ("submitted", "accepted") for one in group)
            expected = sum(one.state != "exempt" for one in group)
            rows.append((f"{words}: {filed}/{expected} đơn vị đã gửi",))
        for number, one in enumerate(group, 1):
            timely = {True: "Đúng hạn", False: "Quá hạn", None: ""}[one.on_time]
            rows.append(
                (str(number), one.unit, vietnamese_day(one.due_on), vietnamese_day(one.filed_on), timely,
                 STATES[one.state], one.reason)
            )  # fmt: skip
    title = f"Tình hình gửi {material.asked} của các đơn vị"
    if len(material.snapshot.filing) > MOST_LISTED:
        title += f" ({count(MOST_LISTED)} đơn vị, trước hết là các đơn vị chưa gửi; đầy đủ tại tệp Excel kèm theo)"
    heads = ("TT", "Đơn vị", "Hạn gửi", "Ngày gửi", "Thời hạn", "Tình trạng", "Ghi chú")
    return Table(title, heads, (1.4, 8.4, 2.6, 2.6, 2.6, 4.0, 3.6), rows, frozenset({0, 2, 3, 4}))


def budget(material: Material) -> Table:
    """Unit by unit and source by source; a sum of all sources at the end. Unknown is blank, and not 0."""
    by_unit: dict[str, list[BudgetRow]] = defaultdict(list)
    for row in material.snapshot.budget:
        by_unit[row.unit].append(row)
    rows: list[tuple[str, ...]] = []
    if len(material.snapshot.budget) <= MOST_LISTED:
        for number, (unit, group) in enumerate(by_unit.items(), 1):
            rows.append((f"{number}. {unit}",))
            rows.extend(
                (f"{number}.{at}", SOURCES[row.source], _dong(row.estimate), _dong(row.approved), _dong(row.spent), "")
                for at, row in enumerate(group, 1)
            )
    rows.append(("Tổng hợp theo nguồn",))
    for source, words in SOURCES.items():
        group = [row for row in material.snapshot.budget if row.source == source]
        if group:
            rows.append(("", words, *_sums(group), ""))
    rows.append(("", "Tổng cộng", *_sums(material.snapshot.budget), ""))
    heads = ("TT", "Nguồn kinh phí", "Dự toán (đồng)", "Được duyệt (đồng)", "Đã chi (đồng)", "Ghi chú")
    title = f"Kinh phí thực hiện {material.money_span}"
    return Table(title, heads, (1.6, 8.0, 4.2, 4.2, 4.2, 3.0), rows, frozenset({0}), frozenset({2, 3, 4}), total=True,
                 note=material.money_note)  # fmt: skip


def _sums(group: Iterable[BudgetRow]) -> tuple[str, str, str]:
    rows = list(group)
    sums = []
    for field in MONEY:
        known = [int(value) for row in rows if (value := getattr(row, field)) is not None]
        sums.append(money(sum(known)) if known else "")
    return sums[0], sums[1], sums[2]


def _dong(value: str | None) -> str:
    return "" if value is None else money(int(value))


ANNEXES: dict[str, Callable[[Material], Table]] = {
    "indicators": indicators,
    "work": work,
    "filing": filing,
    "communes": communes,
    "budget": budget,
}
