"""The long pages on a phone, without a script: the worst first, the rest on one press."""

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.helpers.browser import OFFICE, signed_in

pytestmark = pytest.mark.e2e


def test_the_monitor_is_short_and_opens(browser: Browser, site: tuple[str, dict[str, int]], database_url: str) -> None:
    address, _ids = site
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE assignments SET due_on = '2026-01-05', nominal_due_on = '2026-01-05'")
    page = signed_in(browser, address, OFFICE, 390, script=False)
    page.goto(f"{address}/monitor?year=2026")
    rows = page.locator("table.units tbody tr")
    assert rows.count() > 20
    assert page.evaluate("document.documentElement.scrollHeight") < 4000
    seen = [n for n in range(rows.count()) if rows.nth(n).is_visible()]
    assert seen == list(range(6))
    late = [int(one) for one in page.locator("table.units tbody td.late").all_inner_texts()]
    assert late == sorted(late, reverse=True)
    page.locator("details.fold summary", has_text="đơn vị").click()
    assert rows.last.is_visible()
    rows.nth(8).click(position={"x": 12, "y": 12})
    page.wait_for_url("**/assignments?**class=overdue**")


def test_a_desk_shows_every_row(browser: Browser, site: tuple[str, dict[str, int]]) -> None:
    address, _ids = site
    page = signed_in(browser, address, OFFICE, 1280, script=False)
    page.goto(f"{address}/monitor?year=2026&all=1")
    assert page.locator("table.units tbody tr").last.is_visible()
    assert not page.locator("details.fold").first.is_visible()
