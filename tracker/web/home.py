"""The first page, by what the person is here for; and the health of the service."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.extensions import db
from tracker.store.outbox import health
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
    """The database answers; the age in seconds of the oldest mail that should have gone is the health figure."""
    now = datetime.now(UTC)
    found = health(db.session(), now)
    age = (now - found.oldest_due).total_seconds() if found.oldest_due else 0
    late = age > 300
    return {"status": "late" if late else "ok", "oldest_due_seconds": round(age)}, 503 if late else 200
