"""What stands around every page of a signed-in person: the ways to go, the bell, the account. Each look of it is drawn
once and kept, without anything of the person or the request."""

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

# What stands under "Báo cáo", and under "Chỉ tiêu".
OF_REPORTING = frozenset({"cycles", "cycle_plan", "unit_reports", "report_form", "reports", "edition", "api_keys"})
OF_INDICATORS = frozenset({"indicators", "communes", "figures"})
# In place of what is the person's and the request's.
TOKEN, NAME, UNITS, UNREAD, PATH = "\0token", "\0name", "\0units", "\0unread", "\0path"
# Frames that a process keeps, more than there are looks: each takes about 10 KB.
KEPT = 200
Way = tuple[str, str, str]


@dataclass(frozen=True)
class Frame:
    """A look. `ways`: (endpoint, words, icon) of each entry; `here`: the number of that which the page is part of."""

    language: str
    root: str
    ways: tuple[Way, ...]
    here: int | None
    has_units: bool
    has_news: bool
    on_notifications: bool
    reads_register: bool
    reads_rights: bool


def header() -> Markup:
    """Of the page under way."""
    actor, endpoint = current_user.actor, request.endpoint or ""
    ctx = context(actor)
    oversees = bool(overseen(ctx))
    ways = _ways(actor, oversees=oversees, reads_mail=bool(overseen(ctx, Permission.READ_MAIL_LOG)))
    units, news = current_user.visitor.unit_names, unread()
    frame = Frame(
        language=language(),
        root=request.script_root,
        ways=ways,
        here=next((n for n, (way, _words, _icon) in enumerate(ways) if _is_part(endpoint, way)), None),
        has_units=bool(units),
        has_news=bool(news),
        on_notifications=endpoint == "notifications.index",
        reads_register=_reads_register(ctx),
        reads_rights=actor.is_admin or actor.is_auditor,
    )
    html = _drawn(frame)
    # The address last: somebody may have typed one of these marks into it.
    for mark, value in (
        (TOKEN, generate_csrf()),
        (NAME, actor.name),
        (UNITS, " · ".join(units)),
        (UNREAD, "99+" if news > 99 else str(news)),
        (PATH, this_page()),
    ):
        html = html.replace(mark, escape(value))
    return Markup(html)


def this_page() -> str:
    """To come back to it."""
    return request.full_path if request.method == "GET" else request.path


@lru_cache(KEPT)
def _drawn(frame: Frame) -> str:
    macros: Any = current_app.jinja_env.get_template("components/frame.html").module
    entries = [
        {"label": say(words), "href": address(way), "icon": icon, "current": n == frame.here}
        for n, (way, words, icon) in enumerate(frame.ways)
    ]
    return str(macros.header(frame, entries, TOKEN, PATH, NAME, UNITS, UNREAD))


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
