"""Beat wakes the opening of periods that have begun: each programme by itself, so that none waits for another."""

import structlog

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.services import opening

log = structlog.get_logger()


@app.task(name="tasks.opening.roll_over")  # type: ignore[untyped-decorator]
def roll_over() -> None:
    with in_app():
        with acting() as ctx:
            programme_ids = opening.to_roll_over(ctx)
        for programme_id in programme_ids:
            try:
                with acting() as ctx:
                    opening.roll_over(ctx, programme_id)
            except Exception:
                log.exception("roll_over_failed", programme=programme_id)
