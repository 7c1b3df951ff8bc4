"""The month with its deadlines, and the feed that other calendar programs fetch."""

from calendar import Calendar
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.acting import acting as system_acting
from tracker.exports.calendar import calendar_file
from tracker.rules.errors import Invalid
from tracker.services import calendar_feed
from tracker.store.agenda import Due, due_between
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen

bp = Blueprint("calendar", __name__, url_prefix="/calendar")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """`?month=2026-11&whose=mine|units|all&view=month|list`."""
    with acting() as ctx:
        first = _month(request.args.get("month", ""), ctx.today)
        seen = overseen(ctx)
        choices = [
            *([("units", _("Đơn vị tôi"))] if ctx.actor.units else []),
            *([("mine", _("Do tôi thực hiện"))] if ctx.actor.units else []),
            *([("all", _("Cả chương trình"))] if seen else []),
        ]
        asked = request.args.get("whose", "")
        whose = asked if asked in dict(choices) else (choices[0][0] if choices else "mine")
        weeks = Calendar().monthdatescalendar(first.year, first.month)
        entries = due_between(
            ctx.session, weeks[0][0], weeks[-1][-1],
            owner_id=ctx.actor.user_id if whose == "mine" else None,
            owner_units=ctx.actor.units,
            unit_ids=ctx.actor.units if whose == "units" else None,
            programme_ids=seen if whose == "all" else None,
        )  # fmt: skip
        by_day: dict[date, list[Due]] = {}
        for one in entries:
            by_day.setdefault(one.on, []).append(one)
        secret = current_app.extensions["settings"].secret_key
        return render_template(
            "calendar/index.html",
            first=first,
            before=first - timedelta(days=1),
            after=(first + timedelta(days=31)).replace(day=1),
            weeks=weeks,
            by_day=by_day,
            off={day for week in weeks for day in week if not ctx.calendar.is_working(day)},
            whose=whose,
            choices=choices,
            as_list=request.args.get("view") == "list",
            today=ctx.today,
            feeds=[
                (feed, f"{ctx.base_url}/calendar/feed/{feed.id}-{calendar_feed.signature(feed, secret)}.ics")
                for feed in calendar_feed.feeds(ctx)
            ],
            units=current_user.visitor.units,
        )


@bp.post("/feeds")
@login_required
def make() -> ResponseReturnValue:
    try:
        with acting() as ctx:
            calendar_feed.make(ctx, unit_id=request.form.get("unit_id", type=key))
    except Invalid as error:
        flash(say(error), "error")
    else:
        flash(_("Đã tạo địa chỉ lịch; chép địa chỉ vào phần mềm lịch của anh/chị."), "success")
    return redirect(url_for("calendar.index") + "#feeds")


@bp.post("/feeds/<int:feed_id>/revoke")
@login_required
def revoke(feed_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        calendar_feed.revoke(ctx, feed_id)
    flash(_("Đã thu hồi địa chỉ lịch."), "success")
    return redirect(url_for("calendar.index") + "#feeds")


@bp.get("/feed/<int:feed_id>-<given>.ics")
def feed(feed_id: int, given: str) -> ResponseReturnValue:
    """Without signing in: a calendar program cannot. The signature is the key, and the row can be revoked."""
    settings = current_app.extensions["settings"]
    with system_acting() as ctx:
        name, entries = calendar_feed.read(ctx, feed_id, given, settings.secret_key)
    host = urlsplit(settings.base_url).hostname or "giao-viec"
    # The stamp is the day's, so that nothing changed means the same bytes and the same ETag.
    stamp = datetime.combine(ctx.today, datetime.min.time(), UTC)
    body = calendar_file(entries, name=f"Giao Việc – {name}", host=host, base_url=settings.base_url, now=stamp)
    answer = Response(body, mimetype="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="giao-viec.ics"'
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.set_etag(sha256(body).hexdigest())
    return answer.make_conditional(request)


def _month(asked: str, today: date) -> date:
    """The first day of "2026-11"; of this month where the address says nothing that makes sense."""
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 2000 <= first.year <= 2100 else today.replace(day=1)
