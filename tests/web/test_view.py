"""What a process remembers of a page changes nothing that anybody reads."""

from datetime import date

import pytest
from flask import Flask, session

from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.rules.calendar import calendar_of
from tracker.web.language import draw, gettext
from tracker.web.view import _remembered, work


def test_the_same_list_in_two_languages_and_on_two_days(app: Flask) -> None:
    vietnamese, english = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)
    english.post("/language/en", at="/assignments")
    for _ in range(2):
        assert "Chưa nhận" in vietnamese.get("/assignments")
        assert "Chưa nhận" not in english.get("/assignments")


def test_a_changed_row_is_drawn_anew(app: Flask) -> None:
    one = _first(app)
    head, office = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)
    assert "Cập nhật nhanh" not in head.get("/my-work")
    assert "Trọng tâm" not in head.get("/my-work")
    office.post(f"/assignments/{one}/star", at=f"/assignments/{one}", version=1)
    assert "Trọng tâm" in head.get("/my-work")


def test_each_part_of_the_key_counts(app: Flask) -> None:
    class Row(tuple):  # as SQLAlchemy's rows: equal when their values are
        id, version, state, percent, text, due_on = 1, 1, "assigned", 0, "<b>", date(2026, 11, 23)
        original_due_on, submitted_on, starred, lead_unit_id = due_on, None, False, 1
        unit_name, clause_ref, owner_name, blocked = "Phòng Y tế", "IV.3.1", None, False
        year, period, carried_from_id, carried_to = 2026, "2026", None, None

    row, plain, odd = Row((1,)), calendar_of(frozenset()), calendar_of(frozenset({(date(2026, 11, 20), False)}))
    with app.test_request_context():
        first = _remembered("vi", date(2026, 11, 19), plain, row)
        assert _remembered("vi", date(2026, 11, 19), plain, Row((1,))) is first
        assert "&lt;b&gt;" in work(first)
        others = [
            _remembered("vi", date(2026, 11, 20), plain, row),
            _remembered("vi", date(2026, 11, 19), odd, row),
            _remembered("vi", date(2026, 11, 19), plain, Row((2,))),
        ]
    assert [one.words for one in others[:2]] == ["còn 1 ngày làm việc"] * 2
    assert first.words == "còn 2 ngày làm việc"
    assert all(one is not first for one in others)


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_what_is_filled_in_is_escaped_and_percent_signs_are_single(app: Flask, locale: str) -> None:
    with app.test_request_context():
        session["locale"] = locale
        for _ in range(2):
            assert draw("Năm %(year)s", year="<i>").endswith("&lt;i&gt;")
            assert gettext("Năm %(year)s", year="<i>").endswith("<i>")
            assert "%%" not in draw("Tỷ lệ, %%")
