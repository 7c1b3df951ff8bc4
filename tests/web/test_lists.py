"""The office's two pages of numbers: what the monitor counts, its list opens; what the form of the list can ask."""

import re

from flask import Flask

from tests.web.test_pages import HEAD, OFFICE, Browser, _first
from tracker.acting import acting

STATES = """
    UPDATE assignments SET owner_id = (SELECT id FROM users ORDER BY id LIMIT 1),
        state = (ARRAY['submitted', 'submitted', 'completed', 'in_progress'])[mod(id, 4) + 1],
        submitted_on = CASE mod(id, 4) WHEN 0 THEN due_on - 1 WHEN 3 THEN NULL ELSE due_on + 1 END,
        blocked = mod(id, 4) = 3
"""


def sql(app: Flask, statement: str, *values: object) -> None:
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(statement, values)


def number(page: str) -> int:
    found = re.search(r"<p>(?:hơn )?(\d+) nhiệm vụ", page)
    assert found is not None
    return int(found[1])


def test_every_number_of_the_monitor_is_the_length_of_its_list(app: Flask) -> None:
    """Also of what waits for the office; overdue is the sum of its four parts."""
    sql(app, STATES)
    office = Browser(app.test_client(), OFFICE)
    page = office.get("/monitor?year=2026")
    foot = page.split("<tfoot>")[1].split("</tfoot>")[0]
    cells = {
        re.sub(r"\s+", " ", label): (int(n), href.replace("&amp;", "&") if href else "")
        for label, href, n in re.findall(r'data-label="([^"]+)">(?:<a href="([^"]+)">)?(\d+)', foot)
    }
    for n, href in cells.values():
        assert not href or number(office.get(href)) == n, href
    parts = ("1–5 ngày", "6–20 ngày", "trên 20 ngày", "nộp muộn, chờ xác nhận")
    assert sum(cells[part][0] for part in parts) == cells["Quá hạn"][0]
    assert cells["nộp muộn, chờ xác nhận"][0] == 41
    assert cells["Nộp trong hạn, chờ xác nhận"][0] == 41
    assert cells["Chưa đến hạn"][0] == 0
    whole = [n for label, (n, _href) in cells.items() if label not in (*parts, "Cộng")]
    assert sum(whole) == cells["Cộng"][0] == 164
    assert "chờ xác nhận, 41 nộp muộn" in page
    rates = re.findall(r'<td class="num rate"[^>]*>([^<]*)</td>', page)
    assert len(rates) == page.split('id="units"')[1].count("<tr>") - 1  # each unit's and the sum's
    done = sum(cells[label][0] for label in ("Xong trước hạn", "Xong đúng hạn", "Xong quá hạn"))
    assert rates[-1] == f"{100 * done / (done + cells['Quá hạn'][0]):.1f}%".replace(".", ",")
    waiting = office.get("/assignments?class=waiting&year=2026")
    assert "đã nộp trong hạn" in waiting
    assert "Chưa đến hạn" not in waiting.split("</form>")[-1]


def test_units_with_nothing_overdue_are_one_link_away(app: Flask) -> None:
    sql(
        app,
        "UPDATE assignments SET state = 'completed', submitted_on = due_on, closed = DEFAULT WHERE lead_unit_id ="
        " (SELECT id FROM units WHERE code = 'p-yte')",
    )
    office = Browser(app.test_client(), OFFICE)
    page = office.get("/monitor?year=2026")
    units = page.split('id="units"')[1]
    assert "Phòng Tư pháp" in units
    assert "Phòng Y tế" not in units
    assert "Cộng 42 đơn vị" in units
    assert "41 trên 42 đơn vị có việc quá hạn" in units
    (link,) = re.findall(r'href="(/monitor\?[^"]*all=1[^"]*)"', units)
    assert "Phòng Y tế" in office.get(link.replace("&amp;", "&")).split('id="units"')[1]
    sql(app, "UPDATE assignments SET state = 'completed', submitted_on = due_on, closed = DEFAULT")
    assert "Phòng Y tế" in office.get("/monitor?year=2026").split('id="units"')[1]


def test_what_is_blocked_is_seen_and_found(app: Flask) -> None:
    one = _first(app)
    sql(app, "UPDATE assignments SET state = 'in_progress', owner_id = (SELECT id FROM users WHERE login = %s),"
        " blocked = true WHERE id = %s", HEAD, one)  # fmt: skip
    office, head = Browser(app.test_client(), OFFICE), Browser(app.test_client(), HEAD)
    tag = r'class="tag blocked">.*?Có vướng mắc'
    for browser, path in ((office, "/assignments?blocked=1"), (head, "/my-work"), (head, f"/assignments/{one}")):
        assert len(re.findall(tag, browser.get(path))) == 1, path
    monitor = office.get("/monitor?year=2026")
    (link,) = re.findall(r'<strong>1</strong> <a href="([^"]+)">nhiệm vụ đơn vị báo có vướng mắc', monitor)
    assert number(office.get(link.replace("&amp;", "&"))) == 1
    office.post("/filters", at="/assignments?blocked=1", filter_name="Vướng", query="blocked=1")
    assert 'href="/assignments?blocked=1">Vướng' in office.get("/assignments")


def test_the_form_of_the_list_asks_for_year_and_programme(app: Flask) -> None:
    head = Browser(app.test_client(), HEAD)
    page = head.get("/assignments?year=2026&class=open")
    assert re.search(r'<select class="input" name="year".*<option selected>2026</option>', page)
    assert 'name="programme"' not in page  # there is one
    sql(
        app,
        "INSERT INTO programmes SELECT (jsonb_populate_record(p, jsonb_build_object('id', 1000, 'identity', 'hai',"
        " 'title', 'Kế hoạch thứ hai'))).* FROM programmes AS p",
    )
    page = head.get("/assignments?programme=1000&year=2026")
    assert re.search(r'<select class="input" name="programme".*<option value="1000" selected>Kế hoạch thứ hai', page)
    assert page.count('name="programme"') == 1
    assert re.search(r'class="on" href="/assignments\?year=2026">Kế hoạch thứ hai', page)
    assert number(page) == 0


def test_a_row_says_reminded_before_the_deadline_and_chased_after(app: Flask) -> None:
    one = _first(app)
    office = Browser(app.test_client(), OFFICE)
    for step, words in ((-3, "Đã nhắc"), (0, "Đã đôn đốc")):
        sql(
            app,
            "INSERT INTO escalations (assignment_id, due_on, step_offset, role, recipient_id, fired_at)"
            " SELECT a.id, a.due_on, %s, 'head', u.id, now() FROM assignments AS a, users AS u"
            " WHERE a.id = %s AND u.login = %s",
            step, one, HEAD,
        )  # fmt: skip
        for page in (office.get("/assignments?unit_name=Phong+Y+te"), office.get(f"/assignments/{one}?topic=mail")):
            assert words in page.split("<main")[1], step


def test_a_mail_of_two_programmes_keeps_its_body_to_itself(app: Flask) -> None:
    sql(
        app,
        "INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body, html_body, state,"
        " programme_ids) SELECT 'digest', n, n, 'a@example.vn', 'A', 'Thư ' || n, 'Việc kín', '', 'failed',"
        " CASE n WHEN 'mine' THEN ARRAY[1] WHEN 'both' THEN ARRAY[1, 2] WHEN 'theirs' THEN ARRAY[2] ELSE '{}' END"
        " FROM unnest(ARRAY['mine', 'both', 'theirs', 'nobody']) AS n",
    )
    office, admin = Browser(app.test_client(), OFFICE), Browser(app.test_client(), "quantri")
    log = office.get("/mail/")
    links = dict(re.findall(r'href="(/mail/\d+)">Thư (\w+)', log))
    assert set(links.values()) == {"mine", "both"}
    assert "Không gửi được: 2" in log
    for path, name in links.items():
        assert ("Việc kín" in office.get(path)) == (name == "mine")
    every = dict(re.findall(r'href="(/mail/\d+)">Thư (\w+)', admin.get("/mail/")))
    assert set(every.values()) == {"mine", "both", "theirs", "nobody"}
    for path in every:
        assert "Việc kín" in admin.get(path)
        if path not in links:
            office.get(path, 404)
            office.post(f"{path}/resend", at="/mail/", status=404)


def test_a_chase_by_hand_is_told_like_one_of_the_ladder(app: Flask) -> None:
    office, one = Browser(app.test_client(), OFFICE), _first(app)
    sql(app, "UPDATE assignments SET due_on = '2026-01-05', nominal_due_on = '2026-01-05' WHERE id = %s", one)
    monitor = office.get("/monitor?year=2026")
    assert "chưa nhắc ai" in monitor
    assert "Đã đôn đốc" not in monitor
    office.post(f"/assignments/{one}/chase", at=f"/assignments/{one}", version=1, chase="Khẩn")
    said = r"Đã đôn đốc \d\d/\d\d/\d{4}"
    assert re.search(rf"{said}: [^<]*Trưởng phòng Y tế", office.get("/assignments?unit_name=phong+y+te"))
    assert re.search(
        rf"{said}(: |, <details[^>]*><summary>\d người</summary>)[^<]*Trưởng phòng Y tế",
        office.get("/monitor?year=2026"),
    )


def test_a_head_chooses_among_units_that_lead_what_they_see(app: Flask) -> None:
    head, office = Browser(app.test_client(), HEAD), Browser(app.test_client(), OFFICE)

    def offered(page: str) -> list[str]:
        box = re.search(r'<select class="input" name="unit".*?</select>', page)
        return re.findall(r'<option value="(\d+)"', box[0]) if box else []

    page = head.get("/assignments")
    every = offered(office.get("/assignments"))
    leads = set(re.findall(r'<div class="facts">([^·<]+) ·', page))
    assert len(every) > 40
    assert len(offered(page)) < 20
    names = dict(re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', page))
    assert leads <= {names[one] for one in offered(page)} or len(leads) == 1
