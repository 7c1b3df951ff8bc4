"""A cycle before it opens: its days, the form of its reports, who is exempt; then opening, in the end closing it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.cycle import KINDS, LEVELS, MOST_SECTIONS, Days, Section, read_sections, section_list
from tracker.rules.days import check_day, read_day
from tracker.rules.errors import Conflict, IllegalMove, Invalid
from tracker.rules.words import N_
from tracker.services import cycle as verbs
from tracker.services import expected
from tracker.services.context import Context
from tracker.services.cycle_opening import open_cycle
from tracker.store.unit import few_units, names, units_on
from tracker.store.unit_report import measures_of
from tracker.web.errors import say, status_of
from tracker.web.inputs import key, keys
from tracker.web.language import gettext as _
from tracker.web.reports import cycle_name
from tracker.web.session import acting, login_required
from tracker.web.verbs import text, unit

bp = Blueprint("cycle_plan", __name__, url_prefix="/cycles/<int:cycle_id>/plan")
DAYS = ("opens_on", "cut_off_on", "due_commune_on", "due_department_on", "due_office_on")
DAY_WORDS = {
    "opens_on": N_("Mở kỳ"),
    "cut_off_on": N_("Chốt số liệu"),
    "due_commune_on": N_("Hạn của các xã, thị trấn"),
    "due_department_on": N_("Hạn của phòng, ban, ngành, đoàn thể"),
    "due_office_on": N_("Hạn của cơ quan thường trực (báo cáo tổng hợp)"),
}
# Empty lines of the form's editor, for new sections.
SPARE = 3


@bp.get("")
@login_required
def index(cycle_id: int) -> ResponseReturnValue:
    return _page(cycle_id)


@bp.post("/days")
@login_required
def save_days(cycle_id: int) -> ResponseReturnValue:
    return _do(cycle_id, _set_days, _("Đã lưu các ngày của kỳ."))


@bp.post("")
@login_required
def save(cycle_id: int) -> ResponseReturnValue:
    """Before it opens everything is one form, whichever button is pressed: nothing typed is left behind.

    `then`: "open" shows what opening would do; "exempt" and "expect-12" are those of one unit.
    """
    then = request.form.get("then", "")

    def verb(ctx: Context) -> None:
        _set_plan(ctx)
        if then == "exempt":
            expected.exempt(ctx, cycle_id, unit(ctx, "unit_id") or 0, reason=text("reason"))
        elif then.startswith("expect-"):
            for unit_id in keys([then.removeprefix("expect-")]):
                expected.expect(ctx, cycle_id, unit_id)

    answer = _do(cycle_id, verb, _("Đã lưu kế hoạch của kỳ."))
    saved = not isinstance(answer, tuple)
    return redirect(url_for("cycle_plan.index", cycle_id=cycle_id, ask="open")) if saved and then == "open" else answer


@bp.post("/exempt")
@login_required
def exempt(cycle_id: int) -> ResponseReturnValue:
    return _do(
        cycle_id,
        lambda ctx: expected.exempt(ctx, cycle_id, unit(ctx, "unit_id") or 0, reason=text("reason")),
        _("Đã ghi miễn báo cáo."),
    )


@bp.post("/expect")
@login_required
def expect(cycle_id: int) -> ResponseReturnValue:
    unit_id = request.form.get("unit_id", 0, type=key)
    return _do(cycle_id, lambda ctx: expected.expect(ctx, cycle_id, unit_id), _("Đơn vị lại phải báo cáo."))


@bp.post("/add")
@login_required
def add(cycle_id: int) -> ResponseReturnValue:
    return _do(
        cycle_id,
        lambda ctx: expected.add_unit(ctx, cycle_id, unit(ctx, "new_unit_id") or 0, reason=text("reason")),
        _("Đã bổ sung đơn vị vào danh sách của kỳ."),
        renamed={"unit_id": "new_unit_id", "reason": "new_reason"},
    )


@bp.post("/open")
@login_required
def open_(cycle_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            done = open_cycle(ctx, cycle_id, seen=text("seen"))
    except (Invalid, Conflict, IllegalMove) as error:
        return _page(cycle_id, {error.field or "open": say(error)}, status_of(error))
    flash(_("Đã mở kỳ: %(n)s đơn vị phải nộp, %(m)s thư.", n=done.expected, m=done.mails), "success")
    return redirect(url_for("cycles.show", cycle_id=cycle_id))


@bp.post("/close")
@login_required
def close(cycle_id: int) -> ResponseReturnValue:
    return _do(cycle_id, lambda ctx: verbs.close(ctx, cycle_id), _("Đã đóng kỳ báo cáo."))


@bp.post("/open-again")
@login_required
def open_again(cycle_id: int) -> ResponseReturnValue:
    return _do(cycle_id, lambda ctx: verbs.open_again(ctx, cycle_id), _("Đã mở lại kỳ báo cáo."))


def _do(
    cycle_id: int, verb: Callable[[Context], object], done: str, *, renamed: dict[str, str] | None = None
) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            verb(ctx)
    except (Invalid, Conflict, IllegalMove) as error:
        field = error.field or "seen"
        return _page(cycle_id, {(renamed or {}).get(field, field): say(error)}, status_of(error))
    flash(done, "success")
    return redirect(url_for("cycle_plan.index", cycle_id=cycle_id))


def _set_days(ctx: Context) -> object:
    return verbs.set_days(ctx, _id(), _days(ctx), seen=text("seen"))


def _set_plan(ctx: Context) -> object:
    return verbs.set_plan(ctx, _id(), _days(ctx), _typed_sections(ctx), _measures(), seen=text("seen"))


def _days(ctx: Context) -> Days:
    values: dict[str, date] = {}
    for name in DAYS:
        typed = text(name)
        day = read_day(typed)
        if day is None:
            raise Invalid(N_("Ngày cần có dạng 19/11/2026."), field=name)
        values[name] = check_day(day, ctx.today, field=name)
    return Days(**values)


def _typed_sections(ctx: Context) -> list[Section]:
    rows = []
    for at in range(MOST_SECTIONS + SPARE):
        if f"title-{at}" not in request.form:
            continue
        order = request.form.get(f"order-{at}", "")
        rows.append(
            {
                "key": request.form.get(f"key-{at}", "")[:40],
                "title": request.form[f"title-{at}"][:1_000],
                "help": request.form.get(f"help-{at}", "")[:2_000],
                "required": bool(request.form.get(f"required-{at}")),
                "order": int(order) if order.isdecimal() and len(order) < 4 else 999,
            }
        )
    known = [one.key for one in section_list(verbs.view(ctx, _id()).form)]
    rows.sort(key=lambda row: row["order"])  # type: ignore[arg-type, return-value]
    return read_sections(rows, known)


def _measures() -> list[int]:
    try:
        return [key(one) for one in request.form.getlist("measures")]
    except ValueError as error:
        raise Invalid(N_("Có chỉ tiêu không thuộc chương trình này."), field="measures") from error


def _id() -> int:
    return int((request.view_args or {})["cycle_id"])


def _page(cycle_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        cycle = verbs.permitted(ctx, cycle_id)
        excused = expected.excused(ctx, cycle)
        units = units_on(ctx.session, ctx.today) if cycle.opened_at is None else []
        levels = expected.levels(ctx, cycle, units)
        return (
            render_template(
                "cycles/plan.html",
                cycle=cycle,
                name=cycle_name(cycle),
                kind=_(KINDS[cycle.kind]),
                seen=verbs.mark(cycle),
                days=[
                    (name, _(DAY_WORDS[name]), _typed(errors, name, getattr(cycle, name).isoformat())) for name in DAYS
                ],
                sections=_sections(cycle, errors or {}),
                measures=measures_of(ctx.session, cycle.programme_id),
                chosen=_chosen(cycle, errors or {}),
                excused=[(id_, name_, excused[id_]) for id_, name_ in names(ctx.session, list(excused)).items()],
                units=few_units(ctx.session, ctx.today, but=cycle.programme.issuer_unit_id),
                levels=[
                    (_(LEVELS[level]), n, due := verbs.days_of(cycle).due(level), due < ctx.today)
                    for level, n in levels.items()
                ],
                by_itself=verbs.opens_by_itself(cycle),
                asks=cycle.opened_at is None and not errors and request.args.get("ask") == "open",
                errors=errors or {},
                values=request.form if errors else {},
            ),
            status,
        )


def _typed(errors: dict[str, str] | None, name: str, stored: str) -> str:
    return request.form.get(name, stored) if errors else stored


def _sections(cycle: Any, errors: dict[str, str]) -> list[dict[str, Any]]:
    """Rows of the editor: as they are stored, or as they were typed, and some empty ones."""
    if errors and "title-0" in request.form:
        found = []
        for at in range(MOST_SECTIONS + SPARE):
            if f"title-{at}" in request.form:
                row = {part: request.form.get(f"{part}-{at}", "") for part in ("key", "title", "help", "order")}
                found.append({**row, "required": bool(request.form.get(f"required-{at}"))})
        return found
    rows = [{**vars(one), "order": str(at)} for at, one in enumerate(section_list(cycle.form), 1)]
    spare = min(SPARE, MOST_SECTIONS - len(rows))
    return rows + [{"key": "", "title": "", "help": "", "required": False, "order": ""} for _at in range(spare)]


def _chosen(cycle: Any, errors: dict[str, str]) -> set[int]:
    if errors and "measures_shown" in request.form:
        return keys(request.form.getlist("measures"))
    return set(cycle.form["commune_measures"])
