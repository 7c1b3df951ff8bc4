"""Freezing the figures of a year into a snapshot."""

from datetime import datetime
from typing import Any

from tracker.services.context import Context


def take_snapshot(ctx: Context, programme_id: int, year: int, *, requested_at: datetime) -> dict[str, Any]:
    return {}
