"""How Chromium is started in tests: no sandbox for root, and no connection of its own to anywhere; who signs in."""

import re

from playwright.sync_api import Browser, Page

PASSWORD = "Thu-nghiem-2026"
HEAD, OFFICE, ADMIN = "truong.p-yte", "truong.p-ldtbxh", "quantri"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def signed_in(browser: Browser, site: str, login: str | None, width: int, *, script: bool = True) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 860}, java_script_enabled=script).new_page()
    page.set_default_timeout(20_000)
    if login:
        page.goto(f"{site}/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/(my-work|monitor)"))
    return page
