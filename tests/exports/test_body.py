"""What has nothing under it is not in a document, and numbers go on without a gap, at every level."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from tests.helpers.decree30 import check_document
from tests.helpers.editions import material
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material, Text


def lines(one: Material) -> list[str]:
    content = report_document(one)
    assert check_document(content) == []
    return [paragraph.text for paragraph in Document(BytesIO(content)).paragraphs]


def without(one: Material, *keys: str) -> Material:
    """As the office has it that wants nothing there."""
    return replace(one, texts={**one.texts, **dict.fromkeys(keys, Text(""))})


def test_a_point_left_empty_is_not_there_and_the_next_takes_its_number() -> None:
    found = lines(without(material(), "advantages"))
    assert "Ưu điểm" not in "".join(found)
    at = found.index("III. ĐÁNH GIÁ CHUNG")
    assert found[at + 1] == "1. Tồn tại, hạn chế"
    assert "2. Nguyên nhân" in found
    assert "1. Ưu điểm" in lines(material())


def test_a_small_point_that_stands_alone_has_no_letter() -> None:
    found = lines(without(material(), "objective_causes"))
    assert found[found.index("3. Nguyên nhân") + 1] == "Nguyên nhân chủ quan:"
    both = lines(material())
    assert {"a) Nguyên nhân khách quan:", "b) Nguyên nhân chủ quan:"} <= set(both)
    assert "Nguyên nhân" not in "".join(lines(without(material(), "objective_causes", "subjective_causes")))


def test_groups_go_on_without_a_gap() -> None:
    one = material()
    groups = one.snapshot.solution_groups
    found = lines(without(one, "group-1", "group-3"))
    numbered = [line for line in found if line[:2] == "2." and line[2].isdigit()]
    kept = [group for n, group in enumerate(groups, 1) if n not in (1, 3)]
    assert numbered == [f"2.{n}. {group}" for n, group in enumerate(kept, 1)]
    alone = lines(without(one, *(f"group-{n}" for n in range(1, len(groups)))))
    assert groups[-1] in alone
    assert not [line for line in alone if line.startswith("2.1")]


def test_words_before_a_section_go_with_it() -> None:
    lead = "Kết quả nổi bật theo báo cáo của các đơn vị:"
    assert lead in lines(material())
    assert lead not in lines(without(material(), "highlights"))


def test_a_point_that_remains_alone_has_no_number() -> None:
    one = material()
    full = replace(one, snapshot=replace(one.snapshot, filing=(), units=(), goals=()))
    keys = ("advantages", "objective_causes", "subjective_causes")
    found = lines(without(full, *keys))
    assert found[found.index("III. ĐÁNH GIÁ CHUNG") + 1] == "Tồn tại, hạn chế"
    assert "IV. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM 2027" in found
    found = lines(without(full, *keys, "shortcomings"))
    assert "III. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM 2027" in found
    assert "ĐÁNH GIÁ CHUNG" not in "".join(found)


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_part_left_empty_is_not_there_and_the_sentence_at_the_end_is(form: str) -> None:
    one = without(material("final"), "commendations", "proposals", "plans")
    assert report_document(one, form)
    found = lines(one)
    parts = [line.partition(".")[0] for line in found if line.isupper() and line[:1] in "IV" and ". " in line]
    assert parts == ["I", "II", "III"]
    assert next(line for line in found if line.endswith("./.")).startswith("Trên đây là báo cáo")


def test_what_is_owed_is_a_gap_under_its_heading() -> None:
    one = material()
    found = lines(replace(one, texts={**one.texts, "advantages": Text(None)}))
    assert found[found.index("1. Ưu điểm") + 1].startswith("[")
