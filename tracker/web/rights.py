"""The table of rights as the code holds it, for whoever administers or audits."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.rules.permissions import NOWHERE, TABLE, Permission, demand
from tracker.rules.right_words import PARTIES, PERMISSIONS
from tracker.rules.words import ACTIONS
from tracker.rules.workflow import Party
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required

bp = Blueprint("rights", __name__)


@bp.get("/rights")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        demand(ctx.actor, Permission.READ_RIGHTS, NOWHERE)
        labels = {**ACTIONS, **PERMISSIONS}
        return render_template(
            "rights/index.html",
            parties=[(party, _(PARTIES[party])) for party in Party],
            rows=[(_(labels[permission]), frozenset(TABLE[permission])) for permission in Permission],
        )
