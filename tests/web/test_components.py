"""The gallery shows every macro of the components folder, to those who build the site and to nobody else."""

import re

import pytest
from flask import Flask

from tests.web.test_pages import OFFICE, Browser
from tracker.config import ROOT
from tracker.web import components

COMPONENTS = ROOT / "templates" / "components"


@pytest.fixture
def gallery(app: Flask) -> str:
    if components.bp.name not in app.blueprints:
        app.register_blueprint(components.bp)
    return Browser(app.test_client(), OFFICE).get("/_components/")


def test_every_macro_is_on_show_or_part_of_one_that_is() -> None:
    """A macro that neither the gallery, its frame nor another component uses is one that nobody looks at."""
    files = [*COMPONENTS.glob("*.html"), COMPONENTS.parent / "base.html"]
    texts = {path.name: path.read_text() for path in files}
    hidden = []
    for text in texts.values():
        for name in re.findall(r"{% macro (\w+)\(", text):
            call = re.compile(rf"(?<!macro )\b{name}\(")
            in_code = [re.sub(r"{#.*?#}", "", other, flags=re.DOTALL) for other in texts.values()]
            if not any(call.search(code) for code in in_code):
                hidden.append(name)
    assert hidden == []


def test_states_and_deadlines_are_two_tags_with_their_words(gallery: str) -> None:
    for kind, word in (
        ("overdue", "Quá hạn 23 ngày làm việc"),
        ("due-soon", "Còn 3 ngày làm việc"),
        ("due-soon", "Đến hạn hôm nay"),
        ("plain", "Xong muộn 4 ngày làm việc"),
        ("in-progress", "Đang thực hiện"),
        ("not-started", "Chưa nhận"),
        ("waiting", "Chờ xác nhận"),
        ("plain", "Hoàn thành"),
    ):
        assert re.search(rf'<span class="tag {kind}"><svg class="mark"[^>]*>.*?</svg>{word}</span>', gallery), word


def test_a_date_says_how_far_away_it_is_once(gallery: str) -> None:
    """Beside a tag that says it, the date stands alone."""
    assert '<time datetime="2026-11-19">19/11/2026</time>, còn 3 ngày làm việc</li>' in gallery
    said = ("overdue", "due_soon", "done_late")
    alone = sum(str(one.standing.klass) in said or one.state == "cancelled" for one in components.SAMPLES)
    assert gallery.count('<li>due: <time datetime="2026-11-19">19/11/2026</time></li>') == alone
    assert "<li>due: không có thời hạn</li>" in gallery


def test_errors_stand_beside_their_fields_and_link_from_the_top(gallery: str) -> None:
    links = re.findall(r'<li><a href="#(\w+)">([^<]+)</a></li>', gallery)
    assert len(links) == 2
    for name, message in links:
        assert gallery.count(f' id="{name}"') == 1
        assert f'id="{name}-error">Lỗi: {message}' in gallery
    described = set(" ".join(re.findall(r'aria-describedby="([^"]+)"', gallery)).split())
    assert "result-error" in described
    assert "signal-error" in described
    assert described <= set(re.findall(r' id="([^"]+)"', gallery))
