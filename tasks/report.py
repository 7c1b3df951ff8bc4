"""Whatever woke us: build the reports that wait."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.building import build_due


@app.task(name="tasks.report.build", soft_time_limit=1740, time_limit=1800)  # type: ignore[untyped-decorator]
def build() -> None:
    with in_app():
        build_due(acting)
