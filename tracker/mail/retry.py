"""When to try a mail again after a temporary refusal."""

from datetime import datetime, timedelta

PAUSES = (
    *(timedelta(minutes=n) for n in (1, 2, 5, 10, 30)),
    *(timedelta(hours=n) for n in (1, 2, 4, 8, 16)),
)
GIVE_UP_AFTER = timedelta(hours=72)


def next_try(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """The moment of the next try after `attempts` (≥ 1) tries; None when it is no longer worth it."""
    moment = now + PAUSES[min(attempts, len(PAUSES)) - 1]
    return moment if moment - created_at <= GIVE_UP_AFTER else None
