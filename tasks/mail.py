"""Whatever woke us: send what is due."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.delivery import deliver_due


@app.task(name="tasks.mail.deliver")  # type: ignore[untyped-decorator]
def deliver() -> None:
    with in_app() as settings:
        deliver_due(settings.mail_url, acting)
