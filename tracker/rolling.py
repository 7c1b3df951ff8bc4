"""Opening the periods that have begun: each programme in a transaction of its own, so that none holds up another."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from tracker.services import opening
from tracker.services.context import Context
from tracker.services.opening import Opened

log = structlog.get_logger()


def roll_over_all(acting: Callable[[], AbstractContextManager[Context]]) -> list[Opened]:
    """What was opened, of each programme where there was anything to do."""
    with acting() as ctx:
        programme_ids = opening.to_roll_over(ctx)
    found = []
    for programme_id in programme_ids:
        try:
            with acting() as ctx:
                done = opening.roll_over(ctx, programme_id)
        except Exception:
            log.exception("roll_over_failed", programme=programme_id)
            continue
        if done is not None:
            found.append(done)
    return found
