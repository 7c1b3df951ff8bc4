"""The annexes of a consolidated report: rows of its tables, the same for Word, PDF and Excel."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import islice

from tracker.exports.annex_table import NOTES, Table, note, unparted, without_empty_notes
from tracker.exports.communes_annex import communes
from tracker.exports.material import MOST_LISTED, Material, digits_of, short, told
from tracker.exports.paper import Paper, day_words, unended
from tracker.exports.report_words import WAITS_IN_TIME, WAITS_LATE, classes, count, money, of_some, said
from tracker.exports.snapshot import BudgetRow, MeasureRow, Snapshot, WorkRow, vietnamese_day
from tracker.rules.filing import CycleKind
from tracker.rules.words import OFFICIAL_CLASSES

MONEY = ("estimate", "approved", "spent")
NO_FIGURE = "Chưa có số liệu"
# Columns of targets, in cm.
_AIMS = (2.05, 2.05)
VERDICTS = {
    "met": "Đạt",
    "on_path": "Đúng lộ trình",
    "off_path": "Chậm lộ trình",
    "missed": "Chưa đạt",
    "not_yet": "Chưa đánh giá được",
}
LEVELS = {"office": "Cơ quan thường trực", "department": "Phòng, ban, ngành, đoàn thể", "commune": "Xã, thị trấn"}
STATES = {
    "expected": "Chưa gửi",
    "draft": "Chưa gửi (đang soạn)",
    "submitted": "Đã gửi, chưa tiếp nhận",
    "returned": "Đã gửi, đang bổ sung",
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
        table = without_empty_notes(ANNEXES[name](material))
        rows = [tuple(map(unparted, row)) for row in table.rows]
        paper.annex(roman, table.title, source)
        if table.note:
            paper.paragraph(table.note, italic=True, keep=True)
        paper.table(table.heads, table.widths, rows, centred=table.centred, right=table.right, total=table.total)


def indicators(material: Material) -> Table:
    snapshot = material.snapshot
    refs = {id(measure): ref for ref, _one, measure in snapshot.measures()}
    rows: list[tuple[str, ...]] = []
    for goal in snapshot.goals:
        rows.append((f"Mục tiêu {goal.number}: {goal.title}",))
        for one in goal.indicators:
            for measure in one.measures:
                rows.append(_measure(material, refs[id(measure)], measure, one.lead))
    aims = [f"Mục tiêu {year}" for year in _milestones(snapshot)]
    heads: tuple[str, ...] = (
        "TT", "Chỉ tiêu", "Đơn vị tính", *aims, f"Kết quả {_before(material)}", f"Kết quả {_now(material)}", "So sánh",
        "Cơ quan chủ trì", NOTES,
    )  # fmt: skip
    widths: tuple[float, ...] = (1.3, 4.1, 1.7, *_AIMS[: len(aims)], 2.3, 2.3, 4.4, 3.1, 1.9)
    if material.outline.long:
        heads = ("TT", "Chỉ tiêu", "Đơn vị tính", f"Năm {_base_year(snapshot)}", *aims, f"Kết quả {snapshot.year}",
                 "So sánh", "Khả năng hoàn thành", "Cơ quan chủ trì", NOTES)  # fmt: skip
        widths = (1.3, 3.7, 1.6, 1.8, *_AIMS[: len(aims)], 2.0, 4.3, 2.2, 2.6, 1.6)
        if not _has_chances(material):
            heads = tuple(head for head in heads if head != "Khả năng hoàn thành")
            widths = (1.3, 4.6, 1.6, 1.8, *_AIMS[: len(aims)], 2.2, 4.4, 3.3, 1.9)
    widths = (widths[0], widths[1] + sum(_AIMS[len(aims) :]), *widths[2:])
    title = f"Kết quả thực hiện các chỉ tiêu {material.during}"
    return Table(
        title,
        heads,
        widths,
        rows,
        frozenset({0, *range(2, len(heads) - 2)}),
    )


def _milestones(snapshot: Snapshot) -> list[int]:
    """Two of the years that targets are set for: the next one and what was before it, else what comes after."""
    years = snapshot.milestones() or [snapshot.year]  # of every year alone
    ahead = next((at for at, year in enumerate(years) if year >= snapshot.year), len(years) - 1)
    first = max(min(ahead - 1, len(years) - len(_AIMS)), 0)
    return years[first : first + len(_AIMS)]


def _base_year(snapshot: Snapshot) -> int:
    """That of most measures; where none has a baseline, the year before the first."""
    years = Counter(one.baseline_year for _ref, _one, one in snapshot.measures() if one.baseline_year is not None)
    return years.most_common(1)[0][0] if years else snapshot.first_year - 1


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
    if some := of_some(one):
        against += "\n({})".format(some.replace("xã, thị trấn", "xã,\u00a0thị\u00a0trấn"))
    if one.gap is not None and one.verdict != "not_yet" and (by := _difference(one, digits)):
        against += f"\n{by}"
    remarks = [one.comment]
    if one.origin == "communes" and not one.is_partial:
        remarks.append(f"cộng từ {one.communes} xã, thị trấn")
    elif one.lead_value is not None and one.communes_value is not None and _differs(one):
        few = one.communes < one.communes_expected
        added = f"{one.communes}/{one.communes_expected}" if few else "các"
        remarks.append(f"cộng từ {added} xã: {_in_table(one.communes_value, one.per)}")
    start, end = (ref, one.name, one.unit), (lead, note(*remarks))
    aims = [one.target(year) for year in _milestones(material.snapshot)]
    if material.outline.long:
        baseline = _in_table(one.baseline, one.per) or NO_FIGURE
        if one.baseline is not None and one.baseline_year not in (_base_year(material.snapshot), None):
            baseline += f" ({one.baseline_year})"
        chance = (_chance(one.chance),) if _has_chances(material) else ()
        return (*start, baseline, *aims, value, against, *chance, *end)
    before = _in_table(one.before, one.per) or NO_FIGURE
    return (*start, *aims, before, value, against, *end)


def _difference(one: MeasureRow, digits: int) -> str:
    """ "thấp hơn 2,19 điểm %" and under it "so với mức 91%": shares differ by points, others by their own unit; ""
    where there is nothing to say."""
    gap, basis = Decimal(one.gap or "0"), one.basis
    if not gap:
        inside = basis.removeprefix("mục tiêu ")
        return (f"trong khoảng {inside}" if inside.startswith("từ ") else f"bằng {basis}") if basis else ""
    # U+00A0: the number and its unit stay together.
    unit = {100: "\u00a0điểm\u00a0%", 1000: "‰"}.get(one.per, "")
    by = short(str(abs(gap)), digits)
    if by == "0":
        return f"xấp xỉ {basis}" if basis else ""
    words = f"{'thấp' if gap < 0 else 'cao'} hơn {by}{unit}"
    return f"{words}\nso với {basis}" if basis else words


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
        ("TT", "Nhiệm vụ", "Phối hợp", "Thời hạn", "Tiến độ", "Sản phẩm", NOTES),
        (1.3, 8.6, 2.4, 2.4, 4.2, 3.3, 3.0),
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
    heads = ("TT", "Đơn vị", "Tổng số", *OFFICIAL_CLASSES.values(), "Quá hạn lâu nhất")
    return Table(title, heads, (1.4, 7.4, 1.8, 2.6, 2.6, 2.9, 2.9, 3.6), rows, frozenset({0, 2, 3, 4, 5, 6, 7}))


def _work_row(number: str, row: WorkRow) -> tuple[str, ...]:
    late = f"chậm {row.days_late} ngày làm việc" if row.days_late else ""
    remark = note("năm trước chuyển sang" if row.carried else "", late)
    text = unended(row.text)
    return (
        number,
        f"{text} ({row.period})" if row.period else text,
        row.coordinating,
        vietnamese_day(row.due_on),
        progress(row),
        row.result,
        remark,
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
            again = sum(one.state == "returned" for one in group)
            sent = again + sum(one.state in ("submitted", "accepted") for one in group)
            expected = sum(one.state != "exempt" for one in group)
            part = f", trong đó {said(again)} đang bổ sung" if again else ""
            rows.append((f"{words}: {sent}/{expected} đơn vị đã gửi{part}",))
        for number, one in enumerate(group, 1):
            timely = {True: "Đúng hạn", False: "Quá hạn", None: ""}[one.on_time]
            rows.append(
                (str(number), one.unit, vietnamese_day(one.due_on), vietnamese_day(one.filed_on), timely,
                 STATES[one.state], one.reason)
            )  # fmt: skip
    title = f"Tình hình gửi {material.asked} của các đơn vị"
    if len(material.snapshot.filing) > MOST_LISTED:
        title += f" ({count(MOST_LISTED)} đơn vị, trước hết là các đơn vị chưa gửi; đầy đủ tại tệp Excel kèm theo)"
    heads = ("TT", "Đơn vị", "Hạn gửi", "Ngày gửi", "Thời hạn", "Tình trạng", NOTES)
    return Table(title, heads, (1.4, 8.0, 2.5, 2.5, 2.4, 4.6, 3.8), rows, frozenset({0, 2, 3, 4}))


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
                (f"{number}.{at}", SOURCES[row.source], _dong(row.estimate), _dong(row.approved), _dong(row.spent))
                for at, row in enumerate(group, 1)
            )
    rows.append(("Tổng hợp theo nguồn",))
    for source, words in SOURCES.items():
        group = [row for row in material.snapshot.budget if row.source == source]
        if group:
            rows.append(("", words, *_sums(group)))
    rows.append(("", "Tổng cộng", *_sums(material.snapshot.budget)))
    heads = ("TT", "Nguồn kinh phí", "Dự toán (đồng)", "Được duyệt (đồng)", "Đã chi (đồng)")
    title = f"Kinh phí thực hiện {material.money_span}"
    return Table(title, heads, (1.6, 9.2, 4.8, 4.8, 4.8), rows, frozenset({0}), frozenset({2, 3, 4}), total=True,
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
