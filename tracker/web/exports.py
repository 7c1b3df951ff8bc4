"""Any list as an Excel file, with the same address as the list."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.exports.listing_workbook import Line, listing_workbook
from tracker.rules.calendar import local_date
from tracker.rules.deadlines import DeadlineClass
from tracker.services.context import Context
from tracker.store.export import export_rows
from tracker.store.filters import Day
from tracker.store.programme import opened
from tracker.web.downloads import workbook_of
from tracker.web.listing import active, filters_of_address, visible_to
from tracker.web.session import acting, login_required
from tracker.web.view import new_view, period_said

bp = Blueprint("exports", __name__)
LATE = frozenset({DeadlineClass.OVERDUE, DeadlineClass.DONE_LATE})


@bp.get("/assignments.xlsx")
@login_required
def listing() -> ResponseReturnValue:
    return workbook_of(_write)


def _write(path: Path) -> str:
    with acting() as ctx:
        filters = filters_of_address(ctx)
        day = Day.of(ctx.today, ctx.calendar)
        rows = export_rows(ctx.session, visible_to(ctx), filters, day)
        known = opened(ctx.session)
        words = [one["label"] for one in active(ctx, filters, known)]
        listing_workbook(
            path,
            _lines(ctx, rows),
            filters=words,
            made_by=ctx.actor.name,
            made_at=ctx.now,
            programmes=[title for id_, title in known.titles.items() if filters.programme_id in (None, id_)],
            sample=ctx.sample,
        )
        return f"nhiem-vu-{ctx.today.isoformat()}.xlsx"


def _lines(ctx: Context, rows: Iterable[Any]) -> Iterator[Line]:
    for row in rows:
        one = new_view(row, ctx.today, ctx.calendar)
        yield Line(
            id=row.id,
            clause_ref=row.clause_ref,
            text=row.text,
            unit=row.unit_name,
            coordinating=row.coordinating or "",
            owner=row.owner_name or "",
            year=row.year,
            period=period_said(row.period),
            due_on=row.due_on,
            original_due_on=row.original_due_on,
            state=one.state_word,
            standing=one.words,
            late=one.standing.working_days if one.standing.klass in LATE else None,
            percent=row.percent,
            updated_on=local_date(row.last_update_at) if row.last_update_at else None,
            submitted_on=row.submitted_on,
            starred=row.starred,
        )
