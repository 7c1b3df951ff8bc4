"""Building reports that wait: claim, freeze the figures, write the document, each step committed."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from tracker.exports.consolidated import annual_report
from tracker.exports.snapshot import Snapshot
from tracker.services.context import Context
from tracker.services.report import advance, claim, fail, finish, freeze

log = structlog.get_logger()


def build_due(acting: Callable[[], AbstractContextManager[Context]], limit: int = 20) -> int:
    """Builds up to `limit` editions; returns how many were tried.

    Killed anywhere, the lease runs out and another worker goes on from the frozen figures.
    """
    for tried in range(limit):
        with acting() as ctx:
            claimed = claim(ctx)
        if claimed is None:
            return tried
        report_id, token = claimed
        try:
            with acting() as ctx:
                snapshot = freeze(ctx, report_id, token)
            with acting() as ctx:
                advance(ctx, report_id, token, 50)
            document = annual_report(Snapshot.from_json(snapshot))
            with acting() as ctx:
                finish(ctx, report_id, token, document)
        except Exception as error:
            log.exception("report_failed", report=report_id)
            with acting() as ctx:
                fail(ctx, report_id, token, f"{type(error).__name__}: {error}")
    return limit
