"""A reporting cycle as it is planned: what it covers, its days by level, what is filled in, when it opens (design 3.5).

Pure. Days: Decree 09/2019/NĐ-CP closes the figures of half a year and of a year on the 14th, and lets at least one
working day pass before a report is due; where the programme names its own day for the units, that day leads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tracker.rules.calendar import LOCAL, WorkingCalendar
from tracker.rules.days import FIRST_YEAR, LAST_YEAR
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import Invalid
from tracker.rules.filing import CycleKind, Level
from tracker.rules.recurrence import Period, Recurrence, Rule, due_in, period_named, period_of
from tracker.rules.text import fold, plain
from tracker.rules.words import N_

# Working days: communes file before departments, departments before the office.
COMMUNES_BEFORE = 3
OFFICE_AFTER = 5
OPENS_BEFORE = 20
# Where no day of the programme leads: after the figures are closed on the 14th.
CLOSES_DAY = 14
AFTER_CLOSE = {Level.COMMUNE: 3, Level.DEPARTMENT: 6, Level.OFFICE: 10}
MOST_SECTIONS = 20
LONGEST_TITLE = 200
# What is returned beside sections: the figures as a whole.
FIGURES = "figures"

KINDS = {
    CycleKind.ANNUAL: N_("Báo cáo năm"),
    CycleKind.HALF_YEAR: N_("Báo cáo 6 tháng"),
    CycleKind.MID_TERM: N_("Báo cáo sơ kết giữa kỳ"),
    CycleKind.FINAL: N_("Báo cáo tổng kết"),
}
LEVELS = {
    Level.COMMUNE: N_("Xã, thị trấn"),
    Level.DEPARTMENT: N_("Phòng, ban, ngành, đoàn thể"),
    Level.OFFICE: N_("Cơ quan thường trực"),
}


@dataclass(frozen=True)
class Days:
    """When a cycle opens, up to when its figures count, and the last day on time of each level."""

    opens_on: date
    cut_off_on: date
    due_commune_on: date
    due_department_on: date
    due_office_on: date

    def due(self, level: Level) -> date:
        return {
            Level.COMMUNE: self.due_commune_on,
            Level.DEPARTMENT: self.due_department_on,
            Level.OFFICE: self.due_office_on,
        }[level]


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    help: str = ""
    required: bool = True


def covered(kind: CycleKind, key: str, start: int, end: int) -> tuple[int, Period]:
    """(first year, period) of a cycle of a programme that runs from `start` to `end`; `period` ends it.

    Raises Invalid (field `period`) for what is no period, not of this kind, or outside the programme.
    """
    try:
        period = period_named(key)
    except ValueError:
        period = None
    wanted = Recurrence.HALF_YEARLY if kind is CycleKind.HALF_YEAR else Recurrence.YEARLY
    if period is None or not FIRST_YEAR <= _year(period) <= LAST_YEAR or period.recurrence is not wanted:
        message = (
            N_("Hãy chọn 6 tháng đầu hoặc 6 tháng cuối của một năm.")
            if kind is CycleKind.HALF_YEAR
            else N_("Hãy chọn năm báo cáo, ví dụ %(year)s.")
        )
        raise Invalid(message, field="period", year=start)
    if not start <= period.first.year <= end:
        raise Invalid(
            N_("Năm %(year)s nằm ngoài giai đoạn %(start)s–%(end)s của chương trình."),
            field="period",
            year=period.first.year,
            start=start,
            end=end,
        )
    if kind is CycleKind.MID_TERM and period.first.year == end:
        raise Invalid(N_("Năm cuối của chương trình là kỳ tổng kết, không phải sơ kết giữa kỳ."), field="period")
    if kind is CycleKind.FINAL and period.first.year != end:
        raise Invalid(N_("Báo cáo tổng kết lấy năm cuối của chương trình: %(end)s."), field="period", end=end)
    return start if kind in (CycleKind.MID_TERM, CycleKind.FINAL) else period.first.year, period


def _year(period: Period) -> int:
    return 0 if period.recurrence is Recurrence.ONCE else period.first.year


def default_days(
    kind: CycleKind, period: Period, rule: Rule | None, calendar: WorkingCalendar, *, shift: bool = True
) -> Days:
    """`rule`: the programme's own day of the year for its units' reports; it leads every cycle but the half-yearly."""
    if rule is not None and kind is not CycleKind.HALF_YEAR:
        day = due_in(period_of(period.last, Recurrence.YEARLY), rule)
        assert day is not None
        departments = effective_due(day, calendar, shift=shift)
        communes = calendar.add(departments, -COMMUNES_BEFORE)
        cut_off = min(communes.replace(day=CLOSES_DAY), communes - timedelta(days=1))
        office = calendar.add(departments, OFFICE_AFTER)
    else:
        cut_off = period.last.replace(day=CLOSES_DAY)
        communes, departments, office = (calendar.add(cut_off, AFTER_CLOSE[level]) for level in Level)
    return Days(calendar.add(communes, -OPENS_BEFORE), cut_off, communes, departments, office)


def check_days(days: Days, period: Period, calendar: WorkingCalendar) -> None:
    """Raises Invalid, with its field, when the levels are not one after another or a report cannot be made in time."""
    if not -1 <= days.cut_off_on.year - period.last.year <= 1:
        raise Invalid(N_("Ngày chốt số liệu phải nằm trong năm báo cáo hoặc năm liền sau."), field="cut_off_on")
    if calendar.between(days.cut_off_on, days.due_commune_on) < 1:
        raise Invalid(N_("Hạn nộp phải sau ngày chốt số liệu ít nhất một ngày làm việc."), field="due_commune_on")
    if days.due_department_on < days.due_commune_on:
        raise Invalid(N_("Các phòng, ban nộp sau hoặc cùng ngày với các xã."), field="due_department_on")
    if days.due_office_on < days.due_department_on:
        raise Invalid(N_("Cơ quan thường trực nộp sau hoặc cùng ngày với các phòng, ban."), field="due_office_on")
    if days.opens_on > days.due_commune_on:
        raise Invalid(N_("Kỳ phải mở trước khi đến hạn nộp."), field="opens_on")


def opens_now(opens_on: date, *, now: datetime, hour: int, calendar: WorkingCalendar) -> bool:
    """Whether a planned cycle opens by itself at this moment: on its day or, where the run was missed, on the first
    working day after it, at the programme's hour."""
    local = now.astimezone(LOCAL)
    return local.date() >= opens_on and local.hour >= hour and calendar.is_working(local.date())


def level_of(kind: str, *, standing: bool) -> Level:
    """`kind` of a unit; whoever holds the standing office files last, whatever it is."""
    if standing:
        return Level.OFFICE
    return Level.COMMUNE if kind == "commune" else Level.DEPARTMENT


def cycle_words(kind: CycleKind, first_year: int, key: str) -> tuple[str, dict[str, str | int]]:
    """(msgid, parameters) of a cycle's name: "Báo cáo năm 2026"."""
    period = period_named(key)
    year = period.first.year
    match kind:
        case CycleKind.ANNUAL:
            return N_("Báo cáo năm %(year)s"), {"year": year}
        case CycleKind.HALF_YEAR if period.first.month == 1:
            return N_("Báo cáo 6 tháng đầu năm %(year)s"), {"year": year}
        case CycleKind.HALF_YEAR:
            return N_("Báo cáo 6 tháng cuối năm %(year)s"), {"year": year}
        case CycleKind.MID_TERM:
            return N_("Báo cáo sơ kết giữa kỳ %(first)s–%(last)s"), {"first": first_year, "last": year}
        case CycleKind.FINAL:
            return N_("Báo cáo tổng kết %(first)s–%(last)s"), {"first": first_year, "last": year}


def about(kind: CycleKind, first_year: int, key: str) -> str:
    """What it is a report of, inside a Vietnamese document: "năm 2026", "giữa kỳ giai đoạn 2021 - 2025"."""
    period = period_named(key)
    year = period.first.year
    match kind:
        case CycleKind.ANNUAL:
            return f"năm {year}"
        case CycleKind.HALF_YEAR:
            return f"6 tháng {'đầu' if period.first.month == 1 else 'cuối'} năm {year}"
        case CycleKind.MID_TERM:
            return f"giữa kỳ giai đoạn {first_year} - {year}"
        case CycleKind.FINAL:
            return f"tổng kết giai đoạn {first_year} - {year}"


def default_sections(kind: CycleKind, key: str) -> list[Section]:
    """The outline of a unit's report, in the order in which it is written."""
    following = {
        CycleKind.ANNUAL: f"năm {int(key[:4]) + 1}",
        CycleKind.HALF_YEAR: f"6 tháng cuối năm {key[:4]}" if key.endswith("1") else f"năm {int(key[:4]) + 1}",
        CycleKind.MID_TERM: "giai đoạn tiếp theo",
        CycleKind.FINAL: "thời gian tới",
    }[kind]
    return [
        Section(
            "direction", "Công tác chỉ đạo, triển khai", "Văn bản đã ban hành, hội nghị, kiểm tra; nêu số và ngày."
        ),
        Section("highlights", "Kết quả nổi bật", "Việc đã làm được, có số liệu; không nêu tên, nơi ở của trẻ em."),
        Section("shortcomings", "Tồn tại, hạn chế", "Việc chưa làm được, chỉ tiêu chưa đạt."),
        Section("objective_causes", "Nguyên nhân khách quan", "", required=False),
        Section("subjective_causes", "Nguyên nhân chủ quan"),
        Section("plans", f"Phương hướng, nhiệm vụ {following}"),
        Section("proposals", "Kiến nghị, đề xuất", "Với ai, về việc gì.", required=False),
    ]


def read_sections(rows: Iterable[dict[str, Any]], known: Iterable[str] = ()) -> list[Section]:
    """Rows of a form ({"key", "title", "help", "required"}) as sections; rows without a title are left out.

    A new one gets the first free key. Raises Invalid: field `title-N` of the row that is wrong (from 0), or `sections`.
    """
    found: list[Section] = []
    taken = {*known}
    titles: set[str] = set()
    for at, row in enumerate(rows):
        title, hint = plain(str(row.get("title", ""))), plain(str(row.get("help", "")))
        if not title:
            continue
        if len(title) > LONGEST_TITLE or len(hint) > 2 * LONGEST_TITLE:
            raise Invalid(
                N_("Tên mục dài quá %(n)s ký tự hoặc hướng dẫn dài quá %(m)s ký tự."),
                field=f"title-{at}",
                n=LONGEST_TITLE,
                m=2 * LONGEST_TITLE,
            )
        if fold(title) in titles:
            raise Invalid(N_("Đã có mục tên “%(title)s”."), field=f"title-{at}", title=title)
        titles.add(fold(title))
        key = str(row.get("key", ""))
        if not key or key == FIGURES or any(one.key == key for one in found):
            key = next(name for n in range(1, 1000) if (name := f"s{n}") not in taken)
        taken.add(key)
        found.append(Section(key, title, hint, bool(row.get("required"))))
    if not found:
        raise Invalid(N_("Mẫu báo cáo cần ít nhất một mục."), field="sections")
    if len(found) > MOST_SECTIONS:
        raise Invalid(N_("Mẫu báo cáo có nhiều nhất %(n)s mục."), field="sections", n=MOST_SECTIONS)
    return found


def counted_in_communes(name: str, per: int) -> bool:
    """Whether a measure counts people, so that communes can count their own and be added up: "Tỷ lệ trẻ em …",
    "Tỷ suất …". A share of communes or of schools is counted by who leads it."""
    return per > 1 and fold(name).startswith(("ty le tre em", "ty suat"))


def section_list(form: dict[str, Any]) -> list[Section]:
    """The sections of a cycle's stored form."""
    return [Section(**one) for one in form["sections"]]
