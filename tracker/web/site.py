"""Every page of the site, and what all templates share: navigation, language, words, dates."""

from datetime import date, datetime
from typing import Any

from flask import Flask, g, request, session, url_for
from flask_babel import get_translations
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from tracker.acting import context
from tracker.config import ROOT
from tracker.extensions import db
from tracker.rules import words
from tracker.rules.calendar import LOCAL
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.store.unit import names_of
from tracker.store.user import has_sample_data
from tracker.web import (
    assignments,
    auth,
    errors,
    evidence,
    home,
    mails,
    monitor,
    my_work,
    programmes,
    reports,
    security,
)
from tracker.web.inputs import KeyConverter
from tracker.web.session import current_actor, overseen, require_password_change

BLUEPRINTS = (
    auth.bp,
    home.bp,
    my_work.bp,
    assignments.bp,
    evidence.bp,
    monitor.bp,
    programmes.bp,
    mails.bp,
    reports.bp,
)
LOCALES = ("vi", "en")


def register(app: Flask) -> None:
    settings = app.extensions["settings"]
    security.register(app)
    app.before_request(require_password_change)
    errors.register(app)
    app.url_map.converters["int"] = KeyConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(_shared)
    # Flask-Babel looks its catalogue up anew for every text; a page has hundreds.
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(day=_day, moment=_moment)
    app.jinja_env.globals.update(words=words, link=monitor.link)
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=ROOT / "tracker" / "static", prefix="static/", max_age=3600)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def locale() -> str:
    """The person's choice; Vietnamese for everybody else, whatever their browser says."""
    chosen = session.get("locale")
    return chosen if chosen in LOCALES else "vi"


def _catalogue() -> Any:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def _gettext(text: str) -> str:
    return str(_catalogue().ugettext(text))


def _ngettext(one: str, many: str, n: int) -> str:
    return str(_catalogue().ungettext(one, many, n))


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(LOCAL):%d/%m/%Y %H:%M}" if value else ""


def _shared() -> dict[str, Any]:
    return {
        "navigation": _navigation() if current_user.is_authenticated else [],
        "locale": locale(),
        "locales": {"vi": "Tiếng Việt", "en": "English"},
        "sample_data": has_sample_data(db.session()),
        "actor": current_actor() if current_user.is_authenticated else None,
        "actor_units": names_of(db.session(), current_actor().units) if current_user.is_authenticated else [],
    }


def _navigation() -> list[dict[str, Any]]:
    """Five entries at most for a head, a few more for the office."""
    if "navigation" not in g:
        actor = current_actor()
        ctx = context(actor)
        oversees, reads_mail = overseen(ctx), bool(overseen(ctx, Permission.READ_MAIL_LOG))
        entries: list[tuple[str, str, str]] = []
        if oversees:
            entries.append(("monitor.monitor", _("Theo dõi"), "monitor"))
        if actor.posts:
            entries.append(("my_work.my_work", _("Việc của tôi"), "my-work"))
        entries.append(("monitor.listing", _("Nhiệm vụ"), "list"))
        entries.append(("programmes.index", _("Chương trình"), "programme"))
        if oversees:
            entries.append(("reports.index", _("Báo cáo"), "report"))
        if reads_mail or may(actor, Permission.READ_MAIL_LOG, NOWHERE):
            entries.append(("mails.index", _("Nhật ký thư"), "mail"))
        g.navigation = [
            {"label": label, "href": url_for(endpoint), "icon": icon, "current": _is_current(endpoint), "count": None}
            for endpoint, label, icon in entries
        ]
    return g.navigation  # type: ignore[no-any-return]


def _is_current(endpoint: str) -> bool:
    if request.endpoint is None:
        return False
    if endpoint == "monitor.listing":
        return request.endpoint == endpoint or request.endpoint.startswith("assignments.")
    if endpoint == "monitor.monitor":
        return request.endpoint == endpoint
    return request.endpoint.split(".")[0] == endpoint.split(".")[0]
