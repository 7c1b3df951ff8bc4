"""The register of reminders: what became of telling somebody."""

from enum import StrEnum


class Result(StrEnum):
    """`DELIVERED`: the mail server accepted it, and it did not come back."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    BOUNCED = "bounced"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    # They want such mails in the product only, and find it there.
    MUTED = "muted"
    NOBODY = "nobody"


_OF_MAIL = {
    "queued": Result.WAITING,
    "sending": Result.WAITING,
    "sent": Result.DELIVERED,
    "bounced": Result.BOUNCED,
    "failed": Result.FAILED,
    "uncertain": Result.UNCERTAIN,
    "skipped": Result.SKIPPED,
    "muted": Result.MUTED,
    "unaddressed": Result.FAILED,
}


def result_of(mail_state: str | None, *, somebody: bool) -> Result:
    """`somebody`: the step or the chase had a recipient; without a mail nothing went to them."""
    if not somebody:
        return Result.NOBODY
    return _OF_MAIL[mail_state] if mail_state else Result.FAILED
