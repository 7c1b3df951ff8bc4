"""The numbers of the real document."""

import json
from collections import Counter

import pytest

from tests.helpers.world import DATA
from tracker.importing.parsed import ParsedProgramme
from tracker.importing.programme import parse
from tracker.importing.reader import read_document


@pytest.fixture(scope="module")
def parsed() -> ParsedProgramme:
    return parse(read_document(DATA / "programme.md"))


# indicator, better, per, stratum, targets: (year, comparator, value, upper)
MEASURES = [
    (1, "up", 100, None, [(2025, ">=", 82, None), (2030, ">=", 86, None)]),
    (2, "up", 100, None, [(2025, ">=", 90, None), (2030, ">=", 95, None)]),
    (3, "down", 1000, None, [(2025, "<", 9.5, None), (2030, "<", 9, None)]),
    (3, "down", 1000, None, [(2025, "<=", 12.5, None), (2030, "<=", 10, None)]),
    (3, "down", 1000, None, [(2025, "<", 18.5, None), (2030, "<", 15, None)]),
    (4, "down", 100, None, [(2025, "<", 10, None), (2030, "<", 8, None)]),
    (4, "down", 100, None, [(2025, "<=", 17, None), (2030, "<", 15, None)]),
    (4, "down", 100, "rural", [(2025, "<", 5, None), (2030, "<", 5, None)]),
    (4, "down", 100, "urban", [(2025, "<", 10, None), (2030, "<", 10, None)]),
    (5, "up", 100, None, [(2025, ">=", 97, None), (2030, ">=", 98, None)]),
    (5, "up", 100, None, [(2030, ">=", 98, None)]),
    (6, "down", 100, None, [(2030, "<=", 2, None)]),
    (7, "up", 100, None, [(2025, ">=", 100, None), (2030, "maintain", 100, None)]),
    (8, "down", 100, None, [(2025, "<", 3.5, None), (2030, "<", 2.5, None)]),
    (8, "up", 100, None, [(2025, ">=", 95, None), (2030, ">=", 98, None)]),
    (9, "down", 100, None, [(2025, "<", 4.5, None), (2030, "<", 4, None)]),
    (10, "down", 100, None, [(2025, "<", 4.5, None), (2030, "<", 4, None)]),
    (11, "down", 4000, None, [(2025, "<", 4, None), (2030, "<", 3, None)]),
    (11, "down", 4000, None, [(2025, "<=", 3, None), (2030, "<=", 2, None)]),
    (12, "up", 100, None, [(None, ">=", 100, None)]),
    (13, "range", 100, None, [(None, "range", 2, 3)]),
    (14, "up", 100, None, [(2025, ">=", 99.9, None), (2030, ">=", 100, None)]),
    (15, "up", 100, None, [(2025, ">=", 99.1, None), (2030, ">=", 99.3, None)]),
    (16, "up", 100, None, [(2025, ">=", 99.5, None), (2030, ">=", 100, None)]),
    (17, "up", 100, None, [(2025, ">=", 99.8, None), (2030, ">=", 100, None)]),
    (17, "down", 100, None, [(2025, "<", 0.1, None), (2030, "<=", 0, None)]),
    (18, "up", 100, None, [(2025, ">=", 98.5, None), (2030, ">=", 99.5, None)]),
    (18, "down", 100, None, [(2025, "<", 0.14, None), (2030, "<", 0.05, None)]),
    (19, "up", 100, None, [(2025, ">=", 95, None)]),
    (20, "up", 100, None, [(2025, ">=", 55, None), (2030, ">=", 60, None)]),
    (20, "up", 100, None, [(2025, ">=", 80, None), (2030, ">=", 90, None)]),
    (21, "up", 100, None, [(2025, ">=", 40, None), (2030, ">=", 45, None)]),
    (22, "up", 100, None, [(2025, ">=", 30, None), (2030, ">=", 35, None)]),
    (23, "up", 100, None, [(2025, ">=", 85, None), (2030, ">=", 90, None)]),
    (24, "up", 100, None, [(2025, ">=", 30, None), (2030, ">=", 35, None)]),
]


def test_all_35_measures(parsed: ParsedProgramme) -> None:
    found = [
        (one.number, m.better, m.per, m.stratum, [(t.year, t.comparator, t.value, t.upper) for t in m.targets])
        for one in parsed.indicators
        for m in one.measures
    ]
    assert found == MEASURES


def test_names_of_measures_say_what_is_measured(parsed: ParsedProgramme) -> None:
    names = [m.name for one in parsed.indicators for m in one.measures]
    assert names[2] == "Tỷ suất tử vong trẻ sơ sinh trên 1.000 trẻ đẻ sống"
    assert names[7] == "Tỷ lệ trẻ em dưới 5 tuổi bị suy dinh dưỡng thể béo phì (nông thôn)"
    assert names[14] == "Tỷ lệ trẻ em có hoàn cảnh đặc biệt được chăm sóc, nuôi dưỡng, trợ giúp"
    assert names[20] == "Mức giảm số cuộc tảo hôn"
    assert len(set(names)) == 35
    assert not any("Phần đầu" in name or "2025" in name or name != name.strip(" ,.;") for name in names)


def test_header(parsed: ParsedProgramme) -> None:
    header = parsed.programme
    assert header.title == "Chương trình hành động vì trẻ em huyện Tân Yên giai đoạn 2021 - 2030"
    assert (header.kind, header.number, header.period) == ("chương trình hành động", "/CTr-UBND", (2021, 2030))
    assert header.issuer == "Chủ tịch UBND huyện Tân Yên"
    assert (header.issued_on, header.issued_text) == (None, "tháng 8 năm 2021")
    assert header.based_on[0].startswith("Kế hoạch số 310/KH-UBND ngày 05/7/2021 của UBND tỉnh Bắc Giang")


def test_goals_groups_addressees(parsed: ParsedProgramme) -> None:
    assert [len(goal.indicators) for goal in parsed.goals] == [7, 7, 7, 3]
    assert [one.number for one in parsed.indicators] == list(range(1, 25))
    assert [len(group.items) for group in parsed.solution_groups] == [3, 2, 2, 3, 5, 4, 3, 2]
    assert [len(one.clauses) for one in parsed.addressees] == [7, 2, 2, 2, 2, 1, 3, 1, 1, 1, 3]
    assert [one.kind for one in parsed.addressees] == ["unit"] * 8 + ["class"] * 3
    assert [one.number for one in parsed.addressees if one.standing_office] == [1]
    assert [one.name for one in parsed.addressees if one.request] == [
        "Ủy ban MTTQ và các tổ chức chính trị, xã hội huyện"
    ]
    clauses = [clause for one in parsed.addressees for clause in one.clauses]
    assert [clause.ref for clause in clauses if clause.role == "support"] == ["IV.5.1", "IV.6.1", "IV.7.2"]
    assert all(clause.deadline is None for clause in clauses)


def test_leads_and_supporters(parsed: ParsedProgramme) -> None:
    leads = Counter(one.lead for one in parsed.indicators)
    assert leads == {
        "Phòng Lao động - Thương binh và Xã hội": 10,
        "Phòng Giáo dục và Đào tạo": 7,
        "Phòng Y tế": 4,
        "Phòng Văn hóa và Thông tin": 2,
        "Phòng Tư pháp": 1,
    }
    assert {one.number: one.support for one in parsed.indicators if one.support} == {9: ["Công an huyện"]}


def test_reporting_rule(parsed: ParsedProgramme) -> None:
    rule = parsed.reporting
    assert rule is not None
    assert (rule.recurrence, rule.last_day, rule.wording) == ("yearly", "11-19", "trước ngày 20/11 hàng năm")
    assert rule.to == ["Phòng Lao động - Thương binh và Xã hội", "Sở Lao động - Thương binh và Xã hội",
                       "Ủy ban nhân dân huyện"]  # fmt: skip


def test_sentences_broken_by_a_page_are_whole_again(parsed: ParsedProgramme) -> None:
    text = {clause.ref: clause.text for clause in parsed.clauses}
    assert "tại khu công nghiệp, trẻ em bị ảnh hưởng" in text["II.2.1"]
    assert "hiệu lực, hiệu quả của công tác quản lý" in text["II.5.1"]
    assert "thanh tra, kiểm tra, quản lý chặt chẽ" in text["IV.4.1"]
    assert "ở địa phương; tổng hợp báo cáo" in text["V.2"]


def test_every_paragraph_of_the_sections_is_kept_word_for_word(parsed: ParsedProgramme) -> None:
    source = (DATA / "programme.md").read_text()
    body = source[source.index("**I. MỤC TIÊU**") : source.index("***Nơi nhận")]
    marks = {"I.", "II.", "III.", "IV.", "V.", "-", "8-", "a)", "b)", "c)", "d)", *(f"{n}." for n in range(1, 12))}
    wanted = Counter(word for word in body.replace("*", " ").replace("#", " ").split() if word not in marks)
    kept = Counter(word for clause in parsed.clauses for word in clause.text.split())
    kept.subtract({word: kept[word] for word in marks if word in kept})
    assert +(wanted - kept) == Counter()
    assert +(kept - wanted) == Counter()
    refs = [clause.ref for clause in parsed.clauses]
    assert len(refs) == len(set(refs))


def test_what_is_not_sure_is_said(parsed: ParsedProgramme) -> None:
    said = " ".join(f"{one.ref} {one.message}" for one in parsed.warnings)
    for expected in ("Số của văn bản", "Ngày ban hành", "Chỉ tiêu 6", "Chỉ tiêu 12", "phần đầu", "thông kê"):
        assert expected in said


def test_json_has_exactly_the_promised_shape(parsed: ParsedProgramme) -> None:
    data = json.loads(json.dumps(parsed.as_json(), ensure_ascii=False))
    assert list(data) == [
        "programme", "goals", "indicators", "solution_groups", "addressees", "reporting", "warnings"
    ]  # fmt: skip
    assert set(data["programme"]) == {
        "title", "kind", "number", "issuer", "issued_on", "issued_text", "period", "based_on"
    }  # fmt: skip
    assert set(data["indicators"][0]) == {"number", "text", "lead", "support", "measures"}
    assert set(data["indicators"][0]["measures"][0]) == {"name", "better", "per", "stratum", "targets"}
    assert set(data["indicators"][0]["measures"][0]["targets"][0]) == {"year", "comparator", "value", "upper"}
    assert set(data["addressees"][0]) == {"number", "name", "kind", "standing_office", "request", "clauses"}
    assert set(data["addressees"][0]["clauses"][0]) == {"ref", "text", "role", "indicators", "deadline"}
    assert set(data["reporting"]) == {"recurrence", "last_day", "wording", "to"}
