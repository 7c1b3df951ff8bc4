"""Charts of measures: what is drawn is named, and no number stands on another."""

import re
from dataclasses import replace
from html import unescape
from itertools import combinations, pairwise

import pytest

from tests.helpers.editions import made
from tests.helpers.measured import width_cm
from tracker.exports.charts import drawable, measure_chart, units_chart
from tracker.exports.label_places import Taken, wide
from tracker.exports.snapshot import MeasureRow, Tally

YEARS = (("2024", "90.9"), ("2025", "95.1"), ("2026", "98.2"))
TEXT = re.compile(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)" font-size="(\d+)"[^>]*>([^<]*)<')


def drawn(**values: object) -> tuple[str, list[str], str]:
    """(the drawing, its texts, its words for who cannot see it)"""
    one = replace(MeasureRow("Tỷ lệ", "%", (("2025", "≥ 82%"), ("2030", "≥ 90%")), series=YEARS), **values)  # type: ignore[arg-type]
    picture = measure_chart(one, "Chỉ số 1:", 1)
    return picture.svg, [found[4] for found in TEXT.findall(picture.svg)], picture.alt


def test_a_target_of_every_year_is_a_level_line_with_its_number() -> None:
    svg, texts, alt = drawn(targets=(("", "100%"),))
    dashed = re.findall(r'points="[\d.]+,([\d.]+) [\d.]+,([\d.]+)"[^>]*dasharray', svg)
    assert len(dashed) == 2
    assert all(start == end for start, end in dashed)
    assert "Mục tiêu hằng năm" in texts
    assert "100" in texts
    assert alt.endswith("Mục tiêu hằng năm: 100%.")


def test_a_target_keeps_its_sign_on_its_line() -> None:
    _svg, texts, _alt = drawn(targets=(("", "< 10%"),))
    assert "&lt;\u00a010" in texts
    _svg, texts, _alt = drawn(
        targets=(("2025", "≤ 12‰"), ("2030", "≤ 9‰")),
        path=(("2020", "15"), ("2025", "12"), ("2030", "9")),
        path_begins=True,
    )
    assert {"≤\u00a012", "≤\u00a09"} <= set(texts)


def test_a_range_of_every_year_has_both_ends() -> None:
    svg, texts, _alt = drawn(targets=(("", "từ 2% đến 3,5%/năm"),))
    assert svg.count("dasharray") == 3
    assert {"2", "3,5"} <= set(texts)


@pytest.mark.parametrize(
    "path", [(("2020", "71.3"), ("2030", "90")), (("2020", "71.3"), ("2025", "82"), ("2030", "90"))]
)
def test_where_the_road_begins_is_no_target(path: tuple[tuple[str, str], ...]) -> None:
    svg, texts, _alt = drawn(path=path, path_begins=True)
    assert "71,3" not in texts
    assert svg.count(" Z") == len(path)  # a mark for each target, and the legend's


def test_of_odd_counts_the_target_is_the_number_alone() -> None:
    _svg, texts, _alt = drawn(unit="trên 4.000", targets=(("", "≤ 3/4.000 trẻ em"),))
    assert "≤\u00a03" in texts
    assert "Tính trên 4.000" in texts
    assert not any("4000" in one or "4.000" in one for one in texts if not one.startswith("Tính"))


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    road = "Mục tiêu và lộ trình phải đạt (nét đứt)"
    _svg, texts, _alt = drawn(path=(("2025", "82"), ("2030", "90")))
    assert road in texts
    assert {"≥\u00a082", "≥\u00a090", "Đơn vị: %"} <= set(texts)
    svg, texts, _alt = drawn(path=(("2030", "90"),))
    assert road not in texts
    assert "Mục tiêu" in texts
    assert "dasharray" not in svg
    svg, texts, _alt = drawn(targets=())
    assert not [one for one in texts if one.startswith("Mục tiêu")]
    assert "dasharray" not in svg


@pytest.mark.parametrize("kind", ["annual", "half_year", "mid_term", "final"])
def test_no_number_stands_on_another(kind: str) -> None:
    for ref, _indicator, one in made(kind).measures():
        if not drawable(one):
            continue
        boxes = []
        for x, y, anchor, size, text in TEXT.findall(measure_chart(one, ref, 1).svg):
            long = wide(unescape(text), int(size)) - 2
            left = float(x) - {"start": 0, "middle": long / 2, "end": long}[anchor]
            boxes.append((left, float(y) - 8, left + long, float(y), text))
        for a, b in combinations(boxes, 2):
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]), (ref, a[4], b[4])


def test_a_number_goes_below_its_point_where_something_is_above() -> None:
    free = Taken(640, 216)
    assert free.place(300, 100, "9,5", 13) == (300, 90, "middle")
    crossed = Taken(640, 216)
    crossed.line([(200, 85), (400, 85)])
    _x, y, _anchor = crossed.place(300, 100, "9,5", 13)
    assert y > 100


def test_entries_of_a_legend_keep_apart() -> None:
    svg = units_chart([("Công an huyện", Tally((1, 2, 3, 4)))], 1, 1).svg
    entries = [
        (float(x), width_cm(text, 12, bold=False) * 72 / 2.54)
        for x, _y, _anchor, size, text in TEXT.findall(svg)
        if size == "12"
    ]
    assert len(entries) == 4
    # The box of the next one stands 20 before its words.
    assert all(x + long + 8 < following - 20 for (x, long), (following, _) in pairwise(entries))
    assert entries[-1][0] + entries[-1][1] <= 640
