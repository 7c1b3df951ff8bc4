"""The monitor's list of who is late: who is in it, in what order, and whom to call; and what a leader is offered."""

import re

from flask import Flask

from tests.web.test_lists import sql
from tests.web.test_pages import LEADER, OFFICE, Browser
from tests.web.test_reporting import opened


def late_of(page: str) -> str:
    return page.split("Ai đang chậm")[1].split("</section>")[0]


def test_who_is_late_are_units_the_latest_first(app: Flask) -> None:
    """What was submitted late waits for the office; a star makes nothing later than it is."""
    sql(
        app,
        "UPDATE assignments SET due_on = '2025-01-05'::date + id, nominal_due_on = '2025-01-05'::date + id,"
        " submitted_on = CASE id WHEN 1 THEN '2026-11-01'::date END, starred = id = 4,"
        " state = CASE id WHEN 1 THEN 'submitted' ELSE 'in_progress' END,"
        " owner_id = (SELECT min(id) FROM users) WHERE id <= 4",
    )
    late = late_of(Browser(app.test_client(), OFFICE).get("/monitor?year=all"))
    assert re.findall(r'/assignments/(\d+)"', late)[:3] == ["2", "3", "4"]
    assert '/assignments/1"' not in late
    assert "nhiệm vụ nộp muộn, chờ xác nhận" in late


def test_a_late_row_names_the_head_and_folds_who_was_told(app: Flask) -> None:
    sql(
        app,
        "UPDATE assignments SET due_on = '2025-01-05', nominal_due_on = '2025-01-05'"
        " WHERE id = (SELECT min(id) FROM assignments"
        " WHERE lead_unit_id = (SELECT id FROM units WHERE code = 'p-yte'))",
    )
    sql(
        app,
        "INSERT INTO escalations (assignment_id, due_on, step_offset, role, recipient_id, fired_at)"
        " SELECT a.id, a.due_on, 3, 'head', u.id, now() FROM assignments AS a, users AS u"
        " WHERE a.due_on = '2025-01-05' AND u.login IN ('truong.p-yte', 'truong.p-ldtbxh', 'truong.ubnd-huyen')",
    )
    row = late_of(Browser(app.test_client(), OFFICE).get("/monitor?year=2026")).split("<tbody>")[1].split("</tr>")[0]
    unit = row.split("</th>")[0]
    assert re.search(r'<a href="/assignments\?[^"]*unit=\d+&(amp;)?class=overdue">Phòng Y tế</a>', unit)
    assert "Trưởng phòng Y tế" in unit
    told = row.split("Đã đôn đốc")[1]
    assert "<summary>3 người</summary>" in told
    assert "Trưởng phòng LĐTBXH" in told


def test_only_who_may_build_is_offered_to_build(app: Flask) -> None:
    office, leader = Browser(app.test_client(), OFFICE), Browser(app.test_client(), LEADER)
    opened(office)
    assert 'class="button" href="/reports/"' in office.get("/monitor")
    assert 'class="button" href="/reports/"' not in leader.get("/monitor")
    assert "sửa nội dung và lập bản mới" in office.get("/reports/")
    page = leader.get("/reports/")
    assert "lập bản mới" not in page
    assert "Chọn kỳ hoặc năm rồi lập" not in page
