"""The first page, by what the person is here for; and the health of the service."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.extensions import db
from tracker.store.escalation import last_audit
from tracker.store.outage import database_down
from tracker.store.outbox import LATE_AFTER, health
from tracker.web.errors import RETRY_AFTER
from tracker.web.session import acting, login_required, overseen

bp = Blueprint("home", __name__)


@bp.get("/")
@login_required
def home() -> ResponseReturnValue:
    with acting() as ctx:
        oversees = bool(overseen(ctx))
    return redirect(url_for("monitor.monitor" if oversees else "my_work.my_work"))


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers. The health figures are the age in seconds of the oldest mail that should have gone, and
    the steps that the auditor found more than a working day late."""
    now = datetime.now(UTC)
    try:
        found, audited = health(db.session(), now), last_audit(db.session())
    except Exception as error:
        if not database_down(error):
            raise
        db.session.rollback()
        return {"status": "down", "down": ["database"]}, 503, {"Retry-After": RETRY_AFTER}
    age = (now - found.oldest_due).total_seconds() if found.oldest_due else 0
    missed = audited.missed if audited else 0
    late = age > LATE_AFTER.total_seconds() or missed > 0
    answer = {"status": "late" if late else "ok", "oldest_due_seconds": round(age), "missed_steps": missed}
    return answer, 503 if late else 200
