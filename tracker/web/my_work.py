"""My work: what is open with me and my units, most urgent first, with an update in place or many in one grid."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import DomainError, Invalid
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT, State
from tracker.services.access import UNSAID
from tracker.services.context import Context
from tracker.services.update import Line, update_many
from tracker.store.beside import beside
from tracker.store.listing import coordinated_work, open_work
from tracker.store.unit_report import reports_of
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required
from tracker.web.verbs import number, text
from tracker.web.view import AssignmentView, view_of_row

bp = Blueprint("my_work", __name__)

# Further down a row opens its page: hundreds of forms would only make a phone slow.
FORMS = 25
# The band of what is late by more than 20 working days.
CRITICAL = 3
BEFORE_WAITING = (
    ("returned", N_("Bị trả lại, cần bổ sung")),
    ("critical", N_("Quá hạn trên 20 ngày làm việc")),
    ("overdue", N_("Quá hạn")),
    ("due_soon", N_("Sắp đến hạn")),
)
AFTER_WAITING = (
    ("later", N_("Còn thời gian")),
    ("waiting", N_("Đang chờ xác nhận")),
    ("suspended", N_("Tạm dừng")),
)
# What the form says of each row.
PARTS = frozenset({"version", "signal", "text", "percent"})
WHERE = {"explanation": "explanations.show", "proposal": "extensions.show"}


class SomeAreWrong(Exception):
    """Rolls the whole grid back."""


@bp.get("/my-work")
@login_required
def my_work() -> ResponseReturnValue:
    shown = _list()
    assert shown is not None
    return shown


def again(assignment_id: int, errors: dict[str, str], status: int) -> ResponseReturnValue | None:
    """The list with what is wrong at one row's form, and what was typed there; None where it has no such form."""
    shown = _list(assignment_id, errors)
    return (shown, status) if shown else None


def _list(tried: int | None = None, errors: dict[str, str] | None = None) -> str | None:
    with acting() as ctx:
        units = ctx.actor.units
        rows = _open(ctx)
        more = beside(ctx.session, [one.row.id for one in rows], units)
        theirs = {one.row.id for one in rows if one.row.state in WITH_UNIT}
        with_form = frozenset(_for_update(rows))
        if tried is not None and tried not in with_form:
            return None
        groups: dict[str, list[AssignmentView]] = {}
        for one in rows:
            groups.setdefault(_group(one, more.reasons), []).append(one)
        return render_template(
            "my_work/index.html",
            before=[(key, _(label), groups[key]) for key, label in BEFORE_WAITING if key in groups],
            after=[(key, _(label), groups[key]) for key, label in AFTER_WAITING if key in groups],
            waiting=[(one, _link(one)) for one in more.waiting],
            coordinated=[view_of_row(ctx, row) for row in coordinated_work(ctx.session, units)],
            reasons=more.reasons,
            promises=more.promises,
            today=ctx.today,
            with_form=with_form,
            reports={id_: report for id_, report in more.reports.items() if id_ in theirs},
            tried=tried,
            errors=errors or {},
            values=request.form if errors else {},
            heads=frozenset(unit for unit in units if ctx.actor.heads(unit)),
        )


@bp.get("/my-work/grid")
@login_required
def grid() -> ResponseReturnValue:
    return _grid()


@bp.post("/my-work/grid")
@login_required
def save_grid() -> ResponseReturnValue:
    """Every row that was filled in, or none at all: what is wrong is said beside its row."""
    lines: list[Line] = []
    wrong: dict[int, DomainError] = {}
    seen: set[int] = set()
    for name in request.form:
        prefix, _dash, id_text = name.partition("-")
        id_ = _key(id_text) if prefix in PARTS else None
        if id_ is None or id_ in seen:
            continue
        seen.add(id_)
        try:
            line = Line(
                id_,
                _key(request.form.get(f"version-{id_}", "")) or UNSAID,
                text(f"signal-{id_}"),
                text(f"text-{id_}"),
                number(f"percent-{id_}"),
            )
        except Invalid as error:
            wrong[id_] = error
        else:
            lines += [] if line.empty else [line]
    if not lines and not wrong:
        return _grid({"": _("Chưa có dòng nào được điền.")}, 422)
    try:
        with acting() as ctx:
            wrong |= update_many(ctx, lines)
            if wrong:
                raise SomeAreWrong
    except SomeAreWrong:
        return _grid({f"text-{id_}": say(error) for id_, error in wrong.items()}, 422)
    flash(_("Đã lưu %(n)s cập nhật.", n=len(lines)), "success")
    return redirect(url_for("my_work.my_work"))


def _grid(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        rows = _open(ctx)
        shown = set(_for_update(rows))
        return (
            render_template(
                "my_work/grid.html",
                rows=[one for one in rows if one.row.id in shown],
                left_out=sum(one.row.state in WITH_UNIT for one in rows) - len(shown),
                reports=reports_of(ctx.session, shown),
                errors=errors or {},
                # A version that the form had lost is not shown again: the next time it is the row's own.
                values={
                    name: value
                    for name, value in (request.form.items() if errors else ())
                    if not name.startswith("version-") or (_key(value) or UNSAID) != UNSAID
                },
                today=ctx.today,
            ),
            status,
        )


def _open(ctx: Context) -> list[AssignmentView]:
    """By urgency."""
    return [view_of_row(ctx, row) for row in open_work(ctx.session, ctx.actor.units)]


def _for_update(rows: list[AssignmentView]) -> list[int]:
    return [one.row.id for one in rows if one.row.state in WITH_UNIT][:FORMS]


def _group(one: AssignmentView, reasons: dict[int, str]) -> str:
    match one.row.state:
        case State.SUBMITTED:
            return "waiting"
        case State.SUSPENDED:
            return "suspended"
    if one.row.id in reasons and one.row.state == State.IN_PROGRESS:
        return "returned"
    if one.klass == "overdue":
        return "critical" if one.standing.band == CRITICAL else "overdue"
    return "due_soon" if one.klass == "due_soon" else "later"


def _link(one: Any) -> str:
    if one.kind in WHERE:
        return url_for(WHERE[one.kind], request_id=one.id)
    return url_for("assignments.show", assignment_id=one.id)


def _key(value: str) -> int | None:
    try:
        return key(value)
    except ValueError:
        return None
