"""Beat wakes the reading of mails that came back."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.bouncing import collect_bounces


@app.task(name="tasks.bounce.collect")  # type: ignore[untyped-decorator]
def collect() -> None:
    with in_app() as settings:
        collect_bounces(settings.bounce_url, acting)
