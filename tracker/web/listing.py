"""The list of assignments behind every number, and its filters in the address."""

from dataclasses import replace
from textwrap import shorten
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.rules.errors import Invalid
from tracker.rules.permissions import Permission
from tracker.rules.words import BANDS, N_, SHOWN_CLASSES, STATES
from tracker.rules.workflow import State
from tracker.services import saved_filter as filters
from tracker.services.context import Context
from tracker.store.choices import choices
from tracker.store.filters import Day, Filters, Visible
from tracker.store.listing import assignments, last_told, leading
from tracker.store.programme import Opened, programmes, years
from tracker.store.programme import clause as load_clause
from tracker.store.unit import load, unit_named
from tracker.web.errors import say as say_error
from tracker.web.inputs import clean, key, year
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import number, text
from tracker.web.view import view_of_row

bp = Blueprint("listing", __name__)

LISTING = "/assignments"
# Filters that are on or off, in words.
MARKS = {
    "starred": N_("Trọng tâm"),
    "blocked": N_("Có vướng mắc"),
    "stale": N_("Không có tin trong 3 tháng"),
    "returned": N_("Bị trả lại"),
    "late_help": N_("Đơn vị phối hợp chậm"),
}


@bp.get(LISTING)
@login_required
def index() -> ResponseReturnValue:
    """A unit sees its own and those it coordinates."""
    with acting() as ctx:
        chosen = filters_of_address(ctx)
        offered = choices(ctx.session, ctx.today, ctx.actor.user_id, ctx.actor.units)
        day = Day.of(ctx.today, ctx.calendar)
        visible = visible_to(ctx)
        page = assignments(ctx.session, visible, chosen, day, request.args.get("page", 1, type=key))
        return render_template(
            "assignments/index.html",
            filters=chosen,
            active=active(ctx, chosen, offered.opened),
            choices=offered.opened,
            saved_filters=offered.saved,
            my_units=current_user.visitor.units,
            rows=[view_of_row(ctx, row) for row in page.rows],
            page=page,
            told=last_told(ctx.session, [row.id for row in page.rows]),
            may_bulk=bool(overseen(ctx, Permission.CHASE)),
            classes={name: _(label) for name, label in SHOWN_CLASSES.items()},
            states={name: _(label) for name, label in STATES.items()},
            # Whoever has their own work only chooses among those who lead it.
            units=leading(ctx.session, visible) if visible.programme_ids == frozenset() else offered.units,
            today=ctx.today,
        )


@bp.post("/filters")
@login_required
def save_filter() -> ResponseReturnValue:
    query = filters.known(request.form.get("query", ""))
    try:
        with acting() as ctx:
            filters.save(ctx, name=text("filter_name"), query=query, unit_id=number("unit_id"))
    except Invalid as error:
        flash(say_error(error), "error")
    else:
        flash(_("Đã lưu bộ lọc."), "success")
    return redirect(f"{url_for('listing.index')}?{query}")


@bp.post("/filters/<int:filter_id>/delete")
@login_required
def delete_filter(filter_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        filters.delete(ctx, filter_id)
    flash(_("Đã xóa bộ lọc."), "success")
    return redirect(url_for("listing.index"))


def visible_to(ctx: Context) -> Visible:
    """Who oversees every programme sees everything: the simplest question to the database."""
    seen = overseen(ctx)
    return Visible(None if seen >= ctx.offices.keys() else seen, ctx.actor.units)


def filters_of_address(ctx: Context) -> Filters:
    """A value that means nothing is left out rather than refused."""
    args = request.args
    unit_id, name = args.get("unit", type=key), clean(args.get("unit_name", ""))
    if unit_id is None and name:
        found = unit_named(ctx.session, name, ctx.today)
        unit_id = found.id if found else -1
    # A band is a part of what is overdue.
    band = args.get("band", type=key) if args.get("band") in ("1", "2", "3") else None
    return Filters(
        programme_id=args.get("programme", type=key),
        year=args.get("year", type=year),
        unit_id=unit_id,
        klass="overdue" if band else args["class"] if args.get("class") in (*SHOWN_CLASSES, "open", "done") else None,
        band=band,
        state=args["state"] if args.get("state") in set(State) else None,
        clause_id=args.get("clause", type=key),
        mine=ctx.actor.user_id if args.get("mine") else None,
        **{mark: 1 for mark in MARKS if args.get(mark)},
    )


def newest_year(ctx: Context, filters: Filters) -> Filters:
    """The newest programme and this year, where the address names none."""
    if filters.programme_id is None:
        first = next(iter(programmes(ctx.session)), None)
        filters = replace(filters, programme_id=first.id if first else None)
    if filters.year is None and filters.programme_id and request.args.get("year") != "all":
        opened = years(ctx.session, filters.programme_id)
        current = ctx.today.year if ctx.today.year in opened else next(iter(opened), None)
        filters = replace(filters, year=current)
    return filters


def active(ctx: Context, filters: Filters, choices: Opened) -> list[dict[str, str]]:
    """The filters as plain words, each with the address of the list without it. Of a programme only where there are
    several."""
    words: list[tuple[str, str]] = []
    if filters.programme_id in choices.titles and len(choices.titles) > 1:
        words.append(("programme_id", shorten(choices.titles[filters.programme_id], 60, placeholder="…")))
    if filters.klass:
        label = {"open": _("Chưa xong"), "done": _("Đã xong")}.get(filters.klass)
        words.append(("klass", label or _(SHOWN_CLASSES[filters.klass])))
    if filters.band:
        words.append(("band", _(BANDS[filters.band])))
    if filters.state:
        words.append(("state", _(STATES[filters.state])))
    if filters.unit_id:
        unit = load(ctx.session, filters.unit_id)
        words.append(("unit_id", unit.name if unit else _("Không có đơn vị này")))
    if filters.clause_id:
        found = load_clause(ctx.session, filters.clause_id)
        words.append(("clause_id", _("Mục %(ref)s", ref=found.ref) if found else "?"))
    words += [(name, _(label)) for name, label in MARKS.items() if getattr(filters, name)]
    if filters.mine:
        words.append(("mine", _("Do tôi thực hiện")))
    if filters.year:
        words.append(("year", _("Năm %(year)s", year=filters.year)))
    here = url_for("listing.index")
    also = {"klass": ("band",)}
    return [
        {"label": label, "href": f"{here}?{urlencode(filters.without(name, *also.get(name, ())).as_query())}"}
        for name, label in words
    ]


def link(**values: Any) -> str:
    """Address of the rows behind a number. The matrix has hundreds: `url_for` for each would be half of its time.

    Values are numbers and names of classes and states, which need no escaping.
    """
    query = "&".join([f"{name}={value}" for name, value in values.items() if value is not None])
    return f"{request.script_root}{LISTING}?{query}"
