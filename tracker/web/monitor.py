"""The standing office's page: who is late, with what, since when, who was told; every number opens its rows."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.rules.deadlines import DeadlineClass, completion_rate
from tracker.rules.errors import NotAllowed
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.words import N_, SHOWN_CLASSES
from tracker.services.context import Context
from tracker.services.escalation_audit import overslept
from tracker.store.attention import attention
from tracker.store.filters import Day, Filters, Visible
from tracker.store.listing import last_told, latest
from tracker.store.outbox import LATE_AFTER, oldest_due
from tracker.store.people import head_names
from tracker.store.programme import programmes, years
from tracker.store.tally import MatrixRow, matrix
from tracker.web.inputs import key, year
from tracker.web.language import gettext as _
from tracker.web.listing import link, newest_year
from tracker.web.session import acting, login_required, overseen
from tracker.web.view import rate, view_of_row

bp = Blueprint("monitor", __name__)

# The first page names the latest; the rest is one link away.
LATEST = 20
# Rows that a phone shows before it folds the others.
FIRST = 6
# In short, under their own heading; the filter says them in full.
BANDS = {1: N_("1–5 ngày"), 2: N_("6–20 ngày"), 3: N_("trên 20 ngày")}
# A phone shows these of a unit's row, the rest one press away.
SHOWN_ON_PHONE = {"overdue": "late", None: "total"}
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
        late_only, units_page = args.get("all") != "1", args.get("units", 1, type=key)
        counted = matrix(ctx.session, visible, filters, day, units_page, late_only=late_only)
        if late_only and not counted.late:
            counted = matrix(ctx.session, visible, filters, day, units_page)
        late = latest(ctx.session, visible, filters, day, LATEST)
        total, columns = counted.total, _columns()
        return render_template(
            "monitor/index.html",
            filters=filters,
            matrix=counted,
            columns=columns,
            cells=[(row.unit_name, _cells(filters, row, columns), rate(_rate(row))) for row in counted.rows],
            first=FIRST,
            foot=_cells(filters, total, columns),
            totals=total.counts,
            done=_done(total),
            submitted=total.submitted,
            submitted_late=total.submitted_late,
            total=total.total,
            rate=_rate(total),
            late=[view_of_row(ctx, row) for row in late],
            with_unit=sum(total.bands.values()),
            told=last_told(ctx.session, [row.id for row in late]),
            heads=head_names(ctx.session, {row.lead_unit_id for row in late}, ctx.today),
            may_build=filters.programme_id in overseen(ctx, Permission.BUILD_REPORT),
            programmes=programmes(ctx.session),
            years=years(ctx.session, filters.programme_id) if filters.programme_id else [],
            attention=attention(ctx.session, seen, filters, day),
            reads_mail=bool(overseen(ctx, Permission.READ_MAIL_LOG))
            or may(ctx.actor, Permission.READ_MAIL_LOG, NOWHERE),
            oldest_mail=_waits_too_long(ctx),
            overslept=overslept(ctx),
            today=ctx.today,
        )


def _done(row: MatrixRow) -> int:
    return sum(row.counts.get(klass, 0) for klass in DONE_CLASSES)


def _rate(row: MatrixRow) -> Fraction | None:
    return completion_rate(_done(row), row.counts.get("overdue", 0))


def _waits_too_long(ctx: Context) -> datetime | None:
    """Since when the oldest mail waits, when that is longer than it should."""
    oldest = oldest_due(ctx.session, ctx.now)
    return oldest if oldest and ctx.now - oldest > LATE_AFTER else None


@dataclass(frozen=True)
class Column:
    """A class of the matrix, or a part of the overdue ones: a band of what is with the unit, or what it submitted late.
    No class is the sum."""

    label: str
    klass: str | None = None
    band: int | None = None
    state: str | None = None

    @property
    def part(self) -> bool:
        return bool(self.band or self.state)


@dataclass(frozen=True)
class Cell:
    """`href` opens the rows that `n` counts; there is none for 0."""

    n: int
    href: str
    css: str


def _columns() -> list[Column]:
    columns: list[Column] = []
    for klass, label in SHOWN_CLASSES.items():
        columns.append(Column(_(label), klass))
        if klass == DeadlineClass.OVERDUE:
            columns.extend(Column(_(label), klass, band) for band, label in BANDS.items())
            columns.append(Column(_("nộp muộn, chờ xác nhận"), klass, state="submitted"))
    return [*columns, Column(_("Cộng"))]


def _cells(filters: Filters, row: MatrixRow, columns: list[Column]) -> list[Cell]:
    """One row of the matrix, made here: hundreds of cells are the slow part of a template."""
    base = {"programme": filters.programme_id, "year": filters.year, "unit": row.unit_id}
    cells = []
    for column in columns:
        n = row.counts.get(column.klass, 0) if column.klass else row.total
        if column.band:
            n = row.bands.get(column.band, 0)
        elif column.state:
            n = row.submitted_late
        css = "num small" if column.part else f"num {SHOWN_ON_PHONE.get(column.klass, '')}".rstrip()
        if not n:
            cells.append(Cell(0, "", f"{css} zero"))
            continue
        bad = " bad-number" if column.klass == "overdue" and not column.part else ""
        asked = {"class": column.klass, "band": column.band, "state": column.state}
        cells.append(Cell(n, link(**base, **asked), css + bad))
    return cells
