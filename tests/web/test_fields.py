"""Fields that are drawn once and kept are those that their macros draw."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup

from tracker.web import fields
from tracker.web.fields import plain_field, plain_file_input, plain_select
from tracker.web.language import speak


@pytest.fixture(autouse=True)
def _nothing_kept(app: Flask) -> Iterator[None]:
    fields._drawn.cache_clear()
    with app.test_request_context():
        yield


def macro(app: Flask, file: str, name: str) -> Callable[..., Markup]:
    return getattr(app.jinja_env.get_template(f"components/{file}.html").module, name)  # type: ignore[no-any-return]


FIELDS: list[dict[str, Any]] = [
    {"name": "reason", "label": "Lý do", "kind": "area", "hint": "Ghi rõ <b>", "id": "reason-return"},
    {"name": "reason", "label": "Lý do", "kind": "area", "id": "reason-hand_on", "required": False, "rows": 2},
    {"name": "done_on", "label": "Ngày", "value": "2026-11-19", "kind": "date"},
    {"name": "name", "label": "Tên", "value": '"><script>'},
]


def test_a_kept_field_is_the_macro_s(app: Flask) -> None:
    for locale in ("vi", "en", "vi"):
        speak(locale)
        for one in FIELDS:
            assert plain_field(**one) == macro(app, "forms", "field")(**one, errors={})
        options = [("", "Chọn đơn vị"), (4, "Phòng <Y tế>"), (7, "Phòng Tư pháp")]
        for chosen in (None, 4, 7):
            drawn = macro(app, "forms", "select")("unit", "Đơn vị", options, {}, chosen, "", "unit-split")
            assert plain_select("unit", "Đơn vị", options, chosen, hint="", id="unit-split") == drawn
        for required in (True, False):
            drawn = macro(app, "evidence", "file_input")({}, "files-submit", required=required)
            assert plain_file_input("files-submit", required=required) == drawn
    assert "không bắt buộc" in plain_field(**FIELDS[1])
    speak("en")
    assert "không bắt buộc" not in plain_field(**FIELDS[1])


def test_it_is_drawn_once(app: Flask) -> None:
    for _ in range(3):
        plain_field("reason", "Lý do")
    assert fields._drawn.cache_info().misses == 1


def test_what_is_escaped_already_is_another_label(app: Flask) -> None:
    assert ">a &amp;amp; b<" in plain_field("x", "a &amp; b")
    assert ">a &amp; b<" in plain_field("x", Markup("a &amp; b"))
    assert "&lt;i&gt;" in plain_field("x", "<i>")
    for text in (Markup("<b>x</b>"), "<b>x</b>"):
        drawn = plain_select("x", "x", [(1, text)])
        assert ("<b>" in drawn) == isinstance(text, Markup)
