"""Beat wakes the tidying of stored content."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.services import evidence


@app.task(name="tasks.evidence.tidy")  # type: ignore[untyped-decorator]
def tidy() -> None:
    with in_app(), acting() as ctx:
        evidence.tidy(ctx)
