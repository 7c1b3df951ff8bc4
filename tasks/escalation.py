"""Beat wakes the sweep."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.services import escalation


@app.task(name="tasks.escalation.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    with in_app(), acting() as ctx:
        escalation.sweep(ctx)
