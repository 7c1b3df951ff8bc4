"""The auditor: recompute what should have been sent, and compare it with what was.

It asks `due_steps` of every open assignment for a day on which everything must be out, whatever the sweep believes
about the next look; so a lost trigger, a dead beat or a sweep that fails is seen, and not only by its silence.
"""

from datetime import date, timedelta

from tracker.models.escalation import EscalationAudit
from tracker.rules.ladder import due_steps
from tracker.services.context import Context
from tracker.store.escalation import last_audit, to_audit
from tracker.store.ladder import kind_of_row, ladders
from tracker.store.programme import programmes

# A step may be one working day late: one digest a person a day puts the second off, and days off are quiet.
LATE_BY = 2
# Due dates up to a year ahead: no ladder reaches further.
FARTHEST = timedelta(days=366)


def audit(ctx: Context) -> EscalationAudit:
    """Writes down how many steps are more than one working day late; 0 is the proof that none is."""
    day = ctx.calendar.add(ctx.today, -LATE_BY)
    of_programme = {one.id: ladders(ctx.session, one.id) for one in programmes(ctx.session)}
    checked = missed = 0
    oldest: date | None = None
    for row in to_audit(ctx.session, day + FARTHEST, day):
        checked += 1
        ladder = of_programme[row.programme_id][kind_of_row(row)].steps
        recorded = {(int(offset), role) for offset, _, role in (one.partition(":") for one in row.recorded)}
        late = due_steps(ladder, row.due_on, day, ctx.calendar, recorded)
        if late:
            missed += len(late)
            oldest = min(oldest or row.due_on, row.due_on)
    found = EscalationAudit(at=ctx.now, checked=checked, missed=missed, oldest_due_on=oldest)
    ctx.session.add(found)
    return found


def overslept(ctx: Context) -> EscalationAudit | None:
    """The newest audit, when it found something or is itself more than a day old; for the red banner."""
    newest = last_audit(ctx.session)
    if newest is None or (newest.missed == 0 and ctx.now - newest.at < timedelta(days=1)):
        return None
    return newest
