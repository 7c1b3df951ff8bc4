"""The table of pauses."""

from datetime import UTC, datetime, timedelta

from tracker.mail.retry import next_try


def test_the_pauses_grow_and_end_after_three_days() -> None:
    created = now = datetime(2026, 11, 25, tzinfo=UTC)
    minutes = []
    for attempts in range(1, 30):
        moment = next_try(attempts, created, now)
        if moment is None:
            break
        minutes.append((moment - now) / timedelta(minutes=1))
        now = moment
    assert minutes == [1, 2, 5, 10, 30, 60, 120, 240, 480, 960, 960, 960]
    assert now - created <= timedelta(hours=72)
