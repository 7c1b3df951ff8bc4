"""The page that chases a cycle: who is ticked before anybody touches it."""

import re

from flask import Flask

from tests.web.test_pages import Browse, Browser, browse  # noqa: F401
from tests.web.test_reporting import office, opened, sql  # noqa: F401


def test_only_who_is_late_is_ticked(app: Flask, office: Browser) -> None:  # noqa: F811
    opened(office)
    due = "UPDATE assignments SET due_on = current_date + %s WHERE id IN (SELECT assignment_id FROM unit_reports r"
    due += " JOIN units u ON u.id = r.unit_id WHERE u.code = ANY(%s)) RETURNING id"
    assert len(sql(app, due, -10, ["xa-cao-xa", "p-ldtbxh"])) == 2
    assert len(sql(app, due, 10, ["p-yte"])) == 1
    page = office.get("/cycles/1/chase?view=missing")
    rows = {
        re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)): " checked" in row for row in re.findall(r"<li>.*?</li>", page)
    }
    by_unit = {
        name: next((words, ticked) for words, ticked in rows.items() if name in words)
        for name in ("Cao Xá", "Phòng Y tế", "Phòng Lao động")
    }
    assert by_unit["Cao Xá"][1]
    assert not by_unit["Phòng Y tế"][1]
    assert "chưa đến hạn" in by_unit["Phòng Y tế"][0]
    assert not by_unit["Phòng Lao động"][1]
    assert "không tự đôn đốc" in by_unit["Phòng Lao động"][0]
    assert "Đôn đốc các đơn vị đã chọn" in page
