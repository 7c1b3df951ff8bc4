"""Beat wakes the sweep, and the auditor that does not believe it."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.services import escalation, escalation_audit


@app.task(name="tasks.escalation.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    with in_app(), acting() as ctx:
        escalation.sweep(ctx)


@app.task(name="tasks.escalation.audit")  # type: ignore[untyped-decorator]
def audit() -> None:
    with in_app(), acting() as ctx:
        escalation_audit.audit(ctx)
