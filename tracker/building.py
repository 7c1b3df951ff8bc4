"""Building reports that wait: claim, freeze the figures, write the documents, each step committed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import structlog
from flask import current_app

from tracker.exports.consolidated import report_document
from tracker.exports.edition_workbook import edition_workbook
from tracker.services.context import Context
from tracker.services.report_build import LeaseLost, advance, claim, fail, finish, freeze, material_of, read

log = structlog.get_logger()
Acting = Callable[[], AbstractContextManager[Context]]
# How often the lease is renewed while something long goes on, in seconds.
STILL_THERE = 10.0


def build_due(acting: Acting, limit: int = 20) -> int:
    """Builds up to `limit` editions; returns how many were tried.

    Killed anywhere, the lease runs out and another worker goes on from the frozen figures. Cancelled, it stops.
    """
    for tried in range(limit):
        with acting() as ctx:
            claimed = claim(ctx)
        if claimed is None:
            return tried
        report_id, token = claimed
        try:
            _build(acting, report_id, token)
        except LeaseLost:
            log.info("report_left", report=report_id)
        except Exception as error:
            log.exception("report_failed", report=report_id)
            with acting() as ctx:
                fail(ctx, report_id, token, f"{type(error).__name__}: {error}")
    return limit


def _build(acting: Acting, report_id: int, token: str) -> None:
    tick = _Tick(acting, report_id, token)
    with acting() as ctx:
        # One moment for all that is read, however long it takes.
        ctx.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        taken = read(ctx, report_id, tick)
    with acting() as ctx:
        freeze(ctx, report_id, token, taken)
    del taken
    with acting() as ctx:
        material = material_of(ctx, report_id)
    tick.to(50)
    document = report_document(material)
    tick.to(65)
    files = {"pdf": report_document(material, "pdf")}
    tick.to(80)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "annexes.xlsx"
        edition_workbook(path, material, tick)
        files["xlsx"] = path.read_bytes()
    with acting() as ctx:
        finish(ctx, report_id, token, document, files)


class _Tick:
    """Says on a connection of its own that the worker lives, whatever the other one is in the middle of."""

    def __init__(self, acting: Acting, report_id: int, token: str) -> None:
        self._acting, self._report_id, self._token = acting, report_id, token
        self._last = monotonic()

    def __call__(self) -> None:
        if monotonic() - self._last >= STILL_THERE:
            self._say(None)

    def to(self, progress: int) -> None:
        self._say(progress)

    def _say(self, progress: int | None) -> None:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        with app.app_context(), self._acting() as ctx:
            advance(ctx, self._report_id, self._token, progress)
        self._last = monotonic()
