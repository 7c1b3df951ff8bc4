"""What a sweep fires, a step of the ladder or a broken promise, and the rows that say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any

from sqlalchemy import text

from tracker.models.user import User
from tracker.rules.ladder import LadderRole
from tracker.services.context import Context
from tracker.store.escalation import Due
from tracker.store.told import PromiseTold, note_promises


@dataclass(frozen=True, slots=True)
class Fired:
    """`role` is the ladder's; `told_as` that of who gets it, when nobody of the role can be reached."""

    assignment: Due
    programme_id: int
    step_offset: int
    role: LadderRole
    told_as: LadderRole
    version_id: int | None
    wording: str
    # A promise whose day is over, instead of a step of the ladder.
    promise: Any = None
    # Who answers for the work: those who sign for its unit, and its owner.
    answering: tuple[User, ...] = ()


_FIRED = text("""
    INSERT INTO escalations
        (fired_at, assignment_id, due_on, step_offset, role, told_as, recipient_id, outbox_id, ladder_version_id,
        lead_unit_id)
    SELECT :now, * FROM json_to_recordset(CAST(:fired AS json)) AS fired (
        assignment_id integer, due_on date, step_offset integer, role text, told_as text, recipient_id integer,
        outbox_id integer, ladder_version_id integer, lead_unit_id integer
    )
""")


def record_fired(ctx: Context, fired: Sequence[tuple[Fired, int | None, int | None]]) -> int:
    """(step or promise, person, mail) in one insert each; how many steps."""
    steps = [one for one in fired if one[0].promise is None]
    told = [
        PromiseTold(
            one.promise.promise_id,
            str(one.told_as),
            person_id,
            mail_id,
            one.assignment.lead_unit_id,
            one.assignment.due_on,
        )
        for one, person_id, mail_id in fired
        if one.promise is not None
    ]
    note_promises(ctx.session, told, ctx.now)
    rows = [
        {
            "assignment_id": one.assignment.id,
            "due_on": one.assignment.due_on.isoformat(),
            "step_offset": one.step_offset,
            "role": str(one.role),
            "told_as": str(one.told_as),
            "recipient_id": person_id,
            "outbox_id": mail_id,
            "ladder_version_id": one.version_id,
            "lead_unit_id": one.assignment.lead_unit_id,
        }
        for one, person_id, mail_id in steps
    ]
    if rows:
        ctx.session.execute(_FIRED, {"now": ctx.now, "fired": dumps(rows)})
    return len(steps)
