"""Reporting cycles: a unit's own reports; for the office the monitor of a cycle, and chasing who is behind."""

from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker.exports.chasing_letter import chasing_letter
from tracker.rules.cycle import KINDS, LEVELS, section_list
from tracker.rules.errors import Invalid
from tracker.rules.filing import CycleKind, Level
from tracker.rules.permissions import Permission, may
from tracker.rules.unit_report import required_keys
from tracker.rules.words import N_
from tracker.services import cycle as verbs
from tracker.services import cycle_chase as chasing
from tracker.services.context import Context
from tracker.store import cycle as store
from tracker.store.programme import programmes
from tracker.store.unit_report import of_units
from tracker.web.errors import say
from tracker.web.inputs import key, keys
from tracker.web.language import gettext as _
from tracker.web.reports import WORD, cycle_name
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import text
from tracker.web.view import period_said

bp = Blueprint("cycles", __name__, url_prefix="/cycles")
BEHIND = ("missing", "overdue", "not_begun", "draft", "returned")
VIEW_WORDS = {
    "all": N_("mọi đơn vị"),
    "expected": N_("phải nộp"),
    "missing": N_("chưa nộp"),
    "overdue": N_("quá hạn"),
    "not_begun": N_("chưa làm"),
    "draft": N_("đang soạn"),
    "filed": N_("đã nộp"),
    "on_time": N_("nộp đúng hạn"),
    "submitted": N_("chờ xem"),
    "returned": N_("bị trả lại"),
    "accepted": N_("đã tiếp nhận"),
    "exempt": N_("được miễn"),
}


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _index()


@bp.post("/")
@login_required
def create() -> ResponseReturnValue:
    """Plans a cycle; wrong years are said by the field."""
    try:
        with acting() as ctx:
            cycle = verbs.plan(
                ctx,
                programme_id=request.form.get("programme", 0, type=key),
                kind=text("kind"),
                period=text("period"),
            )
            where = url_for("cycle_plan.index", cycle_id=cycle.id)
    except Invalid as error:
        return _index({error.field or "period": say(error)}, 422)
    flash(_("Đã lập kỳ báo cáo. Hãy xem hạn, mẫu và danh sách rồi mở."), "success")
    return redirect(where)


def _index(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        seen, runs = overseen(ctx), overseen(ctx, Permission.RUN_CYCLE)
        rows = store.cycles(ctx.session, sorted(seen)) if seen else []
        counts = store.counts(ctx.session, [one.id for one in rows], ctx.today) if rows else {}
        totals = {id_: sum(levels.values(), store.Counts()) for id_, levels in counts.items()}
        mine = of_units(ctx.session, ctx.actor.units) if ctx.actor.units else []
        known = [one for one in programmes(ctx.session) if one.id in runs]
        return (
            render_template(
                "cycles/index.html",
                cycles=rows,
                totals=totals,
                mine=mine,
                left={one.id: ctx.calendar.between(ctx.today, _due(one)) for one in mine},
                due={one.id: _due(one) for one in mine},
                name=cycle_name,
                programmes=known,
                choices=[(str(one.id), one.title) for one in known],
                kinds=[(kind, _(KINDS[kind])) for kind in CycleKind],
                periods=_periods(known, ctx.today),
                oversees=bool(seen),
                errors=errors or {},
                values=request.form if errors else {},
            ),
            status,
        )


def _due(report: Any) -> date:
    row = report.assignment
    return row.due_on if row is not None and row.due_on else report.due_on  # type: ignore[no-any-return]


def _periods(known: list[Any], today: date) -> list[tuple[str, str]]:
    """The years of the programmes, this one first, each with its halves."""
    years = sorted({year for one in known for year in range(one.period_start, one.period_end + 1)})
    ordered = sorted(years, key=lambda year: (year != today.year, year < today.year, abs(year - today.year)))
    return [(name, period_said(name)) for year in ordered for name in (str(year), f"{year}-H1", f"{year}-H2")]


@bp.get("/<int:cycle_id>")
@login_required
def show(cycle_id: int) -> ResponseReturnValue:
    """The monitor of a cycle that is open; `?view=overdue&level=commune&page=2`. The plan of one that is not."""
    with acting() as ctx:
        cycle = verbs.view(ctx, cycle_id)
        if cycle.opened_at is None:
            return redirect(url_for("cycle_plan.index", cycle_id=cycle.id))
        return _monitor(ctx, cycle)


@bp.get("/<int:cycle_id>/chase")
@login_required
def chase(cycle_id: int) -> ResponseReturnValue:
    return _chase(cycle_id)


@bp.post("/<int:cycle_id>/chase")
@login_required
def send(cycle_id: int) -> ResponseReturnValue:
    """One mail to each unit that was chosen and is still behind."""
    try:
        ids = {key(one) for one in request.form.getlist("reports")}
        with acting() as ctx:
            done = chasing.chase_behind(ctx, cycle_id, ids, text=text("chase"))
    except ValueError:
        return _chase(cycle_id, {"reports": _("Hãy chọn ít nhất một đơn vị chưa nộp.")}, 422)
    except Invalid as error:
        return _chase(cycle_id, {error.field or "chase": say(error)}, 422)
    if done.told:
        flash(_("Đã gửi đôn đốc đến %(n)s đơn vị.", n=len(done.told)), "success")
    for name, why in done.untold:
        flash(_("Không gửi được đến %(unit)s: %(why)s", unit=name, why=say(why)), "error")
    return redirect(url_for("cycles.show", cycle_id=cycle_id, view="missing"))


@bp.get("/<int:cycle_id>/don-doc.docx")
@login_required
def letter(cycle_id: int) -> ResponseReturnValue:
    """`?view=overdue&level=commune`: the official letter to those who are behind."""
    with acting() as ctx:
        content = chasing_letter(chasing.letter_facts(ctx, cycle_id, only=_only(), level=_level()))
        name = f"cong-van-don-doc-{ctx.today.isoformat()}.docx"
    return send_file(BytesIO(content), WORD, as_attachment=True, download_name=name)


def _chase(cycle_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        rows = chasing.behind(ctx, cycle_id, only=_only(), level=_level())
        cycle = verbs.view(ctx, cycle_id)
        chosen = request.form.getlist("reports")
        spared = chasing.spared(ctx, rows)
        return (
            render_template(
                "cycles/chase.html",
                cycle=cycle,
                name=cycle_name(cycle),
                rows=rows[: chasing.MOST],
                more=max(0, len(rows) - chasing.MOST),
                late={one.report_id: ctx.calendar.between(one.due_on, ctx.today) for one in rows},
                chosen=keys(chosen) if errors else {one.report_id for one in rows} - spared.keys(),
                spared={id_: _(why) for id_, why in spared.items()},
                words=request.form.get("chase", "") if errors else chasing.usual_text(ctx, cycle),
                view=_only(),
                level=_level(),
                errors=errors or {},
            ),
            status,
        )


def _monitor(ctx: Context, cycle: Any) -> ResponseReturnValue:
    shown, level = request.args.get("view", "all"), _level()
    shown = shown if shown in store.VIEWS else "all"
    counts = store.counts(ctx.session, [cycle.id], ctx.today)[cycle.id]
    required = required_keys(section_list(cycle.form))
    page = store.rows(
        ctx.session,
        cycle.id,
        ctx.today,
        view=shown,
        level=level,
        number=request.args.get("page", 1, type=key),
        required=required,
    )
    scope = verbs.scope_of_programme(ctx, cycle.programme)
    return render_template(
        "cycles/show.html",
        cycle=cycle,
        name=cycle_name(cycle),
        counts=[(one, _(LEVELS[one]), counts[one]) for one in counts],
        total=sum(counts.values(), store.Counts()),
        days={"commune": cycle.due_commune_on, "department": cycle.due_department_on, "office": cycle.due_office_on},
        page=page,
        left={one.id: ctx.calendar.between(ctx.today, one.due_on) for one in page.rows},
        view=shown,
        level=level,
        views={name: _(word) for name, word in VIEW_WORDS.items()},
        levels={one: _(word) for one, word in LEVELS.items()},
        sections=len(required),
        runs=may(ctx.actor, Permission.RUN_CYCLE, scope),
        may_chase=cycle.closed_at is None and may(ctx.actor, Permission.CHASE, scope),
        today=ctx.today,
    )


def _only() -> str:
    found = request.values.get("view", "missing")
    return found if found in BEHIND else "missing"


def _level() -> Level | None:
    found = request.values.get("level", "")
    return Level(found) if found in set(Level) else None
