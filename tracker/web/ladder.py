"""The ladders of a programme, what they will send, and who is reminded of one assignment when."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.ladder import LadderKind, LadderRole
from tracker.rules.ladder_text import WrongLines, format_ladder, sentence
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services import ladder as service
from tracker.services.access import UNSAID, too_old
from tracker.services.context import Context
from tracker.store import ladder as store
from tracker.store.programme import load
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import text, version
from tracker.web.view import view_of

bp = Blueprint("ladder", __name__)

# Assignments named in one group of a plan; the rest is counted.
MOST_ROWS = 20


@bp.get("/programmes/<int:programme_id>/ladder")
@login_required
def show(programme_id: int) -> ResponseReturnValue:
    """`?kind=every|starred|requested`."""
    return _page(programme_id, _kind(request.args.get("kind", "")))


@bp.get("/programmes/<int:programme_id>/ladder/plan")
@login_required
def plan(programme_id: int) -> ResponseReturnValue:
    """What is in force, in the next 30 or 90 days."""
    with acting() as ctx:
        found = service.plan(ctx, programme_id, _days(request.args.get("days", "")))
        return render_template(
            "ladder/plan.html",
            programme=load(ctx.session, programme_id),
            days=_days(request.args.get("days", "")),
            **_drawn(ctx, found),
        )


@bp.post("/programmes/<int:programme_id>/ladder/preview")
@login_required
def preview(programme_id: int) -> ResponseReturnValue:
    """Looks; with `again` the text goes back into its box."""
    kind, typed = _kind(request.form.get("kind", "")), request.form.get("ladder", "")
    if request.form.get("again"):
        return _page(programme_id, kind, typed=typed)
    return _preview(programme_id, kind, typed)


@bp.post("/programmes/<int:programme_id>/ladder")
@login_required
def save(programme_id: int) -> ResponseReturnValue:
    kind, typed = _kind(request.form.get("kind", "")), request.form.get("ladder", "")
    try:
        with acting() as ctx:
            made = service.save(
                ctx, programme_id, kind, text("ladder"), version=version(), seen=text("seen"), note=text("note")
            )
            n = made.number
    except Conflict as error:
        return _page(programme_id, kind, typed=typed, errors=[error], status=409, conflict=True)
    except Invalid as error:
        if error.field == "note":
            return _preview(programme_id, kind, typed, {"note": say(error)}, 422)
        return _page(programme_id, kind, typed=typed, errors=_lines(error), status=422)
    flash(_("Đã lưu bảng đôn đốc, phiên bản %(n)s; áp dụng từ lần gửi thư tới.", n=n), "success")
    return redirect(url_for("ladder.show", programme_id=programme_id, kind=str(kind)))


@bp.get("/assignments/<int:assignment_id>/reminders")
@login_required
def reminders(assignment_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        row, coming, kind = service.of_assignment(ctx, assignment_id)
        return render_template(
            "ladder/reminders.html",
            row=row,
            one=view_of(ctx, row),
            coming=coming,
            kind=kind,
            sent=store.versions_fired(ctx.session, row.id),
            distance=lambda day: ctx.calendar.between(ctx.today, day),
        )


def _preview(
    programme_id: int, kind: LadderKind, typed: str, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            days = _days(request.form.get("days", ""))
            found = service.preview(ctx, programme_id, kind, text("ladder"), days)
            based_on = version()
            if based_on == UNSAID:
                raise too_old()
            return render_template(
                "ladder/preview.html",
                programme=load(ctx.session, programme_id),
                kind=kind,
                typed=typed,
                found=found,
                sentences=[sentence(step) for step in found.steps],
                roles=list(LadderRole),
                days=days,
                note=request.form.get("note", ""),
                errors=errors or {},
                # Of the form that this text was written in: a version saved meanwhile shows when it is saved.
                version=based_on,
                seen=service.fingerprint(kind, found.steps, based_on),
                **_drawn(ctx, found.plan),
            ), status
    except Invalid as error:
        return _page(programme_id, kind, typed=typed, errors=_lines(error), status=422)


def _page(
    programme_id: int,
    kind: LadderKind,
    *,
    typed: str | None = None,
    errors: list[Any] | None = None,
    status: int = 200,
    conflict: bool = False,
) -> ResponseReturnValue:
    with acting() as ctx:
        programme = load(ctx.session, programme_id)
        if programme is None:
            raise NotFound(N_("Không tìm thấy chương trình này."))
        versions = store.versions(ctx.session, programme_id, kind)
        current = store.ladders(ctx.session, programme_id)
        steps = store.steps_of(versions[0]) if versions else ()
        written = format_ladder(steps) if typed is None else typed
        lines = written.splitlines()
        last = versions[0].number if versions else 0
        return render_template(
            "ladder/show.html",
            programme=programme,
            kind=kind,
            kinds=list(LadderKind),
            of_its_own={one for one in LadderKind if current[one].kind == one},
            sentences=[sentence(step) for step in current[kind].steps],
            versions=[(one, [sentence(step) for step in store.steps_of(one)]) for one in versions],
            written=written,
            common=format_ladder(current[LadderKind.EVERY].steps),
            version=last if conflict else _based_on(last),
            errors={"ladder": say(errors[0])} if errors else {},
            wrong=[] if conflict else [_wrong_line(error, lines) for error in errors or []],
            conflict=conflict,
            may_set=programme.id in overseen(ctx, Permission.SET_PROGRAMME),
            may_plan=programme.id in overseen(ctx),
        ), status


def _based_on(last: int) -> int:
    """The version that the form was opened on; where it does not say, the newest."""
    given = request.form.get("version", type=key)
    return last if given is None or given == UNSAID else given


def _lines(error: Invalid) -> list[Invalid]:
    return error.errors if isinstance(error, WrongLines) else [error]


def _wrong_line(error: Any, lines: list[str]) -> tuple[int, str, str]:
    """(number of the line, what stands in it, what is wrong); 0 for what is wrong with the whole."""
    n = error.params.get("line", 0)
    return n, lines[n - 1].strip() if 0 < n <= len(lines) else "", say(error)


def _drawn(ctx: Context, plan: service.Plan) -> dict[str, Any]:
    """The plan as the templates draw it: whole weeks from Monday on."""
    by_day = plan.by_day
    day = plan.first - timedelta(days=plan.first.weekday())
    weeks: list[list[date]] = []
    while day <= plan.last:
        weeks.append([day + timedelta(days=n) for n in range(7)])
        day += timedelta(days=7)
    return {
        "plan": plan,
        "by_day": by_day,
        "weeks": weeks,
        "off": {one for week in weeks for one in week if not ctx.calendar.is_working(one)},
        "distance": lambda one: ctx.calendar.between(ctx.today, one),
        "today": ctx.today,
        "most": MOST_ROWS,
    }


def _kind(value: str) -> LadderKind:
    return LadderKind(value) if value in set(LadderKind) else LadderKind.EVERY


def _days(value: str) -> int:
    return next((days for days in service.DAYS if value == str(days)), service.DAYS[0])
