"""Every page of the site, and what all templates share: navigation, language, words, dates."""

from datetime import date, datetime
from typing import Any

from flask import Flask, g, request, session, url_for
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from tracker.acting import context
from tracker.config import ROOT
from tracker.extensions import db
from tracker.mail.link import mask
from tracker.rules import words
from tracker.rules.calendar import LOCAL
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.text import inside
from tracker.services.register import headed
from tracker.store.user import has_sample_data
from tracker.web import (
    act,
    api,
    api_keys,
    assignments,
    auth,
    budget,
    bulk,
    calendar,
    communes,
    cycle_plan,
    cycles,
    delegations,
    duties,
    edition,
    errors,
    evidence,
    explanations,
    exports,
    extensions,
    figures,
    home,
    hooks,
    indicators,
    insight,
    ladder,
    limits,
    listing,
    mails,
    monitor,
    my_work,
    notifications,
    opening,
    preferences,
    programmes,
    report_form,
    reports,
    rights,
    search,
    security,
    unit_reports,
    unsubscribe,
    update_sheet,
    working_days,
)
from tracker.web import (
    register as register_pages,
)
from tracker.web.addresses import address
from tracker.web.inputs import KeyConverter
from tracker.web.language import draw, locale
from tracker.web.language import gettext as _
from tracker.web.session import current_actor, overseen, require_password_change
from tracker.web.view import lines, percent_of, period_said, quick_form, rate, work

BLUEPRINTS = (
    auth.bp, home.bp, my_work.bp, assignments.bp, evidence.bp, extensions.bp, explanations.bp, delegations.bp, bulk.bp,
    listing.bp, monitor.bp, programmes.bp, mails.bp, reports.bp, rights.bp, search.bp, calendar.bp, exports.bp,
    insight.bp, hooks.bp, register_pages.bp, update_sheet.bp, working_days.bp, ladder.bp, opening.bp, duties.bp,
    act.bp, notifications.bp, preferences.bp, unsubscribe.bp, indicators.bp, communes.bp, figures.bp, budget.bp,
    cycles.bp, cycle_plan.bp, unit_reports.bp, report_form.bp, edition.bp, api.bp, api_keys.bp,
)  # fmt: skip


# What stands under "Báo cáo".
OF_REPORTING = frozenset({"cycles", "cycle_plan", "unit_reports", "report_form", "reports", "edition", "api_keys"})


def register(app: Flask) -> None:
    settings = app.extensions["settings"]
    security.register(app)
    app.before_request(require_password_change)
    errors.register(app)
    app.url_map.converters["int"] = KeyConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    limits.register(app)
    app.context_processor(_shared)
    app.jinja_env.filters.update(
        day=_day, iso_day=_iso_day, moment=_moment, period=period_said, inside=inside, rate=rate, percent_of=percent_of
    )
    app.jinja_env.filters["without_links"] = mask
    app.jinja_env.globals.update(
        _=draw,
        url_for=address,
        words=words,
        link=listing.link,
        work=work,
        lines=lines,
        quick_form=quick_form,
    )
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=ROOT / "tracker" / "static", prefix="static/", max_age=3600)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _iso_day(value: str) -> str:
    """A day as the audit keeps it."""
    return _day(date.fromisoformat(value)) if value else ""


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(LOCAL):%d/%m/%Y %H:%M}" if value else ""


def _shared() -> dict[str, Any]:
    if security.by_link():
        # Of who may be signed in here, nothing is shown.
        return {"locale": locale(), "sample_data": has_sample_data(db.session())}
    return {
        # A form of the page before this one was saved: the browser drops what it kept of it.
        "saved": any(category == "success" for category, _text in session.get("_flashes", [])),
        "navigation": _navigation() if current_user.is_authenticated else [],
        "locale": locale(),
        "locales": {"vi": "Tiếng Việt", "en": "English"},
        "sample_data": current_user.visitor.sample if current_user.is_authenticated else has_sample_data(db.session()),
        "unread": notifications.unread() if current_user.is_authenticated else 0,
        "actor": current_actor() if current_user.is_authenticated else None,
        "reads_register": current_user.is_authenticated and _reads_register(),
        "actor_units": current_user.visitor.unit_names if current_user.is_authenticated else [],
    }


def _reads_register() -> bool:
    ctx = context(current_actor())
    return bool(headed(ctx) or overseen(ctx, Permission.READ_REGISTER))


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
        entries.append(("listing.index", _("Nhiệm vụ"), "list"))
        if oversees or actor.posts:
            entries.append(("cycles.index", _("Báo cáo"), "report"))
        entries.append(("calendar.index", _("Lịch"), "calendar"))
        entries.append(("search.index", _("Tìm"), "search"))
        entries.append(("programmes.index", _("Chương trình"), "programme"))
        if oversees:
            entries.append(("indicators.index", _("Chỉ tiêu"), "indicator"))
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
    if endpoint == "listing.index":
        return request.endpoint == endpoint or request.endpoint.startswith("assignments.")
    if endpoint == "cycles.index":
        return request.endpoint.split(".")[0] in OF_REPORTING
    if endpoint == "indicators.index":
        return request.endpoint.split(".")[0] in ("indicators", "communes", "figures")
    if endpoint == "monitor.monitor":
        return request.endpoint == endpoint
    return request.endpoint.split(".")[0] == endpoint.split(".")[0]
