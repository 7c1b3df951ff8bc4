"""The Celery application. A message only wakes; the rows in PostgreSQL are the truth."""

from celery import Celery
from celery.signals import setup_logging

from tasks.schedule import BOUNCES, SCHEDULE
from tracker.config import load_settings
from tracker.logs import configure_logs

settings = load_settings()

app = Celery(
    "giao-viec",
    broker=settings.redis_url,
    include=[
        f"tasks.{noun}" for noun in ("bounce", "cycle", "escalation", "evidence", "mail", "opening", "report", "tally")
    ],
)
app.conf.update(
    timezone="Asia/Ho_Chi_Minh",
    beat_schedule=SCHEDULE | (BOUNCES if settings.bounce_url else {}),
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    task_soft_time_limit=240,
    task_time_limit=300,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # however long the broker is away
    beat_scheduler="tasks.beat:Beat",
    broker_transport_options={
        "visibility_timeout": 180,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
    },
)


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log_like_the_web(**_kwargs: object) -> None:
    """Instead of Celery's own: that one puts a logger in the place of stderr, and lines written there are lost."""
    configure_logs(settings.log_level)
