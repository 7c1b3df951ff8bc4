"""Beat wakes the opening of reporting cycles whose day has come."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.cycling import open_due_cycles


@app.task(name="tasks.cycle.open_due")  # type: ignore[untyped-decorator]
def open_due() -> None:
    with in_app():
        open_due_cycles(acting)
