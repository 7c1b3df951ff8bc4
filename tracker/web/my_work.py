"""My work: what is open with me and my units, most urgent first, with an update in place."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.store.assignment import last_return_reasons
from tracker.store.listing import coordinated_work, open_work
from tracker.web.session import acting, login_required
from tracker.web.view import AssignmentView, view_of

bp = Blueprint("my_work", __name__)

# Further down a row opens its page: hundreds of forms would only make a phone slow.
FORMS = 25
GROUPS = (
    ("returned", N_("Bị trả lại, cần bổ sung")),
    ("overdue", N_("Quá hạn")),
    ("due_soon", N_("Sắp đến hạn")),
    ("later", N_("Còn thời gian")),
    ("waiting", N_("Đang chờ xác nhận")),
    ("suspended", N_("Tạm dừng")),
)


@bp.get("/my-work")
@login_required
def my_work() -> ResponseReturnValue:
    with acting() as ctx:
        units = ctx.actor.units
        rows = [view_of(ctx, row) for row in open_work(ctx.session, units)]
        reasons = last_return_reasons(ctx.session, [one.row.id for one in rows if one.row.state == State.IN_PROGRESS])
        groups: dict[str, list[AssignmentView]] = {key: [] for key, _label in GROUPS}
        for one in rows:
            groups[_group(one, reasons)].append(one)
        return render_template(
            "my_work/index.html",
            groups=[(key, _(label), groups[key]) for key, label in GROUPS if groups[key]],
            coordinated=[view_of(ctx, row) for row in coordinated_work(ctx.session, units)],
            reasons=reasons,
            today=ctx.today,
            with_form=frozenset(one.row.id for one in rows[:FORMS]),
            heads=frozenset(unit for unit in units if ctx.actor.heads(unit)),
        )


def _group(one: AssignmentView, reasons: dict[int, str]) -> str:
    match one.row.state:
        case State.SUBMITTED:
            return "waiting"
        case State.SUSPENDED:
            return "suspended"
    if one.row.id in reasons:
        return "returned"
    return one.klass if one.klass in ("overdue", "due_soon") else "later"
