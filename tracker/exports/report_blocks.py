"""The blocks of a consolidated report: sentences made of figures, texts of the units, charts. `outline` orders them."""

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from tracker.exports.charts import classes_chart, drawable, measure_chart, units_chart
from tracker.exports.material import Material, digits_of, others, short, told
from tracker.exports.paper import Paper
from tracker.exports.snapshot import MeasureRow, Tally, vietnamese_day
from tracker.rules.deadlines import completion_rate
from tracker.rules.filing import CycleKind
from tracker.rules.words import OFFICIAL_CLASSES

# A sentence that names more units than this is better read as a table.
MOST_NAMED = 10
MOST_MISSING = 45
MOST_CHARTS = 8
MOST_LISTED_BEHIND = 15
MOST_UNITS_DRAWN = 20
LETTERS = ("a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m")
VERDICTS = {
    "met": "đạt mục tiêu",
    "on_path": "đúng lộ trình",
    "off_path": "chậm so với lộ trình",
    "missed": "chưa đạt mục tiêu",
    "not_yet": "chưa đánh giá được",
}
BEHIND = ("missed", "off_path")
OWED = "Cơ quan thường trực bổ sung"


class Writer:
    """Writes the blocks onto one paper; counts its charts."""

    def __init__(self, paper: Paper, material: Material) -> None:
        self.paper, self.material, self.snapshot = paper, material, material.snapshot
        self.charts = 0

    def block(self, name: str) -> None:
        kind, _, rest = name.partition(":")
        if kind == "text":
            self.text(rest)
        elif kind == "label":
            self.paper.paragraph(rest, keep=True)
        else:
            BLOCKS[name](self)

    def text(self, key: str) -> None:
        """A section: a line a paragraph; what is still owed is a gap; what the office wants empty is left out."""
        section = self.material.texts.get(key)
        text = section.text if section is not None else None
        if text is None:
            self.paper.gap(OWED)
        for line in (text or "").splitlines():
            if line.strip():
                self.paper.paragraph(line.strip())

    def opening(self) -> None:
        snapshot = self.snapshot
        bases = "; ".join(snapshot.based_on)
        begin = f"Căn cứ {bases}; thực hiện" if bases else "Thực hiện"
        taken = vietnamese_day(snapshot.built_at[:10])
        until = f"số liệu tính đến ngày {taken}"
        if snapshot.cut_off_on:
            closed = vietnamese_day(snapshot.cut_off_on)
            until = f"số liệu các đơn vị chốt ngày {closed}, tổng hợp đến ngày {taken}"
        self.paper.paragraph(
            f"{begin} {snapshot.title}, cơ quan thường trực báo cáo kết quả thực hiện {self.material.during} như sau"
            f" ({until}):"
        )

    def given(self) -> None:
        units, tally = len(self.snapshot.units), self.snapshot.tally
        self.paper.paragraph(
            f"Trong {self.material.during}, {count(tally.total)} nhiệm vụ của Chương trình được giao cho {count(units)}"
            " cơ quan, đơn vị chủ trì, mỗi nhiệm vụ có một đơn vị chủ trì và thời hạn cụ thể."
            + (f" Trong đó, {count(tally.carried)} nhiệm vụ năm trước chuyển sang." if tally.carried else "")
        )

    def filing(self) -> None:
        expected, missing = self.snapshot.expected(), self.snapshot.missing()
        filed = len(expected) - len(missing)
        on_time = sum(one.on_time is True for one in self.snapshot.filing)
        timely = f", trong đó {count(on_time)} đơn vị gửi đúng hạn" if self.snapshot.filing else ""
        self.paper.paragraph(
            f"Đến thời điểm tổng hợp, {count(filed)}/{count(len(expected))} đơn vị đã gửi báo cáo{timely}."
        )
        exempt = [one for one in self.snapshot.filing if one.state == "exempt"]
        if exempt:
            names = f": {'; '.join(one.unit for one in exempt)}" if len(exempt) <= MOST_NAMED else ""
            self.paper.paragraph(f"{count(len(exempt))} đơn vị được miễn báo cáo kỳ này{names}.")
        waiting = sum(one.state == "submitted" for one in self.snapshot.filing)
        if waiting:
            self.paper.paragraph(
                f"{count(waiting)} báo cáo đã gửi chưa được tiếp nhận nên nội dung, số liệu chưa đưa vào báo cáo này."
            )
        returned = [one.unit for one in self.snapshot.filing if one.state == "returned"]
        self._listed("đã gửi, đang bổ sung theo yêu cầu", returned)
        self._listed("chưa gửi báo cáo", [unit for unit in missing if unit not in returned])
        pointer = self.material.at_annex("filing", "Tình hình gửi báo cáo của từng đơn vị tại {}.")
        if pointer:
            self.paper.paragraph(pointer)

    def _listed(self, what: str, units: Sequence[str]) -> None:
        if units:
            more = len(units) - MOST_MISSING
            rest = f"; {count(more)} đơn vị khác" if more > 0 else ""
            listed = "; ".join(units[:MOST_MISSING])
            self.paper.paragraph(f"Các đơn vị {what} ({count(len(units))}): {listed}{rest}.")

    def goals(self) -> None:
        snapshot = self.snapshot
        measures = snapshot.measures()
        indicators = sum(len(goal.indicators) for goal in snapshot.goals)
        self.paper.paragraph(
            f"Chương trình có {len(snapshot.goals)} nhóm mục tiêu, {indicators} chỉ tiêu với {len(measures)} chỉ số"
            f" thành phần; chi tiết tại {self.material.at_annex('indicators', '{}')} kèm theo."
            + self.material.at_annex("communes", " Số liệu theo từng đơn vị tại {}.")
        )
        if any(measure.value is not None for _ref, _one, measure in measures):
            self.paper.paragraph(f"Trong {len(measures)} chỉ số: {verdicts([one for _r, _i, one in measures])}.")
        for letter, goal in zip(LETTERS, snapshot.goals, strict=False):
            rows = [measure for one in goal.indicators for measure in one.measures]
            judged = f"; {verdicts(rows)}" if any(one.value is not None for one in rows) else ""
            tally = snapshot.goal_tally(goal)
            work = f"; nhiệm vụ của các chỉ tiêu: {classes(tally)}" if tally.total else ""
            self.paper.paragraph(
                f"{letter}) {goal.title}: {len(goal.indicators)} chỉ tiêu, {len(rows)} chỉ số{judged}{work}."
            )

    def behind(self) -> None:
        """What needs somebody first, by name and number."""
        rows = [(ref, one) for ref, _indicator, one in self.snapshot.measures() if one.verdict in BEHIND]
        if not rows:
            return
        rows.sort(key=lambda row: BEHIND.index(row[1].verdict))
        self.paper.paragraph(f"Các chỉ số chưa đạt hoặc chậm so với lộ trình ({len(rows)}):", keep=True)
        for ref, one in rows[:MOST_LISTED_BEHIND]:
            value = f"{told(one.value, one.per, digits_of(one))}{' (ước)' if one.estimate else ''}"
            self.paper.paragraph(f"- {one.name} (chỉ số {ref}): {value}. {one.rule}")
        if len(rows) > MOST_LISTED_BEHIND:
            self.paper.paragraph(self.material.at_annex("indicators", "Các chỉ số còn lại nêu tại {}."))

    def chances(self) -> None:
        """Of the middle of a programme: will the targets ahead be reached?"""
        rows = [(ref, one) for ref, _indicator, one in self.snapshot.measures() if one.chance]
        self.paper.paragraph(
            "Khả năng hoàn thành các mục tiêu còn lại, nếu giữ mức thay đổi bình quân như đến nay:", keep=True
        )
        if not rows:
            self.paper.paragraph("Chưa đủ số liệu để ước tính.")
        for words, n in Counter(one.chance for _ref, one in rows).most_common():
            refs = ", ".join(ref for ref, one in rows if one.chance == words)
            self.paper.paragraph(f"- {words}: {n} chỉ số ({refs}).")

    def measure_charts(self) -> None:
        order = ("missed", "off_path", "on_path", "met", "not_yet")
        rows = [(ref, one) for ref, _indicator, one in self.snapshot.measures() if drawable(one)]
        rows.sort(key=lambda row: order.index(row[1].verdict))
        for ref, one in rows[:MOST_CHARTS]:
            self.charts += 1
            self.paper.picture(measure_chart(one, f"Chỉ số {ref}:", self.charts))

    def work(self) -> None:
        tally = self.snapshot.tally
        self.paper.paragraph(f"Trong tổng số {count(tally.total)} nhiệm vụ được giao: {classes(tally)}.")
        rate = completion_rate(tally.done, tally.overdue)
        if rate is not None:
            self.paper.paragraph(
                f"Tỷ lệ hoàn thành đạt {percent(rate)} (số nhiệm vụ đã hoàn thành chia cho tổng số nhiệm vụ đã hoàn"
                f" thành và quá hạn: {count(tally.done)}/{count(tally.done + tally.overdue)})."
            )

    def late_units(self) -> None:
        self._late_units()
        pointer = self.material.at_annex("work", "Chi tiết từng đơn vị tại {} kèm theo.")
        if pointer:
            self.paper.paragraph(pointer)

    def _late_units(self) -> None:
        late = [(unit.counted, unit.name) for unit in self.snapshot.units if unit.counted.overdue]
        if not late:
            if self.snapshot.tally.total:
                self.paper.paragraph("Không có đơn vị nào có nhiệm vụ quá hạn.")
            return
        late.sort(key=lambda one: (-one[0].overdue, -one[0].latest, one[1]))
        listed = "; ".join(
            f"{name} ({count(tally.overdue)} nhiệm vụ, chậm nhất {tally.latest} ngày làm việc)"
            for tally, name in late[:MOST_NAMED]
        )
        if len(late) > MOST_NAMED:
            listed += f"; {count(len(late) - MOST_NAMED)} đơn vị khác"
        self.paper.paragraph(f"Các đơn vị có nhiệm vụ chưa hoàn thành quá hạn ({count(len(late))}): {listed}.")

    def work_charts(self) -> None:
        if not self.snapshot.tally.total:
            return
        self.charts += 1
        self.paper.picture(classes_chart(self.snapshot.tally, self.charts))
        units = [(unit.name, unit.counted) for unit in self.snapshot.units if unit.counted.total]
        units.sort(key=lambda one: (-one[1].overdue, -one[1].total))
        self.charts += 1
        self.paper.picture(units_chart(units[:MOST_UNITS_DRAWN], len(units), self.charts))

    def solution_groups(self) -> None:
        for number, group in enumerate(self.snapshot.solution_groups, 1):
            section = self.material.texts.get(f"group-{number}")
            if section is not None and section.text == "":
                continue
            self.paper.paragraph(f"2.{number}. {group}", italic=True, keep=True)
            self.text(f"group-{number}")

    def money(self) -> None:
        rows = self.snapshot.budget
        if not rows:
            self.paper.paragraph("Các đơn vị chưa có số liệu kinh phí của kỳ này.")
            return
        said = []
        for field, words in (("estimate", "dự toán"), ("approved", "được duyệt"), ("spent", "đã chi")):
            known = [int(value) for row in rows if (value := getattr(row, field)) is not None]
            if known:
                said.append(f"{words} {money(sum(known))} đồng")
        social = [int(row.spent) for row in rows if row.source == "social" and row.spent is not None]
        extra = f"; trong số đã chi, xã hội hóa {money(sum(social))} đồng" if social else ""
        self.paper.paragraph(
            f"Kinh phí thực hiện Chương trình {self.material.during}: {'; '.join(said) or 'chưa có số liệu'}{extra}."
            f" Chi tiết tại {self.material.at_annex('budget', '{}')}."
        )

    def left_behind(self) -> None:
        overdue, missing = self.snapshot.tally.overdue, len(self.snapshot.missing())
        behind = sum(one.verdict in BEHIND for _r, _i, one in self.snapshot.measures())
        if behind:
            self.paper.paragraph(f"Còn {behind} chỉ số chưa đạt hoặc chậm so với lộ trình.")
        if overdue:
            self.paper.paragraph(f"Còn {count(overdue)} nhiệm vụ chưa hoàn thành, quá hạn.")
        if missing:
            self.paper.paragraph(f"Còn {count(missing)} đơn vị chưa gửi báo cáo theo thời hạn của Chương trình.")

    def left_over(self) -> None:
        tally = self.snapshot.tally
        left = tally.classes[2] + tally.classes[3]
        if left and self.material.kind is not CycleKind.FINAL:
            self.paper.paragraph(
                f"Tiếp tục đôn đốc, hoàn thành {count(left)} nhiệm vụ còn lại của {self.material.during}."
            )

    def other_sections(self) -> None:
        for one in others(self.material.kind, self.snapshot.sections):
            self.paper.paragraph(f"{one.title}:", italic=True, keep=True)
            self.text(one.key)

    def closing(self) -> None:
        self.paper.paragraph(
            f"Trên đây là báo cáo {_lower(self.material.title)}, kính báo cáo {self.material.addressee}./."
        )


BLOCKS: dict[str, Callable[[Writer], None]] = {
    name: getattr(Writer, name)
    for name in (
        "given", "filing", "goals", "behind", "chances", "measure_charts", "work", "late_units", "work_charts",
        "solution_groups", "money", "left_behind", "left_over", "other_sections", "closing",
    )
}  # fmt: skip


def verdicts(rows: list[MeasureRow]) -> str:
    """ "3 đạt mục tiêu; 2 chậm so với lộ trình", what there is none of left out."""
    counted = Counter(one.verdict for one in rows)
    return "; ".join(f"{counted[key]} {words}" for key, words in VERDICTS.items() if counted[key])


def classes(tally: Tally) -> str:
    """The four official classes in words, empty ones left out; of what is open, how much only waits to be confirmed."""
    waits = {2: (tally.waits_in_time, WAITS_IN_TIME), 3: (tally.waits_late, WAITS_LATE)}
    named = []
    for at, (name, n) in enumerate(zip(OFFICIAL_CLASSES.values(), tally.classes, strict=True)):
        if n:
            waiting, words = waits.get(at, (0, ""))
            inner = f" (trong đó {count(waiting)} {words})" if waiting else ""
            named.append(f"{count(n)} {_lower(name)}{inner}")
    return "; ".join(named) if named else "chưa có nhiệm vụ nào"


WAITS_IN_TIME = "đã nộp trong hạn, chờ xác nhận"
WAITS_LATE = "nộp muộn, chờ xác nhận"


def percent(rate: Fraction) -> str:
    return f"{short(str(float(rate * 100)), 1)}%"


def count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


money = count


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
