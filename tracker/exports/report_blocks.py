"""The blocks of a consolidated report: sentences made of figures, texts of the units, charts. `outline` orders them."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from tracker.exports.body import Body, item, letter, part, point
from tracker.exports.charts import classes_chart, units_chart
from tracker.exports.material import others
from tracker.exports.outline import LEAD_INS, LETTERED
from tracker.exports.report_indicators import BEHIND, Indicators
from tracker.exports.report_words import classes, lower, money, percent, resting_on_some, said
from tracker.exports.snapshot import vietnamese_day
from tracker.rules.deadlines import completion_rate
from tracker.rules.filing import CycleKind

# A sentence that names more units than this is better read as a table.
MOST_NAMED = 10
MOST_MISSING = 45
MOST_UNITS_DRAWN = 20
OWED = "Cơ quan thường trực bổ sung"


class Writer(Indicators):
    """Writes the blocks onto one paper."""

    def write(self) -> None:
        """The whole of the outline between the opening and the closing sentence."""
        body = self.paper
        self.opening()
        for one in self.material.outline.parts:
            under = body.under(one.title.format(next=self.material.following), part)
            self._blocks(under, one.blocks)
            for each in one.points:
                self._blocks(under.under(each.title, point), each.blocks)
        self.paper = body
        self.closing()

    def _blocks(self, under: Body, names: Sequence[str]) -> None:
        for name in names:
            self.paper = under
            kind, _, key = name.partition(":")
            if kind == "letter":
                self.paper = under.under(LETTERED[key], letter)
            if key:
                self.text(key)
            else:
                BLOCKS[name](self)

    def text(self, key: str, title: str = "") -> None:
        """A section: a line a paragraph; what is still owed is a gap; what the office wants empty is left out, and with
        it the words before it: those of the outline, or `title`."""
        section = self.material.texts.get(key)
        text = section.text if section is not None else None
        lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
        before = title or LEAD_INS.get(key, "")
        if before and (lines or text is None):
            self.paper.paragraph(before, italic=bool(title), keep=True)
        if text is None:
            self.paper.gap(OWED)
        for line in lines:
            self.paper.paragraph(line)

    def opening(self) -> None:
        snapshot = self.snapshot
        bases = "; ".join(snapshot.based_on)
        begin = f"Căn cứ {bases}; thực hiện" if bases else "Thực hiện"
        taken = vietnamese_day(snapshot.built_at[:10])
        until = f"số liệu tính đến ngày {taken}"
        if snapshot.cut_off_on:
            closed = vietnamese_day(snapshot.cut_off_on)
            until = f"số liệu các đơn vị chốt ngày {closed}, tổng hợp đến ngày {taken}"
        office = snapshot.office or "cơ quan thường trực"
        result = f"kết quả thực hiện {self.material.apart_span}".rstrip()
        self.paper.paragraph(f"{begin} {snapshot.title}, {office} báo cáo {result} như sau ({until}):")

    def given(self) -> None:
        units, tally = len(self.snapshot.units), self.snapshot.tally
        self.paper.paragraph(
            f"Trong {self.material.during}, {said(tally.total)} nhiệm vụ của Chương trình được giao cho {said(units)}"
            " cơ quan, đơn vị chủ trì, mỗi nhiệm vụ có một đơn vị chủ trì và thời hạn cụ thể."
            + (f" Trong đó, {said(tally.carried)} nhiệm vụ năm trước chuyển sang." if tally.carried else "")
        )

    def filing(self) -> None:
        expected, missing = self.snapshot.expected(), self.snapshot.missing()
        returned = self.snapshot.returned()
        kept = len(expected) - len(missing)
        on_time = sum(one.on_time is True for one in self.snapshot.filing)
        more = f", trong đó {said(on_time)} đơn vị gửi đúng hạn" if self.snapshot.filing else ""
        if returned:
            more = f", trong đó {said(len(returned))} đơn vị đang bổ sung"
            more += f"; trong {said(kept)} đơn vị còn lại, {said(on_time)} đơn vị gửi đúng hạn" if kept else ""
        self.paper.paragraph(
            f"Đến thời điểm tổng hợp, {said(kept + len(returned))}/{said(len(expected))} đơn vị đã gửi báo cáo{more}."
        )
        exempt = [one for one in self.snapshot.filing if one.state == "exempt"]
        if exempt:
            names = f": {'; '.join(one.unit for one in exempt)}" if len(exempt) <= MOST_NAMED else ""
            self.paper.paragraph(f"{said(len(exempt))} đơn vị được miễn báo cáo kỳ này{names}.")
        waiting = sum(one.state == "submitted" for one in self.snapshot.filing)
        if waiting:
            self.paper.paragraph(
                f"{said(waiting)} báo cáo đã gửi nhưng chưa được tiếp nhận nên phần đánh giá và số liệu chỉ số trong đó"
                " chưa được tổng hợp; tiến độ nhiệm vụ và kinh phí tổng hợp theo số liệu trên hệ thống."
            )
        self._listed("đã gửi, đang bổ sung theo yêu cầu", returned)
        self._listed("chưa gửi báo cáo", [unit for unit in missing if unit not in returned])
        pointer = self.material.at_annex("filing", "Tình hình gửi báo cáo của từng đơn vị tại {}.")
        if pointer:
            self.paper.paragraph(pointer)

    def _listed(self, what: str, units: Sequence[str]) -> None:
        if units:
            more = len(units) - MOST_MISSING
            rest = f"; {said(more)} đơn vị khác" if more > 0 else ""
            listed = "; ".join(units[:MOST_MISSING])
            self.paper.paragraph(f"Các đơn vị {what} ({said(len(units))}): {listed}{rest}.")

    def work(self) -> None:
        tally = self.snapshot.tally
        self.paper.paragraph(f"Trong tổng số {said(tally.total)} nhiệm vụ được giao: {classes(tally, said)}.")
        rate = completion_rate(tally.done, tally.overdue)
        if rate is not None:
            whole = ""
            if self.material.kind is CycleKind.FINAL:
                share = percent(Fraction(tally.done, tally.total))
                whole = f"; số nhiệm vụ đã hoàn thành bằng {share} tổng số nhiệm vụ được giao"
            self.paper.paragraph(
                f"Tỷ lệ hoàn thành đạt {percent(rate)} (số nhiệm vụ đã hoàn thành chia cho tổng số nhiệm vụ đã hoàn"
                " thành và nhiệm vụ quá hạn chưa hoàn thành:"
                f" {said(tally.done)}/{said(tally.done + tally.overdue)}){whole}."
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
            f"{name} ({said(tally.overdue)} nhiệm vụ, quá hạn{' lâu nhất' if tally.overdue > 1 else ''}"
            f" {said(tally.latest)} ngày làm việc)"
            for tally, name in late[:MOST_NAMED]
        )
        if len(late) > MOST_NAMED:
            listed += f"; {said(len(late) - MOST_NAMED)} đơn vị khác"
        self.paper.paragraph(f"Các đơn vị có nhiệm vụ chưa hoàn thành quá hạn ({said(len(late))}): {listed}.")

    def work_charts(self) -> None:
        if not self.snapshot.tally.total:
            return
        units = [(unit.name, unit.counted) for unit in self.snapshot.units if unit.counted.total]
        units.sort(key=lambda one: (-one[1].overdue, -one[1].total))
        which = "từng đơn vị"
        if len(units) > MOST_UNITS_DRAWN:
            most = "nhiệm vụ quá hạn" if units[0][1].overdue else "nhiệm vụ"
            which = f"{said(MOST_UNITS_DRAWN)}/{said(len(units))} đơn vị có nhiều {most} nhất"
        self.paper.paragraph(
            f"Biểu đồ {self.charts + 1} thể hiện số nhiệm vụ theo tình trạng thực hiện; Biểu đồ {self.charts + 2} thể"
            f" hiện kết quả của {which}:",
            keep=True,
        )
        self.charts += 1
        self.paper.picture(classes_chart(self.snapshot.tally, self.charts))
        self.charts += 1
        self.paper.picture(units_chart(units[:MOST_UNITS_DRAWN], len(units), self.charts))

    def solution_groups(self) -> None:
        above = self.paper
        for number, group in enumerate(self.snapshot.solution_groups, 1):
            self.paper = above.under(group, item)
            self.text(f"group-{number}")
        self.paper = above

    def money(self) -> None:
        rows = self.snapshot.budget
        if not rows:
            self.paper.paragraph("Các đơn vị chưa có số liệu kinh phí của kỳ này.")
            return
        sums = []
        for field, words in (("estimate", "dự toán"), ("approved", "được duyệt"), ("spent", "đã chi")):
            known = [int(value) for row in rows if (value := getattr(row, field)) is not None]
            if known:
                sums.append(f"{words} {money(sum(known))} đồng")
        social = [int(row.spent) for row in rows if row.source == "social" and row.spent is not None]
        extra = f"; trong số đã chi, xã hội hóa {money(sum(social))} đồng" if social else ""
        self.paper.paragraph(
            f"Kinh phí thực hiện Chương trình {self.material.money_span}: {'; '.join(sums) or 'chưa có số liệu'}"
            f"{extra}. Chi tiết tại {self.material.at_annex('budget', '{}')}."
        )

    def left_behind(self) -> None:
        overdue, again = self.snapshot.tally.overdue, len(self.snapshot.returned())
        unsent = len(self.snapshot.missing()) - again
        behind = [one for _r, _i, one in self.snapshot.measures() if one.verdict in BEHIND]
        if behind:
            self.paper.paragraph(
                f"Còn {said(len(behind))} chỉ số chưa đạt hoặc chậm so với lộ trình{resting_on_some(behind)}."
            )
        if overdue:
            self.paper.paragraph(f"Còn {said(overdue)} nhiệm vụ chưa hoàn thành, quá hạn.")
        owing = [f"{said(n)} đơn vị {what}" for n, what in ((unsent, "chưa gửi"), (again, "đang bổ sung")) if n]
        if owing:
            self.paper.paragraph(f"Còn {' và '.join(owing)} báo cáo đến thời điểm tổng hợp.")

    def left_over(self) -> None:
        tally = self.snapshot.tally
        left = tally.classes[2] + tally.classes[3]
        if left and self.material.kind is not CycleKind.FINAL:
            self.paper.paragraph(
                f"Tiếp tục đôn đốc, hoàn thành {said(left)} nhiệm vụ còn lại của {self.material.during}."
            )

    def other_sections(self) -> None:
        for one in others(self.material.kind, self.snapshot.sections):
            self.text(one.key, f"{one.title}:")

    def closing(self) -> None:
        self.paper.paragraph(
            f"Trên đây là báo cáo {lower(self.material.title)}, kính báo cáo {self.material.addressee}./."
        )


BLOCKS: dict[str, Callable[[Writer], None]] = {
    name: getattr(Writer, name)
    for name in (
        "given", "filing", "goals", "behind", "chances", "measure_charts", "work", "late_units", "work_charts",
        "solution_groups", "money", "left_behind", "left_over", "other_sections",
    )
}  # fmt: skip
