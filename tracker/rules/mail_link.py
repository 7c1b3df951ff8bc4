"""What a link in a mail may do without a password: one thing, for one person, on one version, for some days."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.rules.calendar import LOCAL, local_date
from tracker.rules.permissions import Actor, Permission, Scope, may
from tracker.rules.workflow import WITH_UNIT, State

LONGEST = timedelta(days=7)
AFTER_DEADLINE = timedelta(days=3)


class Choice(StrEnum):
    """What may be answered from a mail. Nothing here confirms, approves, deletes or shows."""

    RECEIVED = "received"
    ON_TRACK = "on_track"
    PROMISE = "promise"
    DONE = "done"
    BLOCKED = "blocked"
    EXTENSION = "extension"
    NOT_OURS = "not_ours"


class Standing(StrEnum):
    """What there is to say of a link; only a READY one can be used."""

    READY = "ready"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OTHERS = "others"  # the browser is signed in as somebody else
    GONE = "gone"  # the work is no longer this person's
    CLOSED = "closed"
    STALE = "stale"


def expires_at(made_at: datetime, due_on: date | None) -> datetime:
    """min(7 days, the end of the third day after the deadline). From that third day on there is no deadline left to be
    near to, and what is overdue must be actionable: then, as without a deadline (None), 7 days."""
    week = made_at + LONGEST
    if due_on is None:
        return week
    last = due_on + AFTER_DEADLINE
    if local_date(made_at) >= last:
        return week
    return min(week, datetime.combine(last + timedelta(days=1), time(), LOCAL))


def judge(
    *,
    used: bool,
    revoked: bool,
    expired: bool,
    others: bool,
    active: bool,
    visible: bool,
    closed: bool,
    same_version: bool,
) -> Standing:
    """The first thing that stands against it. Whose link it is comes before what is told of it."""
    if others:
        return Standing.OTHERS
    if not active:
        return Standing.REVOKED
    if not visible:
        return Standing.GONE
    if used:
        return Standing.USED
    if closed:
        return Standing.CLOSED
    if revoked:
        return Standing.REVOKED
    if expired:
        return Standing.EXPIRED
    return Standing.READY if same_version else Standing.STALE


def offered(
    actor: Actor, scope: Scope, state: State, *, extendable: bool, filed_elsewhere: bool = False
) -> tuple[Choice, ...]:
    """The choices of this person now, by the same table of rights as signed in. What is done by filing a report is not
    done by saying so."""
    if state not in WITH_UNIT:
        return ()
    new = state is State.ASSIGNED
    has = {
        Choice.RECEIVED: new and may(actor, Permission.ACCEPT, scope),
        Choice.ON_TRACK: not new and may(actor, Permission.UPDATE, scope),
        Choice.PROMISE: may(actor, Permission.PROMISE, scope),
        Choice.DONE: not filed_elsewhere and may(actor, Permission.UPDATE, scope),
        Choice.BLOCKED: may(actor, Permission.UPDATE, scope),
        Choice.EXTENSION: extendable and may(actor, Permission.ASK_EXTENSION, scope),
        Choice.NOT_OURS: new and may(actor, Permission.DECLINE, scope),
    }
    return tuple(choice for choice in Choice if has[choice])
