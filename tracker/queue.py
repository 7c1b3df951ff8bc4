"""Waking Celery by task name. A nudge may be lost: beat finds the rows again within seconds."""

import atexit
import time
from queue import SimpleQueue
from threading import Lock, Thread

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger()

# A frozen broker must not hold the sender for long either: give up quickly, then leave it alone for a while.
TIMEOUT = 0.3
REST = 30.0
# What a command that ends still waits for its nudges.
PATIENCE = 2 * TIMEOUT


class Nudger:
    """Hands wake-up messages to a thread of its own, which publishes them with short time-outs and a breaker.

    Whoever nudges waits for no network, whatever the broker does. A name that is already waiting is not sent twice.
    """

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
        self._names: SimpleQueue[str] = SimpleQueue()
        self._waiting: set[str] = set()
        self._sending = False
        self._lock = Lock()
        self._thread: Thread | None = None

    def nudge(self, task_name: str) -> None:
        if time.monotonic() < self._rest_until:
            return
        with self._lock:
            if task_name in self._waiting:
                return
            self._waiting.add(task_name)
            self._names.put(task_name)
            if self._thread is None or not self._thread.is_alive():  # none yet, or left behind by a fork
                if self._thread is None:
                    atexit.register(self._finish)
                self._thread = Thread(target=self._send_all, name="nudger", daemon=True)
                self._thread.start()

    def _send_all(self) -> None:
        while True:
            task_name = self._names.get()
            self._sending = True
            # Before sending: what is committed from now on may come too late for the worker that this one wakes.
            self._waiting.discard(task_name)
            self.send(task_name)
            self._sending = False

    def send(self, task_name: str) -> bool:
        """At once and here; False when the broker did not take it, or not lately."""
        if time.monotonic() < self._rest_until:
            return False
        try:
            self._celery.send_task(task_name, retry=False, ignore_result=True)
        except (OperationalError, OSError) as error:
            self._rest_until = time.monotonic() + REST
            log.warning("broker_unreachable", task=task_name, error=str(error))
            return False
        return True

    def _finish(self) -> None:
        end = time.monotonic() + PATIENCE
        while (self._waiting or self._sending) and time.monotonic() < end:
            time.sleep(0.01)
