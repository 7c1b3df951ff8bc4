"""Every kind of consolidated report, to either recipient, blank and issued: the decree's layout, the same bytes."""

from dataclasses import replace

import pytest

from tests.helpers.decree30 import Kind, check_document
from tests.helpers.editions import hostile, made, material
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material
from tracker.exports.sections import merged, own_lines, sources, texts_of, tidy
from tracker.exports.snapshot import SectionRow, Snapshot, UnitText

KINDS = ("annual", "half_year", "mid_term", "final")


@pytest.mark.parametrize("recipient", ["committee", "agency"])
@pytest.mark.parametrize("kind", KINDS)
def test_layout_of_every_kind(kind: str, recipient: str) -> None:
    issued = recipient == "agency"
    content = report_document(material(kind, recipient, full=kind != "half_year", issued=issued))
    assert check_document(content, Kind(issued=issued)) == []


def test_the_only_annex_has_no_number() -> None:
    snapshot = replace(made(), cells=(), budget=(), filing=())
    content = report_document(Material(snapshot, texts_of(snapshot, {}), "agency"))
    assert check_document(content) == []


def test_an_issued_document_is_not_blank_and_the_other_way_round() -> None:
    assert check_document(report_document(material(issued=True)))
    assert check_document(report_document(material()), Kind(issued=True))


def test_the_same_bytes_through_json() -> None:
    one = material("mid_term")
    again = Material(Snapshot.from_json(one.snapshot.to_json()), one.texts, one.recipient, one.issue)
    assert again.snapshot == one.snapshot
    for form in ("docx", "pdf"):
        assert report_document(one, form) == report_document(again, form)


def test_text_is_never_markup() -> None:
    snapshot = hostile(made())
    evil = Material(snapshot, texts_of(snapshot, {}))
    assert check_document(report_document(evil)) == []
    assert report_document(evil, "pdf").startswith(b"%PDF")


def test_texts_of_units_lose_their_own_numbering() -> None:
    assert tidy("I. Một\n\n1.2. Hai\na) Ba./.") == "- Một\n- Hai\n- Ba."
    assert merged(
        [UnitText("Phòng Y tế", "Đã tiêm đủ."), UnitText("Xã Cao Xá", " "), UnitText("Công an", "Đã xong")]
    ) == ("Đã tiêm đủ (Phòng Y tế).\n\nĐã xong (Công an).")


def test_what_units_wrote_alike_is_said_once() -> None:
    rows = (
        UnitText("Phòng Y tế", "Đã thực hiện theo kế hoạch."),
        UnitText("Phòng Tư pháp", "1. Cấp 5 thẻ.\n2. Mở 2 lớp; Công an dự"),
        UnitText("Xã Cao Xá (mới)", "Đã thực hiện  theo kế hoạch"),
        UnitText("Công an", "Đã thực hiện theo kế hoạch./."),
    )
    text = merged(rows)
    assert text == (
        "Đã thực hiện theo kế hoạch (Phòng Y tế; Xã Cao Xá (mới); Công an).\n\n"
        "Phòng Tư pháp:\n- Cấp 5 thẻ.\n- Mở 2 lớp; Công an dự"
    )
    section = SectionRow("highlights", "Kết quả", rows)
    plain = replace(section, texts=tuple(one for one in rows if "(" not in one.unit))
    assert sources(merged(plain.texts), plain) == ("Phòng Y tế", "Phòng Tư pháp", "Công an")
    assert sources(text, section) == ("Phòng Y tế", "Phòng Tư pháp", "Xã Cao Xá (mới)", "Công an")
    assert sources("- Mở 2 lớp; Công an dự (nhiều buổi). Phòng Y tế: tốt", section) == ()


def test_lines_of_the_office_are_told_from_those_of_units() -> None:
    rows = (UnitText("Phòng Y tế", "Một.\nHai."), UnitText("Công an", "Ba."), UnitText("Xã A", "Ba."))
    section = SectionRow("highlights", "Kết quả", rows)
    typed = "Phòng Y tế:\n- Một.\n- Hai.\n\nBa (Xã A).\nBa (Công an; Xã A).\nToàn huyện tốt (Công an).\n\nHuyện:"
    assert own_lines(typed, section) == ["Toàn huyện tốt (Công an).", "Huyện:"]
    assert own_lines(merged(rows), section) == []
    corrected = ["BA (Xã A).", "Xã A: cùng Công an làm việc:", "Công an; Xã A: mở lớp:"]
    assert own_lines("\n".join(corrected), section) == corrected
