"""Every page of the site, and what all templates share: the frame, language, words, dates."""

from datetime import date, datetime
from typing import Any

from flask import Flask, session
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from tracker.config import ROOT
from tracker.extensions import db
from tracker.mail.link import mask
from tracker.rules import words
from tracker.rules.calendar import LOCAL
from tracker.rules.text import inside
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
from tracker.web.fields import plain_field, plain_file_input, plain_select
from tracker.web.frame import header, this_page
from tracker.web.happenings import details
from tracker.web.inputs import KeyConverter
from tracker.web.language import LOCALES, draw, locale
from tracker.web.session import current_actor, require_password_change
from tracker.web.view import lines, percent_of, period_said, quick_form, rate, work

BLUEPRINTS = (
    auth.bp, home.bp, my_work.bp, assignments.bp, evidence.bp, extensions.bp, explanations.bp, delegations.bp, bulk.bp,
    listing.bp, monitor.bp, programmes.bp, mails.bp, reports.bp, rights.bp, search.bp, calendar.bp, exports.bp,
    insight.bp, hooks.bp, register_pages.bp, update_sheet.bp, working_days.bp, ladder.bp, opening.bp, duties.bp,
    act.bp, notifications.bp, preferences.bp, unsubscribe.bp, indicators.bp, communes.bp, figures.bp, budget.bp,
    cycles.bp, cycle_plan.bp, unit_reports.bp, report_form.bp, edition.bp, api.bp, api_keys.bp,
)  # fmt: skip


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
        day=_day, moment=_moment, period=period_said, inside=inside, rate=rate, percent_of=percent_of, details=details
    )
    app.jinja_env.filters["without_links"] = mask
    app.jinja_env.globals.update(
        _=draw,
        url_for=address,
        words=words,
        link=listing.link,
        header=header,
        this_page=this_page,
        locales=LOCALES,
        work=work,
        lines=lines,
        quick_form=quick_form,
        plain_field=plain_field,
        plain_select=plain_select,
        plain_file_input=plain_file_input,
    )
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=ROOT / "tracker" / "static", prefix="static/", max_age=3600)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(LOCAL):%d/%m/%Y %H:%M}" if value else ""


def _shared() -> dict[str, Any]:
    if security.by_link():
        # Of who may be signed in here, nothing is shown.
        return {"locale": locale(), "sample_data": has_sample_data(db.session())}
    return {
        # A form of the page before this one was saved: the browser drops what it kept of it.
        "saved": any(category == "success" for category, _text in session.get("_flashes", [])),
        "locale": locale(),
        "sample_data": current_user.visitor.sample if current_user.is_authenticated else has_sample_data(db.session()),
        "unread": notifications.unread() if current_user.is_authenticated else 0,
        "actor": current_actor() if current_user.is_authenticated else None,
        "actor_units": current_user.visitor.unit_names if current_user.is_authenticated else [],
    }
