"""The frame around every page is kept between requests; what belongs to one session or one page is not."""

import re

from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browser

MAILS = "/mail/?q=%22%3E%3Cb%3E"


def frame_of(page: str) -> str:
    return page.split('<header class="site">', 1)[1].split("</header>")[0]


def test_the_phones_bar_holds_five(app: Flask) -> None:
    """With nine entries: four and the one that opens the rest."""
    bar = frame_of(Browser(app.test_client(), OFFICE).get(MAILS)).split("<nav", 1)[1].split("</nav>")[0]
    assert bar.count('<li class="beyond">') == 5
    assert bar.count('<li class="more">') == 1
    assert bar.count("<li><a") == 4 + 5
    assert bar.count('aria-current="page"') == 2  # in the rail, and in what opens above the bar
    assert 'class="entry here"' in bar


def test_each_session_has_its_own_token_in_the_same_frame(app: Flask) -> None:
    frames, tokens = set(), []
    for _session in range(2):
        frame = frame_of(Browser(app.test_client(), OFFICE).get(MAILS))
        token, *more = re.findall(r'name="csrf_token" value="([^"]+)"', frame)
        assert set(more) == {token}
        tokens.append(token)
        frames.add(frame.replace(token, ""))
    assert len(set(tokens)) == 2
    assert len(frames) == 1


def test_the_language_is_chosen_on_the_page_that_one_is_on(app: Flask) -> None:
    """The address is what somebody typed, and stays text."""
    browser = Browser(app.test_client(), OFFICE)
    for path in (MAILS, "/calendar/?month=2026-11"):
        found = re.findall(r'name="next" value="([^"]*)"', frame_of(browser.get(path)))
        assert found == [path] * 2
    assert "\0" not in browser.get(MAILS)


def test_what_one_may_open_is_offered(app: Flask) -> None:
    office, head = (frame_of(Browser(app.test_client(), who).get("/calendar/")) for who in (OFFICE, HEAD))
    for path in ("/monitor", "/mail/", "/indicators/"):
        assert f'href="{path}"' in office
        assert f'href="{path}"' not in head
    assert 'href="/register/"' in office


def test_the_frame_speaks_the_readers_language(app: Flask) -> None:
    browser = Browser(app.test_client(), OFFICE)
    assert "<span>Lịch</span>" in frame_of(browser.get("/calendar/"))
    assert "<span>Calendar</span>" in frame_of(browser.post("/language/en", at="/calendar/", next="/calendar/"))
