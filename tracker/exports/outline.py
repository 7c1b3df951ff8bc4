"""The outlines of the consolidated report as data: one for each kind of cycle, none a copy of another.

A block is the name of a function of `report_blocks`, "text:KEY": a section that units fill in or the office writes, or
"letter:KEY": the same under a heading of its own. Numbers of headings come when it is known which remain (`body`).
In titles {during} is what the report is of, {span} the same where {title} does not say it, {next} what follows it.
"""

from dataclasses import dataclass, replace

from tracker.rules.filing import CycleKind

COMMITTEE, AGENCY = "committee", "agency"


@dataclass(frozen=True)
class Point:
    title: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    title: str
    blocks: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Outline:
    """`annexes`: by recipient, in order; names of functions of `report_annexes`. `long`: the indicator table also has
    the baseline and whether the targets will be reached."""

    subject: str
    parts: tuple[Part, ...]
    annexes: dict[str, tuple[str, ...]]
    long: bool = False


# Sections that the units fill in have their titles in the cycle's form; these are the office's own.
OFFICE_SECTIONS = {
    "advantages": "Ưu điểm",
    "budget": "Nhận xét về kinh phí",
    "lessons": "Bài học kinh nghiệm",
    "commendations": "Khen thưởng",
}
# As they are called where a report has no cycle and so no form.
UNIT_SECTIONS = {
    "direction": "Công tác chỉ đạo, triển khai",
    "highlights": "Kết quả nổi bật",
    "shortcomings": "Tồn tại, hạn chế",
    "objective_causes": "Nguyên nhân khách quan",
    "subjective_causes": "Nguyên nhân chủ quan",
    "plans": "Phương hướng, nhiệm vụ",
    "proposals": "Kiến nghị, đề xuất",
}

# Headings of sections with a letter, and what is said before a section that has none.
LETTERED = {"objective_causes": "Nguyên nhân khách quan", "subjective_causes": "Nguyên nhân chủ quan"}
LEAD_INS = {"highlights": "Kết quả nổi bật theo báo cáo của các đơn vị:"}
_DIRECTION = Part("Công tác chỉ đạo, triển khai", ("given", "filing", "text:direction"))
_CAUSES = Point("Nguyên nhân", ("letter:objective_causes", "letter:subjective_causes"))
_INDICATORS = Point("Kết quả thực hiện các mục tiêu, chỉ tiêu", ("goals", "behind", "measure_charts"))
_WORK = Point(
    "Kết quả thực hiện các nhiệm vụ, giải pháp",
    ("work", "late_units", "work_charts", "text:highlights", "solution_groups"),
)
_MONEY = Point("Kinh phí thực hiện", ("money", "text:budget"))
_OTHER = "other_sections"
_GOOD = Point("Ưu điểm", ("text:advantages",))
_BAD = Point("Tồn tại, hạn chế", ("left_behind", "text:shortcomings"))
_RESULTS = Part("Kết quả thực hiện", (), (_INDICATORS, _WORK, _MONEY))
_ASSESSMENT = Part("Đánh giá chung", (_OTHER,), (_GOOD, _BAD, _CAUSES))
_NEXT = Part("Phương hướng, nhiệm vụ {next}", ("left_over", "text:plans"))
_ASKED = Part("Kiến nghị, đề xuất", ("text:proposals",))
# The committee has ordered the work and sees who did it; the agency above sees figures, by commune, and money.
_ANNEXES = {COMMITTEE: ("indicators", "work", "filing", "budget"), AGENCY: ("indicators", "communes", "budget")}

OUTLINES = {
    CycleKind.ANNUAL: Outline(
        "Kết quả thực hiện {title}, {span}", (_DIRECTION, _RESULTS, _ASSESSMENT, _NEXT, _ASKED), _ANNEXES
    ),
    # Money of half a year is not settled; what a year must reach is looked at, not judged as final.
    CycleKind.HALF_YEAR: Outline(
        "Kết quả thực hiện {title}, {span}", (_DIRECTION, _RESULTS, _ASSESSMENT, _NEXT, _ASKED), _ANNEXES
    ),
    CycleKind.MID_TERM: Outline(
        "Sơ kết giữa kỳ ({during}) thực hiện {title}",
        (
            _DIRECTION,
            Part(
                "Kết quả thực hiện",
                (),
                (
                    replace(_INDICATORS, blocks=("goals", "behind", "chances", "measure_charts")),
                    _WORK,
                    _MONEY,
                ),
            ),
            _ASSESSMENT,
            _NEXT,
            _ASKED,
        ),
        _ANNEXES,
        long=True,
    ),
    CycleKind.FINAL: Outline(
        "Tổng kết {title}, {span}",
        (
            _DIRECTION,
            _RESULTS,
            Part(
                "Đánh giá chung",
                (_OTHER,),
                (_GOOD, _BAD, _CAUSES, Point("Bài học kinh nghiệm", ("text:lessons",))),
            ),
            _NEXT,
            Part("Khen thưởng", ("text:commendations",)),
            Part("Kiến nghị, đề xuất", ("text:proposals",)),
        ),
        _ANNEXES,
        long=True,
    ),
}


def text_keys(kind: CycleKind) -> list[str]:
    """The sections with text of a report of that kind, in its order."""
    outline = OUTLINES[kind]
    blocks = [
        block for part in outline.parts for block in (*part.blocks, *(b for point in part.points for b in point.blocks))
    ]
    return [block.partition(":")[2] for block in blocks if ":" in block]
