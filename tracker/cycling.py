"""Opening the cycles whose day has come: each in a transaction of its own, so that none holds up another."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from tracker.services.context import Context
from tracker.services.cycle_opening import Opened, due_to_open, open_cycle

log = structlog.get_logger()


def open_due_cycles(acting: Callable[[], AbstractContextManager[Context]]) -> list[Opened]:
    """What was opened. Two at once are harmless: the second waits, and finds it open."""
    with acting() as ctx:
        cycle_ids = due_to_open(ctx)
    found = []
    for cycle_id in cycle_ids:
        try:
            with acting() as ctx:
                found.append(open_cycle(ctx, cycle_id))
        except Exception:
            log.exception("open_cycle_failed", cycle=cycle_id)
    return found
