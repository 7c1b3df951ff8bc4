"""What a line of the timeline says beside what was done."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from tracker.store.timeline import Happening
from tracker.web.happenings import details

NOW = datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("what", "facts", "said"),
    [
        ("update", {"signal": "on_track", "percent": 0, "unit": "Phòng Y tế"}, ["Đúng tiến độ", "0%", "Phòng Y tế"]),
        ("update", {"signal": "blocked", "percent": None, "undone": NOW}, ["Có vướng mắc", "<em>đã hoàn tác</em>"]),
        ("note", {"signal": "note", "percent": None}, []),
        ("accept", {"owner": "Cán bộ"}, ["Cán bộ"]),
        ("hand_on", {"owner": "Cán bộ", "owner_before": "Trưởng phòng"}, ["Trưởng phòng → Cán bộ"]),
        ("reassign", {"lead_before": "Phòng Y tế", "lead": "Phòng Tư pháp"}, ["Phòng Y tế → Phòng Tư pháp"]),
        ("extend", {"due_before": "2026-11-19", "due_on": "2026-12-01"}, ["19/11/2026 → 01/12/2026"]),
        ("promise", {"promised": "2026-12-01"}, ["01/12/2026"]),
        ("promise", {"promised": "2026-12-02", "promised_before": "2026-12-01"}, ["01/12/2026 → 02/12/2026"]),
        ("ask_extension", {"asked": "2026-12-01"}, ["đến 01/12/2026"]),
        ("extension_proposed", {"proposed": "2026-12-01"}, ["đến 01/12/2026"]),
        ("ask_explanation", {"answer_by": "2026-12-01"}, ["trả lời chậm nhất ngày 01/12/2026"]),
        ("correct_done_on", {"done_before": "2026-11-01", "done_on": "2026-11-02"}, ["01/11/2026 → 02/11/2026"]),
        ("submit", {"done_on": "2026-11-02"}, []),
        ("carry", {"year": 2027}, ["Năm 2027"]),
        ("carry", {"period": "2026-Q2"}, ["Quý II/2026"]),
        ("use_link", {"choice": "extension", "day": "2026-12-01"}, ["Xin gia hạn đến ngày 01/12/2026"]),
        ("comment", {"via": "mail"}, ["từ thư"]),
        ("use_link", {"choice": "extension", "day": "2026-12-01", "via": "mail"}, ["Xin gia hạn đến ngày 01/12/2026"]),
        ("promise", {"promised": "2026-12-01", "via": "mail"}, ["01/12/2026", "từ thư"]),
        (
            "ask_contribution",
            {"unit": "Phòng Y tế", "answer_by": "2026-12-01"},
            ["Phòng Y tế", "trả lời chậm nhất ngày 01/12/2026"],
        ),
        ("name_contact", {"unit": "Phòng Y tế", "owner": "Cán bộ"}, ["Phòng Y tế", "Cán bộ"]),
        ("extend", {"due_before": "", "due_on": "2026-12-01"}, []),
        ("reassign", {"lead": "Phòng Tư pháp"}, ["Phòng Tư pháp"]),
    ],
)  # fmt: skip
def test_a_line_says(app: Flask, what: str, facts: dict[str, Any], said: list[str]) -> None:
    with app.test_request_context():
        assert list(details(Happening(NOW, None, what, facts=facts))) == said


def test_only_what_is_ours_is_not_escaped(app: Flask) -> None:
    """A name may hold anything."""
    line = Happening(NOW, None, "update", facts={"unit": "<b>", "undone": NOW})
    with app.test_request_context():
        drawn = app.jinja_env.from_string("{% for one in line | details %}{{ one }}{% endfor %}").render(line=line)
    assert drawn == "&lt;b&gt;<em>đã hoàn tác</em>"
