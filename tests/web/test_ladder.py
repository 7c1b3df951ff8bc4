"""The pages of the ladder: errors by line, a preview before every save, a stale form that loses nothing."""

import re
from html import unescape

import pytest
from flask import Flask

from tests.web.test_pages import HEAD, LEADER, OFFICE, Browse, Browser, _first, browse
from tracker.acting import acting
from tracker.rules.ladder import DEFAULT_LADDER
from tracker.rules.ladder_text import format_ladder
from tracker.services.escalation import sweep

__all__ = ["browse"]

AT = "/programmes/1/ladder"
TEXT = "Ngày đến hạn: lãnh đạo đơn vị\n5 ngày làm việc sau hạn: chủ tịch; lặp lại mỗi 5 ngày làm việc, tối đa 3 lần"


def hidden(page: str, action: str) -> dict[str, str]:
    """What the form of that action carries unseen."""
    form = re.search(rf'<form method="post"[^>]* action="{action}">(.*?)</form>', page, re.DOTALL)
    assert form is not None, action
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1])
    return {name: unescape(value) for name, value in found if name not in ("csrf_token", "once")}


def box(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def looked_at(browser: Browser, text: str = TEXT, kind: str = "every") -> str:
    at = f"{AT}?kind={kind}"
    form = hidden(browser.get(at), f"{AT}/preview")
    return browser.post(f"{AT}/preview", at=at, **{**form, "ladder": text})


def test_from_sentences_over_a_preview_to_a_version(app: Flask, browse: Browse) -> None:
    browser = browse(OFFICE)
    assert box(browser.get(AT)) == format_ladder(DEFAULT_LADDER)
    page = looked_at(browser)
    assert "Chưa có gì được lưu" in page
    assert "<li>Ngày đến hạn: lãnh đạo đơn vị</li>" in page
    assert "phiên bản 2" not in browser.get(AT)
    form = hidden(page, AT)
    assert "lặp lại mỗi 5" in form["ladder"]
    page = browser.post(AT, at=AT, **form, note="Sau cuộc họp")
    assert "Đã lưu bảng đôn đốc, phiên bản 2" in page
    assert "Sau cuộc họp" in page
    assert "5 ngày làm việc sau hạn: chủ tịch; lặp lại mỗi 5 ngày làm việc, tối đa 3 lần" in page
    assert "10 ngày làm việc trước hạn: người thực hiện" in page, "the first version can still be read"
    assert 'id="v1"' in page


def test_the_preview_opens_the_rows_of_each_day(app: Flask, browse: Browse) -> None:
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET due_on = CURRENT_DATE + 10, nominal_due_on = CURRENT_DATE + 10"
        )
    browser = browse(OFFICE)
    page = looked_at(browser)
    days = set(re.findall(r'href="#(d\d{4}-\d\d-\d\d)"', page))
    assert days
    assert days <= set(re.findall(r'id="(d[-\d]+)"', page))
    assert re.search(
        r'<td class="text"><details[^>]*><summary>Xem \d+ nhiệm vụ</summary><ul[^>]*><li><a href="/ass', page
    )
    assert "coi như mọi nhiệm vụ đã được giao từ đầu năm" in page
    longer = browser.post(f"{AT}/preview", at=AT, **{**hidden(page, AT), "days": "90"})
    assert "Trong 90 ngày tới" in longer
    assert len(set(re.findall(r'href="#(d[-\d]+)"', longer))) > len(days)
    again = browser.post(f"{AT}/preview", at=AT, **{**hidden(page, AT), "again": "1"})
    assert box(again).splitlines() == TEXT.splitlines()


def test_errors_by_line_beside_the_text(browse: Browse) -> None:
    browser = browse(OFFICE)
    typed = "Ngày đến hạn: bí thư\nNgày đến hạn: chủ tịch\nkhi nào rảnh <b>: chủ tịch\nNgày đến hạn: chủ tịch"
    page = browser.post(f"{AT}/preview", at=AT, status=422, kind="every", version=1, ladder=typed)
    assert box(page).splitlines() == typed.splitlines()
    beside = page[page.index('id="ladder-error"') :]
    assert re.findall(r'<span class="error-text">Dòng (\d)', beside) == ["1", "3", "4"]
    assert "khi nào rảnh &lt;b&gt;: chủ tịch" in beside
    assert 'aria-describedby="ladder-hint ladder-error"' in page
    browser.post(f"{AT}/preview", at=AT, status=422, kind="every", ladder="")


def test_a_stale_version_keeps_the_text(browse: Browse) -> None:
    mine, theirs = browse(OFFICE), browse(OFFICE)
    page = looked_at(mine, TEXT)
    form = hidden(looked_at(theirs, "Ngày đến hạn: chủ tịch"), AT)
    theirs.post(AT, at=AT, **form)
    page = mine.post(AT, at=AT, status=409, **hidden(page, AT))
    assert "Người khác vừa lưu bảng đôn đốc này" in page
    assert box(page).splitlines() == TEXT.splitlines()
    assert "<li>Ngày đến hạn: chủ tịch</li>" in page
    # Looked at again over what the other saved, it can be saved.
    form = {**hidden(page, f"{AT}/preview"), "ladder": TEXT}
    assert form["version"] == "2"
    page = mine.post(AT, at=AT, **hidden(mine.post(f"{AT}/preview", at=AT, **form), AT))
    assert "phiên bản 3" in page


def test_nothing_is_saved_that_was_not_looked_at(browse: Browse) -> None:
    browser = browse(OFFICE)
    form = hidden(looked_at(browser), AT)
    page = browser.post(
        AT, at=AT, status=422, **{**form, "ladder": TEXT.replace("đơn vị", "đơn vị và người thực hiện")}
    )
    assert "hãy xem trước lại" in page
    assert "người thực hiện" in box(page)
    browser.post(AT, at=AT, status=422, **{**form, "seen": ""})
    page = browser.post(AT, at=AT, status=422, **form, note="x" * 501)
    assert "tối đa 500" in page
    assert hidden(page, AT)["ladder"].splitlines() == TEXT.splitlines()
    assert "phiên bản 2" not in browser.get(AT)


def test_a_kind_of_its_own_and_back(browse: Browse) -> None:
    browser = browse(OFFICE)
    page = browser.get(f"{AT}?kind=starred")
    assert "Chưa có bảng riêng" in page
    assert box(page) == ""
    page = browser.post(AT, at=AT, **hidden(looked_at(browser, TEXT, "starred"), AT))
    assert "(bảng riêng)" in page
    page = looked_at(browser, "", "starred")
    assert "sẽ theo bảng của mọi nhiệm vụ" in page
    page = browser.post(AT, at=AT, **hidden(page, AT))
    assert "Chưa có bảng riêng" in page
    assert "phiên bản 2" in page
    assert browser.get(f"{AT}?kind=nonsense").count("<textarea") == 1


@pytest.mark.parametrize(("login", "plan"), [(HEAD, 403), (LEADER, 200)])
def test_others_read_the_ladder_and_do_not_change_it(browse: Browse, login: str, plan: int) -> None:
    browser = browse(login)
    page = browser.get(AT)
    assert "10 ngày làm việc trước hạn: người thực hiện" in page
    assert "<textarea" not in page
    assert ("/ladder/plan" in page) is (plan == 200)
    browser.get(f"{AT}/plan", plan)
    browser.post(f"{AT}/preview", at=AT, status=403, kind="every", ladder=TEXT)
    browser.post(AT, at=AT, status=403, kind="every", ladder=TEXT, version=1, seen="x")
    again = browser.post(f"{AT}/preview", at=AT, kind="every", ladder="không lưu được", again="1")
    assert "<textarea" not in again
    browser.get("/programmes/99/ladder", 404)


def test_who_will_be_reminded_of_one_assignment(app: Flask, browse: Browse) -> None:
    one, other = _first(app), _first(app, "p-tuphap")
    browser = browse(HEAD)
    assert f"/assignments/{one}/reminders" in browser.get(f"/assignments/{one}")
    browser.get(f"/assignments/{other}/reminders", 404)
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        sql(
            "UPDATE assignments SET due_on = CURRENT_DATE + 40, nominal_due_on = CURRENT_DATE + 40, starred = true"
            " WHERE id = %s", (one,),
        )  # fmt: skip
    page = browser.get(f"/assignments/{one}/reminders")
    for who in ("người thực hiện", "lãnh đạo đơn vị", "cơ quan thường trực", "phó chủ tịch phụ trách", "chủ tịch"):
        assert who in page
    assert "10 ngày làm việc sau hạn" in page
    assert "Chưa nhắc ai" in page
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        sql("UPDATE assignments SET due_on = CURRENT_DATE - 90, nominal_due_on = CURRENT_DATE - 90")
        sql("UPDATE programmes SET mail_hour = 0")
        day = ctx.calendar.next_working(ctx.today)
        ctx.now = ctx.now.replace(year=day.year, month=day.month, day=day.day, hour=5)
        sweep(ctx)
        ctx.nudges.clear()
    page = browser.get(f"/assignments/{one}/reminders")
    assert "Không còn lần nhắc nào" in page
    assert f'href="{AT}?kind=every#v1">mọi nhiệm vụ, phiên bản 1' in page
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql("UPDATE assignments SET state = 'cancelled'")
    assert "Hiện không nhắc ai" in browser.get(f"/assignments/{one}/reminders")


def test_english(browse: Browse) -> None:
    """The sentences are data and stay Vietnamese; nothing breaks."""
    browser = browse(OFFICE)
    browser.post("/language/en", at=AT, next=AT)
    assert "lặp lại" in looked_at(browser)
