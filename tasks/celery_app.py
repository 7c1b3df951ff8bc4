"""The Celery application. A message only wakes; the rows in PostgreSQL are the truth."""

from celery import Celery

from tasks.schedule import BOUNCES, SCHEDULE
from tracker.config import load_settings

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
    worker_hijack_root_logger=False,
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
