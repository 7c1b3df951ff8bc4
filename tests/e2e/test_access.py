"""Every page of the site map: no axe violation at 1280 and 390 px, no page wider than its screen, usable by keyboard
alone; and the update of a practised hand, timed as a person types.

A GET route that is neither looked at here nor left out on purpose fails the test.
"""

import time
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.helpers.browser import ADMIN, HEAD, OFFICE, signed_in
from tests.helpers.world import make_settings
from tracker.app import create_app

pytestmark = pytest.mark.e2e

# Endpoint → who looks at it, at which address; {one} is an assignment of the head's unit, {link} sent to them.
PAGES = {
    "auth.sign_in": (None, "/sign-in"),
    "auth.password": (HEAD, "/password"),
    "my_work.my_work": (HEAD, "/my-work"),
    "my_work.grid": (HEAD, "/my-work/grid"),
    "update_sheet.index": (HEAD, "/my-work/sheet/"),
    "assignments.show": (HEAD, "/assignments/{one}"),
    "evidence.index": (HEAD, "/assignments/{one}/evidence"),
    "extensions.index": (HEAD, "/extensions/"),
    "extensions.show": (OFFICE, "/extensions/{extension}"),
    "explanations.index": (OFFICE, "/explanations/"),
    "explanations.show": (HEAD, "/explanations/{explanation}"),
    "delegations.index": (HEAD, "/delegations/"),
    "calendar.index": (HEAD, "/calendar/?month=2026-11"),
    "search.index": (HEAD, "/search?q=tr%E1%BA%BB+em"),
    "listing.index": (OFFICE, "/assignments?class=open"),
    "monitor.monitor": (OFFICE, "/monitor?year=2026"),
    "insight.ranking": (OFFICE, "/monitor/ranking?year=2026"),
    "insight.trend": (OFFICE, "/monitor/trend?year=2026"),
    "insight.as_of": (OFFICE, "/monitor/as-of?day=2026-03-01&year=2026"),
    "programmes.show": (OFFICE, "/programmes/1"),
    "opening.index": (OFFICE, "/programmes/1/opening?period=2027"),
    "duties.show": (OFFICE, "/programmes/1/clauses/{clause}"),
    "ladder.show": (OFFICE, "/programmes/1/ladder?kind=starred"),
    "ladder.plan": (OFFICE, "/programmes/1/ladder/plan?days=90"),
    "ladder.reminders": (HEAD, "/assignments/{one}/reminders"),
    "indicators.index": (OFFICE, "/indicators/"),
    "indicators.show": (OFFICE, "/indicators/{measure}?period=2026"),
    "communes.index": (OFFICE, "/indicators/{measure}/communes?period=2026"),
    "figures.show": (HEAD, "/indicators/{measure}/units/{unit}?period=2026"),
    "budget.index": (OFFICE, "/budget/?year=2026"),
    "budget.show": (HEAD, "/budget/1/units/{unit}?year=2026"),
    "cycles.index": (OFFICE, "/cycles/"),
    "cycles.show": (OFFICE, "/cycles/{cycle}"),
    "cycles.chase": (OFFICE, "/cycles/{cycle}/chase"),
    "cycle_plan.index": (OFFICE, "/cycles/{planned}/plan"),
    "unit_reports.show": (HEAD, "/unit-reports/{report}"),
    "unit_reports.check": (HEAD, "/unit-reports/{report}/check"),
    "report_form.index": (HEAD, "/unit-reports/{report}/excel"),
    "reports.index": (OFFICE, "/reports/"),
    "reports.show": (OFFICE, "/reports/1"),
    "reports.compared": (OFFICE, "/reports/compare?first=1&second=2"),
    "edition.index": (OFFICE, "/reports/cycles/{accepted}"),
    "edition.section": (OFFICE, "/reports/cycles/{accepted}/highlights"),
    "components.gallery": (OFFICE, "/_components/"),
    "api_keys.index": (OFFICE, "/api-keys/"),
    "mails.index": (OFFICE, "/mail/"),
    "register.index": (OFFICE, "/register/?from=2026-11-01&to=2026-11-30"),
    "rights.index": (ADMIN, "/rights"),
    "working_days.index": (ADMIN, "/working-days?year=2026"),
    "act.show": (None, "/act/{link}"),
    "notifications.index": (HEAD, "/notifications/"),
    "notifications.show": (HEAD, "/notifications/{news}"),
    "preferences.index": (HEAD, "/notifications/preferences/"),
    "unsubscribe.show": (None, "/unsubscribe/{unsubscribe}"),
}
# Downloads, redirects, machines; a mail and what a bulk did are pages like the assignment's, there only after a deed.
NOT_PAGES = {
    "static", "home.home", "home.healthz", "home.readyz", "programmes.index", "evidence.download", "exports.listing",
    "update_sheet.download", "calendar.feed", "mails.show", "mails.body", "register.document", "register.workbook",
    "reports.download", "reports.progress", "api.index", "api.editions", "api.edition", "api.edition_table",
    "api.edition_file", "api.figure_list", "bulk.again", "bulk.done", "cycles.letter", "unit_reports.document",
    "report_form.download",
}  # fmt: skip


def test_every_page_is_looked_at() -> None:
    app: Flask = create_app(make_settings("postgresql://x/y", "redis://127.0.0.1:1/0", "file:///tmp/none"))
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - set(PAGES) - NOT_PAGES == set()


EVERY_RULE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What a narrower screen can break of a page whose words and structure were looked at already.
OF_LAYOUT = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}}
# Everything that folds, but the menus: they lie above the page.
UNFOLD = "document.querySelectorAll('details:not([data-menu])').forEach((one) => { one.open = true; })"
# Rows are alike: axe looks at the first few of each list.
SHORTEN = (
    "document.querySelectorAll(':is(tbody > tr, .rows > li, .timeline > li):nth-child(n + 6)')"
    ".forEach((one) => one.remove())"
)
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth + 1"


@pytest.mark.parametrize("half", [0, 1])
def test_no_violation_and_nothing_wider_than_the_screen(
    browser: Browser, site: tuple[str, dict[str, Any]], half: int
) -> None:
    address, ids = site
    wrong: list[str] = []
    axe, pages = Axe(), {}
    for login, path in list(PAGES.values())[half::2]:
        if login not in pages:
            pages[login] = signed_in(browser, address, login, 1280)
        page = pages[login]
        page.set_viewport_size({"width": 1280, "height": 860})
        page.goto(address + path.format(**ids))
        page.evaluate(UNFOLD)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 860})
            if page.evaluate(TOO_WIDE):
                wrong.append(f"{path} {width}: wider than the screen")
        page.evaluate(SHORTEN)
        for width, rules in ((1280, EVERY_RULE), (390, OF_LAYOUT)):
            page.set_viewport_size({"width": width, "height": 860})
            # The whole page at once: what the bar of a phone covers now is free after a scroll.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": height + 100})
            found = axe.run(page, options=rules).response["violations"]
            wrong += [f"{path} {width}: {one['id']} {one['nodes'][0]['target']}" for one in found]
    assert wrong == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_menus_above_the_page(browser: Browser, site: tuple[str, dict[str, Any]], width: int) -> None:
    address, _ids = site
    page = signed_in(browser, address, OFFICE, width)
    page.goto(f"{address}/notifications/preferences/")
    for menu in page.locator("details[data-menu]:visible").all():
        menu.locator("summary").click()
        found = Axe().run(page, options={**EVERY_RULE, "rules": {"target-size": {"enabled": False}}})
        assert found.response["violations"] == []
        page.keyboard.press("Escape")


def test_the_first_view_is_light(browser: Browser, site: tuple[str, dict[str, Any]]) -> None:
    """Everything a phone loads for its first page, fonts and styles included, uncompressed: at most 150 KB."""
    address, _ids = site
    page = browser.new_context(viewport={"width": 390, "height": 860}).new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body()) if answer.ok else 0}))
    page.goto(f"{address}/sign-in")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 150_000, sizes


def type_like_a_person(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=300)


def test_one_update_by_a_practised_hand(browser: Browser, site: tuple[str, dict[str, Any]]) -> None:
    """300 ms a key, 1 s a decision: open the first, say how it stands, a few words, Ctrl+Enter. All by keyboard."""
    address, _ids = site
    page = signed_in(browser, address, HEAD, 1280)
    page.locator("summary", has_text="cập nhật").first.focus()
    start = time.perf_counter()
    time.sleep(1)  # which one
    page.keyboard.press("Enter")
    time.sleep(1)  # how does it stand
    page.keyboard.press("1")
    page.keyboard.press("Tab")
    type_like_a_person(page, "Đang rà soát")
    time.sleep(1)  # is that right
    page.keyboard.press("Control+Enter")
    page.get_by_text("Đã lưu cập nhật").wait_for()
    took = time.perf_counter() - start
    print(f"one update: {took:.1f} s")
    assert took < 60  # a broken page, not a slow machine
    assert page.get_by_text("Đang thực hiện").first.is_visible()


def test_a_draft_survives_a_lost_connection(browser: Browser, site: tuple[str, dict[str, Any]]) -> None:
    address, ids = site
    page = signed_in(browser, address, HEAD, 390)
    where = f"{address}/assignments/{ids['one']}"
    page.goto(where)
    page.locator("form[data-draft] input[name=text]").fill("Viết khi mất mạng")
    page.locator("label.choice", has_text="Có vướng mắc").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Lưu cập nhật").click()
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto(where)
    assert page.locator("form[data-draft] input[name=text]").input_value() == "Viết khi mất mạng"
    assert page.locator("form[data-draft] input[value=blocked]").is_checked()
    page.get_by_role("button", name="Lưu cập nhật").click()
    page.get_by_text("Đã lưu cập nhật").wait_for()
    assert page.locator("form[data-draft] input[name=text]").input_value() == ""


def test_one_box_ticks_every_row(browser: Browser, site: tuple[str, dict[str, Any]]) -> None:
    address, _ids = site
    page = signed_in(browser, address, OFFICE, 390)
    page.goto(f"{address}/assignments")
    page.get_by_label("Chọn tất cả 50 nhiệm vụ").check()
    assert page.locator("[name=ids]:checked").count() == 50
    page.locator("[name=ids]").nth(1).uncheck()
    assert page.locator("[data-all] input").evaluate("(one) => [one.checked, one.indeterminate]") == [False, True]
    plain = signed_in(browser, address, OFFICE, 390, script=False)
    plain.goto(f"{address}/assignments")
    assert not plain.locator("[data-all]").is_visible()


def test_without_javascript(browser: Browser, site: tuple[str, dict[str, Any]]) -> None:
    """An update on a phone in three taps."""
    address, _ids = site
    page = signed_in(browser, address, HEAD, 390, script=False)
    page.locator("summary", has_text="cập nhật").first.click()
    page.locator("label.choice", has_text="Đúng tiến độ").first.click()
    page.get_by_role("button", name="Lưu cập nhật").first.click()
    page.get_by_text("Đã lưu cập nhật").wait_for()


JOURNEYS: tuple[tuple[str, str, tuple[tuple[str, str], ...], str], ...] = (
    # (login, start, ((the name to reach with Tab, what to type or press there), …), what is then on the page)
    (HEAD, "/my-work", (("Cập nhật nhiều việc", "Enter"),), "Lưu tất cả"),
    (HEAD, "/assignments/{one}", (("Nội dung trao đổi", "Đã họp"), ("Gửi trao đổi", "Enter")), "Đã gửi trao đổi"),
    (
        HEAD, "/assignments/{one}",
        (("Nhận việc, chọn người thực hiện", "Enter"), ("Nhận việc", "Enter")), "Đã nhận việc",
    ),
    (
        HEAD, "/assignments/{one}",
        (("Từ chối nhận", "Enter"), ("Lý do", "Không đúng"), ("Từ chối nhận", "Enter")), "Đã gửi từ chối",
    ),
    (
        HEAD, "/explanations/{explanation}",
        (("Giải trình của đơn vị", "Thiếu cán bộ"), ("Gửi giải trình", "Enter")), "Đã gửi giải trình",
    ),
    (
        OFFICE, "/assignments/{one}",
        (("Đôn đốc", "Enter"), ("Nội dung đôn đốc", "Khẩn"), ("Đôn đốc", "Enter")), "Đã gửi đôn đốc",
    ),
    (OFFICE, "/extensions/{extension}", (("Đồng ý", " "), ("Ghi quyết định", "Enter")), "Đã ghi quyết định"),
    (OFFICE, "/assignments?class=open", (("Xử lý các nhiệm vụ đã chọn", "Enter"),), "Hãy chọn ít nhất một"),
    (OFFICE, "/search", (("Từ cần tìm", "dinh duong"), ("Tìm", "Enter")), "nhiệm vụ có các từ này"),
    (HEAD, "/calendar/", (("Tháng sau", "Enter"),), "Lịch tháng"),
)  # fmt: skip


def test_by_keyboard_alone(browser: Browser, site: tuple[str, dict[str, Any]], database_url: str) -> None:
    address, ids = site
    pages = {login: signed_in(browser, address, login, 1280) for login in (HEAD, OFFICE)}
    for login, start, steps, then in JOURNEYS:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE assignments SET state = 'assigned', owner_id = NULL WHERE id = %s", (ids["one"],)
            )
        page = pages[login]
        page.goto(address + start.format(**ids))
        page.locator("main").focus()
        for name, keys in steps:
            _reach(page, name)
            if keys in ("Enter", " "):
                page.keyboard.press("Space" if keys == " " else keys)
            else:
                page.keyboard.type(keys)
        page.get_by_text(then).first.wait_for()


AS_BEFORE = "UPDATE assignments SET state = 'assigned', owner_id = NULL WHERE id = %s"


def _reach(page: Page, name: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(NAME) == name:
            assert page.evaluate("document.activeElement.matches(':focus-visible')"), name
            return
    pytest.fail(f"{name} is not reached by Tab")


# The accessible name, as far as these pages need it: label, aria-label, or the text itself.
NAME = """(() => {
  const one = document.activeElement;
  const label = one.labels?.[0]?.innerText ?? one.getAttribute('aria-label') ?? one.innerText ?? '';
  return label.replace(/\\s+/g, ' ').replace(/ \\(.*\\)$/, '').trim();
})()"""
