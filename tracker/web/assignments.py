"""One assignment: the five "rõ", its timeline, and the forms for exactly what this person may do."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Conflict, DomainError
from tracker.rules.extension import MANY, last_day_to_ask
from tracker.rules.permissions import Permission, allowed_actions, may
from tracker.rules.words import ACTIONS, DEEDS, TOPICS
from tracker.rules.workflow import CLOSED, WITH_UNIT, State
from tracker.services.access import open_dossier, scope_of
from tracker.services.assignment import OF_REPORT
from tracker.services.chase import mark_read, unread
from tracker.services.context import Context
from tracker.services.evidence import may_add, may_remove
from tracker.services.promise import undoable as undoable_promise
from tracker.services.update import undoable
from tracker.store.timeline import timeline
from tracker.web import my_work
from tracker.web.errors import say, status_of
from tracker.web.language import gettext as _
from tracker.web.notifications import read_about
from tracker.web.session import acting, login_required
from tracker.web.uploads import files_of, takes_files, warn_of_children
from tracker.web.verbs import DONE, VERBS
from tracker.web.view import view_of

bp = Blueprint("assignments", __name__, url_prefix="/assignments")

# Beside the workflow's own actions: what else the page offers, by the permission that it needs.
OFFERS = (
    Permission.NOTE, Permission.COMMENT, Permission.HAND_ON, Permission.SPLIT, Permission.STAR,
    Permission.DEMAND_EVIDENCE, Permission.CORRECT_DONE_ON, Permission.CHASE, Permission.ASK_CONTRIBUTION,
    Permission.NAME_CONTACT, Permission.PROMISE, Permission.ASK_EXTENSION, Permission.DECIDE_EXTENSION,
    Permission.ASK_EXPLANATION, Permission.ANSWER_EXPLANATION,
)  # fmt: skip


@bp.get("/<int:assignment_id>")
@login_required
def show(assignment_id: int) -> ResponseReturnValue:
    return _page(assignment_id)


@bp.post("/<int:assignment_id>/<action>")
@login_required
@takes_files("update", "submit")
def act(assignment_id: int, action: str) -> ResponseReturnValue:
    """Every verb. An error comes back on the same page with what was typed."""
    verb = VERBS.get(action)
    if verb is None:
        return _page(assignment_id, {"action": _("Không có thao tác này.")}, 404)
    try:
        with acting() as ctx:
            verb(ctx, assignment_id)
    except Conflict as error:
        return _page(assignment_id, {"version": say(error)}, 409, conflict=True, action=action)
    except DomainError as error:
        status = status_of(error)
        if status in (403, 404):
            raise
        errors = {error.field or action: say(error)}
        on_list = my_work.again(assignment_id, errors, status) if _from_list() else None
        return on_list or _page(assignment_id, errors, status, action=action)
    flash(_(DONE[action]), "success")
    typed = (value for name, value in request.form.items() if name not in ("csrf_token", "once"))
    warn_of_children(*typed, *(one.name for one in files_of(request)))
    if _from_list():
        return redirect(url_for("my_work.my_work"))
    return redirect(url_for("assignments.show", assignment_id=assignment_id))


def _from_list() -> bool:
    return request.form.get("back") == "my-work"


def _page(
    assignment_id: int,
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    conflict: bool = False,
    action: str | None = None,
) -> ResponseReturnValue:
    with acting() as ctx:
        row = open_dossier(ctx, assignment_id)
        if unread(ctx, row):
            mark_read(ctx, row.id)
        read_about(ctx, row.id)
        topic = request.args.get("topic") if request.args.get("topic") in TOPICS else None
        return (
            render_template(
                "assignments/show.html",
                one=view_of(ctx, row),
                row=row,
                labels={name: _(label) for name, label in {**ACTIONS, **DEEDS}.items()},
                timeline=timeline(row, topic),
                topic=topic,
                errors=errors or {},
                values=request.form if errors else {},
                tried=action,
                conflict=conflict,
                today=ctx.today,
                my_units=ctx.actor.units,
                **_what_one_may(ctx, row),
            ),
            status,
        )


def _what_one_may(ctx: Context, row: Any) -> dict[str, Any]:
    """The forms to show, and the people, units and requests that they need."""
    scope = scope_of(ctx, row)
    allowed = [str(one) for one in allowed_actions(ctx.actor, row.state, scope)]
    if row.unit_report_id is not None:  # what is done with it is done on the report's own page
        allowed = [one for one in allowed if one not in OF_REPORT]
    can = {str(one) for one in OFFERS if may(ctx.actor, one, scope)}
    with_unit = row.state in WITH_UNIT
    waiting = any(one.state in ("open", "proposed") for one in row.extensions)
    last_update = next((one for one in reversed(row.updates) if one.undone_at is None), None)
    due, days = row.due_on, row.programme.extension_days
    last_day = last_day_to_ask(due, days, ctx.calendar) if due else None
    needs_units = "reassign" in allowed or (can & {"split", "ask_contribution"} and row.state not in CLOSED)
    people = row.people
    part_names = {unit.id: unit.name for unit in (row.lead_unit, *(one.unit for one in row.coordination), *row.offices)}
    everybody = {id_: name for group in people.values() for id_, name in group.items()}
    return {
        "allowed": allowed,
        "can": can,
        # Work that is only assigned can be updated in one step: it accepts first.
        "may_update": with_unit and may(ctx.actor, Permission.UPDATE, scope),
        "may_submit": row.unit_report_id is None and may(ctx.actor, Permission.SUBMIT, scope),
        "may_hand_on": with_unit and "hand_on" in can,
        "reads_mail": may(ctx.actor, Permission.READ_MAIL_LOG, scope),
        "may_chase": with_unit and "chase" in can,
        "may_promise": with_unit and "promise" in can,
        "undoable_promise": undoable_promise(ctx, row.promises),
        "may_ask_extension": with_unit and "ask_extension" in can and not waiting and last_day is not None,
        "may_extend": row.state not in (*CLOSED, State.SUBMITTED, State.DRAFT) and "decide_extension" in can and due,
        "may_explain": row.state not in (*CLOSED, State.DRAFT) and "ask_explanation" in can,
        "may_ask_contribution": row.state not in CLOSED and "ask_contribution" in can,
        "may_split": row.state not in (*CLOSED, State.SUBMITTED, State.DRAFT)
        and "split" in can
        and row.parent_id is None,
        "last_day_to_ask": last_day,
        "too_late_to_ask": last_day is not None and ctx.today > last_day,
        "many_extensions": sum(one.state != "withdrawn" for one in row.extensions) >= MANY,
        "removable": {one.id for one in row.files if may_remove(ctx, row, one)},
        "may_add_files": may_add(ctx, row),
        "undoable": last_update if undoable(ctx, row, last_update) else None,
        "people": people[row.lead_unit_id],
        "mentions": [
            *((f"u{id_}", name) for id_, name in part_names.items()),
            *((f"p{id_}", name) for id_, name in everybody.items() if id_ != ctx.actor.user_id),
        ],
        "units": row.units if needs_units else [],
        "contacts": {
            one.unit_id: people[one.unit_id]
            for one in row.coordination
            if row.state not in CLOSED and ctx.actor.heads(one.unit_id)
        },
        "coordination_late": {
            one.unit_id: ctx.calendar.between(one.due_on, ctx.today)
            for one in row.coordination
            if one.state == "asked" and one.due_on and one.due_on < ctx.today
        },
    }
