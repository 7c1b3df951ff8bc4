"""Beat: wakes the workers on time, and does their work itself while nobody takes its messages."""

from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import Any

import structlog
from celery.beat import ScheduleEntry, Scheduler
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tasks.base import app_of_process
from tracker.queue import TIMEOUT, Nudger

log = structlog.get_logger()

# Seconds for which it goes on after a message that nobody took: a worker looks for a lost broker every
# thirty at the latest. Doing the same work at two places is harmless: every job finds it in rows.
GO_ON = 60.0
# So many wake-ups wait when the workers are away for minutes: more would only have to be worked off. (A time after
# which one is worth nothing would be judged by the clock of another machine.)
ENOUGH = 100
QUEUE = "celery"


class Beat(Scheduler):  # type: ignore[misc]  # celery has no types
    """Everything is due at the start and then by a clock that nobody can set: days that the machine's clock jumps, and
    a file of last runs that a kill leaves half written, cannot hold anything up."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._nudger = Nudger(self.app.conf.broker_url)
        self._broker = Redis.from_url(
            self.app.conf.broker_url,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
        self._next: dict[str, float] = {}
        self._alone_until = 0.0
        self._at_work: dict[str, Thread] = {}

    def tick(self, *_: Any, **__: Any) -> float:
        """Wakes what is due; seconds until the next one."""
        for entry in self.schedule.values():
            now = monotonic()
            if now >= self._next.get(entry.name, now):
                self._next[entry.name] = now + entry.schedule.seconds
                self._wake(entry)
        return max(0.0, min(self._next.values()) - monotonic())

    def _wake(self, entry: ScheduleEntry) -> None:
        log.info("wake", task=entry.task)
        if not self._taken(entry.task):
            self._alone_until = monotonic() + GO_ON
        if monotonic() < self._alone_until:
            self._do(entry.task, self.app.tasks[entry.task])

    def _taken(self, name: str) -> bool:
        """Whether the broker has the message, and somebody works off what it has."""
        try:
            return self._broker.llen(QUEUE) < ENOUGH and self._nudger.send(name)
        except RedisError as error:
            log.warning("broker_unreachable", task=name, error=str(error))
            return False

    def _do(self, name: str, task: Callable[[], object]) -> None:
        """Here, in a thread: a slow mail server holds up no sweep. What still runs is not begun again."""
        app_of_process()  # before the first thread: threads that each make one can fail (CPython gh-106905)

        def run() -> None:
            try:
                task()
            except Exception:
                log.exception("failed_alone", task=name)

        if name not in self._at_work or not self._at_work[name].is_alive():
            self._at_work[name] = Thread(target=run, name=name, daemon=True)
            self._at_work[name].start()
