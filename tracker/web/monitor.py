"""The standing office's page: who is late, with what, since when, who was told; every number opens its rows."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.deadlines import DeadlineClass, completion_rate
from tracker.rules.errors import NotAllowed
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.words import BANDS, CLASSES, N_, STATES
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.store.attention import attention
from tracker.store.listing import Day, Filters, MatrixRow, Visible, assignments, count_submitted, last_told, matrix
from tracker.store.outbox import health
from tracker.store.programme import clause as load_clause
from tracker.store.programme import programmes, years
from tracker.store.unit import units_on
from tracker.web.inputs import key
from tracker.web.session import acting, login_required, overseen
from tracker.web.view import view_of

bp = Blueprint("monitor", __name__)

LISTING = "/assignments"
# Filters that are on or off, in words.
MARKS = {
    "starred": N_("Trọng tâm"),
    "stale": N_("Không có tin trong 3 tháng"),
    "returned": N_("Bị trả lại"),
    "late_help": N_("Đơn vị phối hợp chậm"),
}
# The first page names the latest; the rest is one link away.
LATEST = 20
OPEN_CLASSES = (DeadlineClass.OVERDUE, DeadlineClass.DUE_SOON, DeadlineClass.NOT_DUE, DeadlineClass.NO_DEADLINE)
DONE_CLASSES = (DeadlineClass.DONE_EARLY, DeadlineClass.DONE_ON_TIME, DeadlineClass.DONE_LATE)


@bp.get("/monitor")
@login_required
def monitor() -> ResponseReturnValue:
    with acting() as ctx:
        seen = overseen(ctx)
        if not seen and not may(ctx.actor, Permission.MONITOR, NOWHERE):
            raise NotAllowed(N_("Trang theo dõi dành cho cơ quan thường trực và lãnh đạo."))
        filters = _filters(ctx, default_year=True)
        day = Day.of(ctx.today, ctx.calendar)
        visible = Visible(seen, frozenset())
        rows = matrix(ctx.session, visible, filters, day)
        late = assignments(ctx.session, visible, replace(filters, klass="overdue"), day, _page(), LATEST)
        totals, bands, columns = _totals(rows), _band_totals(rows), _columns()
        done = sum(totals.get(klass, 0) for klass in DONE_CLASSES)
        return render_template(
            "monitor/index.html",
            filters=filters,
            active=_active(ctx, filters),
            rows=rows,
            columns=columns,
            cells={
                row.unit.id: _cells(filters, row.unit.id, columns, row.counts, row.bands, row.total) for row in rows
            },
            foot=_cells(filters, None, columns, totals, bands, sum(totals.values())),
            totals=totals,
            done=done,
            submitted=count_submitted(ctx.session, visible, filters, day),
            total=sum(totals.values()),
            rate=completion_rate(done, totals.get("overdue", 0)),
            late=[view_of(ctx, row) for row in late.rows],
            page=late,
            told=last_told(ctx.session, [row.id for row in late.rows]),
            programmes=programmes(ctx.session),
            years=years(ctx.session, filters.programme_id) if filters.programme_id else [],
            attention=attention(ctx.session, seen or frozenset(), filters, day),
            outbox=health(ctx.session, ctx.now),
            today=ctx.today,
        )


@bp.get(LISTING)
@login_required
def listing() -> ResponseReturnValue:
    """The rows behind any number; a unit sees its own and those it coordinates."""
    with acting() as ctx:
        filters = _filters(ctx)
        day = Day.of(ctx.today, ctx.calendar)
        visible = Visible(overseen(ctx), ctx.actor.units)
        page = assignments(ctx.session, visible, filters, day, _page())
        return render_template(
            "assignments/index.html",
            filters=filters,
            active=_active(ctx, filters),
            rows=[view_of(ctx, row) for row in page.rows],
            page=page,
            told=last_told(ctx.session, [row.id for row in page.rows]),
            may_bulk=bool(overseen(ctx, Permission.CHASE)),
            classes={name: _(label) for name, label in CLASSES.items()},
            states={name: _(label) for name, label in STATES.items()},
            units=units_on(ctx.session, ctx.today),
            programmes=programmes(ctx.session),
            today=ctx.today,
        )


def _filters(ctx: Context, *, default_year: bool = False) -> Filters:
    """From the address; a value that means nothing is left out rather than refused."""
    args = request.args
    filters = Filters(
        programme_id=args.get("programme", type=key),
        year=args.get("year", type=key),
        unit_id=args.get("unit", type=key),
        klass=args["class"] if args.get("class") in (*CLASSES, "open", "done") else None,
        band=args.get("band", type=key) if args.get("band") in ("1", "2", "3") else None,
        state=args["state"] if args.get("state") in set(State) else None,
        clause_id=args.get("clause", type=key),
        mine=ctx.actor.user_id if args.get("mine") else None,
        **{name: 1 for name in MARKS if args.get(name)},
    )
    if filters.programme_id is None and default_year:
        first = next(iter(programmes(ctx.session)), None)
        filters = replace(filters, programme_id=first.id if first else None)
    if filters.year is None and default_year and filters.programme_id and args.get("year") != "all":
        opened = years(ctx.session, filters.programme_id)
        current = ctx.today.year if ctx.today.year in opened else (opened[0] if opened else None)
        filters = replace(filters, year=current)
    return filters


def _page() -> int:
    return request.args.get("page", 1, type=key)


def _active(ctx: Context, filters: Filters) -> list[dict[str, str]]:
    """The filters as plain words, each with the address of the list without it."""
    words: list[tuple[str, str]] = []
    if filters.klass:
        label = {"open": _("Chưa xong"), "done": _("Đã xong")}.get(filters.klass)
        words.append(("klass", label or _(CLASSES[filters.klass])))
    if filters.band:
        words.append(("band", _(BANDS[filters.band])))
    if filters.state:
        words.append(("state", _(STATES[filters.state])))
    if filters.unit_id:
        name = next((unit.name for unit in units_on(ctx.session, ctx.today) if unit.id == filters.unit_id), "?")
        words.append(("unit_id", name))
    if filters.clause_id:
        found = load_clause(ctx.session, filters.clause_id)
        words.append(("clause_id", _("Mục %(ref)s", ref=found.ref) if found else "?"))
    words += [(name, _(label)) for name, label in MARKS.items() if getattr(filters, name)]
    if filters.mine:
        words.append(("mine", _("Do tôi thực hiện")))
    if filters.year:
        words.append(("year", _("Năm %(year)s", year=filters.year)))
    endpoint = request.endpoint or "monitor.listing"
    return [
        {"label": label, "href": f"{url_for(endpoint)}?{urlencode(filters.without(name).as_query())}"}
        for name, label in words
    ]


@dataclass(frozen=True)
class Column:
    """A class of the matrix, or one band of the overdue ones; no class is the sum."""

    label: str
    klass: str | None = None
    band: int | None = None


@dataclass(frozen=True)
class Cell:
    """`href` opens the rows that `n` counts; there is none for 0."""

    n: int
    href: str
    css: str


def _columns() -> list[Column]:
    columns: list[Column] = []
    for klass in (*OPEN_CLASSES, *DONE_CLASSES):
        columns.append(Column(_(CLASSES[klass]), str(klass)))
        if klass is DeadlineClass.OVERDUE:
            columns.extend(Column(_(label), str(klass), band) for band, label in BANDS.items())
    return [*columns, Column(_("Cộng"))]


def _cells(
    filters: Filters,
    unit_id: int | None,
    columns: list[Column],
    counts: dict[str, int],
    bands: dict[int, int],
    total: int,
) -> list[Cell]:
    """One row of the matrix, made here: hundreds of cells are the slow part of a template."""
    base = {"programme": filters.programme_id, "year": filters.year, "unit": unit_id}
    cells = []
    for column in columns:
        n = counts.get(column.klass, 0) if column.klass else total
        if column.band:
            n = bands.get(column.band, 0)
        css = "num small" if column.band else "num"
        if not n:
            cells.append(Cell(0, "", f"{css} zero"))
            continue
        bad = " bad-number" if column.klass == "overdue" and not column.band else ""
        cells.append(Cell(n, link(**base, **{"class": column.klass, "band": column.band}), css + bad))
    return cells


def _totals(rows: list[MatrixRow]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in rows:
        for klass, n in row.counts.items():
            totals[klass] = totals.get(klass, 0) + n
    return totals


def _band_totals(rows: list[MatrixRow]) -> dict[int, int]:
    return {number: sum(row.bands.get(number, 0) for row in rows) for number in BANDS}


def link(**values: Any) -> str:
    """Address of the rows behind a number. The matrix has hundreds: `url_for` for each would be half of its time."""
    query = urlencode({name: value for name, value in values.items() if value is not None})
    return f"{request.script_root}{LISTING}?{query}"
