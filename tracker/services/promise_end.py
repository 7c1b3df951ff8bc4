"""What becomes of a promise when the work moves on. A verb of its own makes and takes it back: `services.promise`."""

from datetime import datetime

from tracker.models.assignment import Assignment
from tracker.rules.promise import Outcome, outcome_of
from tracker.services.context import Context
from tracker.store import promise as store


def settle_by_submission(ctx: Context, row: Assignment) -> None:
    """The work is submitted today: kept, or broken where its day is over."""
    promise = store.open_promise(ctx.session, row.id)
    if promise is not None:
        promise.outcome, promise.settled_at = outcome_of(promise.promised_on, ctx.today), ctx.now


def reopen_after_withdrawal(ctx: Context, row: Assignment, submitted_at: datetime) -> None:
    """The submission was taken back: the promise that it settled stands again, unless there is a newer one."""
    promise = store.settled_at(ctx.session, row.id, submitted_at)
    if promise is not None and store.open_promise(ctx.session, row.id) is None:
        promise.outcome, promise.settled_at = Outcome.OPEN, None


def drop_promise(ctx: Context, row: Assignment) -> None:
    """Declined, another unit's, or cancelled: nobody is left to keep it."""
    promise = store.open_promise(ctx.session, row.id)
    if promise is not None:
        promise.outcome, promise.settled_at = Outcome.WITHDRAWN, ctx.now
