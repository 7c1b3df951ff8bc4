"""The report from a snapshot: every line of the layout, every figure, the same bytes each time."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.decree30 import check_document
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material
from tracker.exports.snapshot import Snapshot, WorkRow
from tracker.services.snapshot import take_snapshot
from tracker.store.programme import programmes


@pytest.fixture
def snapshot(session: Session, act: Act) -> Snapshot:
    ctx = act()
    (programme,) = programmes(session)
    taken = take_snapshot(ctx, programme.id, 2026)
    return Snapshot.from_json(taken.head)


def annual_report(snapshot: Snapshot) -> bytes:
    """Of a year, as Word, with nothing that the office wrote."""
    return report_document(Material(snapshot))


def words(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


def test_layout_of_the_decree(snapshot: Snapshot) -> None:
    assert check_document(annual_report(snapshot)) == []


def test_same_snapshot_same_bytes_through_json(snapshot: Snapshot) -> None:
    assert Snapshot.from_json(snapshot.to_json()) == snapshot
    assert annual_report(snapshot) == annual_report(Snapshot.from_json(snapshot.to_json()))


def test_figures(snapshot: Snapshot) -> None:
    content = annual_report(snapshot)
    measures, work = Document(BytesIO(content)).tables[-2:]
    rows = [[cell.text for cell in row.cells] for row in measures.rows]
    numbered = [row for row in rows if row[0][:1].isdigit()]
    assert len(numbered) == 35
    assert numbered[2][:5] == [
        "3.1",
        "Tỷ suất tử vong trẻ sơ sinh trên 1.000 trẻ đẻ sống",
        "‰",
        "<\u00a09,5‰",
        "<\u00a09‰",
    ]
    assert sum(len(set(row)) == 1 for row in rows) == 4  # a heading for each goal
    assert len(work.rows) == 1 + 42 + 164
    text = words(content)
    assert "164 nhiệm vụ" in text
    assert "0/42 đơn vị đã gửi báo cáo." in text
    assert "DỮ LIỆU MẪU" in Document(BytesIO(content)).sections[0].first_page_header.paragraphs[0].text


def test_late_work_is_named_with_its_delay(snapshot: Snapshot) -> None:
    first = snapshot.units[0]
    late = replace(first.work[0], official="open_overdue", days_late=7)
    done = replace(first.work[1], official="done_on_time", result="Đã xong")
    changed = replace(snapshot, units=(replace(first, work=(late, done), report_filed=True), *snapshot.units[1:]))
    text = words(annual_report(changed))
    assert f"{first.name} (01 nhiệm vụ, quá hạn 07 ngày làm việc)" in text
    assert "Tỷ lệ hoàn thành đạt 50,0% (" in text
    assert "và nhiệm vụ quá hạn chưa hoàn thành: 01/02)." in text
    assert "01/42 đơn vị" in text


def test_what_waits_to_be_confirmed_is_told_apart_within_its_class(snapshot: Snapshot) -> None:
    first = snapshot.units[0]
    in_time = replace(first.work[0], official="open_in_time", progress="100%", waits=True)
    late = replace(first.work[1], official="open_overdue", progress="100%", days_late=2, waits=True)
    rest = first.work[2:4]
    changed = replace(snapshot, units=(replace(first, work=(in_time, late, *rest)),))
    content = annual_report(changed)
    assert changed.counts() == {"done_on_time": 0, "done_late": 0, "open_in_time": 3, "open_overdue": 1}
    assert (
        "Trong tổng số 04 nhiệm vụ được giao: 03 chưa hoàn thành, trong hạn (trong đó 01 đã nộp trong hạn, chờ xác"
        " nhận); 01 chưa hoàn thành, quá hạn (nộp muộn, chờ xác nhận)." in words(content)
    )
    rows = [[cell.text for cell in row.cells] for row in Document(BytesIO(content)).tables[-1].rows]
    assert "Chưa hoàn thành, trong hạn (đã nộp trong hạn, chờ xác nhận)" in rows[2]
    assert "Chưa hoàn thành, quá hạn (nộp muộn, chờ xác nhận)" in rows[3]
    old = changed.to_json()
    for row in old["units"][0]["work"]:
        del row["waits"]  # as it was frozen before
    assert Snapshot.from_json(old).counts() == changed.counts()


def test_hostile_text_survives(snapshot: Snapshot) -> None:
    evil = WorkRow(
        "<b>&\x00\x0b " + "dài" * 400, "IV.1.1", "responsibility", "", None, "", "=1+1", "open_in_time", 0
    )  # fmt: skip
    unit = replace(snapshot.units[0], work=(evil,))
    content = annual_report(replace(snapshot, units=(unit,)))
    assert "<b>&" in Document(BytesIO(content)).tables[-1].rows[2].cells[1].text
    assert check_document(content) == []


def _margin(document: Any) -> None:
    document.sections[0].left_margin = Mm(25)


def _font(document: Any) -> None:
    document.paragraphs[8].runs[0].font.name = "Arial"


def _motto(document: Any) -> None:
    document.tables[0].rows[0].cells[1].paragraphs[1].runs[0].bold = False


def _numbered(document: Any) -> None:
    document.tables[0].rows[1].cells[0].paragraphs[0].runs[0].text = "Số: 15/BC-LĐTBXH"


def _dated(document: Any) -> None:
    document.tables[0].rows[1].cells[1].paragraphs[0].runs[0].text = "Tân Yên, ngày 05 tháng 01 năm 2026"


def _ragged(document: Any) -> None:
    next(one for one in document.paragraphs if one.text.startswith("Trong năm")).alignment = WD_ALIGN_PARAGRAPH.LEFT


def _first_page(document: Any) -> None:
    document.sections[0].different_first_page_header_footer = False


def _small(document: Any) -> None:
    next(one for one in document.paragraphs if one.text == "BÁO CÁO").runs[0].font.size = Pt(12)


def _lower(document: Any) -> None:
    next(one for one in document.paragraphs if one.text.startswith("I. ")).runs[0].text = "I. Công tác chỉ đạo"


def _unended(document: Any) -> None:
    next(one for one in document.paragraphs if one.text.endswith("./.")).runs[0].text = "Hết."


def _unkept(document: Any) -> None:
    document.tables[1].rows[0].cells[0].paragraphs[-1].runs[0].text = "- Lưu."


def _alone(document: Any) -> None:
    next(one for one in document.paragraphs if one.text.endswith("./.")).paragraph_format.keep_with_next = False


@pytest.mark.parametrize(
    "damage",
    [_alone, _margin, _font, _motto, _numbered, _dated, _ragged, _first_page, _small, _lower, _unended, _unkept],
)
def test_the_checker_sees_each_damage(snapshot: Snapshot, damage: Callable[[Any], None]) -> None:
    document = Document(BytesIO(annual_report(snapshot)))
    damage(document)
    out = BytesIO()
    document.save(out)
    assert check_document(out.getvalue())
