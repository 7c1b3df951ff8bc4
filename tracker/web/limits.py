"""How often the costly routes may be asked in a minute. Every other page passes by without a look at any counter."""

from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from flask_login import current_user

from tracker.web.uploads import files_of

# Seconds that a counter may take; longer, and each process counts for itself until the broker answers again.
TIMEOUT = 0.2
# Whole offices share one address, so what needs no signing in is generous: passwords have a lock of their own.
A_MINUTE = {
    "auth.do_sign_in": 60,
    "auth.change_password": 20,
    "search.index": 120,
    "exports.listing": 20,
    "update_sheet.download": 20,
    "reports.download": 30,
    "reports.compared": 30,
    "api.editions": 300,
    "api.edition": 60,
    "api.edition_table": 60,
    "api.edition_file": 60,
    "api.figure_list": 60,
    "calendar.feed": 300,
    "hooks.bounces": 300,
    "register.workbook": 20,
    "register.document": 20,
    "unit_reports.save": 60,
    "unit_reports.document": 30,
    "cycles.letter": 20,
    "report_form.download": 20,
    "report_form.preview": 30,
    "update_sheet.preview": 30,
    "evidence.create": 30,
    "assignments.act": 30,  # with files; see `_passes`
    "act.show": 120,
    "act.do": 60,
    "unsubscribe.show": 120,
    "unsubscribe.do": 300,  # the programs of one mail service come from few addresses
    "preferences.set_chat": 10,  # starts a process, and a message to wherever it says
}


def register(app: Flask) -> None:
    """After the blueprints: the views are wrapped where they are registered, in one table instead of ten places."""
    if not app.extensions["settings"].rate_limits:
        return
    # The client's own default is five seconds, with the page waiting.
    quick: Any = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    url = app.extensions["settings"].redis_url
    limiter = Limiter(
        _who,
        app=app,
        storage_uri=url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url,
        storage_options=quick,
        key_prefix="giaoviec",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )
    # Asked before anything else: without it a page that has no limit would wait for a frozen broker too.
    limiter.request_filter(_passes)
    for endpoint, times in A_MINUTE.items():
        view: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(f"{times}/minute")(view)


def _who() -> str:
    """The person; the address of who is not signed in or comes by a link. Behind proxies TRUSTED_PROXIES makes it the
    client's own."""
    # A link from a mail is nobody's session: whoever tries tokens is one address, signed in or not.
    if request.blueprint not in ("act", "unsubscribe") and current_user.is_authenticated:
        return f"person:{current_user.actor.user_id}"
    return f"address:{request.remote_addr}"


def _passes() -> bool:
    if request.endpoint not in A_MINUTE:
        return True
    return request.endpoint == "assignments.act" and not files_of(request)
