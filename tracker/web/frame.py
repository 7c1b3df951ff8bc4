"""What stands around every page of a signed-in person: the ways to go, the bell, the account. It changes so seldom that
each look of it is drawn once and kept."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from tracker.acting import context
from tracker.rules.permissions import NOWHERE, Actor, Permission, may
from tracker.rules.words import N_
from tracker.services.context import Context
from tracker.services.register import headed
from tracker.web.addresses import address
from tracker.web.language import language, say
from tracker.web.notifications import unread
from tracker.web.session import overseen

# What stands under "Báo cáo", under "Chỉ tiêu", and beside the list of assignments.
OF_REPORTING = frozenset({"cycles", "cycle_plan", "unit_reports", "report_form", "reports", "edition", "api_keys"})
OF_INDICATORS = frozenset({"indicators", "communes", "figures"})
# In place of what differs from request to request; no text that can come from a form or a document.
TOKEN, PATH = "\0token", "\0path"
# Frames that a process keeps; each takes about 6 KB.
KEPT = 500
Way = tuple[str, str, str]


@dataclass(frozen=True)
class Frame:
    """`ways`: (endpoint, words, icon) of each entry; `here` is the number of the one that the page is part of."""

    language: str
    root: str
    name: str
    units: tuple[str, ...]
    ways: tuple[Way, ...]
    here: int | None
    unread: int
    on_notifications: bool
    reads_register: bool
    reads_rights: bool


def header() -> Markup:
    """Of the page under way."""
    actor, endpoint = current_user.actor, request.endpoint or ""
    ctx = context(actor)
    oversees = bool(overseen(ctx))
    ways = _ways(actor, oversees=oversees, reads_mail=bool(overseen(ctx, Permission.READ_MAIL_LOG)))
    frame = Frame(
        language(), request.script_root, actor.name, current_user.visitor.unit_names, ways,
        next((n for n, (way, _words, _icon) in enumerate(ways) if _is_part(endpoint, way)), None),
        unread(), endpoint == "notifications.index", _reads_register(ctx), actor.is_admin or actor.is_auditor,
    )  # fmt: skip
    here = request.full_path if request.method == "GET" else request.path
    return Markup(_drawn(frame).replace(TOKEN, escape(generate_csrf())).replace(PATH, escape(here)))


@lru_cache(KEPT)
def _drawn(frame: Frame) -> str:
    macros: Any = current_app.jinja_env.get_template("components/frame.html").module
    entries = [
        {"label": say(words), "href": address(way), "icon": icon, "current": n == frame.here}
        for n, (way, words, icon) in enumerate(frame.ways)
    ]
    return str(macros.header(frame, entries, TOKEN, PATH))


def _reads_register(ctx: Context) -> bool:
    return bool(headed(ctx) or overseen(ctx, Permission.READ_REGISTER))


def _ways(actor: Actor, *, oversees: bool, reads_mail: bool) -> tuple[Way, ...]:
    """Five entries at most for a head, a few more for the office."""
    offered = (
        (oversees, ("monitor.monitor", N_("Theo dõi"), "monitor")),
        (actor.posts, ("my_work.my_work", N_("Việc của tôi"), "my-work")),
        (True, ("listing.index", N_("Nhiệm vụ"), "list")),
        (oversees or actor.posts, ("cycles.index", N_("Báo cáo"), "report")),
        (True, ("calendar.index", N_("Lịch"), "calendar")),
        (True, ("search.index", N_("Tìm"), "search")),
        (True, ("programmes.index", N_("Chương trình"), "programme")),
        (oversees, ("indicators.index", N_("Chỉ tiêu"), "indicator")),
        (reads_mail or may(actor, Permission.READ_MAIL_LOG, NOWHERE), ("mails.index", N_("Nhật ký thư"), "mail")),
    )
    return tuple(way for wanted, way in offered if wanted)


def _is_part(endpoint: str, way: str) -> bool:
    """Whether the page is one of those under this entry."""
    part = endpoint.split(".")[0]
    match way:
        case "listing.index":
            return endpoint == way or part == "assignments"
        case "cycles.index":
            return part in OF_REPORTING
        case "indicators.index":
            return part in OF_INDICATORS
        case "monitor.monitor":
            return endpoint == way
    return part == way.split(".")[0]
