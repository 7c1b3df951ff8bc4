"""The consolidated yearly report: the outline of the annual report, sentences made from the figures, two annexes."""

from collections.abc import Iterable
from fractions import Fraction

from tracker.exports.decree30 import AdministrativeDocument
from tracker.exports.snapshot import Snapshot, UnitRow, WorkRow, count_classes, vietnamese_day
from tracker.rules.deadlines import completion_rate
from tracker.rules.words import OFFICIAL_CLASSES

# A sentence that names more units than this is better read as a table.
MOST_NAMED = 10
NO_FIGURE = "Chưa có số liệu"
LETTERS = ("a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m")


def annual_report(snapshot: Snapshot) -> bytes:
    """A .docx in the layout of Decree 30/2020; the same snapshot gives the same bytes. Number and day stay blank."""
    title = f"Kết quả thực hiện {snapshot.title} năm {snapshot.year}"
    document = AdministrativeDocument(title, banner="DỮ LIỆU MẪU" if snapshot.sample_data else "")
    document.heading(
        parent=snapshot.parent_agency,
        agency=snapshot.agency,
        number=f"Số:      /BC-{snapshot.agency_short}",
        place_and_date=f"{snapshot.place}, ngày      tháng      năm {snapshot.built_at[:4]}",
        kind="BÁO CÁO",
        subject=(title,),
    )
    document.addressed_to([snapshot.addressee])
    _opening(document, snapshot)
    _direction(document, snapshot)
    _results(document, snapshot)
    _assessment(document, snapshot)
    _next_year(document, snapshot)
    document.signature(
        authority=(snapshot.head_title,), recipients=(*snapshot.recipients, f"Lưu: VT, {snapshot.agency_short}.")
    )
    source = f"(Kèm theo Báo cáo số      /BC-{snapshot.agency_short} ngày      tháng      năm {snapshot.built_at[:4]})"
    _indicator_annex(document, snapshot, source)
    _work_annex(document, snapshot, source)
    return document.save()


def _opening(document: AdministrativeDocument, snapshot: Snapshot) -> None:
    bases = "; ".join(snapshot.based_on)
    begin = f"Căn cứ {bases}; thực hiện" if bases else "Thực hiện"
    document.paragraph(
        f"{begin} {snapshot.title}, cơ quan thường trực báo cáo kết quả thực hiện năm {snapshot.year} như sau"
        f" (số liệu tính đến ngày {vietnamese_day(snapshot.built_at[:10])}):"
    )


def _direction(document: AdministrativeDocument, snapshot: Snapshot) -> None:
    document.part("I. Công tác chỉ đạo, triển khai")
    units = len(snapshot.units)
    work = sum(len(unit.work) for unit in snapshot.units)
    carried = sum(row.carried for unit in snapshot.units for row in unit.work)
    document.paragraph(
        f"Trong năm {snapshot.year}, {work} nhiệm vụ của Chương trình được giao cho {units} cơ quan, đơn vị chủ trì,"
        " mỗi nhiệm vụ có một đơn vị chủ trì và thời hạn cụ thể."
        + (f" Trong đó, {carried} nhiệm vụ năm trước chuyển sang." if carried else "")
    )
    filed = sum(unit.report_filed for unit in snapshot.units)
    missing = [unit.name for unit in snapshot.units if not unit.report_filed]
    document.paragraph(f"Đến thời điểm tổng hợp, {filed}/{units} đơn vị đã gửi báo cáo năm.")
    if missing:
        document.paragraph(f"Các đơn vị chưa gửi báo cáo ({len(missing)}): {'; '.join(missing)}.")
    document.gap("Cơ quan thường trực bổ sung: văn bản chỉ đạo, hội nghị, kiểm tra, tập huấn trong năm")


def _results(document: AdministrativeDocument, snapshot: Snapshot) -> None:
    document.part("II. Kết quả thực hiện")
    document.point("1. Kết quả thực hiện các mục tiêu, chỉ tiêu")
    measures = sum(len(one.measures) for goal in snapshot.goals for one in goal.indicators)
    indicators = sum(len(goal.indicators) for goal in snapshot.goals)
    document.paragraph(
        f"Chương trình có {len(snapshot.goals)} nhóm mục tiêu, {indicators} chỉ tiêu với {measures} chỉ số thành phần;"
        " chi tiết tại Phụ lục I kèm theo."
    )
    by_indicator = {row.ref: row for unit in snapshot.units for row in unit.work if row.kind == "indicator"}
    for letter, goal in zip(LETTERS, snapshot.goals, strict=False):
        rows = [by_indicator[ref] for one in goal.indicators if (ref := f"CT{one.number}") in by_indicator]
        document.paragraph(f"{letter}) {goal.title}: {len(goal.indicators)} chỉ tiêu; {_classes(rows)}.")
    document.point("2. Kết quả thực hiện các nhiệm vụ, giải pháp")
    counts = snapshot.counts()
    total = sum(counts.values())
    document.paragraph(f"Trong tổng số {total} nhiệm vụ được giao: {_classes(snapshot.work())}.")
    done = counts["done_on_time"] + counts["done_late"]
    rate = completion_rate(done, counts["open_overdue"])
    if rate is not None:
        document.paragraph(
            f"Tỷ lệ hoàn thành đạt {percent(rate)} (số nhiệm vụ đã hoàn thành chia cho tổng số nhiệm vụ đã hoàn thành"
            f" và quá hạn: {done}/{done + counts['open_overdue']})."
        )
    _late_units(document, snapshot)
    document.paragraph("Chi tiết từng đơn vị tại Phụ lục II kèm theo.")
    for number, group in enumerate(snapshot.solution_groups, 1):
        document.paragraph(f"2.{number}. {group}", italic=True, keep=True)
        document.gap("Cơ quan thường trực tổng hợp từ báo cáo của các đơn vị")
    document.point("3. Kinh phí thực hiện")
    document.gap("Cơ quan thường trực bổ sung: ngân sách nhà nước các cấp, nguồn xã hội hóa")


def _late_units(document: AdministrativeDocument, snapshot: Snapshot) -> None:
    late = []
    for unit in snapshot.units:
        rows = [row for row in unit.work if row.official == "open_overdue"]
        if rows:
            late.append((len(rows), max(row.days_late for row in rows), unit.name))
    if not late:
        document.paragraph("Không có đơn vị nào có nhiệm vụ quá hạn.")
        return
    late.sort(key=lambda one: (-one[0], -one[1], one[2]))
    listed = "; ".join(f"{name} ({n} nhiệm vụ, chậm nhất {days} ngày làm việc)" for n, days, name in late[:MOST_NAMED])
    if len(late) > MOST_NAMED:
        listed += f"; {len(late) - MOST_NAMED} đơn vị khác nêu tại Phụ lục II"
    document.paragraph(f"Các đơn vị có nhiệm vụ chưa hoàn thành quá hạn ({len(late)}): {listed}.")


def _assessment(document: AdministrativeDocument, snapshot: Snapshot) -> None:
    document.part("III. Đánh giá chung")
    document.point("1. Ưu điểm")
    document.gap("Cơ quan thường trực bổ sung")
    document.point("2. Tồn tại, hạn chế")
    overdue = snapshot.counts()["open_overdue"]
    if overdue:
        document.paragraph(f"Còn {overdue} nhiệm vụ chưa hoàn thành khi đã quá hạn.")
    missing = sum(not unit.report_filed for unit in snapshot.units)
    if missing:
        document.paragraph(f"Còn {missing} đơn vị chưa gửi báo cáo năm theo thời hạn của Chương trình.")
    document.gap("Cơ quan thường trực bổ sung")
    document.point("3. Nguyên nhân")
    document.paragraph("a) Nguyên nhân khách quan:", keep=True)
    document.gap("Cơ quan thường trực bổ sung")
    document.paragraph("b) Nguyên nhân chủ quan:", keep=True)
    document.gap("Cơ quan thường trực bổ sung")


def _next_year(document: AdministrativeDocument, snapshot: Snapshot) -> None:
    document.part(f"IV. Phương hướng, nhiệm vụ năm {snapshot.year + 1}")
    counts = snapshot.counts()
    left = counts["open_overdue"] + counts["open_in_time"]
    if left:
        document.paragraph(f"Tiếp tục đôn đốc, hoàn thành {left} nhiệm vụ của năm {snapshot.year} còn lại.")
    document.gap("Cơ quan thường trực bổ sung")
    document.part("V. Kiến nghị, đề xuất")
    document.gap("Cơ quan thường trực bổ sung")
    document.paragraph(
        f"Trên đây là báo cáo kết quả thực hiện {snapshot.title} năm {snapshot.year}, kính báo cáo"
        f" {snapshot.addressee}./."
    )


def _indicator_annex(document: AdministrativeDocument, snapshot: Snapshot, source: str) -> None:
    document.annex("I", f"Kết quả thực hiện các chỉ tiêu năm {snapshot.year}", source)
    rows: list[tuple[str, ...]] = []
    for goal in snapshot.goals:
        rows.append((f"Mục tiêu {goal.number}: {goal.title}",))
        for one in goal.indicators:
            for at, measure in enumerate(one.measures):
                number = str(one.number) if len(one.measures) == 1 else f"{one.number}.{at + 1}"
                rows.append(
                    (
                        number, measure.name, measure.unit, measure.target_2025, measure.target_2030, NO_FIGURE,
                        NO_FIGURE, "", one.lead, "",
                    )
                )  # fmt: skip
    document.table(
        ("TT", "Chỉ tiêu", "Đơn vị tính", "Mục tiêu 2025", "Mục tiêu 2030", f"Kết quả {snapshot.year - 1}",
         f"Kết quả {snapshot.year}", "So sánh", "Cơ quan chủ trì", "Ghi chú"),
        (1.2, 6.6, 2.2, 2.3, 2.3, 2.1, 2.1, 1.6, 3.4, 1.4),
        rows,
        centred=frozenset({0, 2, 3, 4, 5, 6, 7}),
    )  # fmt: skip


def _work_annex(document: AdministrativeDocument, snapshot: Snapshot, source: str) -> None:
    document.annex("II", f"Kết quả thực hiện nhiệm vụ của các đơn vị năm {snapshot.year}", source)
    rows: list[tuple[str, ...]] = []
    for number, unit in enumerate(snapshot.units, 1):
        rows.append((f"{number}. {unit.name}: {len(unit.work)} nhiệm vụ; {_classes(unit.work)}",))
        rows.extend(_work_row(number, at, unit, row) for at, row in enumerate(unit.work, 1))
    document.table(
        ("TT", "Nhiệm vụ", "Chủ trì", "Phối hợp", "Thời hạn", "Tiến độ", "Sản phẩm", "Ghi chú"),
        (1.4, 7.6, 3.2, 2.3, 2.5, 2.7, 3.3, 2.1),
        rows,
        centred=frozenset({0, 4}),
    )


def _work_row(number: int, at: int, unit: UnitRow, row: WorkRow) -> tuple[str, ...]:
    late = f"chậm {row.days_late} ngày làm việc" if row.days_late else ""
    progress = _waiting(row) if row.waits else row.progress
    notes = "; ".join(one for one in ("năm trước chuyển sang" if row.carried else "", late) if one)
    text = f"{row.text} ({row.period})" if row.period else row.text
    return (
        f"{number}.{at}", text, unit.name, row.coordinating, vietnamese_day(row.due_on),
        f"{OFFICIAL_CLASSES[row.official]} ({progress})" if progress else OFFICIAL_CLASSES[row.official],
        row.result, notes,
    )  # fmt: skip


def _waiting(row: WorkRow) -> str:
    return "nộp muộn, chờ xác nhận" if row.official == "open_overdue" else "đã nộp trong hạn, chờ xác nhận"


def _classes(rows: Iterable[WorkRow]) -> str:
    """The four official classes in words, empty ones left out; of what is open, how much only waits to be confirmed."""
    rows = list(rows)
    named = []
    for name, n in count_classes(rows).items():
        if not n:
            continue
        words = f"{n} {OFFICIAL_CLASSES[name][:1].lower()}{OFFICIAL_CLASSES[name][1:]}"
        waiting = [row for row in rows if row.waits and row.official == name]
        named.append(f"{words} (trong đó {len(waiting)} {_waiting(waiting[0])})" if waiting else words)
    return "; ".join(named) if named else "chưa có nhiệm vụ nào"


def percent(rate: Fraction) -> str:
    return f"{float(rate * 100):.1f}".replace(".", ",").removesuffix(",0") + "%"
