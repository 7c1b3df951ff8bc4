"""The blocks of a consolidated report that tell of its indicators: how they stand, who needs somebody, their charts."""

from collections import Counter
from collections.abc import Sequence

from tracker.exports.annex_table import unparted
from tracker.exports.body import LETTERS, Body
from tracker.exports.charts import drawable, measure_chart
from tracker.exports.material import Material, digits_of, told
from tracker.exports.report_words import VERDICTS, classes, of_some, resting_on_some, said, verdicts
from tracker.exports.snapshot import MeasureRow

MOST_CHARTS = 8
MOST_LISTED_BEHIND = 15
BEHIND = ("missed", "off_path")
DRAWN_FIRST = (*BEHIND, "on_path", "met", "not_yet")
HARD = "Khó đạt"


class Indicators:
    """Writes these blocks onto one paper, that of the heading they stand under; counts its charts."""

    def __init__(self, paper: Body, material: Material) -> None:
        self.paper, self.material, self.snapshot = paper, material, material.snapshot
        self.charts = 0

    def goals(self) -> None:
        snapshot = self.snapshot
        measures = snapshot.measures()
        indicators = sum(len(goal.indicators) for goal in snapshot.goals)
        self.paper.paragraph(
            f"Chương trình có {said(len(snapshot.goals))} nhóm mục tiêu, {said(indicators)} chỉ tiêu với"
            f" {said(len(measures))} chỉ số thành phần; chi tiết tại"
            f" {self.material.at_annex('indicators', '{}')} kèm theo."
            + self.material.at_annex("communes", " Số liệu theo từng đơn vị tại {}.")
        )
        if any(measure.value is not None for _ref, _one, measure in measures):
            rows = [one for _ref, _indicator, one in measures]
            self.paper.paragraph(f"Trong {said(len(rows))} chỉ số: {verdicts(rows)}{resting_on_some(rows, '; ')}.")
        for letter, goal in zip(LETTERS, snapshot.goals, strict=False):
            rows = [measure for one in goal.indicators for measure in one.measures]
            judged = (
                f"; {verdicts(rows)}{resting_on_some(rows, '; ')}" if any(one.value is not None for one in rows) else ""
            )
            tally = snapshot.goal_tally(goal)
            work = f"; nhiệm vụ của các chỉ tiêu: {classes(tally, said)}" if tally.total else ""
            self.paper.paragraph(
                f"{letter}) {goal.title}: {said(len(goal.indicators))} chỉ tiêu, {said(len(rows))} chỉ số{judged}"
                f"{work}."
            )

    def behind(self) -> None:
        """What needs somebody first, by name and number."""
        rows = [(ref, one) for ref, _indicator, one in self.snapshot.measures() if one.verdict in BEHIND]
        if not rows:
            return
        rows.sort(key=lambda row: BEHIND.index(row[1].verdict))
        self.paper.paragraph(f"Các chỉ số chưa đạt hoặc chậm so với lộ trình ({said(len(rows))}):", keep=True)
        self._measures([(ref, one, f". {one.rule}") for ref, one in rows])

    def _measures(self, rows: Sequence[tuple[str, MeasureRow, str]]) -> None:
        """By name, number and value, and what is said of each behind that."""
        for ref, one, more in rows[:MOST_LISTED_BEHIND]:
            marks = "; ".join(mark for mark in ("ước" if one.estimate else "", of_some(one)) if mark)
            value = f"{told(one.value, one.per, digits_of(one))}{f' ({marks})' if marks else ''}"
            self.paper.paragraph(unparted(f"- {one.name} (chỉ số {ref}): {value}{more}"))
        if len(rows) > MOST_LISTED_BEHIND:
            self.paper.paragraph(self.material.at_annex("indicators", "Các chỉ số còn lại nêu tại {}."))

    def chances(self) -> None:
        """Of the middle of a programme: will the targets ahead be reached?"""
        measures = self.snapshot.measures()
        rows = [(ref, one) for ref, _indicator, one in measures if one.chance]
        self.paper.paragraph(
            "Khả năng hoàn thành các mục tiêu còn lại, nếu giữ mức thay đổi bình quân như đến nay:", keep=True
        )
        if not rows:
            self.paper.paragraph("Chưa đủ số liệu để ước tính.")
            return
        counted = Counter(one.chance for _ref, one in rows).most_common()
        for words, n in sorted(counted, key=lambda one: not one[0].startswith(HARD)):
            chosen = [(ref, one) for ref, one in rows if one.chance == words]
            if words.startswith(HARD):
                self.paper.paragraph(f"{words} ({said(n)} chỉ số):", keep=True)
                self._measures([(ref, one, f"{_aim(one)}.") for ref, one in chosen])
            else:
                refs = ", ".join(ref for ref, _one in chosen)
                some = resting_on_some([one for _ref, one in chosen])
                self.paper.paragraph(f"{words}: {said(n)} chỉ số ({refs}){some}.")
        if left := len(measures) - len(rows):
            self.paper.paragraph(
                f"Còn lại {said(left)}/{said(len(measures))} chỉ số chưa đủ số liệu để ước tính hoặc không còn mục tiêu"
                " phía trước."
            )

    def measure_charts(self) -> None:
        rows = [(ref, one) for ref, _indicator, one in self.snapshot.measures() if drawable(one)]
        rows.sort(key=lambda row: DRAWN_FIRST.index(row[1].verdict))
        drawn = rows[:MOST_CHARTS]
        if drawn:
            self.paper.paragraph(
                self._what_is_drawn([one for _ref, one in drawn], [one for _ref, one in rows]), keep=True
            )
        for ref, one in drawn:
            self.charts += 1
            self.paper.picture(measure_chart(one, f"Chỉ số {ref}:", self.charts))

    def _what_is_drawn(self, drawn: Sequence[MeasureRow], drawable_ones: Sequence[MeasureRow]) -> str:
        first, last = self.charts + 1, self.charts + len(drawn)
        named = f"Biểu đồ {first} - {last}" if last > first else f"Biểu đồ {first}"
        groups = [key for key in DRAWN_FIRST if any(one.verdict == key for one in drawn)]
        of, whose, order = len(drawable_ones), "", ""
        if len(groups) == 1:
            of, whose = sum(one.verdict == groups[0] for one in drawable_ones), f" {VERDICTS[groups[0]]}"
        else:
            order = f", theo thứ tự: {', '.join(VERDICTS[key] for key in groups)}"
        part = f"{said(len(drawn))}/{said(of)}" if len(drawn) < of else f"cả {said(of)}" if of > 1 else said(of)
        return f"{named} thể hiện diễn biến qua các năm của {part} chỉ số{whose} có đủ số liệu{order}:"


def _aim(one: MeasureRow) -> str:
    """The target that its chance is of, where the chance names its year."""
    year = one.chance.rpartition(" ")[2]
    target = one.target(year) if year.isdigit() else ""
    return f"; mục tiêu: {target}" if target else ""
