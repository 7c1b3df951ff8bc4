"""The standing office's page: who is late, with what, since when, who was told; every number opens its rows."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.deadlines import DeadlineClass, completion_rate
from tracker.rules.errors import NotAllowed
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.words import BANDS, CLASSES, N_
from tracker.services.context import Context
from tracker.services.escalation_audit import overslept
from tracker.store.attention import attention
from tracker.store.filters import Day, Filters, Visible
from tracker.store.listing import assignments, last_told
from tracker.store.outbox import LATE_AFTER, health
from tracker.store.page import plan_anew
from tracker.store.programme import programmes, years
from tracker.store.tally import MatrixRow, matrix
from tracker.web.inputs import key, year
from tracker.web.listing import link, newest_year
from tracker.web.session import acting, login_required, overseen
from tracker.web.view import view_of_row

bp = Blueprint("monitor", __name__)

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
        args = request.args
        filters = newest_year(
            ctx, Filters(programme_id=args.get("programme", type=key), year=args.get("year", type=year))
        )
        day = Day.of(ctx.today, ctx.calendar)
        visible = Visible(seen, frozenset())
        plan_anew(ctx.session)
        counted = matrix(ctx.session, visible, filters, day, args.get("units", 1, type=key))
        late = assignments(
            ctx.session, visible, replace(filters, klass="overdue"), day, args.get("page", 1, type=key), LATEST
        )
        total, columns = counted.total, _columns()
        done = sum(total.counts.get(klass, 0) for klass in DONE_CLASSES)
        return render_template(
            "monitor/index.html",
            filters=filters,
            matrix=counted,
            columns=columns,
            cells=[(row.unit.name if row.unit else "", _cells(filters, row, columns)) for row in counted.rows],
            foot=_cells(filters, total, columns),
            totals=total.counts,
            done=done,
            submitted=total.submitted,
            total=total.total,
            rate=completion_rate(done, total.counts.get("overdue", 0)),
            late=[view_of_row(ctx, row) for row in late.rows],
            page=late,
            told=last_told(ctx.session, [row.id for row in late.rows]),
            programmes=programmes(ctx.session),
            years=years(ctx.session, filters.programme_id) if filters.programme_id else [],
            attention=attention(ctx.session, seen, filters, day),
            reads_mail=bool(overseen(ctx, Permission.READ_MAIL_LOG))
            or may(ctx.actor, Permission.READ_MAIL_LOG, NOWHERE),
            oldest_mail=_waits_too_long(ctx),
            overslept=overslept(ctx),
            today=ctx.today,
        )


def _waits_too_long(ctx: Context) -> datetime | None:
    """Since when the oldest mail waits, when that is longer than it should."""
    oldest = health(ctx.session, ctx.now).oldest_due
    return oldest if oldest and ctx.now - oldest > LATE_AFTER else None


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


def _cells(filters: Filters, row: MatrixRow, columns: list[Column]) -> list[Cell]:
    """One row of the matrix, made here: hundreds of cells are the slow part of a template."""
    unit_id = row.unit.id if row.unit else None
    base = {"programme": filters.programme_id, "year": filters.year, "unit": unit_id}
    cells = []
    for column in columns:
        n = row.counts.get(column.klass, 0) if column.klass else row.total
        if column.band:
            n = row.bands.get(column.band, 0)
        css = "num small" if column.band else "num"
        if not n:
            cells.append(Cell(0, "", f"{css} zero"))
            continue
        bad = " bad-number" if column.klass == "overdue" and not column.band else ""
        cells.append(Cell(n, link(**base, **{"class": column.klass, "band": column.band}), css + bad))
    return cells
