"""Beat wakes the housekeeping of counters, used forms and old links."""

from tasks.base import in_app
from tasks.celery_app import app
from tracker.acting import acting
from tracker.services import form, mail_link, tally


@app.task(name="tasks.tally.fold")  # type: ignore[untyped-decorator]
def fold() -> None:
    with in_app(), acting() as ctx:
        tally.fold(ctx)
        form.forget_old(ctx)
        mail_link.forget_old(ctx)
