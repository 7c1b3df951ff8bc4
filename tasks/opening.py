"""Beat wakes the opening of periods that have begun."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.rolling import roll_over_all


@app.task(name="tasks.opening.roll_over")  # type: ignore[untyped-decorator]
def roll_over() -> None:
    with in_app():
        roll_over_all(acting)
