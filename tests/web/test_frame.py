"""The frame around every page is kept between requests; what belongs to one session or one page is not."""

import re

import psycopg
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


def test_nobody_sees_the_frame_of_another(app: Flask, database_url: str) -> None:
    """Two people with the same ways: names, units and news are each their own, and as they are now."""
    people = {HEAD: "Trưởng phòng Y tế", "canbo.p-yte": "Cán bộ Phòng Y tế"}
    for login, name in people.items():
        browser = Browser(app.test_client(), login)
        frame = frame_of(browser.get("/calendar/"))
        assert re.findall(r"<strong>(.*?)</strong>", frame) == [name]
        assert frame.count("Phòng Y tế</span>") >= 2
        assert "\0" not in frame
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE units SET name = 'Phòng <Y> tế' WHERE code = 'p-yte'")
    assert '<span class="unit">Phòng &lt;Y&gt; tế</span>' in frame_of(browser.get("/calendar/"))


def test_addresses_are_those_of_where_the_site_is_mounted(app: Flask) -> None:
    client = Browser(app.test_client(), OFFICE).client
    mounted = frame_of(client.get("/calendar/", environ_overrides={"SCRIPT_NAME": "/app"}).text)
    alone = frame_of(client.get("/calendar/").text)
    assert 'href="/app/monitor"' in mounted
    assert "/app/" not in alone


def test_the_bell_counts(app: Flask, database_url: str) -> None:
    office = Browser(app.test_client(), OFFICE)
    assert 'class="count"' not in frame_of(office.get("/calendar/"))
    for number, said in ((3, "3"), (99, "99"), (120, "99+")):
        with psycopg.connect(database_url) as connection:
            connection.execute("DELETE FROM outbox")
            connection.execute(
                "INSERT INTO outbox (kind, channel, dedupe_key, message_id, recipient_id, to_address, to_name, subject,"
                " text_body, html_body, state) SELECT 'commented', 'mail', 'k' || n, '<' || n || '@x>', u.id, 'a@b.vn',"
                " 'x', 's', 't', 'h', 'queued' FROM users AS u, generate_series(1, %s) AS n WHERE u.login = %s",
                (number, OFFICE),
            )
        assert f'<span class="count">{said}<' in frame_of(office.get("/calendar/"))


def test_the_frame_speaks_the_readers_language(app: Flask) -> None:
    browser = Browser(app.test_client(), OFFICE)
    assert "<span>Lịch</span>" in frame_of(browser.get("/calendar/"))
    assert "<span>Calendar</span>" in frame_of(browser.post("/language/en", at="/calendar/", next="/calendar/"))
