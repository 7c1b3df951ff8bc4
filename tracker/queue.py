"""Waking Celery by task name. A nudge may be lost: beat finds the rows again within seconds."""

import time

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger()

# A frozen broker must not hold a page: give up quickly, then leave it alone for a while.
TIMEOUT = 0.3
REST = 30.0


class Nudger:
    """Publishes wake-up messages with short time-outs and a breaker."""

    def __init__(self, redis_url: str) -> None:
        self._celery = Celery("giao-viec", broker=redis_url, set_as_current=False)
        self._celery.conf.update(
            broker_transport_options={
                "socket_timeout": TIMEOUT,
                "socket_connect_timeout": TIMEOUT,
                "retry_on_timeout": False,
                "max_retries": 0,
            },
            broker_connection_retry=False,
            broker_pool_limit=4,
            task_ignore_result=True,
        )
        self._rest_until = 0.0

    def nudge(self, task_name: str) -> None:
        if time.monotonic() < self._rest_until:
            return
        try:
            self._celery.send_task(task_name, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            self._rest_until = time.monotonic() + REST
            log.warning("broker_unreachable", task=task_name, error=str(error))
