"""The year of working days for everybody, and its table for the administrator: look first, then confirm."""

from collections import Counter
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.importing.working_days import MAX_BYTES, read_list
from tracker.rules.days import FIRST_YEAR, LAST_YEAR
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.permissions import NOWHERE, Permission, demand, may
from tracker.rules.words import N_
from tracker.rules.working_days import (
    Changes,
    Wrong,
    calendar_from,
    days_of,
    read_rows,
    specials,
    split_lines,
    write_lines,
)
from tracker.services import working_day as verbs
from tracker.services.context import Context
from tracker.store import working_day as store
from tracker.web.errors import say
from tracker.web.inputs import clean, key
from tracker.web.language import gettext as _
from tracker.web.language import locale
from tracker.web.session import acting, login_required
from tracker.web.uploads import takes_files
from tracker.web.verbs import day, text

bp = Blueprint("working_days", __name__, url_prefix="/working-days")
# The field of the form for one day that a mistake belongs to.
FIELDS = {"day": "day", "kind": "kind", "note": "note"}


class _Wrong(Invalid):
    """Mistakes line by line, all at once."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__(N_("Danh sách có chỗ cần sửa; chưa có gì được lưu."), field="lines")
        self.wrong = wrong


@bp.get("", strict_slashes=False)
@login_required
def index() -> ResponseReturnValue:
    """`?year=2026`."""
    return _page()


@bp.post("/preview")
@login_required
@takes_files(count=1, each=MAX_BYTES)
def preview() -> ResponseReturnValue:
    """What the change would do. Nothing has changed yet."""
    try:
        with acting() as ctx:
            demand(ctx.actor, Permission.SET_WORKING_DAYS, NOWHERE)
            return _preview(ctx, _changes())
    except _Wrong as error:
        return _page({error.field or "lines": say(error)}, 422, error.wrong)
    except Invalid as error:
        return _page({error.field or "lines": say(error)}, 422)


@bp.post("/apply")
@login_required
def apply() -> ResponseReturnValue:
    changes: Changes = {}
    try:
        with acting() as ctx:
            demand(ctx.actor, Permission.SET_WORKING_DAYS, NOWHERE)
            changes = _changes()
            plan = verbs.apply(
                ctx, changes, fingerprint=text("fingerprint"), deadlines=request.form.get("deadlines", "")
            )
    except Conflict as error:
        return _again(changes, {"fingerprint": say(error)}, 409)
    except Invalid as error:
        if error.field == "deadlines":
            return _again(changes, {"deadlines": say(error)}, 422)
        return _page({error.field or "lines": say(error)}, 422)
    n = len(plan.moving)
    if not n:
        flash(_("Đã lưu lịch làm việc. Không có hạn nào phải chuyển."), "success")
    elif request.form.get("deadlines") == verbs.Deadlines.MOVE:
        flash(_("Đã lưu lịch làm việc và chuyển hạn của %(n)s nhiệm vụ.", n=n), "success")
    else:
        flash(_("Đã lưu lịch làm việc; giữ nguyên hạn đã giao của %(n)s nhiệm vụ.", n=n), "success")
    return redirect(url_for("working_days.index", year=plan.changed[0].day.year))


def _again(changes: Changes, errors: dict[str, str], status: int) -> ResponseReturnValue:
    """The preview as things stand now; where nothing is left to change, the year itself."""
    try:
        with acting() as ctx:
            return _preview(ctx, changes, errors, status)
    except Invalid as error:
        return _page({"lines": say(error)}, status)


def _preview(
    ctx: Context, changes: Changes, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    plan = verbs.preview(ctx, changes)
    return (
        render_template(
            "working_days/preview.html",
            plan=plan,
            lines=write_lines(entry for entry in changes.values() if entry is not None),
            removed=sorted(one for one, entry in changes.items() if entry is None),
            year=plan.changed[0].day.year,
            errors=errors or {},
            chosen=request.form.get("deadlines", ""),
        ),
        status,
    )


def _changes() -> Changes:
    """From one of the forms: a day with its note, days to take away, or a list as text or as a file."""
    sent = request.files.get("file")
    if request.form.get("one"):
        kind = {"off": "nghỉ", "work": "làm việc"}.get(text("kind"), "")
        given = day("day")
        entries, wrong = read_rows([(1, [given.isoformat() if given else "", kind, text("note")])])
        if not given:
            raise Invalid(N_("Hãy chọn ngày."), field="day")
        if not kind:
            raise Invalid(N_("Hãy chọn: nghỉ hay làm việc."), field="kind")
        if wrong:
            raise Invalid(wrong[0].message, field=FIELDS[wrong[0].column], **wrong[0].params)
        return {entry.day: entry for entry in entries}
    removed = _removed()
    if sent is not None and sent.filename:
        rows = read_list(sent.filename, sent.stream)
    else:
        # A file's text may be longer than what a form field holds otherwise.
        rows = split_lines(request.form.get("lines", ""))
    entries, wrong = read_rows(rows)
    if wrong:
        raise _Wrong(wrong)
    if not entries and not removed:
        raise Invalid(N_("Hãy dán danh sách ngày hoặc chọn tệp."), field="lines")
    return {**dict.fromkeys(removed), **{entry.day: entry for entry in entries}}


def _removed() -> list[date]:
    rows = [(n, [clean(one), "nghỉ", "x"]) for n, one in enumerate(request.form.getlist("remove")[:1_000], 1)]
    entries, wrong = read_rows(rows)
    if wrong:
        raise Invalid(N_("Hãy chọn ngày."), field="day")
    return [entry.day for entry in entries]


def _page(
    errors: dict[str, str] | None = None, status: int = 200, wrong: list[Wrong] | None = None
) -> ResponseReturnValue:
    with acting() as ctx:
        asked = request.args.get("year", type=key)
        year = asked if asked is not None and FIRST_YEAR <= asked <= LAST_YEAR else ctx.today.year
        table = store.overrides(ctx.session)
        calendar = calendar_from(table)
        special = {one.day: one for one in specials(year, table, locale())}
        months = [(month, days_of(year, month)) for month in range(1, 13)]
        days = [one for _month, weeks in months for week in weeks for one in week if one]
        working = [one for one in days if calendar.is_working(one)]
        return (
            render_template(
                "working_days/index.html",
                year=year,
                years=(FIRST_YEAR, LAST_YEAR),
                months=months,
                special=special,
                off=set(days) - set(working),
                count=Counter(one.month for one in working),
                programmes=list(store.programmes(ctx.session).values()),
                today=ctx.today,
                may_set=may(ctx.actor, Permission.SET_WORKING_DAYS, NOWHERE),
                errors=errors or {},
                wrong=[(one.line, _sentence(one)) for one in wrong or []],
                values=request.form if errors else {},
            ),
            status,
        )


def _sentence(one: Wrong) -> str:
    message: str = _(one.message)
    return message % one.params if one.params else message
